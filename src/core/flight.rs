//! Single flight: while one call for a key is in the air, everyone else who wants the same answer waits for it.
//!
//! The first to [`join`](Flights::join) a key leads: it makes the call and [`land`](Flights::land)s the outcome. The
//! others follow: each takes a seat and leaves a bell there (`R`, in JavaScript the resolve function of the follower's
//! own promise), which the table only stores and hands back, so that the caller rings when it no longer borrows the
//! table. A leader who wants to read the outcome through the table takes a seat as well.
//!
//! Nobody is trusted to come back. A leader that never lands loses its flight when the lease is over, and the next to
//! join leads; a seat that is never left is dropped with its flight. A follower therefore waits in a loop, on its bell
//! or its own timer, whichever comes first: `join`, then [`follow`](Flights::follow), and on [`Follow::Wait`]
//! [`sit`](Flights::sit) in the same turn. It keeps the seat until it has read the outcome, and joins again when told
//! that the flight is [`Follow::Gone`].
//!
//! Costs: `join` hashes the key once; everything is O(log n) in the number of flights or in the seats of one flight,
//! but for landing and abandoning, which are O(bells).

use std::rc::Rc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::order::{Agenda, Numbered, Numbers};
use super::time::{Duration, Instant};

/// How long after the end of its lease a flight may still land, and its outcome may still be read: a follower whose bell
/// was lost wakes on its own timer at the end of the lease, and finds the outcome.
pub const GRACE: Duration = Duration::from_secs(1);

/// Dead flights dropped per call that adds one. Two, so that they go twice as fast as they can come.
const PURGED_PER_CALL: usize = 2;

/// What one table may hold. Zero counts as one.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Flights in the table, those included that landed and have not been read by everyone.
    pub max_flights: usize,
    /// Seats in all flights together.
    pub max_seats: usize,
}

/// Names one flight; never reused, so a late caller cannot touch a later flight of the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlightId(u64);

/// Names one seat; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeatId(u64);

/// What a caller who wants a key is to do.
#[expect(clippy::exhaustive_enums, reason = "callers must handle every outcome")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Make the call, and land or abandon this flight.
    Lead(FlightId),
    /// Someone is making the call: follow this flight.
    Follow(FlightId),
    /// The table is full of living flights or seats: make the call alone or refuse.
    Full,
}

/// What a follower is to do.
#[expect(clippy::exhaustive_enums, reason = "callers must handle every outcome")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Follow<T> {
    /// The outcome.
    Landed(T),
    /// Wait for the bell, at most until then, and ask again.
    Wait {
        /// The end of the flight's lease.
        until: Instant,
    },
    /// Lease over, abandoned, or unknown: join again.
    Gone,
}

/// A table of flights with outcomes of type `T` and bells of type `R`.
#[derive(Debug)]
pub struct Flights<T, R> {
    limits: Limits,
    /// The flights that can be joined.
    by_key: HashMap<Rc<str>, FlightId, FixedState>,
    by_id: Numbered<Flight<T, R>>,
    /// Every flight, in the order in which their leases end.
    by_lease: Agenda,
    /// Flights kept for those who have not read the outcome yet.
    landed: Numbers,
    seats: usize,
    next_flight: u64,
    next_seat: u64,
}

#[derive(Debug)]
struct Flight<T, R> {
    /// `None` when nobody can join: solo, landed, forgotten or replaced.
    key: Option<Rc<str>>,
    until: Instant,
    outcome: Option<T>,
    seats: Numbered<Option<R>>,
}

impl<T: Clone, R> Flights<T, R> {
    /// An empty table. `seed` keys its hash; take it from the runtime's entropy, so that keys cannot be made to collide.
    #[must_use]
    pub fn new(limits: Limits, seed: u64) -> Self {
        Self {
            limits: Limits { max_flights: limits.max_flights.max(1), max_seats: limits.max_seats.max(1) },
            by_key: HashMap::with_hasher(FixedState::with_seed(seed)),
            by_id: Numbered::new(),
            by_lease: Agenda::default(),
            landed: Numbers::default(),
            seats: 0,
            next_flight: 0,
            next_seat: 0,
        }
    }

    /// Follow the flight of `key`, or lead a new one if there is none or its lease is over.
    ///
    /// `lease` must be longer than the call can take, or slow calls overlap; it counts only for who leads.
    pub fn join(&mut self, key: &str, lease: Duration, now: Instant) -> Join {
        self.purge(now);
        if let Some(&flight) = self.by_key.get(key) {
            if self.by_id.get(flight.0).is_some_and(|it| now < it.until) {
                return if self.room_for_seat(now) { Join::Follow(flight) } else { Join::Full };
            }
            self.ground(flight);
        }
        if !self.room_for_seat(now) {
            return Join::Full;
        }
        let key: Rc<str> = Rc::from(key);
        let Some(flight) = self.take_off(Some(Rc::clone(&key)), lease, now) else { return Join::Full };
        self.by_key.insert(key, flight);
        Join::Lead(flight)
    }

    /// A flight that nobody else can join, for calls that must not be shared; `None` if the table is full.
    pub fn solo(&mut self, lease: Duration, now: Instant) -> Option<FlightId> {
        self.purge(now);
        self.take_off(None, lease, now)
    }

