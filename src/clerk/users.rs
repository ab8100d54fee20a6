//! Users: reads.

use super::api::{Manner, Question, id_segment};
use super::client::{Answered, Client};
use super::query::Query;
use crate::config::Config;
use crate::core::projection::FieldSet;
use crate::error::Error;
use crate::runtime::Runtime;
use crate::runtime::http::{Body, Method};

/// The most users one list request may ask for (Backend API, `limit` of `GET /users`).
pub const MAX_LIMIT: u32 = 500;
/// How many it gives if not asked.
pub const DEFAULT_LIMIT: u32 = 10;

/// The question behind `users.getUser`.
///
/// # Errors
/// [`Error::InvalidArgument`] if `id` is not an id.
pub fn user<B: Body>(config: &Config, id: &str, fields: Option<FieldSet>) -> Result<Question<B>, Error> {
    let path = format!("/users/{}", id_segment("userId", id)?);
    let manner = Manner { fields, ..Manner::default() };
    Question::new(config, Method::Get, &path, &Query::new(), manner)
}

/// The question behind `users.getUserList`: filters as the Backend API names them, `limit` 1 to 500, `offset` from 0, or
/// `page` from 1 in steps of `limit`.
///
/// # Errors
/// [`Error::InvalidArgument`] naming the parameter.
pub fn users<B: Body>(config: &Config, mut query: Query, fields: Option<FieldSet>) -> Result<Question<B>, Error> {
    number(&query, "limit", 1, MAX_LIMIT)?;
    number(&query, "offset", 0, u32::MAX)?;
    turn_page(&mut query)?;
    let manner = Manner { fields, ..Manner::default() };
    Question::new(config, Method::Get, "/users", &query, manner)
}

/// Replaces `page` by the `offset` it stands for.
///
/// # Errors
/// [`Error::InvalidArgument`] if it is not a number from 1, comes with an `offset`, or lies past what can be counted.
pub fn turn_page(query: &mut Query) -> Result<(), Error> {
    let page = number(query, "page", 1, u32::MAX)?;
    let Some(page) = page else { return Ok(()) };
    query.take("page");
    if query.get("offset").is_some() {
        return Err(Error::InvalidArgument("page and offset exclude each other".into()));
    }
    let limit = number(query, "limit", 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let offset = u64::from(page - 1) * u64::from(limit);
    query.push("offset", offset.to_string());
    Ok(())
}

fn number(query: &Query, name: &str, min: u32, max: u32) -> Result<Option<u32>, Error> {
    let Some(text) = query.get(name) else { return Ok(None) };
    match text.parse() {
        Ok(value) if (min..=max).contains(&value) => Ok(Some(value)),
        _ => Err(Error::InvalidArgument(format!("{name} must be a whole number from {min} to {max}"))),
    }
}

impl<R: Runtime> Client<R> {
    /// One user.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `id` is not an id; else whatever [`Client::request`] gives.
    pub async fn user(&self, id: &str, fields: Option<FieldSet>) -> Answered<R> {
        self.answer(user(self.pipeline().config(), id, fields)?).await
    }

    /// A list of users, as `GET /users` answers it.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `limit`, `offset` or `page` is out of range; else whatever [`Client::request`] gives.
    pub async fn users(&self, query: Query, fields: Option<FieldSet>) -> Answered<R> {
        self.answer(users(self.pipeline().config(), query, fields)?).await
    }

    /// The answer to a question, error statuses turned into errors.
    ///
    /// # Errors
    /// Whatever [`Client::request`] gives.
    pub async fn answer(&self, question: Question<R::Body>) -> Answered<R> {
        super::api::success(self.ask(question).await?.answer)
    }
}
