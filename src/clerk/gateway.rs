//! The Backend API as seen from outside: who may ask, what may be asked, and how answers and errors look.
//!
//! A caller presents the secret key (what an SDK sends anyway) or the gateway token; nobody else gets anything, least of
//! all the secret (R25). Only operations of the Backend API pass. Of the caller's headers exactly three are read, none
//! is forwarded: identity comes from our own configuration (R10, R26).

use std::fmt;
use std::rc::Rc;

use super::api::{Manner, Question};
use super::client::Client;
use super::pipeline::{Answer, Served, Source};
use super::query::Query;
use super::users::turn_page;
use crate::config::Config;
use crate::core::json::write::ObjectWriter;
use crate::core::projection::FieldSet;
use crate::core::time::{Duration, millis};
use crate::error::Error;
use crate::runtime::Runtime;
use crate::runtime::http::{Body, Method};

/// A token the gateway takes besides the secret key is at least this long, in bytes.
pub const MIN_TOKEN_BYTES: usize = 16;

/// What of a request the gateway looks at.
pub trait Incoming {
    /// The value of this (lower-case) request header.
    fn header(&self, name: &str) -> Option<String>;
}

/// Where an answer came from, as `x-clerk-edge-cache` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the values are part of the interface")]
pub enum CacheStatus {
    /// From the cache.
    Hit,
    /// From Clerk; kept.
    Miss,
    /// From Clerk; never kept.
    Pass,
}

impl CacheStatus {
    /// The header's value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Pass => "pass",
        }
    }
}

/// An answer of the gateway.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "shells must render both")]
pub enum Reply<B> {
    /// Clerk's answer.
    Answer {
        /// The answer.
        answer: Rc<Answer<B>>,
        /// Its origin.
        status: CacheStatus,
        /// How long ago Clerk gave it.
        age: Duration,
    },
    /// The gateway's own error, as the JSON that Clerk's SDKs understand.
    Refusal {
        /// The HTTP status.
        status: u16,
        /// The body.
        json: String,
        /// `Retry-After` in seconds.
        retry_after: Option<u64>,
    },
}

/// A caller's question that passed every check.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Asked<B> {
    /// What to ask of Clerk. The body, if the method has one, is still to be set.
    pub question: Question<B>,
}

/// The gateway: checks and rendering around a [`Client`].
#[derive(Clone, Default)]
pub struct Gateway {
    token: Option<String>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("has_token", &self.token.is_some()).finish()
    }
}

impl Gateway {
    /// A gateway that takes `token` besides the secret key.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] if there is no secret key, or the token is shorter than [`MIN_TOKEN_BYTES`]: an open
    /// gateway would publish the key.
    pub fn new(config: &Config, token: Option<String>) -> Result<Self, Error> {
        config.require_secret_key()?;
        let token = token.filter(|token| !token.is_empty());
        if token.as_ref().is_some_and(|token| token.len() < MIN_TOKEN_BYTES) {
            return Err(Error::InvalidConfig(format!("GATEWAY_TOKEN must have at least {MIN_TOKEN_BYTES} bytes")));
        }
        Ok(Self { token })
    }

    /// Whether `authorization` lets its sender in. Compares whole tokens in constant time.
    #[must_use]
    pub fn admits(&self, config: &Config, authorization: Option<&str>) -> bool {
        let Some(presented) = authorization.and_then(|value| value.strip_prefix("Bearer ")) else { return false };
        let secret = config.secret_key.as_ref().is_some_and(|key| same(key.expose(), presented));
        let token = self.token.as_ref().is_some_and(|token| same(token, presented));
        secret | token
    }

    /// What `url` (absolute, as the host gives it) asks for, if it may be asked.
    ///
    /// # Errors
    /// [`Error::InvalidPath`], [`Error::OperationNotAllowed`] or [`Error::InvalidArgument`].
    pub fn parse<B: Body>(
        &self,
        config: &Config,
        method: &str,
        url: &str,
        incoming: &impl Incoming,
    ) -> Result<Asked<B>, Error> {
        let (path, raw_query) = target(url)?;
        let (path, unversioned) = unversion(path, &config.api_version)?;
        let method = Method::parse(method).ok_or(Error::OperationNotAllowed)?;
        let path = super::query::canonical_path(path)?;
        Question::<B>::operation(method, path).ok_or(Error::OperationNotAllowed)?;
        let mut query = Query::parse(raw_query)?;
        let version = api_version(&mut query, incoming)?;
        let fields = query.take("fields").map(|names| FieldSet::parse(&names)).transpose();
        let fields = fields.map_err(|why| Error::InvalidArgument(format!("fields: {why}")))?;
        if method == Method::Get {
            turn_page(&mut query)?;
        }
        let manner = Manner { fields, version, unversioned, body: None, ttl: None };
        Question::new(config, method, path, &query, manner).map(|question| Asked { question })
    }

