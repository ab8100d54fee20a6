//! Which names were invalidated lately, so that a read that began before cannot bring the old value back.
//!
//! Every invalidation is one step of a counter, the epoch, and leaves a mark: the hash of the name and the epoch. Marks
//! are kept in two generations of at most [`MARKS`]; when the newer is full, the older is forgotten and the floor raised
//! to where the newer began. Whatever began before the floor counts as invalidated: forgetting errs on the safe side, as
//! do two names with the same 64-bit hash.

use hashbrown::HashTable;

use super::Epoch;

/// Marks per generation: what 2,048 buckets hold. At least this many of the latest invalidations are remembered.
pub(super) const MARKS: usize = 1_792;

/// At most 70 kB of marks; recording and checking one name is O(1), amortised.
pub(super) struct Invalidations {
    now: u64,
    /// What began before this is out of date, whatever its name.
    floor: u64,
    older: HashTable<Mark>,
    newer: HashTable<Mark>,
    newer_began: u64,
}

struct Mark {
    name: u64,
    at: u64,
}

impl Invalidations {
    pub(super) const fn new() -> Self {
        Self { now: 0, floor: 0, older: HashTable::new(), newer: HashTable::new(), newer_began: 0 }
    }

    pub(super) const fn epoch(&self) -> Epoch {
        Epoch(self.now)
    }

    /// From here on, what began before now is out of date under this name.
    pub(super) fn mark(&mut self, name: u64) {
        self.now += 1;
        let at = self.now;
        if let Some(mark) = self.newer.find_mut(name, |mark| mark.name == name) {
            mark.at = at;
            return;
        }
        if self.newer.len() >= MARKS {
            self.floor = self.newer_began;
            self.newer_began = at;
            std::mem::swap(&mut self.older, &mut self.newer);
            self.newer.clear();
        }
        self.newer.insert_unique(name, Mark { name, at }, |mark| mark.name);
    }

    /// From here on, what began before now is out of date under any name.
    pub(super) fn mark_all(&mut self) {
        let now = self.now + 1;
        *self = Self { now, floor: now, newer_began: now, ..Self::new() };
    }

    /// Whether nothing at all was invalidated since `epoch`, which is the common case and costs one comparison.
    pub(super) const fn quiet_since(&self, epoch: Epoch) -> bool {
        self.now <= epoch.0
    }

    /// Whether this name was invalidated after `epoch`, or may have been.
    pub(super) fn since(&self, epoch: Epoch, name: u64) -> bool {
        let marked = |marks: &HashTable<Mark>| marks.find(name, |m| m.name == name).is_some_and(|m| m.at > epoch.0);
        epoch.0 < self.floor || marked(&self.newer) || marked(&self.older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_for_its_name_and_for_what_began_before_it() {
        let mut invalidations = Invalidations::new();
        let before = invalidations.epoch();
        invalidations.mark(7);
        assert!(invalidations.since(before, 7));
        assert!(!invalidations.since(before, 8));
        assert!(!invalidations.since(invalidations.epoch(), 7));
    }

    #[test]
    fn what_is_forgotten_counts_as_invalidated() {
        let mut invalidations = Invalidations::new();
        let (before, marks) = (invalidations.epoch(), MARKS as u64);
        invalidations.mark(0);
        let after = invalidations.epoch();
        (1..=2 * marks).for_each(|name| invalidations.mark(name));
        assert!(invalidations.since(before, 0));
        assert!(invalidations.since(after, 0), "older than the floor");
        let later = invalidations.epoch();
        assert!(!invalidations.since(later, 0));
        assert!(invalidations.older.len() + invalidations.newer.len() <= 2 * MARKS);
    }

    #[test]
    fn the_latest_marks_are_never_forgotten_nor_the_quiet_names_refused() {
        let mut invalidations = Invalidations::new();
        for name in 0..10 * MARKS as u64 {
            let before = invalidations.epoch();
            invalidations.mark(name);
            assert!(invalidations.since(before, name));
            assert!(!invalidations.since(before, u64::MAX), "one invalidation later is not too old to be known");
        }
    }

    #[test]
    fn the_same_name_again_and_again_takes_one_mark() {
        let mut invalidations = Invalidations::new();
        let before = invalidations.epoch();
        (0..10 * MARKS).for_each(|_| invalidations.mark(1));
        assert!(!invalidations.since(before, 2));
        assert_eq!(invalidations.newer.len(), 1);
    }
}
