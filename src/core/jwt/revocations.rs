//! Sessions and users whose tokens are no longer believed although they have time left.

use std::collections::VecDeque;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::core::time::{Duration, UnixTime};

/// How many are remembered. Tokens live a minute unless configured otherwise, so this is far more than end meanwhile.
const MOST: usize = 50_000;

/// Revocations: at most 50,000, what was first revoked longest ago forgotten first. O(1); some 100 bytes each.
#[derive(Debug, Default)]
pub struct Revocations {
    at: HashMap<Box<str>, UnixTime, RandomState>,
    order: VecDeque<Box<str>>,
}

impl Revocations {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on, tokens of `name` that were issued up to `now` are revoked.
    pub fn revoke(&mut self, name: &str, now: UnixTime) {
        if self.at.insert(name.into(), now).is_some() {
            return;
        }
        self.order.push_back(name.into());
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.at.remove(&oldest);
        }
    }

    /// Whether a token of `name` that was issued at `issued` is revoked. `skew` is how far the issuer's clock may be ahead.
    #[must_use]
    pub fn covers(&self, name: &str, issued: UnixTime, skew: Duration) -> bool {
        let until = |at: &UnixTime| at.as_millis().saturating_add(crate::core::time::millis(skew));
        !self.at.is_empty() && self.at.get(name).is_some_and(|at| issued.as_millis() <= until(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(ms: u64) -> UnixTime {
        UnixTime::from_millis(ms)
    }

    #[test]
    fn r12_what_was_issued_before_a_revocation_is_covered_and_what_comes_after_is_not() {
        let mut revocations = Revocations::new();
        revocations.revoke("sessions/a", at(10_000));
        let skew = Duration::from_secs(5);
        assert!(revocations.covers("sessions/a", at(15_000), skew));
        assert!(!revocations.covers("sessions/a", at(15_001), skew));
        assert!(!revocations.covers("sessions/b", at(0), skew));
        revocations.revoke("sessions/a", at(20_000));
        assert!(revocations.covers("sessions/a", at(25_000), skew), "the latest counts");
    }

    #[test]
    fn no_more_than_the_latest_are_remembered() {
        let mut revocations = Revocations::new();
        (0..=MOST).for_each(|n| revocations.revoke(&n.to_string(), at(1)));
        assert_eq!((revocations.at.len(), revocations.order.len()), (MOST, MOST));
        assert!(!revocations.covers("0", at(0), Duration::ZERO));
        assert!(revocations.covers("1", at(0), Duration::ZERO));
    }
}
