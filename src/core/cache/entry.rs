//! What is kept of an entry, and what that costs.

use super::Freshness;
use super::slab::Index;
use super::tags::TAG_OVERHEAD;
use crate::core::time::{Duration, Instant};

/// Bytes charged for every entry beside its key, its tags and the weight the caller gives: slot, hash table, allocator.
///
/// Counted by the allocator on a 64-bit host, at the least favourable size of the hash table; see `bench/native`. The
/// value's handle in the slot counts as 8 bytes.
pub const ENTRY_OVERHEAD: usize = 116;

pub(super) struct Entry<V> {
    pub(super) key: Box<str>,
    pub(super) value: V,
    pub(super) life: Life,
    pub(super) cost: u32,
    pub(super) hash: u64,
    /// The first of its tags.
    pub(super) tags: Index,
}

/// When an entry was put, and until when it is what.
#[derive(Clone, Copy)]
pub(super) struct Life {
    put: Instant,
    stale: Instant,
    over: Instant,
}

impl Life {
    pub(super) const fn new(freshness: Freshness, now: Instant) -> Self {
        let stale = now.after(freshness.ttl);
        Self { put: now, stale, over: stale.after(freshness.stale) }
    }

    pub(super) const fn age(&self, now: Instant) -> Duration {
        now.since(self.put)
    }

    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        now < self.stale
    }

    pub(super) const fn over(&self) -> Instant {
        self.over
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.over
    }
}

/// What an entry counts for in bytes, saturating.
pub(super) fn cost(key: &str, tags: &[&str], weight: usize) -> usize {
    let names = key.len() + tags.iter().map(|tag| tag.len() + TAG_OVERHEAD).sum::<usize>();
    weight.saturating_add(names).saturating_add(ENTRY_OVERHEAD)
}
