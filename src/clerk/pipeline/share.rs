//! Work that everybody who needs it at the same time shares, whatever it is: a flight from joining it to its outcome.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::landing::Landing;
use super::{BodyOf, Exchange, Keep, Outcome, Pipeline, Served, Source, expiry};
use crate::core::flight::{FlightId, Join};
use crate::core::metrics;
use crate::core::time::Instant;
use crate::error::Error;
use crate::runtime::Runtime;

/// What is shared. In a box, so that all the rest is there once and not once for every kind of work.
pub type Work<R> = Pin<Box<dyn Future<Output = Outcome<BodyOf<R>>>>>;

impl<R: Runtime> Pipeline<R> {
    /// The answer to a read that may be kept: from the cache, from a flight under way, or from Clerk.
    ///
    /// # Errors
    /// Whatever kept the upstream call from an answer; error statuses are answers.
    pub async fn read(&self, rt: &R, exchange: Exchange<BodyOf<R>>, keep: Keep) -> Result<Served<BodyOf<R>>, Error> {
        if let Some(hit) = self.peek(&keep.key, rt.now()) {
            return Ok(hit);
        }
        let call = |give_up| -> Work<R> {
            let (pipeline, rt, exchange) = (self.clone(), rt.clone(), exchange.clone());
            Box::pin(async move { pipeline.call(&rt, exchange, give_up).await })
        };
        self.share_kept(rt, keep, &call).await
    }

    /// The outcome of `work` under the key of `keep`: from a flight under way, or done here. An answer is kept.
    ///
    /// `work` is told when to give up, and must end by then. It goes on if its caller leaves, and is made again if the host
    /// ended the one under way; where another caller leads, it is not made at all.
    ///
    /// # Errors
    /// What `work` gives, the same to everybody who waited for it; [`Error::Timeout`] at the deadline and
    /// [`Error::TooManyInFlight`].
    pub async fn share_kept(
        &self,
        rt: &R,
        keep: Keep,
        work: &dyn Fn(Instant) -> Work<R>,
    ) -> Result<Served<BodyOf<R>>, Error> {
        let give_up = rt.elapsed().after(self.0.config.deadline);
        let keep = Rc::new(keep);
        let mut counted = false;
        while rt.elapsed() < give_up {
            // The epoch is part of the flight's name: a read that starts after an invalidation never joins an older one.
            let epoch = self.epoch();
            let name = format!("{}\n{epoch:?}", keep.key);
            let joined = self.0.flights.borrow_mut().join(&name, self.lease(), rt.elapsed());
            if !std::mem::replace(&mut counted, true) {
                let status =
                    if matches!(joined, Join::Lead(_)) { metrics::Lookup::Miss } else { metrics::Lookup::Coalesced };
                self.0.metrics.borrow_mut().record_lookup(status);
            }
            let (id, leads) = match joined {
                Join::Lead(id) => (id, true),
                Join::Follow(id) => (id, false),
                Join::Full => return Err(Error::TooManyInFlight),
            };
            if leads {
                self.lead(rt, id, Rc::clone(&keep), work(give_up));
            }
            match self.landed(rt, id, give_up).await {
                None => {}
                // The leader began before this caller did, and so its time was up before: there is some left to try again.
                // An attempt that had all the time an attempt gets is an outcome like any other: tried again by everyone
                // in turn, one that hangs would be called for as long as anybody waits.
                Some(Err(Error::Timeout { after })) if !leads && after != self.0.config.timeout => {}
                Some(outcome) => return outcome.map(|answer| Served { answer, source: Source::Miss }),
            }
        }
        Err(Error::Timeout { after: self.0.config.deadline })
    }

    /// Starts the work of a flight, which goes on whatever becomes of the caller.
    fn lead(&self, rt: &R, id: FlightId, keep: Rc<Keep>, work: Work<R>) {
        let landing = Landing::new(self.clone(), rt.clone(), id);
        let (pipeline, task_rt, since) = (self.clone(), rt.clone(), self.epoch());
        rt.spawn(async move {
            let outcome = work.await;
            if let Ok(answer) = &outcome
                && let Some(keep) = expiry::applied(&keep, &answer.body, task_rt.unix())
            {
                pipeline.keep(&keep, Rc::clone(answer), since, task_rt.now());
            }
            landing.land(outcome);
        });
    }

    /// Does `work` unless somebody is at it under the same `name`, and waits for its end; `work` goes on whatever becomes
    /// of the caller. Nothing is kept here: `work` leaves its result where callers look for it.
    ///
    /// # Errors
    /// What `work` ended with, for everybody who waited; [`Error::Timeout`] past the deadline.
    pub(in crate::clerk) async fn share(&self, rt: &R, name: &str, work: Work<R>) -> Outcome<BodyOf<R>> {
        let give_up = rt.elapsed().after(self.0.config.deadline);
        let mut work = Some(work);
        while rt.elapsed() < give_up {
            let joined = self.0.flights.borrow_mut().join(name, self.lease(), rt.elapsed());
            let flight = match joined {
                Join::Follow(flight) => flight,
                Join::Full => return Err(Error::TooManyInFlight),
                Join::Lead(flight) => {
                    let landing = Landing::new(self.clone(), rt.clone(), flight);
                    let Some(work) = work.take() else { break };
                    rt.spawn(async move { landing.land(work.await) });
                    flight
                }
            };
            if let Some(outcome) = self.landed(rt, flight, give_up).await {
                return outcome;
            }
        }
        Err(Error::Timeout { after: self.0.config.deadline })
    }

    /// One call to Clerk outside cache and flights, retries included.
    pub(in crate::clerk) async fn fetch(&self, rt: &R, exchange: Exchange<BodyOf<R>>) -> Outcome<BodyOf<R>> {
        self.call(rt, exchange, rt.elapsed().after(self.0.config.deadline)).await
    }
}
