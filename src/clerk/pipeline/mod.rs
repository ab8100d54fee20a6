//! Where cache, flights, limiter, pool, retry and metrics meet: one call to the Backend API from question to answer.
//!
//! A read asks the cache, then joins the flight for its key or starts it. Whoever starts one hands the upstream call, or
//! whatever else is worth sharing, to [`Tasks::spawn`](crate::runtime::Tasks) and then waits exactly like the followers
//! do, on a bell of its own. So a caller that leaves, the leader included, changes nothing for the others. What is shared is plain data; no future, waker or
//! host object of one request is ever touched by another, except its bell, which exists to be rung.
//!
//! Writes run the same way in a flight nobody can join, so that a client's departure cannot cut a write in half and
//! what the write makes stale is dropped even if nobody is left to hear of it.

mod exchange;
mod expiry;
mod landing;
mod share;
mod turn;
mod verified;

pub(in crate::clerk) use verified::tags_of;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::verified::Verified;
use crate::config::Config;
use crate::core::cache::{self, Cache, Freshness, Lookup, NewEntry};
use crate::core::flight::{self, Flights};
use crate::core::jwt::Revocations;
use crate::core::limiter::{Limiter, Quota};
use crate::core::metrics::{self, Metrics, Removal};
use crate::core::pool::{self, Pool};
use crate::core::retry::{Budget, Retries, RetryPolicy};
use crate::core::time::{Duration, Instant};
use crate::error::Error;
use crate::runtime::http::{Body, Headers, Method};
use crate::runtime::{Fetch, Runtime, Timer};

pub use self::expiry::Expiry;
pub use self::share::Work;

/// A complete answer of the Backend API, whatever its status. Shared between callers, so it never changes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer<B> {
    /// The HTTP status.
    pub status: u16,
    /// The headers worth keeping: content type, `Retry-After`, and what Clerk's support asks for.
    pub headers: Headers,
    /// The body: well-formed JSON or empty if the status is 2xx, anything otherwise.
    pub body: B,
}

impl<B> Answer<B> {
    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The cache, put there this long ago.
    Hit(Duration),
    /// Clerk, just now, and the cache keeps it if policy allows.
    Miss,
    /// Clerk, just now, and policy says never to keep it.
    Pass,
}

/// An answer and where it came from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Served<B> {
    /// The answer.
    pub answer: Rc<Answer<B>>,
    /// Its origin.
    pub source: Source,
}

/// Where a request goes: decides about credentials, and about turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a new one must be decided about wherever credentials are")]
pub enum Access {
    /// The Backend API, with the secret key, when it is this request's turn.
    Api,
    /// The Backend API's key set, with the secret key and at once: Clerk does not count it (facts 1.7), and nobody can
    /// be let in without it.
    Keys,
    /// The public key set of the publishable key's instance, without credentials and at once.
    PublicKeys,
}

/// A request to Clerk, without credentials: the pipeline adds them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange<B> {
    /// Its method.
    pub method: Method,
    /// Absolute URL, built from the configured origin.
    pub url: String,
    /// The dated API version to ask for.
    pub version: String,
    /// What to send, and its `Content-Type`.
    pub body: Option<(B, String)>,
    /// Who answers it, and with what credentials.
    pub access: Access,
    /// Clerk counts this operation against a limit of its own as well, so a 429 need not be about the instance's.
    pub limited_apart: bool,
}

/// How long an answer may be kept, and under what.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Keep {
    /// The whole question: everything the answer depends on within one instance.
    pub key: String,
    /// For how long.
    pub ttl: Duration,
    /// What drops it.
    pub tags: Vec<String>,
    /// Whether the answer itself says how long it is good for.
    pub expiry: Expiry,
}

/// The longest wait before the second attempt; doubles with every further one.
const BACKOFF: Duration = Duration::from_millis(200);
/// The longest wait before any attempt, unless Clerk asks for more.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// What a verified token may take on average, in bytes: one of 900 bytes takes 3,000.
const MEAN_TOKEN_BYTES: usize = 4_096;

pub(in crate::clerk) type Outcome<B> = Result<Rc<Answer<B>>, Error>;
type RingOf<R> = <R as Timer>::Ring;
type BodyOf<R> = <R as Fetch>::Body;

/// Everything that calls of one Clerk instance share.
struct Shared<R: Runtime> {
    config: Config,
    cache: RefCell<Cache<Rc<Answer<BodyOf<R>>>>>,
    /// Tokens that were verified; apart, so that neither pushes the other out.
    verified: RefCell<Cache<Rc<Verified<BodyOf<R>>>>>,
    revocations: RefCell<Revocations>,
    flights: RefCell<Flights<Outcome<BodyOf<R>>, RingOf<R>>>,
    limiter: RefCell<Limiter>,
    pool: RefCell<Pool<RingOf<R>>>,
    retries: RefCell<Retries>,
    metrics: RefCell<Metrics>,
}

