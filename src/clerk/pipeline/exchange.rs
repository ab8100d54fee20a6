//! One call to Clerk: turns, attempts, retries, and what counts as an answer.

use std::rc::Rc;

use super::{Access, Answer, BodyOf, Exchange, Outcome, Pipeline};
use crate::config::PublishableKey;
use crate::core::metrics;
use crate::core::projection;
use crate::core::retry::{Decision, Failure, Kind, Safety, retry_after};
use crate::core::time::{Duration, Instant};
use crate::error::Error;
use crate::runtime::http::{Body, Headers, Request, Response};
use crate::runtime::{FetchError, Raced, Runtime, race};

/// The response headers that are kept; all others end here (R28).
pub(super) const KEPT_HEADERS: &[&str] = &["content-type", "retry-after", "cf-ray", "x-clerk-trace-id"];

/// What the API's own answers are.
const JSON: &str = "application/json";
/// The longest pause a `Retry-After` may impose on everybody.
const MAX_PAUSE: Duration = Duration::from_mins(1);
/// The pause after a 429 that names none.
const DEFAULT_PAUSE: Duration = Duration::from_secs(1);

impl<R: Runtime> Pipeline<R> {
    /// Calls Clerk until there is an answer, nothing more may be tried, or it is `give_up`.
    pub(super) async fn call(&self, rt: &R, exchange: Exchange<BodyOf<R>>, give_up: Instant) -> Outcome<BodyOf<R>> {
        let request = self.request(&exchange)?;
        self.0.retries.borrow_mut().request(rt.elapsed());
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(rt, exchange.access, request.clone(), give_up).await;
            // The host's clock and not the caller's: `Retry-After` may be a date.
            let now = rt.elapsed();
            let Some(failure) = failure(&exchange, &outcome, now) else { return outcome };
            // An operation with a limit of its own says nothing about everybody else's.
            if let Kind::RateLimited { retry_after } = failure.kind
                && !exchange.limited_apart
            {
                let pause = retry_after.unwrap_or(DEFAULT_PAUSE);
                self.0.limiter.borrow_mut().pause(now.after(pause), now);
            }
            let remaining = give_up.since(now);
            let decision = self.0.retries.borrow_mut().decide(failure, attempt, remaining, rt.random(), now);
            let Decision::Retry { after } = decision else { return outcome };
            self.0.metrics.borrow_mut().record_retry();
            attempt += 1;
            rt.bell(after).0.await;
        }
    }

    async fn attempt(
        &self,
        rt: &R,
        access: Access,
        request: Request<BodyOf<R>>,
        give_up: Instant,
    ) -> Outcome<BodyOf<R>> {
        let turn = match access {
            Access::Api => Some(self.turn(rt, give_up).await?),
            Access::Keys | Access::PublicKeys => None,
        };
        let begun = rt.elapsed();
        let timeout = self.0.config.timeout.min(give_up.since(begun));
        let raced = race(rt.fetch(request), rt.bell(timeout).0).await;
        let took = rt.elapsed().since(begun);
        let outcome = match raced {
            Raced::Second(()) => Err(Error::Timeout { after: timeout }),
            Raced::First(result) => {
                if let Some(turn) = turn {
                    turn.complete();
                }
                result.map_err(Error::from).and_then(accept)
            }
        };
        self.0.metrics.borrow_mut().record_call(classify(&outcome), took);
        outcome
    }

    /// The request as it goes out: the secret is added here and nowhere else, and only for the configured origin (R24).
    fn request(&self, exchange: &Exchange<BodyOf<R>>) -> Result<Request<BodyOf<R>>, Error> {
        let config = &self.0.config;
        let mut headers = Headers::new();
        if exchange.access == Access::PublicKeys {
            let known = config.publishable_key.as_ref().map(PublishableKey::jwks_url);
            if known.as_ref() != Some(&exchange.url) {
                return Err(Error::InvalidPath("the target is not the instance's key set"));
            }
        } else {
            let secret = config.require_secret_key()?;
            if !exchange.url.strip_prefix(config.origin.as_str()).is_some_and(|rest| rest.starts_with('/')) {
                return Err(Error::InvalidPath("the target is not the configured API"));
            }
            headers.set("authorization", format!("Bearer {}", secret.expose()));
            headers.set("clerk-api-version", exchange.version.as_str());
        }
        headers.set("user-agent", concat!("clerk-edge/", env!("CARGO_PKG_VERSION")));
        headers.set("content-type", exchange.body.as_ref().map_or(JSON, |(_, kind)| kind));
        Ok(Request {
            method: exchange.method,
            url: exchange.url.clone(),
            headers,
            body: exchange.body.as_ref().map(|(body, _)| body.clone()),
            wanted: KEPT_HEADERS,
            max_response_bytes: config.max_response_bytes,
        })
    }
}

impl From<FetchError> for Error {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Network(reason) => Self::Network(reason),
            FetchError::TooLarge(limit) => Self::ResponseTooLarge { limit },
        }
    }
}

/// An answer is anything with an error status, and a success that is JSON to the last byte, or empty.
fn accept<B: Body>(response: Response<B>) -> Outcome<B> {
    let Response { status, mut headers, body } = response;
    let refuse = |reason: String| Err(Error::InvalidResponse { status, reason });
    match status {
        202 | 204 if body.is_empty() => {}
        200..=299 => {
            let kind = headers.get("content-type").unwrap_or_default();
            if !is_json(kind) {
                return refuse("it is not JSON".into());
            }
            if let Err(error) = projection::validate(&body.to_vec()) {
                return refuse(error.to_string());
            }
            headers.set("content-type", JSON); // exactly, or Clerk's SDK hands its caller a string (facts 1.6)
        }
        400..=599 => {
            if headers.get("content-type").is_some_and(is_json) {
                headers.set("content-type", JSON);
            }
        }
        _ => return refuse("the API neither redirects nor speaks below HTTP 200".into()),
    }
    Ok(Rc::new(Answer { status, headers, body }))
}

fn is_json(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(JSON))
}

/// What went wrong with this attempt, if trying again could help.
fn failure<B: Body>(exchange: &Exchange<B>, outcome: &Outcome<B>, now: Instant) -> Option<Failure> {
    let kind = match outcome {
        Ok(answer) => match answer.status {
            429 => {
                let header = answer.headers.get("retry-after");
                let pause = retry_after(header, now.as_millis(), DEFAULT_PAUSE, MAX_PAUSE);
                Kind::RateLimited { retry_after: Some(pause) }
            }
            502..=504 => Kind::Unavailable,
            _ => return None,
        },
        Err(Error::Timeout { .. }) => Kind::Timeout,
        Err(Error::Network(_)) => Kind::Network,
        Err(_) => return None,
    };
    let safety = if exchange.method.is_idempotent() { Safety::Idempotent } else { Safety::Unsafe };
    Some(Failure { kind, safety })
}

fn classify<B>(outcome: &Outcome<B>) -> metrics::Outcome {
    match outcome {
        Ok(answer) => metrics::Outcome::of_status(answer.status),
        Err(Error::Timeout { .. }) => metrics::Outcome::Timeout,
        Err(Error::InvalidResponse { status, .. }) if !matches!(status, 200..=299) => {
            metrics::Outcome::of_status(*status)
        }
        Err(Error::InvalidResponse { .. } | Error::ResponseTooLarge { .. }) => metrics::Outcome::ServerError,
        Err(_) => metrics::Outcome::Network,
    }
}
