//! Tokens: those that a caller fetches by itself, those that Clerk mints for sessions, and those of OAuth providers.
//!
//! All are kept for `cache.tokenTtlMs` at most, and never past their own end.

use std::future::Future;
use std::rc::Rc;

use super::api::{Manner, Question, id_segment};
use super::client::{Answered, Client};
use super::pipeline::{Answer, Expiry, Keep, Work};
use super::policy;
use super::query::Query;
use crate::config::Config;
use crate::core::time::{Duration, Instant};
use crate::error::Error;
use crate::runtime::http::{Body, Headers, Method};
use crate::runtime::{Raced, Runtime, race};

/// How long before its end a token of Clerk's is no longer handed out: whoever gets it still has to send it somewhere.
pub const MARGIN: Duration = Duration::from_secs(5);
/// The longest key of a caller's, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 1_024;
/// How long a session token may live (`expires_in_seconds` of the Backend API), in seconds.
const LIFETIMES: std::ops::RangeInclusive<u64> = 30..=315_360_000;

/// What a caller keeps a token of its own under. It cannot be the key of anything else in the cache: those begin with a
/// version, which is letters and digits, or with another sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKey(String);

/// Begins the keys of callers.
const CALLERS: char = '=';
/// Begins the keys of tokens of Clerk's.
const CLERKS: char = '@';

impl TokenKey {
    /// Any text of 1 to [`MAX_KEY_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`].
    pub fn new(text: &str) -> Result<Self, Error> {
        if (1..=MAX_KEY_BYTES).contains(&text.len()) {
            return Ok(Self(format!("{CALLERS}{text}")));
        }
        Err(Error::InvalidArgument(format!("key must be a text of 1 to {MAX_KEY_BYTES} bytes")))
    }

