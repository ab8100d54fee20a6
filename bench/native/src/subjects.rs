//! The caches that are compared, behind one face.

use clerk_edge::core::cache::{Cache, ENTRY_OVERHEAD, Freshness, Limits, Lookup, NewEntry};
use clerk_edge::core::time::{Duration, Instant};

use crate::reference::{Lru, S3Fifo, Sieve, TinyLfu};

/// A cache that is asked for a key, and given it when it does not have it.
pub trait Subject {
    /// Whether the key was there. Afterwards it may be.
    fn look_up(&mut self, key: u32, weight: u32) -> bool;
}

pub const DAY: Freshness = Freshness { ttl: Duration::from_hours(24), stale: Duration::ZERO };
const NOW: Instant = Instant::from_millis(1_764_000_000_000);

/// Names and makers, given a bound of entries.
pub fn by_entries(bound: usize) -> Vec<(&'static str, Box<dyn Subject>)> {
    vec![
        ("LRU", Box::new(Lru::new(bound))),
        ("SIEVE", Box::new(Sieve::new(bound))),
        ("S3-FIFO", Box::new(S3Fifo::new(bound))),
        ("W-TinyLFU", Box::new(TinyLfu::new(bound))),
        ("moka", Box::new(Moka::new(moka::sync::Cache::new(bound as u64)))),
        ("quick_cache", Box::new(Quick(quick_cache::unsync::Cache::new(bound)))),
        ("clerk-edge", Box::new(Ours(Cache::new(Limits { max_bytes: usize::MAX, max_entries: bound }, 1)))),
    ]
}

/// The same, given a bound of bytes.
pub fn by_bytes(bound: usize) -> Vec<(&'static str, Box<dyn Subject>)> {
    let weigh = |_: &u32, weight: &u32| *weight;
    let moka = moka::sync::Cache::builder().max_capacity(bound as u64).weigher(weigh).build();
    let quick = quick_cache::unsync::Cache::with_weighter(bound / 5_000, bound as u64, Weigher);
    vec![
        ("moka", Box::new(Moka::new(moka))),
        ("quick_cache", Box::new(Quick(quick))),
        ("clerk-edge", Box::new(Ours(Cache::new(Limits { max_bytes: bound, max_entries: usize::MAX }, 1)))),
    ]
}

struct Ours(Cache<()>);

impl Subject for Ours {
    fn look_up(&mut self, key: u32, weight: u32) -> bool {
        let name = key.to_string();
        if matches!(self.0.get(&name, NOW), Lookup::Hit { .. }) {
            return true;
        }
        let since = self.0.epoch();
        // the others are told the whole cost; here the overhead is added to it
        let weight = (weight as usize).saturating_sub(ENTRY_OVERHEAD + name.len());
        self.0.put(&name, NewEntry { value: (), weight, freshness: DAY, tags: &[], since }, NOW);
        false
    }
}

#[derive(Clone)]
struct Weigher;

impl quick_cache::Weighter<u32, u32> for Weigher {
    fn weight(&self, _: &u32, weight: &u32) -> u64 {
        u64::from(*weight)
    }
}

struct Quick<W>(quick_cache::unsync::Cache<u32, u32, W>);

impl<W: quick_cache::Weighter<u32, u32>> Subject for Quick<W> {
    fn look_up(&mut self, key: u32, weight: u32) -> bool {
        let hit = self.0.get(&key).is_some();
        if !hit {
            self.0.insert(key, weight);
        }
        hit
    }
}

/// With its housekeeping done every sixteen lookups, so that it is judged by its policy and not by its threads.
struct Moka {
    cache: moka::sync::Cache<u32, u32>,
    lookups: u32,
}

impl Moka {
    fn new(cache: moka::sync::Cache<u32, u32>) -> Self {
        Self { cache, lookups: 0 }
    }
}

impl Subject for Moka {
    fn look_up(&mut self, key: u32, weight: u32) -> bool {
        let hit = self.cache.get(&key).is_some();
        if !hit {
            self.cache.insert(key, weight);
        }
        self.lookups += 1;
        if self.lookups.is_multiple_of(16) {
            self.cache.run_pending_tasks();
        }
        hit
    }
}