/// One Clerk instance's shared state and the way through it. Clones share it.
pub struct Pipeline<R: Runtime>(Rc<Shared<R>>);

impl<R: Runtime> Clone for Pipeline<R> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<R: Runtime> fmt::Debug for Pipeline<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").field("live", &self.live()).finish_non_exhaustive()
    }
}

/// What is held right now; all zero but the cache when nothing is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Live {
    /// Upstream calls that others may join.
    pub flights: usize,
    /// Callers that wait for them.
    pub seats: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Connections in use.
    pub permits: usize,
    /// Callers that wait for the rate limit.
    pub queued: usize,
    /// Requests that Clerk has not answered yet, as the limiter sees it.
    pub in_flight: usize,
    /// Cached answers.
    pub entries: usize,
    /// Their weight in bytes.
    pub bytes: usize,
}

impl<R: Runtime> Pipeline<R> {
    /// An empty one. `seed` comes from the host's entropy and keeps hash collisions out of an attacker's hands.
    #[must_use]
    pub fn new(config: Config, seed: u64) -> Self {
        let lease = config.deadline + Duration::from_secs(1);
        let limits = cache::Limits { max_bytes: config.cache_bytes, max_entries: config.cache_entries };
        let tokens = cache::Limits {
            max_bytes: config.max_verified_tokens.saturating_mul(MEAN_TOKEN_BYTES),
            max_entries: config.max_verified_tokens,
        };
        let quota = Quota {
            limit: config.limit,
            window: config.window,
            burst: config.limit,
            max_queue: config.max_queue,
            lease,
        };
        let pool = pool::Limits {
            max_active: config.max_connections,
            max_waiting: config.max_queue,
            lease: config.timeout + Duration::from_secs(1),
            beat: turn::BEAT,
        };
        let policy = RetryPolicy {
            max_attempts: config.max_attempts,
            base: BACKOFF,
            cap: MAX_BACKOFF,
            budget: Budget { percent: config.retry_percent, per_second: 1, capacity: 10 },
        };
        let shared = Shared {
            cache: RefCell::new(Cache::new(limits, seed)),
            verified: RefCell::new(Cache::of_signed(tokens, seed)),
            revocations: RefCell::default(),
            flights: RefCell::new(Flights::new(flight::Limits { max_flights: 10_000, max_seats: 100_000 }, seed)),
            limiter: RefCell::new(Limiter::new(quota)),
            pool: RefCell::new(Pool::new(pool)),
            retries: RefCell::new(Retries::new(policy)),
            metrics: RefCell::default(),
            config,
        };
        Self(Rc::new(shared))
    }

    /// The checked options.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Counters and histograms, to read or to add to.
    #[must_use]
    pub fn metrics(&self) -> &RefCell<Metrics> {
        &self.0.metrics
    }

    /// What is held right now.
    #[must_use]
    pub fn live(&self) -> Live {
        let (flights, pool) = (self.0.flights.borrow(), self.0.pool.borrow());
        let (limiter, cache) = (self.0.limiter.borrow(), self.0.cache.borrow());
        Live {
            flights: flights.flights(),
            seats: flights.seats(),
            waiting: pool.waiting(),
            permits: pool.active(),
            queued: limiter.queued(),
            in_flight: limiter.in_flight(),
            entries: cache.len(),
            bytes: cache.bytes(),
        }
    }

    /// The kept answer under `key`, if it may still be served. Never waits; this is the whole cost of a hit.
    #[must_use]
    pub fn peek(&self, key: &str, now: Instant) -> Option<Served<BodyOf<R>>> {
        let found = self.0.cache.borrow_mut().get(key, now);
        let Lookup::Hit { value: answer, age } = found else { return None };
        self.0.metrics.borrow_mut().record_lookup(metrics::Lookup::Hit);
        Some(Served { answer, source: Source::Hit(age) })
    }

    /// The same by a handle, which costs no key (see [`Pipeline::handle`]); `look` takes what it needs of the answer, or
    /// finds that it cannot use it; it must not come back here.
    #[inline]
    pub fn peek_by<T>(
        &self,
        handle: cache::Handle,
        now: Instant,
        look: impl FnOnce(&Answer<BodyOf<R>>) -> Option<T>,
    ) -> Option<T> {
        let found = self.0.cache.borrow_mut().get_by(handle, now).and_then(|answer| look(answer))?;
        self.0.metrics.borrow_mut().record_lookup(metrics::Lookup::Hit);
        Some(found)
    }

