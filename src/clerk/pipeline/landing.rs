//! Both ends of a flight: the leader's duty to land it, and everybody's wait for that.

use std::rc::Rc;

use super::{BodyOf, Outcome, Pipeline, RingOf};
use crate::core::flight::{FlightId, Follow, SeatId};
use crate::core::time::Instant;
use crate::error::Error;
use crate::runtime::{Ring, Runtime};

/// The leader's duty. Dropped without landing (the host ended the task), it abandons the flight, and the first waiter
/// to wake starts a new one. If not even the destructor runs, the flight's lease does the same.
pub(super) struct Landing<R: Runtime> {
    pipeline: Pipeline<R>,
    rt: R,
    flight: Option<FlightId>,
}

impl<R: Runtime> Landing<R> {
    pub(super) fn new(pipeline: Pipeline<R>, rt: R, flight: FlightId) -> Self {
        Self { pipeline, rt, flight: Some(flight) }
    }

    pub(super) fn land(mut self, outcome: Outcome<BodyOf<R>>) {
        let Some(flight) = self.flight.take() else { return };
        let now = self.rt.elapsed();
        let rings = self.pipeline.0.flights.borrow_mut().land(flight, outcome, now);
        rings.iter().for_each(Ring::ring);
    }
}

impl<R: Runtime> Drop for Landing<R> {
    fn drop(&mut self) {
        let Some(flight) = self.flight.take() else { return };
        let rings = self.pipeline.0.flights.borrow_mut().abandon(flight);
        rings.iter().for_each(Ring::ring);
    }
}

/// What a write leaves behind: everything under these tags is dropped when this is, so also when the host ends the task,
/// for the write may have happened.
pub(super) struct Aftermath<R: Runtime> {
    pipeline: Pipeline<R>,
    stale: Rc<[String]>,
}

impl<R: Runtime> Aftermath<R> {
    pub(super) const fn new(pipeline: Pipeline<R>, stale: Rc<[String]>) -> Self {
        Self { pipeline, stale }
    }
}

impl<R: Runtime> Drop for Aftermath<R> {
    fn drop(&mut self) {
        self.pipeline.invalidate(&self.stale);
    }
}

/// A waiter's place at a flight, given up when the waiter goes.
struct Seat<'a, R: Runtime> {
    pipeline: &'a Pipeline<R>,
    flight: FlightId,
    id: SeatId,
}

impl<'a, R: Runtime> Seat<'a, R> {
    fn take(pipeline: &'a Pipeline<R>, flight: FlightId, ring: RingOf<R>) -> Option<Self> {
        let id = pipeline.0.flights.borrow_mut().sit(flight, ring)?;
        Some(Self { pipeline, flight, id })
    }
}

impl<R: Runtime> Drop for Seat<'_, R> {
    fn drop(&mut self) {
        self.pipeline.0.flights.borrow_mut().leave(self.flight, self.id);
    }
}

impl<R: Runtime> Pipeline<R> {
    /// Waits for `flight` on a bell of the caller's own. `None`: it is gone without an outcome, start again.
    pub(super) async fn landed(&self, rt: &R, flight: FlightId, give_up: Instant) -> Option<Outcome<BodyOf<R>>> {
        loop {
            let now = rt.elapsed();
            let until = match self.0.flights.borrow_mut().follow(flight, now) {
                Follow::Landed(outcome) => return Some(outcome),
                Follow::Gone => return None,
                Follow::Wait { until } => until.min(give_up),
            };
            if now >= give_up {
                return Some(Err(Error::Timeout { after: self.0.config.deadline }));
            }
            let (bell, ring) = rt.bell(until.since(now));
            let Some(seat) = Seat::take(self, flight, ring) else { return Some(Err(Error::TooManyInFlight)) };
            bell.await;
            // Asked while still seated: an outcome is kept only for those who sit.
            let follow = self.0.flights.borrow_mut().follow(flight, rt.elapsed());
            drop(seat);
            match follow {
                Follow::Landed(outcome) => return Some(outcome),
                Follow::Gone => return None,
                Follow::Wait { .. } => {}
            }
        }
    }
}
