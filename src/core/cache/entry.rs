//! What is kept of an entry, and what that costs.

use super::Freshness;
use super::slab::Index;
use super::tags::TAG_OVERHEAD;
use crate::core::time::{Duration, Instant, millis};

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
    // In milliseconds; 49 days at most, which halves what an entry's times take.
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

    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        now < self.put.after_millis(self.ttl.into())
    }

    pub(super) const fn over(&self) -> Instant {
        self.put.after_millis(self.ttl as u64 + self.extra as u64)
    }

    pub(super) fn is_over(&self, now: Instant) -> bool {
        now >= self.over()
    }
}

/// What an entry counts for in bytes, saturating.
pub(super) fn cost(key: &str, tags: &[&str], weight: usize) -> usize {
    let names = key.len() + tags.iter().map(|tag| tag.len() + TAG_OVERHEAD).sum::<usize>();
    weight.saturating_add(names).saturating_add(ENTRY_OVERHEAD)
}
