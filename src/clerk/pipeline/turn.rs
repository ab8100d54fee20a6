//! Waiting for a turn: first a place under the rate limit, then a connection.
//!
//! In that order, because the limiter counts a request from the moment it lets it go until a window after it completed:
//! a wait for a connection in between only makes that more careful, and a caller that the limit holds back holds no
//! connection.

use super::{Pipeline, RingOf};
use crate::core::limiter::{Admission, Place, Start};
use crate::core::metrics::Refusal;
use crate::core::pool::{Acquire, Permit, Ticket, Turn};
use crate::core::time::{Duration, Instant};
use crate::error::Error;
use crate::runtime::{Ring, Runtime};

/// How often a caller that waits for a connection shows that it is still there.
pub(super) const BEAT: Duration = Duration::from_millis(250);

/// Permission to send one request: holds a place under the limit and a connection.
pub(super) struct MyTurn<R: Runtime> {
    pipeline: Pipeline<R>,
    rt: R,
    start: Start,
    permit: Option<Permit>,
}

impl<R: Runtime> MyTurn<R> {
    /// Clerk has answered, or cannot have seen the request. Without this call (the answer was given up on) the place
    /// stays taken until its lease ends, because Clerk may yet see the request.
    pub(super) fn complete(self) {
        self.pipeline.0.limiter.borrow_mut().complete(self.start, self.rt.elapsed());
    }
}

impl<R: Runtime> Drop for MyTurn<R> {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            let rings = self.pipeline.0.pool.borrow_mut().release(permit, self.rt.elapsed());
            rings.iter().for_each(Ring::ring);
        }
    }
}

/// A place in the limiter's queue, given back when its owner goes.
struct Queued<'a, R: Runtime> {
    pipeline: &'a Pipeline<R>,
    place: Place,
}

impl<R: Runtime> Drop for Queued<'_, R> {
    fn drop(&mut self) {
        self.pipeline.0.limiter.borrow_mut().cancel(self.place);
    }
}

/// A place in the pool's queue, given back when its owner goes.
struct Waiting<'a, R: Runtime> {
    pipeline: &'a Pipeline<R>,
    rt: &'a R,
    ticket: Option<Ticket>,
}

impl<R: Runtime> Drop for Waiting<'_, R> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let rings = self.pipeline.0.pool.borrow_mut().cancel(ticket, self.rt.elapsed());
            rings.iter().for_each(Ring::ring);
        }
    }
}

impl<R: Runtime> Pipeline<R> {
    /// Waits for a turn until `give_up` at the latest.
    pub(super) async fn turn(&self, rt: &R, give_up: Instant) -> Result<MyTurn<R>, Error> {
        let asked = rt.elapsed();
        let start = self.admitted(rt, give_up).await?;
        let mut turn = MyTurn { pipeline: self.clone(), rt: rt.clone(), start, permit: None };
        let admitted = rt.elapsed();
        match self.connected(rt, give_up).await {
            Ok(permit) => turn.permit = Some(permit),
            Err(error) => {
                turn.complete(); // nothing was sent
                return Err(error);
            }
        }
        let (limiter, pool) = (admitted.since(asked), rt.elapsed().since(admitted));
        let mut metrics = self.0.metrics.borrow_mut();
        if !limiter.is_zero() {
            metrics.record_limiter_wait(limiter);
        }
        if !pool.is_zero() {
            metrics.record_pool_wait(pool);
        }
        Ok(turn)
    }

    async fn admitted(&self, rt: &R, give_up: Instant) -> Result<Start, Error> {
        let asked = rt.elapsed();
        let max_wait = self.0.config.max_wait.min(give_up.since(asked));
        let full = self.0.limiter.borrow().queued() >= self.0.config.max_queue;
        let mut step = self.0.limiter.borrow_mut().request(max_wait, asked);
        loop {
            match step {
                Admission::Go(start) => return Ok(start),
                Admission::Refused { retry_after } => {
                    self.0.metrics.borrow_mut().record_refusal(Refusal::Limiter);
                    return Err(if full {
                        Error::QueueFull { retry_after }
                    } else {
                        Error::RateLimited { retry_after }
                    });
                }
                Admission::Wait(place, at) => {
                    let queued = Queued { pipeline: self, place };
                    rt.bell(at.since(rt.elapsed())).0.await;
                    step = self.0.limiter.borrow_mut().poll(place, rt.elapsed());
                    std::mem::forget(queued); // from here on `step` owns the place
                }
            }
        }
    }

    async fn connected(&self, rt: &R, give_up: Instant) -> Result<Permit, Error> {
        loop {
            let ticket = match self.0.pool.borrow_mut().acquire(rt.elapsed()) {
                Acquire::Granted(permit) => return Ok(permit),
                Acquire::Waiting(ticket) => ticket,
                Acquire::Full => {
                    self.0.metrics.borrow_mut().record_refusal(Refusal::Pool);
                    return Err(Error::QueueFull { retry_after: Duration::from_secs(1) });
                }
            };
            if let Some(permit) = self.granted(rt, ticket, give_up).await? {
                return Ok(permit);
            }
        }
    }

    /// Waits in the pool's queue. `None`: the place was lost (this caller was thought gone), queue again.
    async fn granted(&self, rt: &R, ticket: Ticket, give_up: Instant) -> Result<Option<Permit>, Error> {
        let mut waiting = Waiting { pipeline: self, rt, ticket: Some(ticket) };
        loop {
            let now = rt.elapsed();
            if now >= give_up {
                return Err(Error::Timeout { after: self.0.config.deadline });
            }
            let (bell, ring): (_, RingOf<R>) = rt.bell(BEAT.min(give_up.since(now)));
            self.0.pool.borrow_mut().wait(ticket, ring, now);
            bell.await;
            let rings = self.0.pool.borrow_mut().tick(rt.elapsed());
            rings.iter().for_each(Ring::ring);
            let turn = self.0.pool.borrow_mut().poll(ticket, rt.elapsed());
            match turn {
                Turn::Granted(permit) => {
                    waiting.ticket = None;
                    return Ok(Some(permit));
                }
                Turn::Gone => {
                    waiting.ticket = None;
                    return Ok(None);
                }
                Turn::Wait { .. } => {}
            }
        }
    }
}
