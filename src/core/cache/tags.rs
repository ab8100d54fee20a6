//! Which entries carry which tag: lists threaded through one slab of memberships.
//!
//! A membership is in two lists at once: that of its tag (linked both ways, so it leaves in O(1)) and that of its entry.
//! No entry and no tag owns a collection. A tag exists while at least one entry carries it.

use hashbrown::HashTable;

use super::slab::{Index, NIL, Slab};

/// Bytes charged for each tag of an entry beside the tag's name.
///
/// That covers a membership and a tag that no other entry carries, 83 bytes measured; a tag that many carry costs 24.
pub const TAG_OVERHEAD: usize = 96;

pub(super) struct Tags {
    by_name: HashTable<Index>,
    slots: Slab<Tag>,
    memberships: Slab<Membership>,
}

struct Tag {
    name: Box<str>,
    hash: u64,
    /// The latest membership.
    first: Index,
}

struct Membership {
    tag: Index,
    entry: Index,
    /// Neighbours in the list of the tag.
    newer: Index,
    older: Index,
    /// The next membership of the same entry.
    sibling: Index,
}

impl Tags {
    pub(super) const fn new() -> Self {
        Self { by_name: HashTable::new(), slots: Slab::new(), memberships: Slab::new() }
    }

    /// Gives `entry` one more tag; `siblings` is the first of those it has. Returns the first of all, O(1).
    ///
    /// All tags of an entry are given in a row, with no other entry's between them. A tag it already has is not
    /// given twice.
    pub(super) fn attach(&mut self, entry: Index, name: &str, hash: u64, siblings: Index) -> Index {
        let Some(tag) = self.find(name, hash).or_else(|| self.create(name, hash)) else { return siblings };
        let older = self.slots.get(tag).map_or(NIL, |tag| tag.first);
        if self.memberships.get(older).is_some_and(|latest| latest.entry == entry) {
            return siblings;
        }
        let membership = Membership { tag, entry, newer: NIL, older, sibling: siblings };
        let Some(index) = self.memberships.insert(membership) else { return siblings };
        if let Some(next) = self.memberships.get_mut(older) {
            next.newer = index;
        }
        if let Some(tag) = self.slots.get_mut(tag) {
            tag.first = index;
        }
        index
    }

    /// Takes all tags of an entry, given the first of its memberships; O(tags of the entry).
    pub(super) fn detach(&mut self, mut first: Index) {
        while let Some(membership) = self.memberships.take(first) {
            first = membership.sibling;
            self.unlink(&membership);
        }
    }

    /// An entry with this tag, the latest first.
    pub(super) fn latest(&self, name: &str, hash: u64) -> Option<Index> {
        let tag = self.slots.get(self.find(name, hash)?)?;
        self.memberships.get(tag.first).map(|membership| membership.entry)
    }

    fn find(&self, name: &str, hash: u64) -> Option<Index> {
        self.by_name
            .find(hash, |&tag| self.slots.get(tag).is_some_and(|tag| tag.hash == hash && *tag.name == *name))
            .copied()
    }

    fn create(&mut self, name: &str, hash: u64) -> Option<Index> {
        let tag = self.slots.insert(Tag { name: name.into(), hash, first: NIL })?;
        let tags = &self.slots;
        self.by_name.insert_unique(hash, tag, |&tag| tags.get(tag).map_or(0, |tag| tag.hash));
        Some(tag)
    }

    fn unlink(&mut self, gone: &Membership) {
        if let Some(older) = self.memberships.get_mut(gone.older) {
            older.newer = gone.newer;
        }
        if let Some(newer) = self.memberships.get_mut(gone.newer) {
            newer.older = gone.older;
            return;
        }
        match self.slots.get_mut(gone.tag) {
            Some(tag) if gone.older != NIL => tag.first = gone.older,
            Some(_) => self.forget(gone.tag),
            None => {}
        }
    }

    fn forget(&mut self, index: Index) {
        let Some(tag) = self.slots.take(index) else { return };
        if let Ok(found) = self.by_name.find_entry(tag.hash, |&other| other == index) {
            found.remove();
        }
    }

    /// How many tags and memberships there are.
    #[cfg(test)]
    pub(super) fn counts(&self) -> (usize, usize) {
        assert_eq!(self.by_name.len(), self.slots.len());
        (self.slots.len(), self.memberships.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All tags have the same hash, so every lookup rests on the names.
    fn attach(tags: &mut Tags, entry: Index, names: &[&str]) -> Index {
        names.iter().fold(NIL, |siblings, name| tags.attach(entry, name, 1, siblings))
    }

    #[test]
    fn a_tag_goes_with_its_last_entry() {
        let mut tags = Tags::new();
        let (ada, ben) = (attach(&mut tags, 1, &["org", "ada"]), attach(&mut tags, 2, &["org", "ben"]));
        assert_eq!(tags.counts(), (3, 4));
        tags.detach(ben);
        assert_eq!((tags.latest("org", 1), tags.latest("ben", 1)), (Some(1), None));
        tags.detach(ada);
        assert_eq!(tags.counts(), (0, 0));
    }

    #[test]
    fn members_leave_from_both_ends_and_the_middle() {
        for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [1, 2, 0]] {
            let mut tags = Tags::new();
            let firsts = [1, 2, 3].map(|entry| attach(&mut tags, entry, &["org"]));
            for (left, gone) in order.into_iter().enumerate() {
                tags.detach(firsts[gone]);
                assert_eq!(tags.counts().1, 2 - left);
                assert_eq!(tags.latest("org", 1).is_some(), left < 2);
            }
        }
    }

    #[test]
    fn a_tag_named_twice_counts_once() {
        let mut tags = Tags::new();
        attach(&mut tags, 1, &["a", "b", "a", "b"]);
        assert_eq!(tags.counts(), (2, 2));
    }
}
