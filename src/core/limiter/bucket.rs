//! A token bucket without fractions: one number, the instant at which it would be full, in units that divide evenly.

use crate::core::time::{Duration, Instant, millis};

/// Times are in units of `1 / limit` milliseconds, so that one token takes a whole number of them (as many as the window
/// has milliseconds) and nothing is ever rounded away.
#[derive(Debug)]
pub(super) struct Bucket {
    limit: u128,
    token: u128,
    burst: u128,
    full_at: u128,
}

impl Bucket {
    pub(super) fn new(limit: u32, window: Duration, burst: u32) -> Self {
        Self { limit: limit.into(), token: millis(window).into(), burst: burst.clamp(1, limit).into(), full_at: 0 }
    }

    /// The earliest instant, not before `from`, at which there can be a token for someone with `ahead` others before it
    /// who do not start before `from` either.
    pub(super) fn token_at(&self, ahead: usize, from: Instant) -> Instant {
        let full_at = self.full_at.max(self.units(from)) + self.token * (ahead as u128 + 1);
        let units = full_at.saturating_sub(self.token * self.burst);
        let at = u64::try_from(units.div_ceil(self.limit)).unwrap_or(u64::MAX);
        Instant::from_millis(at).max(from)
    }

    pub(super) fn take(&mut self, now: Instant) {
        self.full_at = self.full_at.max(self.units(now)) + self.token;
    }

    fn units(&self, now: Instant) -> u128 {
        u128::from(now.as_millis()) * self.limit
    }
}
