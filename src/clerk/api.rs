//! Clerk's HTTP: from an operation and its arguments to an exchange, and from an error answer to an error.

use std::borrow::Cow;
use std::rc::Rc;

use super::operations::{self, Match};
use super::pipeline::{Access, Answer, Exchange, Expiry, Keep};
use super::policy;
use super::query::{Query, canonical_path};
use crate::config::{API_VERSION_DATE, Config};
use crate::core::json::raw::Raw;
use crate::core::projection::{FieldSet, Shape};
use crate::core::time::{Duration, millis};
use crate::error::{ApiError, Error, ErrorItem};
use crate::runtime::http::{Body, Method};

/// One question to the Backend API, checked and canonical.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Question<B> {
    /// What is asked of Clerk.
    pub exchange: Exchange<B>,
    /// How long the answer may be kept; `None`: never.
    pub keep: Option<Keep>,
    /// What becomes stale by asking.
    pub stale: Vec<String>,
    /// Whose tokens are no longer to be believed if the answer is a success: tags of sessions and users.
    pub ended: Vec<String>,
    /// Where the objects are that fields are selected from.
    pub shape: Shape<'static>,
    /// Which of their fields are wanted.
    pub fields: Option<FieldSet>,
}

/// How a question is put, beyond method, path and query.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by literal")]
pub struct Manner<B> {
    /// What to send, and its `Content-Type`.
    pub body: Option<(B, String)>,
    /// The fields wanted in the answer; `None` and the full set are the same.
    pub fields: Option<FieldSet>,
    /// For how long to keep the answer instead of what policy says. Only a read that policy keeps can be kept longer or
    /// shorter; zero keeps nothing.
    pub ttl: Option<Duration>,
    /// The dated API version; the one this crate was written for if `None`.
    pub version: Option<String>,
    /// The path goes without the version segment, as Clerk's SDK asks for machine tokens (facts 1.3).
    pub unversioned: bool,
}

impl<B> Default for Manner<B> {
    fn default() -> Self {
        Self { body: None, fields: None, ttl: None, version: None, unversioned: false }
    }
}

impl<B: Body> Question<B> {
    /// Checks path and version and asks policy. `path` comes after the version segment and starts with `/`.
    ///
    /// An operation that the Backend API does not have can still be asked, but is never kept.
    ///
    /// # Errors
    /// [`Error::InvalidPath`] or [`Error::InvalidArgument`].
    pub fn new(config: &Config, method: Method, path: &str, query: &Query, manner: Manner<B>) -> Result<Self, Error> {
        let path = canonical_path(path)?;
        let found = operations::find(method, path);
        let version = version(manner.version)?;
        let target = target(path, &query.canonical());
        let prefix = if manner.unversioned { String::new() } else { format!("/{}", config.api_version) };
        let url = format!("{}{prefix}{target}", config.origin);
        let keep = found.as_ref().and_then(|found| policy::keep(found, config));
        let keep = keep.map(|(ttl, tags)| Keep {
            key: key(&target, &version) + &manner.ttl.map(ttl_suffix).unwrap_or_default(),
            ttl: manner.ttl.unwrap_or(ttl),
            tags,
            expiry: Expiry::Unsaid,
        });
        Ok(Self {
            keep: keep.filter(|keep| !keep.ttl.is_zero()),
            stale: found.as_ref().map_or_else(|| policy::stale_by_unknown(method), policy::stale),
            ended: found.as_ref().map(policy::ended).unwrap_or_default(),
            shape: found.as_ref().map_or(Shape::Item, policy::shape),
            fields: manner.fields.filter(|fields| !fields.is_full()),
            exchange: Exchange {
                method,
                url,
                version,
                body: manner.body,
                access: Access::Api,
                limited_apart: found.as_ref().is_some_and(policy::limited_apart),
            },
        })
    }

    /// The operation of the Backend API with this method and path, if it has one.
    #[must_use]
    pub fn operation(method: Method, path: &str) -> Option<Match<'_>> {
        operations::find(method, path)
    }
}

/// Path and query in one.
fn target(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The cache key of a read, within one instance: the instance has a cache of its own, the identity is its secret key.
#[must_use]
pub fn key(target: &str, version: &str) -> String {
    format!("{version} {target}")
}

/// What sets a read with a time to live of its own apart: nobody is served what somebody else let grow older than that.
/// Targets hold no blank.
fn ttl_suffix(ttl: Duration) -> String {
    format!(" {}", millis(ttl))
}

/// The cache key of a selection of fields from the answer under `key`. Targets hold no `#`.
#[must_use]
pub fn selection_key(key: &str, fields: &FieldSet) -> String {
    format!("{key}#{}", fields.canonical())
}

fn version(asked: Option<String>) -> Result<String, Error> {
    let Some(version) = asked else { return Ok(API_VERSION_DATE.to_owned()) };
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if (1..=32).contains(&version.len()) && version.bytes().all(is_plain) {
        return Ok(version);
    }
    Err(Error::InvalidArgument("the API version must be a date such as 2026-05-12".into()))
}

/// `id`, fit to be one path segment: what Clerk's ids and slugs are made of, never empty, never a dot segment.
///
/// # Errors
/// [`Error::InvalidArgument`] naming the argument.
pub fn id_segment<'a>(name: &str, id: &'a str) -> Result<&'a str, Error> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~');
    let dots = matches!(id, "." | "..");
    if (1..=256).contains(&id.len()) && !dots && id.bytes().all(is_plain) {
        return Ok(id);
    }
    Err(Error::InvalidArgument(format!("{name} must be a Clerk id: letters, digits, _ and -, 1 to 256 of them")))
}

/// The answer, or the error that it is.
///
/// # Errors
/// [`Error::Api`] if its status is not 2xx.
pub fn success<B: Body>(answer: Rc<Answer<B>>) -> Result<Rc<Answer<B>>, Error> {
    if answer.is_success() { Ok(answer) } else { Err(Error::Api(Rc::new(api_error(&answer)))) }
}

/// Reads what can be read of an error answer; a body that is not Clerk's leaves `errors` empty (facts 1.6).
fn api_error<B: Body>(answer: &Answer<B>) -> ApiError {
    let body = answer.body.to_vec();
    let parsed = Raw::document(&body);
    let mut errors = Vec::new();
    if let Some(items) = parsed.and_then(|parsed| parsed.get("errors")) {
        let _ = items.each_item(|item| errors.extend(error_item(item))); // what is no array has none
    }
    let ray = || answer.headers.get("cf-ray").map(str::to_owned);
    let seconds = answer.headers.get("retry-after").and_then(|text| text.trim().parse().ok());
    ApiError {
        status: answer.status,
        errors,
        trace_id: parsed.and_then(|parsed| string(parsed, "clerk_trace_id")).or_else(ray).unwrap_or_default(),
        retry_after: seconds,
    }
}

fn error_item(item: Raw<'_>) -> Option<ErrorItem> {
    item.is_object().then(|| ErrorItem {
        code: string(item, "code").unwrap_or_default(),
        message: string(item, "message").unwrap_or_default(),
        long_message: string(item, "long_message"),
        meta: item.get("meta").filter(|meta| !meta.is_null()).map(|meta| meta.as_json().to_owned()),
    })
}

fn string(object: Raw<'_>, name: &str) -> Option<String> {
    object.get(name)?.text().map(Cow::into_owned)
}
