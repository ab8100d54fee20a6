//! Share of lookups that are hits, per policy and trace.

use crate::subjects::{Subject, by_bytes, by_entries};
use crate::traces::{KEYS, KINDS, Kind, LOOKUPS, trace, weight};

const ALPHAS: [f64; 3] = [0.7, 0.9, 1.1];
const PERCENTS: [usize; 3] = [1, 5, 10];

type Maker = fn(usize) -> Vec<(&'static str, Box<dyn Subject>)>;

/// Bounded in entries, every key of the same size.
pub fn run() {
    for kind in KINDS {
        table(kind, KEYS as usize, by_entries);
    }
}

/// Bounded in bytes, sizes log-normal around 3 kB.
pub fn run_weighted() {
    let total: usize = (0..KEYS).map(|key| weight(key) as usize).sum();
    for kind in [Kind::Plain, Kind::Scans] {
        table(kind, total, by_bytes);
    }
}

/// One table: `whole` is the bound at which everything would fit.
fn table(kind: Kind, whole: usize, subjects: Maker) {
    println!("\nhits in % of lookups, {kind:?}");
    let mut rows: Vec<(&str, Vec<f64>)> = subjects(100).iter().map(|&(name, _)| (name, Vec::new())).collect();
    print!("{:12}", "");
    for alpha in ALPHAS {
        let trace = trace(kind, alpha, 42);
        for percent in PERCENTS {
            print!(" {:>8}", format!("{alpha}/{percent}%"));
            for (row, (_, subject)) in rows.iter_mut().zip(subjects(whole * percent / 100)) {
                row.1.push(hit_ratio(subject, &trace));
            }
        }
    }
    println!("     mean");
    for (name, ratios) in rows {
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        print!("{name:12}");
        for ratio in ratios.iter().chain([&mean]) {
            print!(" {ratio:8.2}");
        }
        println!();
    }
}

fn hit_ratio(mut subject: Box<dyn Subject>, trace: &[u32]) -> f64 {
    let (warm_up, measured) = trace.split_at(LOOKUPS / 5);
    for &key in warm_up {
        subject.look_up(key, weight(key));
    }
    let hits = measured.iter().filter(|&&key| subject.look_up(key, weight(key))).count();
    100.0 * hits as f64 / measured.len() as f64
}
