//! Points in time, as plain numbers that come in as arguments.
//!
//! Lengths are [`Duration`]; only whole milliseconds count, as on every host clock this crate meets.

pub use std::time::Duration;

/// A reading of the runtime's clock, in whole milliseconds since an origin of its own.
///
/// Arithmetic saturates: nothing here overflows, and a difference that would be negative is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The origin of the clock.
    pub const ZERO: Self = Self(0);
    /// A time that never comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// The instant `millis` milliseconds after the origin.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the origin.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// How long ago `earlier` was; zero if it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// This instant moved `length` into the future; [`Instant::NEVER`] if that is past the end of the clock.
    #[must_use]
    pub const fn after(self, length: Duration) -> Self {
        self.after_millis(millis(length))
    }

    /// The same for a length in milliseconds, without the divisions that a [`Duration`] costs.
    #[must_use]
    pub const fn after_millis(self, length: u64) -> Self {
        Self(self.0.saturating_add(length))
    }
}

/// `length` in whole milliseconds, saturating.
#[must_use]
pub const fn millis(length: Duration) -> u64 {
    // By hand: wasm has no multiplication that says whether it overflowed, and takes 128 bits to find out.
    if length.as_secs() >= u64::MAX / 1_000 {
        return u64::MAX;
    }
    length.as_secs() * 1_000 + length.subsec_millis() as u64
}

/// A reading of the wall clock, as claims have it: milliseconds since 1970 UTC. It may step back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u64);

impl UnixTime {
    /// `millis` milliseconds after 1970.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

/// Turns a wall clock, which may step back, into one that never does.
///
/// While the wall clock runs forward, the two advance together. When it steps back, time stands still for that one
/// reading and goes on from there, so a step back of an hour delays nothing and revives nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Monotonic {
    wall: u64,
    now: u64,
}

impl Monotonic {
    /// The monotonic instant for this reading of the wall clock, in milliseconds.
    pub const fn observe(&mut self, wall_millis: u64) -> Instant {
        let step = if self.now == 0 { wall_millis } else { wall_millis.saturating_sub(self.wall) };
        self.now = self.now.saturating_add(step);
        self.wall = wall_millis;
        Instant(self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_at_both_ends() {
        let early = Instant::from_millis(5);
        assert_eq!(early.since(Instant::from_millis(9)), Duration::ZERO);
        assert_eq!(early.after(Duration::MAX), Instant::NEVER);
    }

    #[test]
    fn lengths_below_a_millisecond_do_not_count() {
        assert_eq!(Instant::ZERO.after(Duration::from_micros(999)), Instant::ZERO);
    }

    #[test]
    fn a_wall_clock_that_steps_back_makes_time_stand_still_once() {
        let mut clock = Monotonic::default();
        assert_eq!(clock.observe(1_000), Instant::from_millis(1_000));
        assert_eq!(clock.observe(400), Instant::from_millis(1_000));
        assert_eq!(clock.observe(450), Instant::from_millis(1_050));
    }
}
