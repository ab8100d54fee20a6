//! At most so many calls at once: permits with a lease, and a first-come queue of those who wait for one.
//!
//! Nobody is trusted to come back. A permit that is neither released nor renewed is free again when its lease is over.
//! Whoever waits polls at least once per beat; after three beats of silence it is out of the queue. Waiting never
//! depends on another request: a bell (`R`) only makes the next poll come sooner, and a rung waiter that does not poll
//! within [`ACK`] is passed over, for as long as it stays silent.
//!
//! A grant needs no record of its own. Whoever polls is granted a permit if more are free than living waiters stand
//! ahead of it. So a free permit is kept for the one at the front, and goes to the next when that one turns out to be
//! dead; no grant can get lost on the way.
//!
//! Waiters loop: [`poll`](Pool::poll), and on [`Turn::Wait`] leave a bell with [`wait`](Pool::wait) in the same turn,
//! then sleep until the bell or the given instant, whichever comes first. Whoever wakes may also [`tick`](Pool::tick)
//! to wake others sooner.
//!
//! Costs: O(log n) in the waiters, plus O(free permits) to look at the front of the queue.

use super::order::{Agenda, Numbered, Numbers};
use super::time::{Duration, Instant};

/// How long a permit is kept for a waiter whose bell was rung.
pub const ACK: Duration = Duration::from_millis(60);

/// After so many beats of silence a waiter is out of the queue.
const BEATS: u32 = 3;

/// What one pool may hold, and how long it trusts the silent. A count of zero is taken as one for `max_active`.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Permits out at once.
    pub max_active: usize,
    /// Waiters at once; zero refuses whoever cannot start at once.
    pub max_waiting: usize,
    /// How long a permit holds without being renewed. Longer than a call can take, or calls overlap.
    pub lease: Duration,
    /// A waiter polls at least this often.
    pub beat: Duration,
}

/// The right to make one call; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permit(u64);

/// A place in the queue; never reused, and gone once it was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// The answer to a newcomer.
#[expect(clippy::exhaustive_enums, reason = "callers must handle every outcome")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquire {
    /// Start now.
    Granted(Permit),
    /// Stand in the queue: leave a bell and poll.
    Waiting(Ticket),
    /// The queue is full.
    Full,
}

/// The answer to a waiter.
#[expect(clippy::exhaustive_enums, reason = "callers must handle every outcome")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Start now.
    Granted(Permit),
    /// Not yet.
    Wait {
        /// Poll again by then.
        until: Instant,
    },
    /// Not in the queue any more (silent for too long, cancelled, or granted before): acquire again.
    Gone,
}

/// A pool with bells of type `R`.
#[derive(Debug)]
pub struct Pool<R> {
    limits: Limits,
    now: Instant,
    /// When each permit that is out runs out, by permit and by time.
    permits: Numbered<Instant>,
    expiries: Agenda,
    /// Everyone in the queue, in order of arrival.
    waiters: Numbered<Waiter<R>>,
    /// Those of them for whom a free permit is kept.
    living: Numbers,
    /// When each waiter is passed over (if living) or dropped (if not), unless it polls before.
    lapses: Agenda,
    next: u64,
}

#[derive(Debug)]
struct Waiter<R> {
    /// Dropped then.
    silent_until: Instant,
    /// The entry in `lapses`: when it is passed over, if rung, else when it is dropped.
    lapse: Instant,
    bell: Option<R>,
}