    /// Asks Clerk, and renders what comes of it.
    pub async fn run<R: Runtime>(&self, client: &Client<R>, asked: Asked<R::Body>) -> Reply<R::Body> {
        client.ask(asked.question).await.map_or_else(|error| Reply::refusal(&error), Reply::from)
    }
}

impl<B> From<Served<B>> for Reply<B> {
    fn from(served: Served<B>) -> Self {
        let (status, age) = match served.source {
            Source::Hit(age) => (CacheStatus::Hit, age),
            Source::Miss => (CacheStatus::Miss, Duration::ZERO),
            Source::Pass => (CacheStatus::Pass, Duration::ZERO),
        };
        Self::Answer { answer: served.answer, status, age }
    }
}

impl<B> Reply<B> {
    /// The answer to a caller who is not let in: what Clerk itself says to a wrong key.
    #[must_use]
    pub fn unauthorized() -> Self {
        let message = "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.";
        Self::error(401, "clerk_key_invalid", message, None)
    }

    /// How `error` looks from outside.
    #[must_use]
    pub fn refusal(error: &Error) -> Self {
        let seconds = error.retry_after().map(|after| millis(after).div_ceil(1_000).max(1));
        Self::error(http_status(error), error.code(), &error.to_string(), seconds)
    }

    fn error(status: u16, code: &str, message: &str, retry_after: Option<u64>) -> Self {
        let mut item = ObjectWriter::new();
        item.text("code", code);
        item.text("long_message", message);
        item.text("message", message);
        Self::Refusal { status, json: format!(r#"{{"errors":[{}]}}"#, item.finish()), retry_after }
    }
}

fn http_status(error: &Error) -> u16 {
    match error {
        Error::Api(api) => api.status,
        Error::Token(_) => 401,
        Error::InvalidConfig(_) | Error::TooManyInFlight | Error::Aborted => 503,
        Error::InvalidArgument(_) => 422,
        Error::RequestTooLarge { .. } => 413,
        Error::InvalidPath(_) | Error::Webhook(_) => 400,
        Error::OperationNotAllowed => 404,
        Error::QueueFull { .. } | Error::RateLimited { .. } => 429,
        Error::Callback(_) => 500,
        Error::Timeout { .. } => 504,
        Error::Network(_) | Error::InvalidResponse { .. } | Error::ResponseTooLarge { .. } => 502,
    }
}

/// Path and query of an absolute URL. The origin is the gateway's own and not looked at.
fn target(url: &str) -> Result<(&str, &str), Error> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target =
        rest.find(['/', '?', '#']).and_then(|start| rest.get(start..)).filter(|target| target.starts_with('/'));
    let target = target.ok_or(Error::InvalidPath("it must start with a slash"))?;
    let target = target.split_once('#').map_or(target, |(target, _)| target);
    Ok(target.split_once('?').unwrap_or((target, "")))
}

/// The path after the version segment; or as it is, if it is one that Clerk's SDK sends without a version.
fn unversion<'a>(path: &'a str, version: &str) -> Result<(&'a str, bool), Error> {
    let versioned =
        path.strip_prefix('/').and_then(|rest| rest.strip_prefix(version)).filter(|rest| rest.starts_with('/'));
    if let Some(rest) = versioned {
        return Ok((rest, false));
    }
    let first = path.split('/').nth(1).unwrap_or_default();
    if matches!(first, "m2m_tokens" | "api_keys") || path == "/oauth_applications/access_tokens/verify" {
        return Ok((path, true));
    }
    if path != "/" {
        super::query::canonical_path(path)?;
    }
    Err(Error::OperationNotAllowed)
}

/// The dated version the caller wants, in whichever of the two places. In both it is an error at Clerk (facts 1.6).
fn api_version(query: &mut Query, incoming: &impl Incoming) -> Result<Option<String>, Error> {
    match (query.take("__clerk_api_version"), incoming.header("clerk-api-version")) {
        (Some(_), Some(_)) => {
            Err(Error::InvalidArgument("name the API version in the header or in the query, not in both".into()))
        }
        (from_query, from_header) => Ok(from_query.or(from_header)),
    }
}

/// Equality in a time that depends on the lengths only.
fn same(expected: &str, presented: &str) -> bool {
    let differ = expected.bytes().zip(presented.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    expected.len() == presented.len() && std::hint::black_box(differ) == 0
}
