//! Slots with stable numbers: what lists and hash tables point at instead of owning.

/// The number of a slot. Valid until the slot is taken.
pub(super) type Index = u32;

/// No slot.
pub(super) const NIL: Index = Index::MAX;

/// A vector of slots whose freed ones are used again first.
///
/// Everything is O(1), amortised. It grows by an eighth at a time, so at most that much is spare, and never shrinks.
pub(super) struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Index,
    len: usize,
}

enum Slot<T> {
    Free { next: Index },
    Used(T),
}

impl<T> Slab<T> {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: NIL, len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// One more than the highest slot number ever used.
    pub(super) fn end(&self) -> Index {
        Index::try_from(self.slots.len()).unwrap_or(NIL)
    }

    #[inline]
    pub(super) fn get(&self, index: Index) -> Option<&T> {
        match self.slots.get(index as usize) {
            Some(Slot::Used(item)) => Some(item),
            Some(Slot::Free { .. }) | None => None,
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, index: Index) -> Option<&mut T> {
        match self.slots.get_mut(index as usize) {
            Some(Slot::Used(item)) => Some(item),
            Some(Slot::Free { .. }) | None => None,
        }
    }

    /// Puts `item` into a slot; `None` if all 2³² − 1 are in use.
    pub(super) fn insert(&mut self, item: T) -> Option<Index> {
        let index = match self.slots.get(self.free as usize) {
            Some(&Slot::Free { next }) => std::mem::replace(&mut self.free, next),
            Some(Slot::Used(_)) | None => self.push_free()?,
        };
        *self.slots.get_mut(index as usize)? = Slot::Used(item);
        self.len += 1;
        Some(index)
    }

    /// Frees a slot and hands back what was in it.
    pub(super) fn take(&mut self, index: Index) -> Option<T> {
        let slot = self.slots.get_mut(index as usize)?;
        if matches!(slot, Slot::Free { .. }) {
            return None;
        }
        let Slot::Used(item) = std::mem::replace(slot, Slot::Free { next: self.free }) else { return None };
        self.free = index;
        self.len -= 1;
        Some(item)
    }

    /// All there is, in the order of the slots.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.end()).filter_map(|index| self.get(index))
    }

    fn push_free(&mut self) -> Option<Index> {
        let index = Index::try_from(self.slots.len()).ok().filter(|&index| index != NIL)?;
        if self.slots.len() == self.slots.capacity() {
            self.slots.reserve_exact(self.slots.len() / 8 + 8);
        }
        self.slots.push(Slot::Free { next: NIL });
        Some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freed_slot_is_used_again_before_a_new_one() {
        let mut slab = Slab::new();
        let (a, b) = (slab.insert("a").unwrap(), slab.insert("b").unwrap());
        assert_eq!(slab.take(a), Some("a"));
        assert_eq!(slab.take(a), None, "a slot is taken once");
        assert_eq!((slab.get(a), slab.get(b)), (None, Some(&"b")));
        assert_eq!(slab.insert("c"), Some(a));
        assert_eq!((slab.len(), slab.end()), (2, 2));
    }

    #[test]
    fn no_slot_is_found_at_nil() {
        assert_eq!(Slab::<u8>::new().get(NIL), None);
    }
}