    /// The key in the cache.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The question behind `sessions.getToken`. Clerk mints a new token at every call, so the same one is served to everybody
/// who asks for the same session, template and lifetime until [`MARGIN`] before it expires.
///
/// # Errors
/// [`Error::InvalidArgument`] if `id` is not an id, `template` not a name, or `expires_in` out of range, in seconds.
pub fn session_token<B: Body>(
    config: &Config,
    id: &str,
    template: Option<&str>,
    expires_in: Option<u64>,
) -> Result<Question<B>, Error> {
    let mut path = format!("/sessions/{}/tokens", id_segment("sessionId", id)?);
    if let Some(template) = template {
        path = format!("{path}/{}", id_segment("template", template)?);
    }
    if expires_in.is_some_and(|seconds| !LIFETIMES.contains(&seconds)) {
        let (least, most) = (LIFETIMES.start(), LIFETIMES.end());
        return Err(Error::InvalidArgument(format!("expiresInSeconds must be a whole number from {least} to {most}")));
    }
    let body = expires_in.map(|seconds| format!(r#"{{"expires_in_seconds":{seconds}}}"#));
    let key = format!("{path} {}", expires_in.unwrap_or_default());
    let body = body.map(|text| (B::from_bytes(text.as_bytes()), "application/json".to_owned()));
    let question = Question::new(config, Method::Post, &path, &Query::new(), Manner { body, ..Manner::default() })?;
    Ok(kept(question, config, &key, policy::session_tags(id).into(), Expiry::Token(MARGIN)))
}

/// The question behind `users.getUserOauthAccessToken`. `provider` may go without its `oauth_`, as in Clerk's SDK, which
/// asks for the paginated form too (facts 1.6).
///
/// # Errors
/// [`Error::InvalidArgument`] if `id` is not an id or `provider` not a name.
pub fn oauth_token<B: Body>(config: &Config, id: &str, provider: &str) -> Result<Question<B>, Error> {
    let (id, provider) = (id_segment("userId", id)?, id_segment("provider", provider)?);
    let name = provider.strip_prefix("oauth_").unwrap_or(provider);
    let path = format!("/users/{id}/oauth_access_tokens/oauth_{name}");
    let mut query = Query::new();
    query.push("paginated", "true");
    let question = Question::new(config, Method::Get, &path, &query, Manner::default())?;
    Ok(kept(question, config, &path, policy::user_tags(id).into(), Expiry::Perhaps(MARGIN)))
}

/// The question, its answer to be kept as a token is. Nothing else asks for it under this key, the gateway neither.
fn kept<B>(question: Question<B>, config: &Config, key: &str, tags: Vec<String>, expiry: Expiry) -> Question<B> {
    let keep = Keep { key: format!("{CLERKS}{key}"), ttl: config.token_ttl, tags, expiry };
    Question { keep: (!keep.ttl.is_zero()).then_some(keep), ..question }
}

/// The key that the answer to `sessions.getToken(id)` is kept under.
#[must_use]
pub fn session_token_key(id: &str) -> String {
    format!("{CLERKS}/sessions/{id}/tokens 0")
}

impl<R: Runtime> Client<R> {
    /// `tokens.getOrFetch`: what is kept under `key`, else what `fetch` gives, which is JSON: kept for `ttl` (by default
    /// `cache.tokenTtlMs`) and not past its own end. Zero neither reads nor writes the cache.
    ///
    /// Callers who ask at once share one `fetch`; what it fails with goes to all of them and is not kept.
    ///
    /// # Errors
    /// What `fetch` fails with; [`Error::InvalidArgument`] if it gives nothing, [`Error::ResponseTooLarge`] if too much,
    /// [`Error::Timeout`] if it does not end by the deadline, [`Error::TooManyInFlight`].
    pub async fn token<F>(&self, key: TokenKey, ttl: Option<Duration>, fetch: impl Fn() -> F) -> Answered<R>
    where
        F: Future<Output = Result<R::Body, Error>> + 'static,
    {
        let ttl = ttl.unwrap_or(self.pipeline().config().token_ttl);
        if let Some(answer) = self.kept_token(&key, Some(ttl)) {
            return Ok(answer);
        }
        let keep = Keep { key: key.0, ttl, tags: Vec::new(), expiry: Expiry::Perhaps(Duration::ZERO) };
        let (timeout, limit) = (self.pipeline().config().deadline, self.pipeline().config().max_response_bytes);
        let work = |give_up: Instant| -> Work<R> {
            let (fetched, within) = (fetch(), give_up.since(self.rt().elapsed()));
            let (bell, _) = self.rt().bell(within);
            Box::pin(async move {
                match race(fetched, bell).await {
                    Raced::First(body) => body.and_then(|body| answer(body, limit)),
                    Raced::Second(()) => Err(Error::Timeout { after: timeout }),
                }
            })
        };
        Ok(self.pipeline().share_kept(self.rt(), keep, &work).await?.answer)
    }

    /// What is kept under `key`, for a caller who would keep it for `ttl`. Never waits.
    #[must_use]
    pub fn kept_token(&self, key: &TokenKey, ttl: Option<Duration>) -> Option<Rc<Answer<R::Body>>> {
        if ttl.is_some_and(|ttl| ttl.is_zero()) {
            return None;
        }
        Some(self.pipeline().peek(key.as_str(), self.rt().now())?.answer)
    }

    /// `tokens.invalidate`: drops what is kept under `key`, and keeps a fetch under way from bringing it back. Whether there
    /// was anything.
    pub fn invalidate_token(&self, key: &TokenKey) -> bool {
        self.pipeline().remove(key.as_str())
    }

    /// `tokens.clearExpired`: drops all tokens past their time, of callers and of Clerk; how many. O(cached entries).
    pub fn clear_expired_tokens(&self) -> usize {
        self.pipeline().clear_expired(self.rt().now(), |key| key.starts_with([CALLERS, CLERKS]))
    }
}

/// What a caller fetched, as an answer.
fn answer<B: Body>(body: B, limit: usize) -> Result<Rc<Answer<B>>, Error> {
    if body.len() > limit {
        return Err(Error::ResponseTooLarge { limit });
    }
    if body.is_empty() || body.to_vec() == b"null" {
        return Err(Error::InvalidArgument("what fetchFn gives must be JSON, and neither null nor undefined".into()));
    }
    Ok(Rc::new(Answer { status: 200, headers: Headers::new(), body }))
}