impl<R> Pool<R> {
    /// A pool with every permit free.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits: Limits { max_active: limits.max_active.max(1), ..limits },
            now: Instant::ZERO,
            permits: Numbered::new(),
            expiries: Agenda::default(),
            waiters: Numbered::new(),
            living: Numbers::default(),
            lapses: Agenda::default(),
            next: 0,
        }
    }

    /// A permit if more are free than living waiters stand in the queue, else a place at its end.
    pub fn acquire(&mut self, now: Instant) -> Acquire {
        self.advance(now);
        if self.free() > self.living.len() {
            return Acquire::Granted(self.grant());
        }
        if self.waiters.len() >= self.limits.max_waiting {
            return Acquire::Full;
        }
        let ticket = Ticket(self.fresh());
        let silent_until = self.silence();
        self.waiters.push(ticket.0, Waiter { silent_until, lapse: silent_until, bell: None });
        self.living.insert(ticket.0);
        self.lapses.insert(silent_until, ticket.0);
        Acquire::Waiting(ticket)
    }

    /// Leaves a new bell, in place of the one before. Also counts as a heartbeat.
    pub fn wait(&mut self, ticket: Ticket, ring: R, now: Instant) {
        self.advance(now);
        if self.hear(ticket)
            && let Some(waiter) = self.waiters.get_mut(ticket.0)
        {
            waiter.bell = Some(ring);
        }
    }

    /// A permit if it is this waiter's turn. Also its heartbeat: it keeps its place for three beats from now.
    ///
    /// A waiter that was passed over and polls after all is back in its old place.
    pub fn poll(&mut self, ticket: Ticket, now: Instant) -> Turn {
        self.advance(now);
        if !self.hear(ticket) {
            return Turn::Gone;
        }
        if self.living.iter().take(self.free()).any(|front| front == ticket.0) {
            self.remove(ticket);
            return Turn::Granted(self.grant());
        }
        Turn::Wait { until: self.now.after(self.limits.beat) }
    }

    /// Gives a permit back and returns the bells to ring. A permit that is not out is ignored.
    #[must_use = "those who wait are woken by ringing these"]
    pub fn release(&mut self, permit: Permit, now: Instant) -> Vec<R> {
        if let Some(expiry) = self.permits.remove(permit.0) {
            self.expiries.remove(expiry, permit.0);
        }
        self.tick(now)
    }

    /// Leaves the queue and returns the bells to ring, for a permit may have been kept for this waiter.
    #[must_use = "those who wait are woken by ringing these"]
    pub fn cancel(&mut self, ticket: Ticket, now: Instant) -> Vec<R> {
        self.remove(ticket);
        self.tick(now)
    }

    /// Extends a permit to a full lease from now; false if it ran out before and may be someone else's by now.
    pub fn renew(&mut self, permit: Permit, now: Instant) -> bool {
        self.advance(now);
        let expiry = self.now.after(self.limits.lease);
        let Some(old) = self.permits.get_mut(permit.0) else { return false };
        self.expiries.remove(*old, permit.0);
        self.expiries.insert(expiry, permit.0);
        *old = expiry;
        true
    }

    /// Takes back what the silent hold and returns the bells of those whose turn it is.
    #[must_use = "those who wait are woken by ringing these"]
    pub fn tick(&mut self, now: Instant) -> Vec<R> {
        self.advance(now);
        let front: Vec<Ticket> = self.living.iter().take(self.free()).map(Ticket).collect();
        front.into_iter().filter_map(|ticket| self.ring(ticket)).collect()
    }

    /// Permits that are out.
    #[must_use]
    pub fn active(&self) -> usize {
        self.permits.len()
    }

    /// Waiters in the queue, those passed over included.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiters.len()
    }

    fn free(&self) -> usize {
        self.limits.max_active - self.permits.len()
    }

    fn silence(&self) -> Instant {
        self.now.after(self.limits.beat.saturating_mul(BEATS))
    }

    const fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn grant(&mut self) -> Permit {
        let permit = Permit(self.fresh());
        let expiry = self.now.after(self.limits.lease);
        self.permits.push(permit.0, expiry);
        self.expiries.insert(expiry, permit.0);
        permit
    }

    /// Takes a waiter's bell and gives it until [`ACK`] from now to poll; `None` if it was rung before.
    fn ring(&mut self, ticket: Ticket) -> Option<R> {
        let waiter = self.waiters.get_mut(ticket.0)?;
        let bell = waiter.bell.take()?;
        self.lapses.remove(waiter.lapse, ticket.0);
        waiter.lapse = self.now.after(ACK).min(waiter.silent_until);
        self.lapses.insert(waiter.lapse, ticket.0);
        Some(bell)
    }

    /// A sign of life: false if the ticket is not in the queue.
    fn hear(&mut self, ticket: Ticket) -> bool {
        let silent_until = self.silence();
        let Some(waiter) = self.waiters.get_mut(ticket.0) else { return false };
        self.lapses.remove(waiter.lapse, ticket.0);
        self.lapses.insert(silent_until, ticket.0);
        waiter.lapse = silent_until;
        waiter.silent_until = silent_until;
        self.living.insert(ticket.0);
        true
    }

    fn remove(&mut self, ticket: Ticket) {
        if let Some(waiter) = self.waiters.remove(ticket.0) {
            self.lapses.remove(waiter.lapse, ticket.0);
            self.living.remove(ticket.0);
        }
    }

    /// Time passes: permits run out, the silent are passed over and then dropped.
    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some((expiry, permit)) = self.expiries.due(self.now) {
            self.expiries.remove(expiry, permit);
            self.permits.remove(permit);
        }
        while let Some((_, ticket)) = self.lapses.due(self.now) {
            self.lapse(Ticket(ticket));
        }
    }

    fn lapse(&mut self, ticket: Ticket) {
        match self.waiters.get_mut(ticket.0) {
            Some(waiter) if waiter.silent_until > self.now => {
                self.lapses.remove(waiter.lapse, ticket.0);
                waiter.lapse = waiter.silent_until;
                self.lapses.insert(waiter.lapse, ticket.0);
                self.living.remove(ticket.0);
            }
            _ => self.remove(ticket),
        }
    }
}
