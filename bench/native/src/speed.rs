//! Nanoseconds per call, beside `quick_cache`'s unsync form.
//!
//! Both have string keys and shared values, and hold the same entries. A call that has to read cold memory costs more, so
//! three sizes. Each figure is the median of [`ROUNDS`] rounds, taken in turns so that a slow moment of the machine hits
//! both. `quick_cache` takes its keys owned, so a put of a key that is there pays for a copy that the other does not make.

use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant as Wall;

use clerk_edge::core::cache::{Cache, Limits, NewEntry};
use clerk_edge::core::time::Instant;

use crate::subjects::DAY;
use crate::traces::{Random, Zipf};

const ROUNDS: usize = 15;
const CALLS: usize = 200_000;
const SIZES: [u32; 3] = [1_000, 10_000, 100_000];
const NOW: Instant = Instant::from_millis(1_764_000_000_000);

type Value = Rc<[u8]>;
type Quick = quick_cache::unsync::Cache<Box<str>, Value>;

pub fn run() {
    println!("\nns per call, median of {ROUNDS} rounds of {CALLS}; clerk-edge, quick_cache, ratio");
    for size in SIZES {
        let keys: Vec<Box<str>> = (0..4 * size).map(|n| format!("GET /v1/users/user_{n:024}").into()).collect();
        println!("{size} entries");
        hits(&keys, size);
        misses(&keys, size);
        replaces(&keys, size);
        evicting_puts(&keys, size);
        zipf(&keys, size);
    }
}

fn ours(bound: u32) -> Cache<Value> {
    Cache::new(Limits { max_bytes: usize::MAX, max_entries: bound as usize }, 1)
}

fn put(cache: &mut Cache<Value>, key: &str, value: &Value) {
    let since = cache.epoch();
    black_box(cache.put(key, NewEntry { value: value.clone(), weight: 1, freshness: DAY, tags: &[], since }, NOW));
}

fn filled(keys: &[Box<str>], bound: u32, entries: usize) -> (Cache<Value>, Quick, Value) {
    let (mut ours, mut quick, value) = (ours(bound), Quick::new(bound as usize), Value::from(*b"{}"));
    for key in &keys[..entries] {
        put(&mut ours, key, &value);
        quick.insert(key.clone(), value.clone());
    }
    (ours, quick, value)
}

/// Calls in a random order, the same for both.
fn order(bound: u32) -> Vec<usize> {
    let mut random = Random(9);
    (0..CALLS).map(|_| random.below(bound) as usize).collect()
}

fn hits(keys: &[Box<str>], size: u32) {
    let (mut ours, quick, _) = filled(keys, 2 * size, size as usize);
    let order = order(size);
    compare(
        "get, hit",
        || order.iter().for_each(|&key| drop(black_box(ours.get(&keys[key], NOW)))),
        || order.iter().for_each(|&key| drop(black_box(quick.get(&*keys[key]).cloned()))),
    );
}

fn misses(keys: &[Box<str>], size: u32) {
    let (mut ours, quick, _) = filled(keys, 2 * size, size as usize);
    let order = order(size);
    compare(
        "get, miss",
        || order.iter().for_each(|&key| drop(black_box(ours.get(&keys[size as usize + key], NOW)))),
        || order.iter().for_each(|&key| drop(black_box(quick.get(&*keys[size as usize + key]).cloned()))),
    );
}

fn replaces(keys: &[Box<str>], size: u32) {
    let (mut ours, mut quick, value) = filled(keys, 2 * size, size as usize);
    let order = order(size);
    compare(
        "put, same key",
        || order.iter().for_each(|&key| put(&mut ours, &keys[key], &value)),
        || order.iter().for_each(|&key| quick.insert(keys[key].clone(), value.clone())),
    );
}

fn evicting_puts(keys: &[Box<str>], size: u32) {
    let (mut ours, mut quick, value) = filled(keys, size, keys.len());
    let order = order(4 * size);
    compare(
        "put, evicting",
        || order.iter().for_each(|&key| put(&mut ours, &keys[key], &value)),
        || order.iter().for_each(|&key| quick.insert(keys[key].clone(), value.clone())),
    );
}

fn zipf(keys: &[Box<str>], size: u32) {
    let (mut ours, mut quick, value) = filled(keys, size, keys.len());
    let (zipf, mut random) = (Zipf::new(4 * size, 0.9), Random(9));
    let order: Vec<usize> = (0..CALLS).map(|_| zipf.draw(&mut random) as usize).collect();
    compare(
        "get or put, Zipf",
        || {
            for &key in &order {
                if matches!(ours.get(&keys[key], NOW), clerk_edge::core::cache::Lookup::Miss) {
                    put(&mut ours, &keys[key], &value);
                }
            }
        },
        || {
            for &key in &order {
                if quick.get(&*keys[key]).cloned().is_none() {
                    quick.insert(keys[key].clone(), value.clone());
                }
            }
        },
    );
}

fn compare(name: &str, mut ours: impl FnMut(), mut quick: impl FnMut()) {
    let (mut our_times, mut quick_times) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(time(&mut ours));
        quick_times.push(time(&mut quick));
    }
    let (ours, quick) = (median(our_times), median(quick_times));
    println!("  {name:18} {ours:7.1} {quick:7.1}   x{:.2}", ours / quick);
}

#[expect(clippy::disallowed_methods, reason = "a benchmark on a native host")]
fn time(work: &mut impl FnMut()) -> f64 {
    let start = Wall::now();
    work();
    start.elapsed().as_secs_f64() * 1e9 / CALLS as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
