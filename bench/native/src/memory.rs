//! Bytes of memory per entry, by the resident size of the process, allocator included.

use std::process::Command;
use std::rc::Rc;

use clerk_edge::core::cache::{Cache, ENTRY_OVERHEAD, Limits, NewEntry, TAG_OVERHEAD};
use clerk_edge::core::time::Instant;

use crate::subjects::DAY;

/// Just past the point at which the hash table doubles, and just before: most and least spare room.
const SIZES: [usize; 3] = [460_000, 700_000, 917_000];

pub fn run() {
    println!(
        "\nbytes per entry beside key, tag names, weight and handle; charged: {ENTRY_OVERHEAD}, {TAG_OVERHEAD} per tag"
    );
    for entries in SIZES {
        let [plain, full, shared, own] = ["plain", "evicting", "shared", "own"].map(|kind| in_a_child(entries, kind));
        let (shared, own) = (shared - plain, own - plain);
        println!(
            "{entries} entries: {plain:.1}, full and evicting {full:.1}; a shared tag {shared:.1}, its own {own:.1}"
        );
    }
}

/// In a process of its own, because freed memory stays resident and would be used again.
fn in_a_child(entries: usize, kind: &str) -> f64 {
    let child = std::env::current_exe().and_then(|exe| {
        Command::new(exe).args(["memory-of", &entries.to_string(), kind]).output().map(|output| output.stdout)
    });
    String::from_utf8_lossy(&child.unwrap_or_default()).trim().parse().unwrap_or(f64::NAN)
}

/// Prints what [`in_a_child`] reads: the figure for so many entries, without tags, with one tag of a hundred, with a tag
/// of its own, or without tags and full twice over.
pub fn print(entries: usize, kind: &str) {
    let value = Rc::new(());
    let mut cache = Cache::new(Limits { max_bytes: usize::MAX, max_entries: entries }, 1);
    let before = resident();
    for n in 0..if kind == "evicting" { 2 * entries } else { entries } {
        let (key, common) = (format!("{n:032}"), format!("{:032}", n % 100));
        let tags: &[&str] = match kind {
            "shared" => &[&common],
            "own" => &[&key],
            _ => &[],
        };
        let since = cache.epoch();
        cache.put(&key, NewEntry { value: value.clone(), weight: 0, freshness: DAY, tags, since }, Instant::ZERO);
    }
    let excluded = size_of_val(&value) + if kind == "own" { 64 } else { 32 };
    println!("{}", (resident() - before) as f64 / entries as f64 - excluded as f64);
}

/// Linux only; elsewhere the figures are 0.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4_096
}
