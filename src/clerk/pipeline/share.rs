//! Work that everybody who needs it at the same time shares, whatever it is.

use std::future::Future;

use super::landing::Landing;
use super::{BodyOf, Exchange, Outcome, Pipeline};
use crate::core::flight::Join;
use crate::error::Error;
use crate::runtime::Runtime;

impl<R: Runtime> Pipeline<R> {
    /// Does `work` unless somebody is at it under the same `name`, and waits for its end; `work` goes on whatever becomes
    /// of the caller. Nothing is kept here: `work` leaves its result where callers look for it.
    ///
    /// # Errors
    /// What `work` ended with, for everybody who waited; [`Error::Timeout`] past the deadline.
    pub(in crate::clerk) async fn share<W>(&self, rt: &R, name: &str, work: impl FnOnce() -> W) -> Outcome<BodyOf<R>>
    where
        W: Future<Output = Outcome<BodyOf<R>>> + 'static,
    {
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
                    let task = work();
                    rt.spawn(async move { landing.land(task.await) });
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
