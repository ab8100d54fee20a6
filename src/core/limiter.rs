//! Never more than `limit` requests in any `window` of the server's clock, paced by a token bucket, first come first
//! served.
//!
//! **The guard.** A request occupies one of `limit` places from its start until one window after its completion was
//! reported, or after its lease ran out if that never happens. Then no interval of one window, wherever it begins,
//! holds more than `limit` arrivals at the server, whatever the network does; so neither a fixed nor a sliding window nor
//! a bucket can refuse any. *Proof.* Say `limit + 1` requests arrive within `[x, x + window)`. Let `b` be the one that
//! started last, `a` any other. `a` completed no sooner than it arrived, so it held its place at least until
//! `x + window`, which is after `b` arrived, which is no sooner than `b` started; and it had started before `b`. So when
//! `b` started, `limit` others held a place, and there was none for `b`. ∎ The clock here shows whole milliseconds and
//! may so report a completion up to one too early; places are held one millisecond longer, which makes up for it. What
//! the guard relies on: a request arrives, if at all, before its completion is reported and before its lease is over;
//! both clocks run equally fast.
//!
//! **The bucket** holds `burst` tokens, refilled at `limit` per `window`; a start takes one. With `burst = limit` it never
//! binds before the guard does.
//!
//! **Waiting.** A waiter is told when to ask again, sleeps on its own timer and asks; no bells, for a place that is
//! occupied now is known not to be free before a certain instant. Whoever asks may start if more places are free, and more
//! tokens there, than living waiters stand ahead of it; so nobody overtakes into a place that another one needs, and
//! when several are due at once, each finds its place whatever the order in which their timers fire. Someone who is due
//! late is asked to check in when half of the time is over: it then hears of cancellations ahead, and if it does not
//! come, those behind hear of that.
//! A waiter that is overdue by more than [`PATIENCE`] is passed over; if it comes after all, within [`MEMORY`], it is
//! back in its old place in the queue.
//!
//! Costs: O(log n) in places and waiters. Time may stand still between calls; if it steps back, it is taken to stand
//! still.

mod bucket;
mod line;
mod places;

use self::bucket::Bucket;
use self::line::Line;
use self::places::Places;
use super::order::{Agenda, Numbers};
use super::time::{Duration, Instant};

pub use self::places::Start;

/// How long after the instant it was told a waiter may ask without being passed over.
pub const PATIENCE: Duration = Duration::from_millis(100);

/// How long the old place of a waiter that was passed over is remembered, unless others need the room.
pub const MEMORY: Duration = Duration::from_secs(10);

/// A waiter that is due later than this is asked to check in halfway.
const NEAR: Duration = Duration::from_millis(100);

/// How many requests per window, and how many may wait.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// Requests per window; zero counts as one.
    pub limit: u32,
    /// The window of the server's rule.
    pub window: Duration,
    /// Starts at once after a quiet time; taken as between one and `limit`.
    pub burst: u32,
    /// Waiters at once; zero refuses whoever cannot start at once.
    pub max_queue: usize,
    /// When a request whose completion is not reported counts as completed. Longer than a request can take.
    pub lease: Duration,
}

/// A place in the queue; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    id: u64,
    deadline: Instant,
}

/// Start, wait, or give up.
#[expect(clippy::exhaustive_enums, reason = "callers must handle every outcome")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Start now, and report the completion.
    Go(Start),
    /// Poll the place at that instant, not before.
    Wait(Place, Instant),
    /// Not in time.
    Refused {
        /// How long it would have taken, at least; never zero.
        retry_after: Duration,
    },
}

/// A rate limiter for one quota.
#[derive(Debug)]
pub struct Limiter {
    max_queue: usize,
    now: Instant,
    paused_until: Instant,
    places: Places,
    bucket: Bucket,
    line: Line<Waiter>,
    /// When each waiter is passed over (if it counts) or dropped (if not), unless it asks before.
    lapses: Agenda,
    /// Waiters that were passed over, in order of arrival.
    silent: Numbers,
}

#[derive(Debug)]
struct Waiter {
    /// The entry in `lapses`.
    lapse: Instant,
}

