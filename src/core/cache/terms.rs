//! What goes into a cache and what comes out.

use crate::core::time::Duration;

/// How much a cache may hold. Both hold after every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by literal; a third bound would be a decision for every caller")]
pub struct Limits {
    /// The sum over all entries of weight, key, tags and overhead, in bytes.
    pub max_bytes: usize,
    /// The number of entries.
    pub max_entries: usize,
}

/// How long an entry is served, from when it is put. Whole milliseconds count, and 49 days are for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by literal")]
pub struct Freshness {
    /// [`Lookup::Hit`] while `now < put + ttl`.
    pub ttl: Duration,
    /// Then [`Lookup::Stale`] while `now < put + ttl + stale`.
    pub stale: Duration,
}

/// What is there under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lookup<V> {
    /// Within its time to live.
    Hit {
        /// What was put.
        value: V,
        /// How long ago.
        age: Duration,
    },
    /// Past its time to live, still good enough while a new one is fetched or upstream is down.
    Stale {
        /// What was put.
        value: V,
        /// How long ago.
        age: Duration,
    },
    /// Past all its time: dropped, and a miss from now on.
    Expired,
    /// Never put, evicted or invalidated.
    Miss,
}

/// What became of a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Put {
    /// In place of whatever was under the key; other entries may have gone to make room.
    Stored,
    /// Its key or one of its tags was invalidated after it was read: nothing changed.
    Outdated,
    /// Alone, it would not fit: not stored, and what was under the key is gone.
    TooLarge,
}

/// A point in the sequence of invalidations of one cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub(super) u64);

/// What to put under a key.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by literal")]
pub struct NewEntry<'a, V> {
    /// A cheap handle: every hit clones it.
    pub value: V,
    /// Bytes that the value keeps alive.
    pub weight: usize,
    /// How long it is served.
    pub freshness: Freshness,
    /// What to invalidate it by, beside its key.
    pub tags: &'a [&'a str],
    /// [`Cache::epoch`](super::Cache::epoch) from before the value was read.
    pub since: Epoch,
}
