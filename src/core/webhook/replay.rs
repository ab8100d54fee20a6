//! Which deliveries were dealt with lately, by their id.

use std::collections::VecDeque;
use std::fmt;

use crate::core::time::{Duration, Instant};

/// A bounded memory of ids, each for one window. Both bounds err on the side of forgetting: a delivery that is forgotten
/// is dealt with again.
///
/// At most `max` ids; the one noted longest ago leaves first. O(n), which with some thousand of them takes less than the
/// signature did.
pub struct Replays {
    max: usize,
    window: Duration,
    /// The oldest first.
    known: VecDeque<(Instant, Box<str>)>,
}

impl fmt::Debug for Replays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replays").field("ids", &self.known.len()).finish_non_exhaustive()
    }
}

impl Replays {
    /// An empty one. An id noted at `t` is known while `now < t + window`.
    #[must_use]
    pub const fn new(max: usize, window: Duration) -> Self {
        Self { max, window, known: VecDeque::new() }
    }

    /// Notes `id`; whether it was not known, so that whoever asks is to deal with it. A known one keeps its time.
    pub fn first(&mut self, id: &str, now: Instant) -> bool {
        while self.known.front().is_some_and(|(at, _)| now.since(*at) >= self.window) {
            self.known.pop_front();
        }
        if self.known.iter().any(|(_, known)| **known == *id) {
            return false;
        }
        if self.known.len() >= self.max {
            self.known.pop_front();
        }
        if self.known.len() < self.max {
            self.known.push_back((now, id.into()));
        }
        true
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
        assert_eq!(replays.known.len(), 3);
        assert!(!replays.first("b", Instant::ZERO));
        assert!(replays.first("a", Instant::ZERO));
        assert_eq!(replays.known.len(), 3);
    }

    #[test]
    fn a_set_of_nothing_knows_nothing() {
        let mut replays = Replays::new(0, WINDOW);
        assert!(replays.first("a", Instant::ZERO));
        assert!(replays.first("a", Instant::ZERO));
        assert_eq!(replays.known.len(), 0);
    }
}
