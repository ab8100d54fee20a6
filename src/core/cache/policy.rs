//! Which entry goes when room is needed: two queues and a counter of hits.
//!
//! A new entry enters the small queue. When it reaches the front it goes, unless it was hit, in which case it moves to
//! the main queue; there, an entry at the front goes back to the end as often as it was hit. A hit only counts.

use super::entry::Entry;
use super::slab::{Index, NIL, Slab};
use crate::core::time::Instant;

/// Hits that count.
const MAX_HITS: u8 = 3;

/// Where an entry stands.
pub(super) struct Place {
    older: Index,
    newer: Index,
    queue: Queue,
    hits: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Queue {
    Small,
    Main,
}

impl Place {
    pub(super) const fn new() -> Self {
        Self { older: NIL, newer: NIL, queue: Queue::Small, hits: 0 }
    }

    pub(super) fn hit(&mut self) {
        self.hits = MAX_HITS.min(self.hits + 1);
    }
}

/// Both queues, oldest first.
pub(super) struct Policy {
    small: List,
    main: List,
}

#[derive(Default)]
struct List {
    oldest: Option<Index>,
    newest: Option<Index>,
    bytes: usize,
}

impl Policy {
    pub(super) fn new() -> Self {
        Self { small: List::default(), main: List::default() }
    }

    pub(super) fn enter<V>(&mut self, entries: &mut Slab<Entry<V>>, index: Index) {
        self.push(entries, index, Queue::Small);
    }

    pub(super) fn leave<V>(&mut self, entries: &mut Slab<Entry<V>>, index: Index) {
        let Some(entry) = entries.get(index) else { return };
        let (cost, queue, older, newer) = (entry.cost, entry.place.queue, entry.place.older, entry.place.newer);
        let some = |index: Index| (index != NIL).then_some(index);
        let list = self.list(queue);
        list.bytes -= cost;
        match entries.get_mut(older) {
            Some(entry) => entry.place.newer = newer,
            None => list.oldest = some(newer),
        }
        match entries.get_mut(newer) {
            Some(entry) => entry.place.older = older,
            None => list.newest = some(older),
        }
    }

    /// The entry to evict, never `keep`; `None` if there is no other. Amortised O(1).
    pub(super) fn victim<V>(&mut self, entries: &mut Slab<Entry<V>>, keep: Index, now: Instant) -> Option<Index> {
        // each turn counts down a hit, or moves an entry or `keep` to another place; the bound only guards the loop
        for _ in 0..(usize::from(MAX_HITS) + 2) * (entries.len() + 1) {
            let small = self.small.bytes > self.main.bytes / 8;
            let (first, second) = if small { (&self.small, &self.main) } else { (&self.main, &self.small) };
            let index = first.oldest.or(second.oldest)?;
            let entry = entries.get_mut(index)?;
            if index != keep && (entry.life.is_over(now) || entry.place.hits == 0) {
                return Some(index);
            }
            if index != keep {
                entry.place.hits -= 1;
            } else if entries.len() == 1 {
                return None;
            }
            self.leave(entries, index);
            self.push(entries, index, Queue::Main);
        }
        None
    }

    fn push<V>(&mut self, entries: &mut Slab<Entry<V>>, index: Index, queue: Queue) {
        let list = self.list(queue);
        let older = list.newest.replace(index).unwrap_or(NIL);
        list.oldest.get_or_insert(index);
        if let Some(entry) = entries.get_mut(index) {
            list.bytes += entry.cost;
            entry.place = Place { older, newer: NIL, queue, hits: entry.place.hits };
        }
        if let Some(entry) = entries.get_mut(older) {
            entry.place.newer = index;
        }
    }

    const fn list(&mut self, queue: Queue) -> &mut List {
        match queue {
            Queue::Small => &mut self.small,
            Queue::Main => &mut self.main,
        }
    }
}
