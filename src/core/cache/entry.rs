//! What is kept of an entry, and what that costs.

use super::Freshness;
use super::slab::Index;
use super::tags::TAG_OVERHEAD;
use crate::core::time::{Duration, Instant, millis};

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
    /// What a [`Handle`] must know besides the slot.
    pub(super) stamp: u32,
}

/// A short way to one entry: looks it up without its key, and finds nothing once the entry was dropped or its slot was
/// taken by another.
///
/// It has a number of its own, below 2⁵³, so that it can leave this module and come back as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    pub(super) index: Index,
    pub(super) stamp: u32,
}

impl Handle {
    /// A handle to this slot, if slot and stamp fit into 53 bits and the stamp belongs to one entry alone.
    pub(super) const fn new(index: Index, stamp: u32) -> Option<Self> {
        if index < 1 << 21 && stamp != LAST_STAMP { Some(Self { index, stamp }) } else { None }
    }

    /// As a number.
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        (self.index as u64) << 32 | self.stamp as u64
    }

    /// The handle of that number; of a number that came from nowhere, one that finds nothing or something by chance.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "taken apart")]
    pub const fn from_bits(bits: u64) -> Self {
        Self { index: (bits >> 32) as Index, stamp: bits as u32 }
    }
}

/// The stamp of every entry after four billion: they have no handles, because stamps are never used twice.
pub(super) const LAST_STAMP: u32 = u32::MAX;

/// When an entry was put, and until when it is what.
#[derive(Clone, Copy)]
pub(super) struct Life {
    put: Instant,
    // In milliseconds, and for ever at 49 days, which halves what an entry's times take.
    ttl: u32,
    extra: u32,
}

impl Life {
    pub(super) fn new(freshness: Freshness, now: Instant) -> Self {
        let short = |length| u32::try_from(millis(length)).unwrap_or(u32::MAX);
        Self { put: now, ttl: short(freshness.ttl), extra: short(freshness.stale) }
    }

    pub(super) const fn age(&self, now: Instant) -> Duration {
        now.since(self.put)
    }

    #[inline]
    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        now < self.end(self.ttl.into())
    }

    pub(super) const fn over(&self) -> Instant {
        self.end(self.ttl as u64 + self.extra as u64)
    }

    #[inline]
    const fn end(&self, length: u64) -> Instant {
        if length >= u32::MAX as u64 { Instant::NEVER } else { self.put.after_millis(length) }
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.over()
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