impl Limiter {
    /// A limiter with every place free and a full bucket.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        let limit = quota.limit.max(1);
        Self {
            max_queue: quota.max_queue,
            now: Instant::ZERO,
            paused_until: Instant::ZERO,
            places: Places::new(limit, quota.window, quota.lease),
            bucket: Bucket::new(limit, quota.window, quota.burst),
            line: Line::new(),
            lapses: Agenda::default(),
            silent: Numbers::default(),
        }
    }

    /// Start now, or wait at the end of the queue; refused if the queue is full or if the earliest possible start is
    /// later than `max_wait` from now.
    pub fn request(&mut self, max_wait: Duration, now: Instant) -> Admission {
        self.advance(now);
        let earliest = self.earliest(self.line.counted());
        let deadline = self.now.after(max_wait);
        if earliest <= self.now {
            return Admission::Go(self.start());
        }
        if earliest > deadline || !self.room() {
            return self.refused(earliest);
        }
        let id = self.line.push(Waiter { lapse: Instant::NEVER });
        self.tell(Place { id, deadline }, earliest)
    }

    /// Start now, wait on, or give up because the deadline has passed.
    ///
    /// A place that is unknown (cancelled, started, or passed over and then needed by others) is a new request with what
    /// is left until its deadline.
    pub fn poll(&mut self, place: Place, now: Instant) -> Admission {
        self.advance(now);
        self.revive(place.id);
        let Some(ahead) = self.line.ahead(place.id) else {
            return self.request(place.deadline.since(self.now), now);
        };
        let earliest = self.earliest(ahead);
        if earliest <= self.now {
            self.remove(place.id);
            return Admission::Go(self.start());
        }
        if self.now >= place.deadline {
            self.remove(place.id);
            return self.refused(earliest);
        }
        self.tell(place, earliest)
    }

    /// Leaves the queue. An unknown place is ignored.
    pub fn cancel(&mut self, place: Place) {
        self.remove(place.id);
    }

    /// The request was answered, failed or was given up: its place is free one window later. An unknown start, one
    /// completed before, and one whose lease is over are ignored.
    pub fn complete(&mut self, start: Start, now: Instant) {
        self.advance(now);
        self.places.complete(start, self.now);
    }

    /// Nothing starts before `until`; an earlier end than one set before is ignored.
    pub fn pause(&mut self, until: Instant, now: Instant) {
        self.advance(now);
        self.paused_until = self.paused_until.max(until);
    }

    /// Requests that have started and whose completion was not reported, as of the last call.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.places.running()
    }

    /// Places that are not free, as of the last call: those in flight and those completed less than a window ago.
    #[must_use]
    pub fn occupied(&self) -> usize {
        self.places.occupied()
    }

    /// Waiters, as of the last call; without those passed over.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.line.counted()
    }

    /// The earliest instant at which someone with `ahead` living waiters before it could start.
    fn earliest(&self, ahead: usize) -> Instant {
        let from = self.now.max(self.paused_until);
        self.places.free_at(ahead, self.now, from).max(self.bucket.token_at(ahead, from))
    }

    fn start(&mut self) -> Start {
        self.bucket.take(self.now);
        self.places.start(self.now)
    }

    fn refused(&self, earliest: Instant) -> Admission {
        Admission::Refused { retry_after: earliest.since(self.now).max(Duration::from_millis(1)) }
    }

    /// Tells a waiter when to ask again, and notes when it will be overdue.
    fn tell(&mut self, place: Place, earliest: Instant) -> Admission {
        let away = earliest.since(self.now);
        let check_in = if away > NEAR { self.now.after(away / 2) } else { earliest };
        let then = check_in.min(place.deadline);
        self.lapse_at(place.id, then.after(PATIENCE));
        Admission::Wait(place, then)
    }

    fn lapse_at(&mut self, id: u64, lapse: Instant) {
        if let Some(waiter) = self.line.get_mut(id) {
            self.lapses.remove(waiter.lapse, id);
            waiter.lapse = lapse;
            self.lapses.insert(lapse, id);
        }
    }

    /// Room for one more waiter, if need be in place of the first in the queue that was passed over.
    fn room(&mut self) -> bool {
        if self.line.len() < self.max_queue {
            return true;
        }
        let silent = self.silent.first();
        silent.is_some_and(|id| {
            self.remove(id);
            self.line.len() < self.max_queue
        })
    }

    fn revive(&mut self, id: u64) {
        if self.silent.remove(id) {
            self.line.count(id);
        }
    }

    fn remove(&mut self, id: u64) {
        if let Some(waiter) = self.line.remove(id) {
            self.lapses.remove(waiter.lapse, id);
            self.silent.remove(id);
        }
    }

    /// Time passes: places become free, the overdue are passed over.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        self.places.advance(self.now);
        while let Some((lapse, id)) = self.lapses.due(self.now) {
            if self.silent.insert(id) {
                self.line.discount(id);
                self.lapse_at(id, lapse.after(MEMORY));
            } else {
                self.remove(id);
            }
        }
    }
}
