//! Sessions: reads, and the hand on what is kept of them.

use std::rc::Rc;

use super::api::{self, Manner, Question, id_segment};
use super::client::Client;
use super::pipeline::{Answer, Expiry, Keep};
use super::policy;
use super::query::Query;
use crate::config::{API_VERSION_DATE, Config};
use crate::core::json::raw::Raw;
use crate::core::time::Duration;
use crate::error::Error;
use crate::runtime::Runtime;
use crate::runtime::http::{Body, Headers, Method};

/// The question behind `sessions.getSession`. Kept for `sessionTtlMs`: a session revoked elsewhere is served for as long.
///
/// # Errors
/// [`Error::InvalidArgument`] if `id` is not an id.
pub fn session<B: Body>(config: &Config, id: &str) -> Result<Question<B>, Error> {
    let path = format!("/sessions/{}", id_segment("sessionId", id)?);
    Question::new(config, Method::Get, &path, &Query::new(), Manner::default())
}

/// The key that `sessions.getSession(id)` is answered from.
#[must_use]
pub fn key(id: &str) -> String {
    api::key(&format!("/sessions/{id}"), API_VERSION_DATE)
}

/// Whether an answer about a session, in whatever version, is kept under `key`.
fn is_session(key: &str) -> bool {
    key.split_once(' ')
        .is_some_and(|(version, target)| !version.contains(['=', '@']) && target.starts_with("/sessions/"))
}

impl<R: Runtime> Client<R> {
    /// `sessions.cache.get`: the kept session, if it may still be served. Never waits.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `id` is not an id.
    pub fn kept_session(&self, id: &str) -> Result<Option<Rc<Answer<R::Body>>>, Error> {
        let key = key(id_segment("sessionId", id)?);
        Ok(self.pipeline().peek(&key, self.rt().now()).map(|served| served.answer))
    }

    /// `sessions.cache.set`: from now on `session`, as JSON, is what is known of that session, for `ttl` (by default
    /// `cache.sessionTtlMs`). Drops whatever else told of it, its tokens too, and wins over reads under way.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `id` is not an id, or `session` not an object with this `id`.
    pub fn keep_session(&self, id: &str, session: R::Body, ttl: Option<Duration>) -> Result<(), Error> {
        let key = key(id_segment("sessionId", id)?);
        let json = session.to_vec();
        if Raw::document(&json).and_then(|session| session.get("id")?.text()).as_deref() != Some(id) {
            return Err(Error::InvalidArgument("session must be an object of JSON with this id".into()));
        }
        self.pipeline().invalidate(&policy::session_tags(id)[..1]);
        let ttl = ttl.unwrap_or(self.pipeline().config().session_ttl);
        if !ttl.is_zero() {
            let keep = Keep { key, ttl, tags: policy::session_tags(id).into(), expiry: Expiry::Unsaid };
            let answer = Rc::new(Answer { status: 200, headers: Headers::new(), body: session });
            self.pipeline().keep(&keep, answer, self.pipeline().epoch(), self.rt().now());
        }
        Ok(())
    }

    /// `sessions.cache.invalidate`: drops the session and its tokens, and keeps reads under way from bringing them back.
    /// Whether there was anything.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `id` is not an id.
    pub fn invalidate_session(&self, id: &str) -> Result<bool, Error> {
        let [tag, _] = policy::session_tags(id_segment("sessionId", id)?);
        Ok(self.pipeline().invalidate(&[tag]) > 0)
    }

    /// `sessions.cache.clearExpired`: drops all sessions past their time; how many. O(cached entries).
    pub fn clear_expired_sessions(&self) -> usize {
        self.pipeline().clear_expired(self.rt().now(), is_session)
    }
}
