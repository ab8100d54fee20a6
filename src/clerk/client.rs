//! A client: one instance's pipeline and the host of the call at hand.

use std::borrow::Cow;
use std::rc::Rc;

use super::api::{Manner, Question, selection_key, success};
use super::pipeline::{Answer, Keep, Pipeline, Served, Source};
use super::query::Query;
use crate::core::cache::Handle;
use crate::core::json::write::ObjectWriter;
use crate::core::projection::{self, FieldSet, Shape};
use crate::core::time::{Duration, Instant};
use crate::error::Error;
use crate::runtime::http::{Body, Method};
use crate::runtime::{Fetch, Runtime};

/// What a client answers with, the error statuses turned into errors.
pub type Answered<R> = Result<Rc<Answer<<R as Fetch>::Body>>, Error>;

/// A way to the Backend API for one call or many. Clones are cheap; `R` may belong to one request of the host.
#[derive(Clone, Debug)]
pub struct Client<R: Runtime> {
    pipeline: Pipeline<R>,
    rt: R,
}

impl<R: Runtime> Client<R> {
    /// A client over shared state.
    #[must_use]
    pub const fn new(pipeline: Pipeline<R>, rt: R) -> Self {
        Self { pipeline, rt }
    }

    /// The shared state.
    #[must_use]
    pub const fn pipeline(&self) -> &Pipeline<R> {
        &self.pipeline
    }

    /// The host of the call at hand.
    #[must_use]
    pub const fn rt(&self) -> &R {
        &self.rt
    }

    /// Any operation of the Backend API.
    ///
    /// # Errors
    /// Everything in [`Error`]; an error status is [`Error::Api`].
    pub async fn request(&self, method: Method, path: &str, query: &Query, manner: Manner<R::Body>) -> Answered<R> {
        let question = Question::new(self.pipeline.config(), method, path, query, manner)?;
        success(self.ask(question).await?.answer)
    }

    /// The answer to `question`, whatever its status.
    ///
    /// # Errors
    /// Whatever kept the upstream call from an answer.
    pub async fn ask(&self, question: Question<R::Body>) -> Result<Served<R::Body>, Error> {
        if let Some(hit) = self.peek(&question) {
            return Ok(hit);
        }
        let Question { exchange, keep, stale, ended, shape, fields } = question;
        let since = self.pipeline.epoch();
        let served = match &keep {
            Some(keep) => self.pipeline.read(&self.rt, exchange, keep.clone()).await?,
            None => self.pipeline.pass(&self.rt, exchange, stale, ended).await?,
        };
        let Some(fields) = fields.filter(|_| served.answer.is_success()) else { return Ok(served) };
        let answer = Rc::new(select(&served.answer, &fields, shape)?);
        if let Some(keep) = keep {
            // Kept beside the whole answer, as old as that is, unless something became stale in the meantime.
            let age = if let Source::Hit(age) = served.source { age } else { Duration::ZERO };
            let given = Instant::ZERO.after(self.rt.now().since(Instant::ZERO.after(age)));
            let keep = Keep { key: selection_key(&keep.key, &fields), ..keep };
            self.pipeline.keep(&keep, Rc::clone(&answer), since, given);
        }
        Ok(Served { answer, ..served })
    }

    /// What the cache holds for `question`, fields selected. Never waits and never calls Clerk.
    #[must_use]
    pub fn peek(&self, question: &Question<R::Body>) -> Option<Served<R::Body>> {
        self.pipeline.peek(&kept_under(question)?, self.rt.now())
    }

    /// A handle to what [`Client::peek`] finds, for [`Pipeline::peek_by`].
    #[must_use]
    pub fn handle(&self, question: &Question<R::Body>) -> Option<Handle> {
        self.pipeline.handle(&kept_under(question)?)
    }
}

/// The key that the answer to `question` is kept under, fields selected; none if it never is.
fn kept_under<B>(question: &Question<B>) -> Option<Cow<'_, str>> {
    let key = question.keep.as_ref()?.key.as_str();
    Some(question.fields.as_ref().map_or(Cow::Borrowed(key), |fields| selection_key(key, fields).into()))
}

/// The same answer with only `fields` in it.
fn select<B: Body>(answer: &Answer<B>, fields: &FieldSet, shape: Shape<'_>) -> Result<Answer<B>, Error> {
    let Answer { status, headers, body } = answer;
    if body.is_empty() {
        return Ok(answer.clone()); // 202 and 204 have no fields
    }
    let selected = projection::project(&body.to_vec(), fields, shape);
    let selected = selected.map_err(|why| Error::InvalidResponse { status: *status, reason: why.to_string() })?;
    Ok(Answer { status: *status, headers: headers.clone(), body: B::from_bytes(&selected) })
}

/// The metrics report as JSON: the counters, and under `live` what is held right now, the module's memory included.
#[must_use]
pub fn report<R: Runtime>(pipeline: &Pipeline<R>, wasm_bytes: usize) -> String {
    let held = pipeline.live();
    let mut live = ObjectWriter::new();
    for (name, held) in [
        ("flights", held.flights),
        ("seats", held.seats),
        ("waiting", held.waiting),
        ("permits", held.permits),
        ("queued", held.queued),
        ("inFlight", held.in_flight),
        ("entries", held.entries),
        ("bytes", held.bytes),
        ("wasmBytes", wasm_bytes),
    ] {
        live.whole(name, held as u64);
    }
    let mut report = ObjectWriter::new();
    pipeline.metrics().borrow().snapshot().write(&mut report);
    report.json("live", Some(&live.finish()));
    report.finish()
}