    /// Takes a seat in `flight` and leaves `ring` there; `None` if the flight is gone or no seat is left.
    ///
    /// A bell left in a flight that has landed is never handed back: ask [`follow`](Self::follow) first.
    pub fn sit(&mut self, flight: FlightId, ring: R) -> Option<SeatId> {
        let taken = self.by_id.get_mut(flight.0).filter(|_| self.seats < self.limits.max_seats)?;
        let seat = SeatId(self.next_seat);
        let bell = taken.outcome.is_none().then_some(ring);
        taken.seats.push(seat.0, bell);
        self.next_seat += 1;
        self.seats += 1;
        Some(seat)
    }

    /// Gives the seat back. The flight goes on without it; an outcome goes with the last seat that can read it.
    pub fn leave(&mut self, flight: FlightId, seat: SeatId) {
        let Some(left) = self.by_id.get_mut(flight.0) else { return };
        if left.seats.remove(seat.0).is_none() {
            return;
        }
        self.seats -= 1;
        if left.outcome.is_some() && left.seats.is_empty() {
            self.remove(flight);
        }
    }

    /// Hands in the outcome, frees the key for the next to join, and returns the bells to ring.
    ///
    /// The first landing wins; later ones, and those of a flight that is gone, change nothing. The outcome is kept until
    /// every seat has been left, at most until [`GRACE`] after the end of the lease; without seats it is not kept.
    #[must_use = "those who wait are woken by ringing these"]
    pub fn land(&mut self, flight: FlightId, outcome: T, now: Instant) -> Vec<R> {
        self.purge(now);
        self.ground(flight);
        let Some(landing) = self.by_id.get_mut(flight.0).filter(|it| it.outcome.is_none()) else { return Vec::new() };
        if landing.seats.is_empty() || now >= landing.until.after(GRACE) {
            self.remove(flight);
            return Vec::new();
        }
        landing.outcome = Some(outcome);
        let bells = landing.seats.values_mut().filter_map(Option::take).collect();
        self.landed.insert(flight.0);
        bells
    }

    /// Gives the flight up without an outcome; whoever joins next leads. Returns the bells to ring. A flight that has
    /// landed stays.
    #[must_use = "those who wait are woken by ringing these"]
    pub fn abandon(&mut self, flight: FlightId) -> Vec<R> {
        if self.landed.contains(flight.0) {
            return Vec::new();
        }
        let gone = self.remove(flight);
        gone.map_or_else(Vec::new, |it| it.seats.into_values().flatten().collect())
    }

    /// How the flight stands.
    #[must_use]
    pub fn follow(&self, flight: FlightId, now: Instant) -> Follow<T> {
        let Some(followed) = self.by_id.get(flight.0) else { return Follow::Gone };
        match &followed.outcome {
            Some(outcome) if now < followed.until.after(GRACE) => Follow::Landed(outcome.clone()),
            None if now < followed.until => Follow::Wait { until: followed.until },
            Some(_) | None => Follow::Gone,
        }
    }

    /// Whoever joins `key` from now on starts a new flight; one in the air still lands for those who sit in it.
    ///
    /// For a key that changed while its old value was on the way.
    pub fn forget(&mut self, key: &str) {
        if let Some(flight) = self.by_key.get(key) {
            self.ground(*flight);
        }
    }

    /// Flights in the table, landed ones that are still being read included.
    #[must_use]
    pub fn flights(&self) -> usize {
        self.by_id.len()
    }

    /// Seats taken, in all flights together.
    #[must_use]
    pub const fn seats(&self) -> usize {
        self.seats
    }

    fn take_off(&mut self, key: Option<Rc<str>>, lease: Duration, now: Instant) -> Option<FlightId> {
        if self.by_id.len() >= self.limits.max_flights && !self.evict(now) {
            return None;
        }
        let flight = FlightId(self.next_flight);
        self.next_flight += 1;
        let until = now.after(lease);
        self.by_lease.insert(until, flight.0);
        self.by_id.push(flight.0, Flight { key, until, outcome: None, seats: Numbered::new() });
        Some(flight)
    }

    /// Nobody can join the flight any more.
    fn ground(&mut self, flight: FlightId) {
        if let Some(key) = self.by_id.get_mut(flight.0).and_then(|it| it.key.take()) {
            self.by_key.remove(&key);
        }
    }

    fn remove(&mut self, flight: FlightId) -> Option<Flight<T, R>> {
        self.ground(flight);
        let removed = self.by_id.remove(flight.0)?;
        self.by_lease.remove(removed.until, flight.0);
        self.landed.remove(flight.0);
        self.seats -= removed.seats.len();
        Some(removed)
    }

    /// Drops flights whose lease and grace are over, a bounded number at a time.
    fn purge(&mut self, now: Instant) {
        for _ in 0..PURGED_PER_CALL {
            match self.by_lease.first() {
                Some((until, flight)) if until.after(GRACE) <= now => drop(self.remove(FlightId(flight))),
                _ => return,
            }
        }
    }

    fn room_for_seat(&mut self, now: Instant) -> bool {
        while self.seats >= self.limits.max_seats {
            if !self.evict(now) {
                return false;
            }
        }
        true
    }

    /// Makes room at the cost of whoever is least likely to be alive: the flight whose lease ended first, else the
    /// oldest that has landed and was not read by everyone yet. Their followers, if any, join again.
    fn evict(&mut self, now: Instant) -> bool {
        let over = self.by_lease.due(now).map(|(_, flight)| flight);
        let Some(flight) = over.or_else(|| self.landed.first()) else { return false };
        self.remove(FlightId(flight)).is_some()
    }
}
