//! Things in an order that they rarely leave: by a number that only grows, or by an instant.
//!
//! `BTreeMap` and `BTreeSet` do the same, at 5 kB of code for every type of key or value. So there is one tree here, for
//! everybody, and what is numbered in order of arrival lies in a queue, where it is found by bisection.

use std::collections::{BTreeSet, VecDeque};

use super::time::Instant;

/// Vacant places that a queue may always have, beside as many as are taken.
const SPARE: usize = 16;

/// Items by numbers that only grow.
///
/// `push` is O(1), everything else O(log n), amortised. The memory of the most items there ever were is kept.
#[derive(Debug)]
pub(in crate::core) struct Numbered<T> {
    /// In order of their numbers. The first is never vacant.
    places: VecDeque<(u64, Option<T>)>,
    len: usize,
}

impl<T> Numbered<T> {
    pub(in crate::core) const fn new() -> Self {
        Self { places: VecDeque::new(), len: 0 }
    }

    pub(in crate::core) const fn len(&self) -> usize {
        self.len
    }

    pub(in crate::core) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an item, whose number must be above all numbers before it.
    pub(in crate::core) fn push(&mut self, number: u64, item: T) {
        debug_assert!(self.places.back().is_none_or(|(last, _)| *last < number), "numbers only grow");
        self.places.push_back((number, Some(item)));
        self.len += 1;
    }

    pub(in crate::core) fn get(&self, number: u64) -> Option<&T> {
        self.places.get(self.find(number)?)?.1.as_ref()
    }

    pub(in crate::core) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let at = self.find(number)?;
        self.places.get_mut(at)?.1.as_mut()
    }

    /// The one with the lowest number.
    pub(in crate::core) fn first(&self) -> Option<(u64, &T)> {
        let (number, item) = self.places.front()?;
        Some((*number, item.as_ref()?))
    }

    pub(in crate::core) fn remove(&mut self, number: u64) -> Option<T> {
        let at = self.find(number)?;
        let item = self.places.get_mut(at)?.1.take()?;
        self.len -= 1;
        if self.places.len() > 2 * self.len + SPARE {
            self.places.retain(|(_, item)| item.is_some());
        }
        while self.places.front().is_some_and(|(_, item)| item.is_none()) {
            self.places.pop_front();
        }
        Some(item)
    }

    pub(in crate::core) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.places.iter_mut().filter_map(|(_, item)| item.as_mut())
    }

    pub(in crate::core) fn into_values(self) -> impl Iterator<Item = T> {
        self.places.into_iter().filter_map(|(_, item)| item)
    }

    fn find(&self, number: u64) -> Option<usize> {
        self.places.binary_search_by_key(&number, |(known, _)| *known).ok()
    }
}

/// Numbers by when they are due, and in their own order where that is the same instant. Everything is O(log n).
#[derive(Debug, Default)]
pub(in crate::core) struct Agenda(BTreeSet<(Instant, u64)>);

// Out of line: what is called from everywhere would be everywhere.
impl Agenda {
    /// Whether it was not there.
    #[inline(never)]
    pub(in crate::core) fn insert(&mut self, due: Instant, number: u64) -> bool {
        self.0.insert((due, number))
    }

    /// Whether it was there.
    #[inline(never)]
    pub(in crate::core) fn remove(&mut self, due: Instant, number: u64) -> bool {
        self.0.remove(&(due, number))
    }

    #[inline(never)]
    pub(in crate::core) fn first(&self) -> Option<(Instant, u64)> {
        self.0.first().copied()
    }

    /// The first that is due, if one is.
    pub(in crate::core) fn due(&self, now: Instant) -> Option<(Instant, u64)> {
        self.first().filter(|(due, _)| *due <= now)
    }
}

/// A set of numbers, in order. Everything is O(log n).
#[derive(Debug, Default)]
pub(in crate::core) struct Numbers(Agenda);

/// When they are all due.
const ALWAYS: Instant = Instant::ZERO;

impl Numbers {
    pub(in crate::core) fn len(&self) -> usize {
        self.0.0.len()
    }

    pub(in crate::core) fn contains(&self, number: u64) -> bool {
        self.0.0.contains(&(ALWAYS, number))
    }

    /// Whether it was not there.
    pub(in crate::core) fn insert(&mut self, number: u64) -> bool {
        self.0.insert(ALWAYS, number)
    }

    /// Whether it was there.
    pub(in crate::core) fn remove(&mut self, number: u64) -> bool {
        self.0.remove(ALWAYS, number)
    }

    pub(in crate::core) fn first(&self) -> Option<u64> {
        self.0.first().map(|(_, number)| number)
    }

    pub(in crate::core) fn iter(&self) -> impl Iterator<Item = u64> {
        self.0.0.iter().map(|(_, number)| *number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbered_items_are_those_of_a_map(steps in prop::collection::vec((0_u8..5, 0_u64..80), 0..400)) {
            let (mut items, mut model, mut next) = (Numbered::new(), BTreeMap::new(), 0);
            for (step, pick) in steps {
                match step {
                    0 | 1 => {
                        next += 1 + pick % 3;
                        items.push(next, pick);
                        model.insert(next, pick);
                    }
                    2 => prop_assert_eq!(items.remove(pick), model.remove(&pick)),
                    3 => {
                        let first = model.first_key_value().map(|(number, _)| *number).unwrap_or_default();
                        prop_assert_eq!(items.remove(first), model.remove(&first));
                    }
                    _ => {
                        if let Some(item) = items.get_mut(pick) {
                            *item += 1;
                        }
                        model.entry(pick).and_modify(|item| *item += 1);
                    }
                }
                prop_assert_eq!(items.get(pick), model.get(&pick));
                prop_assert_eq!(items.first(), model.first_key_value().map(|(number, item)| (*number, item)));
                prop_assert_eq!((items.len(), items.is_empty()), (model.len(), model.is_empty()));
                prop_assert!(items.places.len() <= 2 * items.len() + SPARE + 1);
            }
            prop_assert!(items.values_mut().map(|item| *item).eq(model.values().copied()));
            prop_assert!(items.into_values().eq(model.into_values()));
        }
    }

    #[test]
    fn an_agenda_goes_by_time_and_then_by_number() {
        let mut agenda = Agenda::default();
        let at = Instant::from_millis;
        assert!([(7, 1), (5, 9), (5, 3)].into_iter().all(|(due, number)| agenda.insert(at(due), number)));
        assert!(!agenda.insert(at(7), 1));
        assert_eq!(agenda.first(), Some((at(5), 3)));
        assert_eq!(agenda.due(at(4)), None);
        assert!(agenda.remove(at(5), 3) && !agenda.remove(at(5), 3));
        assert_eq!(agenda.due(at(5)), Some((at(5), 9)));
    }

    #[test]
    fn numbers_are_in_order() {
        let mut numbers = Numbers::default();
        assert!(numbers.insert(4) && numbers.insert(2) && !numbers.insert(4));
        assert!(numbers.iter().eq([2, 4]));
        assert_eq!((numbers.first(), numbers.len()), (Some(2), 2));
        assert!(numbers.remove(2) && !numbers.contains(2) && numbers.contains(4));
    }
}
