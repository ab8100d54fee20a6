//! A queue that knows how many stand before anyone in it, some of whom may be told not to count.

use crate::core::order::Numbered;

/// Spots in the smallest tree.
const SMALLEST: usize = 64;

/// Entries in order of arrival; all operations are O(log n), renumbering included when spread over the calls.
#[derive(Debug)]
pub(super) struct Line<W> {
    entries: Numbered<Entry<W>>,
    /// A Fenwick tree over spots: node `i` (from 1) holds how many entries count in the `i & -i` spots up to `i`.
    tree: Vec<usize>,
    next_spot: usize,
    next_id: u64,
    counted: usize,
}

#[derive(Debug)]
struct Entry<W> {
    spot: usize,
    counts: bool,
    waiter: W,
}

impl<W> Line<W> {
    pub(super) fn new() -> Self {
        Self { entries: Numbered::new(), tree: Vec::new(), next_spot: 0, next_id: 0, counted: 0 }
    }

    /// Adds an entry that counts at the end and returns its name, which is never used again.
    pub(super) fn push(&mut self, waiter: W) -> u64 {
        if self.next_spot + 1 >= self.tree.len() {
            self.renumber();
        }
        let (id, spot) = (self.next_id, self.next_spot);
        self.next_id += 1;
        self.next_spot += 1;
        self.entries.push(id, Entry { spot, counts: false, waiter });
        self.count(id);
        id
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<W> {
        self.discount(id);
        self.entries.remove(id).map(|entry| entry.waiter)
    }

    /// How many of those that count stand before `id`; `None` if it is not in the line.
    pub(super) fn ahead(&self, id: u64) -> Option<usize> {
        let mut node = self.entries.get(id)?.spot;
        let mut ahead = 0;
        while node > 0 {
            ahead += self.tree.get(node).copied().unwrap_or(0);
            node &= node - 1;
        }
        Some(ahead)
    }

    pub(super) fn count(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(id).filter(|entry| !entry.counts) {
            entry.counts = true;
            self.counted += 1;
            let spot = entry.spot;
            self.update(spot, |node| *node += 1);
        }
    }

    pub(super) fn discount(&mut self, id: u64) {
        if let Some(entry) = self.entries.get_mut(id).filter(|entry| entry.counts) {
            entry.counts = false;
            self.counted -= 1;
            let spot = entry.spot;
            self.update(spot, |node| *node -= 1);
        }
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut W> {
        self.entries.get_mut(id).map(|entry| &mut entry.waiter)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many count.
    pub(super) const fn counted(&self) -> usize {
        self.counted
    }

    fn update(&mut self, spot: usize, change: impl Fn(&mut usize)) {
        let mut node = spot + 1;
        while let Some(sum) = self.tree.get_mut(node) {
            change(sum);
            node += node & node.wrapping_neg();
        }
    }

    /// Closes the gaps that those who left have left, in a tree with at least as many spots free as taken.
    fn renumber(&mut self) {
        let spots = (2 * self.entries.len()).next_power_of_two().max(SMALLEST);
        self.tree.clear();
        self.tree.resize(spots + 1, 0);
        let mut counting = Vec::new();
        for (spot, entry) in self.entries.values_mut().enumerate() {
            entry.spot = spot;
            if entry.counts {
                counting.push(spot);
            }
        }
        self.next_spot = self.entries.len();
        for spot in counting {
            self.update(spot, |node| *node += 1);
        }
    }
}