    /// A handle to the kept answer under `key`, for [`Pipeline::peek_by`].
    #[must_use]
    pub fn handle(&self, key: &str) -> Option<cache::Handle> {
        self.0.cache.borrow().handle(key)
    }

    /// What [`Pipeline::keep`] is told so that an invalidation between question and answer wins.
    #[must_use]
    pub fn epoch(&self) -> cache::Epoch {
        self.0.cache.borrow().epoch()
    }

    /// The answer to a call that is never kept. Afterwards, whatever the outcome, everything under `stale` is dropped:
    /// a write that timed out may have happened. If it succeeds, tokens of the
    /// sessions and users in `ended` are refused from then on.
    ///
    /// # Errors
    /// Whatever kept the upstream call from an answer; error statuses are answers.
    pub async fn pass(
        &self,
        rt: &R,
        exchange: Exchange<BodyOf<R>>,
        stale: Vec<String>,
        ended: Vec<String>,
    ) -> Result<Served<BodyOf<R>>, Error> {
        self.0.metrics.borrow_mut().record_lookup(metrics::Lookup::Pass);
        let give_up = rt.elapsed().after(self.0.config.deadline);
        let flight = self.0.flights.borrow_mut().solo(self.lease(), rt.elapsed()).ok_or(Error::TooManyInFlight)?;
        let landing = landing::Landing::new(self.clone(), rt.clone(), flight);
        let stale: Rc<[String]> = stale.into();
        let aftermath = landing::Aftermath::new(self.clone(), Rc::clone(&stale));
        let (pipeline, task_rt) = (self.clone(), rt.clone());
        rt.spawn(async move {
            let outcome = pipeline.call(&task_rt, exchange, give_up).await;
            if outcome.as_ref().is_ok_and(|answer| answer.is_success()) {
                pipeline.revoke(&ended, task_rt.unix());
            }
            drop(aftermath); // before anybody hears of the outcome
            landing.land(outcome);
        });
        let lost = || Err(Error::Timeout { after: self.0.config.deadline });
        let outcome = self.landed(rt, flight, give_up).await.unwrap_or_else(lost);
        if outcome.is_err() {
            self.invalidate(&stale); // the task may have vanished without its destructor
        }
        outcome.map(|answer| Served { answer, source: Source::Pass })
    }

    /// Drops everything under these tags, and keeps reads that are under way from bringing it back. How much that was.
    #[expect(clippy::must_use_candidate, reason = "done for its effect")]
    pub fn invalidate(&self, tags: &[String]) -> usize {
        let dropped: usize = tags.iter().map(|tag| self.0.cache.borrow_mut().invalidate_tag(tag)).sum();
        for tag in tags {
            self.0.verified.borrow_mut().invalidate_tag(tag);
        }
        self.0.metrics.borrow_mut().record_removals(Removal::Invalidated, dropped as u64);
        dropped
    }

    /// The same for one key; whether it was there.
    #[expect(clippy::must_use_candidate, reason = "done for its effect")]
    pub fn remove(&self, key: &str) -> bool {
        let dropped = self.0.cache.borrow_mut().remove(key);
        self.0.metrics.borrow_mut().record_removals(Removal::Invalidated, u64::from(dropped));
        dropped
    }

    /// Drops what is past its time under the keys that are `wanted`; how much that was. O(entries).
    pub fn clear_expired(&self, now: Instant, wanted: impl Fn(&str) -> bool) -> usize {
        let dropped = self.0.cache.borrow_mut().clear_expired_where(now, wanted);
        self.0.metrics.borrow_mut().record_removals(Removal::Expired, dropped as u64);
        dropped
    }

    /// Keeps `answer` as `keep` says, unless its key or one of its tags was invalidated after `since`, or its status is
    /// anything but 200.
    pub fn keep(&self, keep: &Keep, answer: Rc<Answer<BodyOf<R>>>, since: cache::Epoch, now: Instant) {
        if answer.status != 200 {
            return;
        }
        let tags: Vec<&str> = keep.tags.iter().map(String::as_str).collect();
        let weight = answer.body.len() + answer.headers.weight();
        let freshness = Freshness { ttl: keep.ttl, stale: Duration::ZERO };
        let entry = NewEntry { value: answer, weight, freshness, tags: &tags, since };
        self.0.cache.borrow_mut().put(&keep.key, entry, now);
    }

    /// Longer than any call can take, so that a lease that runs out means a host that died.
    fn lease(&self) -> Duration {
        self.0.config.deadline + Duration::from_secs(1)
    }
}
