//! Which deliveries were dealt with lately, by their id.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::rc::Rc;

use crate::core::time::{Duration, Instant};

/// A bounded memory of ids, each for one window. Both bounds err on the side of forgetting: a delivery that is forgotten
/// is dealt with again.
///
/// At most `max` ids; the one noted longest ago leaves first. O(log n) each.
pub struct Replays {
    max: usize,
    window: Duration,
    /// The oldest first.
    order: VecDeque<(Instant, Rc<str>)>,
    known: BTreeSet<Rc<str>>,
}

impl fmt::Debug for Replays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replays").field("ids", &self.order.len()).finish_non_exhaustive()
    }
}

impl Replays {
    /// An empty one. An id noted at `t` is known while `now < t + window`.
    #[must_use]
    pub const fn new(max: usize, window: Duration) -> Self {
        Self { max, window, order: VecDeque::new(), known: BTreeSet::new() }
    }

    /// Notes `id`; whether it was not known, so that whoever asks is to deal with it. A known one keeps its time.
    pub fn first(&mut self, id: &str, now: Instant) -> bool {
        while self.order.front().is_some_and(|(at, _)| now.since(*at) >= self.window) {
            self.forget();
        }
        if self.known.contains(id) {
            return false;
        }
        if self.order.len() >= self.max {
            self.forget();
        }
        if self.order.len() < self.max {
            let id: Rc<str> = id.into();
            self.order.push_back((now, Rc::clone(&id)));
            self.known.insert(id);
        }
        true
    }

    fn forget(&mut self) {
        if let Some((_, id)) = self.order.pop_front() {
            self.known.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(10);

    #[test]
    fn r21_an_id_is_new_once_in_a_window() {
        let mut replays = Replays::new(8, WINDOW);
        let at = Instant::from_millis;
        assert!(replays.first("msg_1", at(0)));
        assert!(!replays.first("msg_1", at(0)));
        assert!(replays.first("msg_2", at(5)));
        assert!(!replays.first("msg_1", at(9_999)));
        assert!(replays.first("msg_1", at(10_000)));
        assert!(!replays.first("msg_2", at(10_004)));
    }

    #[test]
    fn r21_the_set_is_bounded_and_forgets_the_oldest() {
        let mut replays = Replays::new(3, WINDOW);
        for id in ["a", "b", "c", "d"] {
            assert!(replays.first(id, Instant::ZERO));
        }
        assert_eq!((replays.order.len(), replays.known.len()), (3, 3));
        assert!(!replays.first("b", Instant::ZERO));
        assert!(replays.first("a", Instant::ZERO));
        assert_eq!((replays.order.len(), replays.known.len()), (3, 3));
    }

    #[test]
    fn a_set_of_nothing_knows_nothing() {
        let mut replays = Replays::new(0, WINDOW);
        assert!(replays.first("a", Instant::ZERO));
        assert!(replays.first("a", Instant::ZERO));
        assert_eq!(replays.known.len(), 0);
    }
}
