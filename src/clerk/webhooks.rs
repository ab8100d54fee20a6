//! Webhooks: a delivery is checked, and what its event makes stale is dropped.
//!
//! Dropping reaches the cache at hand and no other: one delivery goes to one isolate, and the others serve what they have
//! until its time is over (R19c).

use std::cell::RefCell;

use super::event::{Event, MAX_EVENT_BYTES};
use super::gateway::Incoming;
use super::pipeline::Pipeline;
use crate::config::Config;
use crate::core::time::{Duration, UnixTime};
use crate::core::webhook::{self, Delivery, Replays, Secret};
use crate::error::Error;
use crate::runtime::Runtime;

/// Ids that are remembered. A delivery that is forgotten is applied again, which only costs a few answers.
const MAX_REPLAYS: usize = 4_096;

/// How long: from when a delivery can first be believed to when it last can, whole seconds at either end.
const REPLAY_WINDOW: Duration = webhook::TOLERANCE.saturating_mul(2).saturating_add(Duration::from_secs(1));

/// What one instance's webhooks need.
#[derive(Debug)]
pub struct Webhooks {
    secret: Option<Secret>,
    instance_id: Option<String>,
    replays: RefCell<Replays>,
}

/// What an event did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Answers that left the cache.
    pub dropped: usize,
    /// It was applied before, so nothing was done.
    pub replayed: bool,
}

impl Webhooks {
    /// With the secret and the instance of `config`.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            secret: config.webhook_signing_secret.clone(),
            instance_id: config.instance_id.clone(),
            replays: RefCell::new(Replays::new(MAX_REPLAYS, REPLAY_WINDOW)),
        }
    }

    /// The configured secret.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] if there is no secret.
    pub fn require_secret(&self) -> Result<&Secret, Error> {
        let missing = || Error::InvalidConfig("webhookSigningSecret is missing; webhooks cannot be verified".into());
        self.secret.as_ref().ok_or_else(missing)
    }

    /// The event that a delivery brings: `svix-id`, `svix-timestamp`, `svix-signature` and the raw `body`, signed with
    /// `secret` instead of the configured one if there is any.
    ///
    /// Nothing of the body is read before the signature was found good. A delivery that was seen before is as good as the
    /// first time; [`Webhooks::apply`] knows it.
    ///
    /// # Errors
    /// [`Error::Webhook`] if it is not to be believed, [`Error::RequestTooLarge`], or [`Error::InvalidConfig`] without a
    /// secret.
    pub fn verify(
        &self,
        secret: Option<&Secret>,
        incoming: &impl Incoming,
        body: &[u8],
        now: UnixTime,
    ) -> Result<Event, Error> {
        let secret = secret.map_or_else(|| self.require_secret(), Ok)?;
        if body.len() > MAX_EVENT_BYTES {
            return Err(Error::RequestTooLarge { limit: MAX_EVENT_BYTES });
        }
        let header = |name| incoming.header(name).unwrap_or_default();
        let (id, timestamp, signatures) = (header("svix-id"), header("svix-timestamp"), header("svix-signature"));
        let delivery = Delivery { id: &id, timestamp: &timestamp, signatures: &signatures, body };
        let id = webhook::verify(secret, &delivery, now).map_err(|refusal| Error::Webhook(refusal.as_str()))?;
        let event = Event::parse(body)?.delivered_as(id);
        if self.instance_id.is_some() && self.instance_id != event.instance {
            return Err(Error::Webhook("the event is of another instance"));
        }
        Ok(event)
    }

    /// Drops what `event` makes stale, unless the same delivery did so within the last ten minutes.
    ///
    /// For events that [`Webhooks::verify`] gave: whoever calls this with anything else empties the cache. Reads that are
    /// under way do not bring back what was dropped.
    pub fn apply<R: Runtime>(&self, pipeline: &Pipeline<R>, event: &Event, rt: &R) -> Applied {
        let now = rt.now(); // read before anything is borrowed: the clock may be a caller's, who may come back here
        let is_new = event.delivery.as_ref().is_none_or(|id| self.replays.borrow_mut().first(id, now));
        if !is_new {
            return Applied { replayed: true, ..Applied::default() };
        }
        let dropped = pipeline.invalidate(&event.stale());
        // By Clerk's clock, as tokens say when they were issued; never ahead of ours.
        let at = event.at.map_or(rt.unix(), |at| at.min(rt.unix()));
        pipeline.revoke(&event.revoked().tags(), at);
        Applied { dropped, replayed: false }
    }
}
