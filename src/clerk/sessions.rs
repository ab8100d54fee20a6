//! Sessions: reads.

use super::api::{Manner, Question, id_segment};
use super::query::Query;
use crate::config::Config;
use crate::error::Error;
use crate::runtime::http::{Body, Method};

/// The question behind `sessions.getSession`. Kept for `sessionTtlMs`: a session revoked elsewhere is served for as long.
///
/// # Errors
/// [`Error::InvalidArgument`] if `id` is not an id.
pub fn session<B: Body>(config: &Config, id: &str) -> Result<Question<B>, Error> {
    let path = format!("/sessions/{}", id_segment("sessionId", id)?);
    Question::new(config, Method::Get, &path, &Query::new(), Manner::default())
}
