//! What is kept of an entry, and what that costs.

use super::Freshness;
use super::slab::Index;
use super::tags::TAG_OVERHEAD;
use crate::core::time::{Duration, Instant};

/// Bytes charged for every entry beside its key, its tags, its weight and its value's handle.
///
/// That is its share of the slots, the hash table, the ghosts and the allocator, each with its spare room at its largest,
/// on a 64-bit host; less in WebAssembly. Half a million to a million entries measure 86 to 97 bytes (`bench/native`, memory).
pub const ENTRY_OVERHEAD: usize = 110;

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
pub(super) fn cost<V>(key: &str, tags: &[&str], weight: usize) -> usize {
    let names = key.len() + tags.iter().map(|tag| tag.len() + TAG_OVERHEAD).sum::<usize>();
    weight.saturating_add(names).saturating_add(ENTRY_OVERHEAD + size_of::<V>())
}

#[cfg(test)]
#[cfg(target_pointer_width = "64")]
mod tests {
    use super::*;
    use crate::core::cache::policy::RANK_BYTES;

    #[test]
    fn the_overhead_covers_the_worst_case_of_every_part() {
        // slabs and ranks keep an eighth spare
        let slots = (size_of::<Entry<[u8; 8]>>() - 8 + RANK_BYTES) * 9 / 8;
        let handle_spare = 1;
        let ghosts = 8;
        // an index and a control byte per bucket, up to 16 buckets for 7 entries just after the table has doubled
        let table = (5 * 16usize).div_ceil(7);
        // a header and rounding up to 16
        let allocation_of_the_key = 16;
        let worst = slots + handle_spare + ghosts + table + allocation_of_the_key;
        assert!(worst <= ENTRY_OVERHEAD, "{worst}");
        assert!(ENTRY_OVERHEAD + size_of::<std::rc::Rc<u8>>() < 120);
    }
}
