//! Whether a failed request is worth another try, and when.
//!
//! A count of attempts alone protects one request, not the server: when everything fails, `max_attempts = 3` triples the
//! load on a server that is already down, and keeps it down. So retries also draw on a *budget* that all requests share: a
//! token bucket into which every request pays a share of a token (`percent`) and from which every retry takes a whole
//! one. While failures are rare there is always a token; when everything fails, retries add at most that share to the
//! load, whatever the number of attempts. A small refill by time lets a quiet client retry too. (The reasoning, and the
//! name, are those of tower and Finagle.)
//!
//! A refusal for rate (429) costs no token: it was refused cheaply, it says when to come back, and the limiter paces the
//! way back; a bulk job that meets one full window must not lose most of its items to an empty budget.
//!
//! Waits are exponential with *full jitter*: anything between zero and the ceiling, so that those who failed together do
//! not come back together.

mod after;

use super::time::{Duration, Instant, millis};

pub use self::after::retry_after;

/// One retry, in the budget's unit; a request pays `percent * 10` of these, a millisecond `per_second`.
const RETRY: u64 = 1_000;

/// How often, how soon, and how much of the load may be retries.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included; zero and one never retry.
    pub max_attempts: u32,
    /// The longest wait before the second attempt; doubles with every further one.
    pub base: Duration,
    /// The longest wait before any attempt, unless the server asks for more.
    pub cap: Duration,
    /// What all requests together may spend on retries.
    pub budget: Budget,
}

/// The shared budget; see the module.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Retries per hundred requests.
    pub percent: u32,
    /// Retries per second on top, however few the requests.
    pub per_second: u32,
    /// Retries that can be saved up; the budget starts with as many.
    pub capacity: u32,
}

/// A failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub kind: Kind,
    /// What it means to send the request twice.
    pub safety: Safety,
}

/// What happened.
#[expect(clippy::exhaustive_enums, reason = "whoever reports a failure maps it on purpose")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 429: nothing was done.
    RateLimited {
        /// What [`retry_after`] made of the header; `None` to back off as usual.
        retry_after: Option<Duration>,
    },
    /// 502, 503, 504.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// No connection, or a broken one.
    Network,
    /// Anything that would fail again.
    Other,
}

/// What it means to send a request twice.
#[expect(clippy::exhaustive_enums, reason = "there is no third case")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// The same as once.
    Idempotent,
    /// Perhaps doing something twice: retried only when it is certain that nothing was done.
    Unsafe,
}

/// What to do about a failure.
#[expect(clippy::exhaustive_enums, reason = "callers must handle every outcome")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try again.
    Retry {
        /// Not before this much time has passed; less than what remains.
        after: Duration,
    },
    /// Report the failure.
    GiveUp,
}

/// The policy and what is left of its budget; one for all requests to one server.
#[derive(Debug)]
pub struct Retries {
    policy: RetryPolicy,
    budget: u64,
    refilled: Instant,
}

impl Retries {
    /// A full budget.
    #[must_use]
    pub fn new(policy: RetryPolicy) -> Self {
        Self { policy, budget: capacity(&policy.budget), refilled: Instant::ZERO }
    }

    /// Notes a request, at its first attempt: it pays its share into the budget.
    pub fn request(&mut self, now: Instant) {
        self.refill(now);
        self.pay_in(u64::from(self.policy.budget.percent) * (RETRY / 100));
    }

    /// What to do now that attempt number `attempt` (the first is 1) has failed and `remaining` is left for the whole
    /// request.
    ///
    /// `random` is uniform over all of `u64`. A wait that would leave no time for the attempt is not begun. Only a
    /// retry costs, and only if it is not for a 429.
    pub fn decide(
        &mut self,
        failure: Failure,
        attempt: u32,
        remaining: Duration,
        random: u64,
        now: Instant,
    ) -> Decision {
        self.refill(now);
        let after = self.wait(failure.kind, attempt, random);
        if attempt >= self.policy.max_attempts || !worth_it(failure) || after >= remaining {
            return Decision::GiveUp;
        }
        if !matches!(failure.kind, Kind::RateLimited { .. }) {
            match self.budget.checked_sub(RETRY) {
                Some(rest) => self.budget = rest,
                None => return Decision::GiveUp,
            }
        }
        Decision::Retry { after }
    }

    /// What the server asked for, and the jitter on top.
    fn wait(&self, kind: Kind, attempt: u32, random: u64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(63);
        let ceiling = millis(self.policy.base).saturating_mul(1 << doublings).min(millis(self.policy.cap));
        let asked = match kind {
            Kind::RateLimited { retry_after } => retry_after.unwrap_or_default(),
            Kind::Unavailable | Kind::Timeout | Kind::Network | Kind::Other => Duration::ZERO,
        };
        asked.saturating_add(Duration::from_millis(share(random, ceiling)))
    }

    fn refill(&mut self, now: Instant) {
        let passed = millis(now.since(self.refilled));
        self.refilled = self.refilled.max(now);
        self.pay_in(passed.saturating_mul(self.policy.budget.per_second.into()));
    }

    fn pay_in(&mut self, amount: u64) {
        self.budget = self.budget.saturating_add(amount).min(capacity(&self.policy.budget));
    }
}

const fn worth_it(failure: Failure) -> bool {
    match failure.kind {
        Kind::Other => false,
        Kind::RateLimited { .. } => true,
        Kind::Unavailable | Kind::Timeout | Kind::Network => matches!(failure.safety, Safety::Idempotent),
    }
}

fn capacity(budget: &Budget) -> u64 {
    u64::from(budget.capacity) * RETRY
}

/// A whole number between zero and `most`, as far along as `random` is between zero and `u64::MAX`.
fn share(random: u64, most: u64) -> u64 {
    let scaled = u128::from(random) * (u128::from(most) + 1);
    u64::try_from(scaled >> 64).unwrap_or(most)
}
