//! The methods behind the object that callers see.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::arguments::{self, Names};
use super::engine::{self, Engine};
use super::options;
use super::tickets::Tickets;
use super::tokens;
use super::verify::{self, Verdict};
use crate::clerk::api::{self, Manner, Question};
use crate::clerk::pipeline::{Answer, Served};
use crate::clerk::query::Query;
use crate::clerk::verifier::Verifier;
use crate::clerk::{client, sessions, users};
use crate::config::{API_VERSION_DATE, Config};
use crate::core::cache::Handle;
use crate::core::metrics::{Lookup, Outcome};
use crate::core::projection::FieldSet;
use crate::core::time::Duration;
use crate::error::Error;
use crate::js::{JsBody, JsRuntime, Work, memory_bytes, promise, slots, to_js, until_gone};
use crate::runtime::http::Method;

#[wasm_bindgen(module = "/src/esm/client.js")]
extern "C" {
    fn assemble(client: Client, memory: &JsValue, slots: &JsValue, now: Option<&Function>, arena: &JsValue) -> JsValue;
    fn memory(tokens: JsValue, kept: JsValue) -> JsValue;
}

type Asked = Result<Question<JsBody>, Error>;
/// What is asked for, and the signal that ends the wait for it.
type Admitted<T> = (T, Option<web_sys::AbortSignal>);

/// What the methods of the caller's object call.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Client {
    pub(super) engine: Rc<Engine>,
    pub(super) rt: JsRuntime,
    signal: Option<web_sys::AbortSignal>,
    pub(super) tickets: Tickets,
    /// What the last [`Client::look`] or [`Client::finish`] came to, until it is fetched.
    pub(super) outcome: RefCell<Option<Verdict>>,
}

/// Makes a client; see `pkg/index.d.ts`.
///
/// # Errors
/// `invalid_config`.
#[wasm_bindgen(js_name = createClerkClient)]
pub fn create_clerk_client(given: &JsValue) -> Result<JsValue, JsValue> {
    let made = || {
        let config = Config::new(&options::options(given)?, engine::host())?;
        let (fetch, now) = (arguments::function(given, "fetch")?, arguments::function(given, "now")?);
        let engine = if fetch.is_none() && now.is_none() { Engine::shared(config) } else { Engine::own(config) };
        Ok(Client::new(engine, JsRuntime::new(fetch, now), None))
    };
    made().map(Client::assembled).map_err(|error: Error| to_js(&error))
}

#[wasm_bindgen]
impl Client {
    /// `users.getUser(id, options)`
    #[wasm_bindgen(js_name = getUser)]
    pub fn user(&self, id: &JsValue, options: &JsValue) -> Promise {
        let Some(id) = id.as_string() else {
            return rejected(&Error::InvalidArgument("userId must be a string".into()));
        };
        let question = arguments::fields(options).and_then(|fields| users::user(self.engine.config(), &id, fields));
        self.ask(question, options)
    }

    /// The slot of the value that a handle leads to, if it may still be served; else -1. `now` is a reading of the clock.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handle; anything else finds nothing"
    )]
    pub fn hit(&self, handle: f64, now: f64) -> f64 {
        let (handle, now) = (Handle::from_bits(handle as u64), self.rt.observe(now));
        let slot = self.pipeline().peek_by(handle, now, |answer| answer.body.slot());
        slot.map_or(-1.0, f64::from)
    }

    /// The handle of what `getUser` with this preset was answered from, or -1.
    #[wasm_bindgen(js_name = userHandle)]
    #[must_use]
    pub fn user_handle(&self, id: &str, preset: &str) -> f64 {
        let key = api::key(&format!("/users/{id}"), API_VERSION_DATE);
        match FieldSet::parse(preset) {
            Ok(fields) if fields.is_full() => self.handle(&key),
            Ok(fields) => self.handle(&api::selection_key(&key, &fields)),
            Err(_) => -1.0,
        }
    }

    /// The handle of what `getSession` was answered from, or -1.
    #[wasm_bindgen(js_name = sessionHandle)]
    #[must_use]
    pub fn session_handle(&self, id: &str) -> f64 {
        self.handle(&sessions::key(id))
    }

    /// Whether every call of this client looks at a signal.
    #[must_use]
    pub fn signalled(&self) -> bool {
        self.signal.is_some()
    }

    /// `users.getUserList(options)`
    #[wasm_bindgen(js_name = getUserList)]
    pub fn users(&self, options: &JsValue) -> Promise {
        let question = arguments::object_or_nothing(options)
            .and_then(|()| arguments::query(Some(options.clone()).filter(JsValue::is_object), Names::Filters))
            .and_then(|query| users::users(self.engine.config(), query, arguments::fields(options)?));
        self.ask(question, options)
    }

    /// `sessions.getSession(id, options)`
    #[wasm_bindgen(js_name = getSession)]
    pub fn session(&self, id: &JsValue, options: &JsValue) -> Promise {
        let id = arguments::string("sessionId", id);
        self.ask(id.and_then(|id| sessions::session(self.engine.config(), &id)), options)
    }

    /// `request(method, path, options)`
    pub fn request(&self, method: &JsValue, path: &JsValue, options: &JsValue) -> Promise {
        self.ask(self.any(method, path, options), options)
    }

    /// `with(context)`
    ///
    /// # Errors
    /// `invalid_config` or `invalid_argument`.
    pub fn with(&self, context: &JsValue) -> Result<JsValue, JsValue> {
        let made = || {
            arguments::object_or_nothing(context)?;
            let signal = arguments::signal(context)?.or_else(|| self.signal.clone());
            let lends = arguments::function(context, "waitUntil")?.is_some();
            let rt = if lends { self.rt.in_context(context.clone()) } else { self.rt.clone() };
            Ok(Self::new(Rc::clone(&self.engine), rt, signal))
        };
        made().map(Self::assembled).map_err(|error: Error| to_js(&error))
    }

    /// `metrics.report()`, as JSON
    #[must_use]
    pub fn report(&self) -> String {
        client::report(self.pipeline(), memory_bytes())
    }

    /// `metrics.prometheus()`
    #[must_use]
    pub fn prometheus(&self) -> String {
        self.pipeline().metrics().borrow().prometheus()
    }

    /// `metrics.recordApiCall(ms)`: a call to Clerk that did not go through this client.
    #[wasm_bindgen(js_name = recordApiCall)]
    pub fn record_api_call(&self, ms: f64) {
        let took = Duration::try_from_secs_f64(ms / 1_000.0).unwrap_or_default();
        self.pipeline().metrics().borrow_mut().record_call(Outcome::Success, took);
    }

    /// `metrics.recordCacheHit()`: a hit of the caller's own cache.
    #[wasm_bindgen(js_name = recordCacheHit)]
    pub fn record_cache_hit(&self) {
        self.pipeline().metrics().borrow_mut().record_lookup(Lookup::Hit);
    }

    /// `metrics.recordCacheMiss()`: a miss of the caller's own cache.
    #[wasm_bindgen(js_name = recordCacheMiss)]
    pub fn record_cache_miss(&self) {
        self.pipeline().metrics().borrow_mut().record_lookup(Lookup::Miss);
    }
}

impl Client {
    fn new(engine: Rc<Engine>, rt: JsRuntime, signal: Option<web_sys::AbortSignal>) -> Self {
        Self { engine, rt, signal, tickets: Tickets::default(), outcome: RefCell::default() }
    }

    fn assembled(self) -> JsValue {
        let memory = self.engine.memory(|| memory(verify::tokens(), tokens::kept()));
        let now = self.rt.own_clock().cloned();
        assemble(self, &memory, &slots(), now.as_ref(), &verify::arena())
    }

    pub(super) fn config(&self) -> &Config {
        self.engine.config()
    }

    pub(super) const fn host(&self) -> &JsRuntime {
        &self.rt
    }

    pub(super) fn signal(&self) -> Option<web_sys::AbortSignal> {
        self.signal.clone()
    }

    pub(super) fn verifier(&self) -> &Verifier<JsRuntime> {
        self.engine.verifier(&self.rt)
    }

    #[expect(clippy::cast_precision_loss, reason = "a handle's number is below 2^53")]
    pub(super) fn handle(&self, key: &str) -> f64 {
        self.pipeline().handle(key).map_or(-1.0, |handle| handle.to_bits() as f64)
    }

    pub(super) fn pipeline(&self) -> &crate::clerk::pipeline::Pipeline<JsRuntime> {
        self.engine.pipeline(&self.rt)
    }

    pub(super) fn client(&self) -> client::Client<JsRuntime> {
        client::Client::new(self.pipeline().clone(), self.rt.clone())
    }

    fn any(&self, method: &JsValue, path: &JsValue, options: &JsValue) -> Asked {
        arguments::object_or_nothing(options)?;
        let unknown = || Error::InvalidArgument("method must be GET, POST, PATCH, PUT or DELETE".into());
        let method = method.as_string().and_then(|name| Method::parse(&name)).ok_or_else(unknown)?;
        let path = arguments::string("path", path)?;
        let query: Query = arguments::query(arguments::get(options, "query"), Names::AsGiven)?;
        let manner = Manner {
            body: arguments::body(options)?,
            fields: arguments::fields(options)?,
            ttl: arguments::ttl(options)?,
            ..Manner::default()
        };
        if method == Method::Get && manner.body.is_some() {
            return Err(Error::InvalidArgument("a GET has no body".into()));
        }
        Question::new(self.engine.config(), method, &path, &query, manner)
    }

    /// A hit is answered without a future; everything else waits in one, until the signal fires.
    pub(super) fn ask(&self, question: Asked, options: &JsValue) -> Promise {
        let (question, signal) = match self.admit(question, options) {
            Ok(admitted) => admitted,
            Err(error) => return rejected(&error),
        };
        let client = self.client();
        if let Some(Served { answer, .. }) = client.peek(&question) {
            return resolved(&answer);
        }
        wait(signal, async move { client.answer(question).await })
    }

    /// What is asked for, and the signal that ends the wait for it; an error if anything is wrong or the signal has fired.
    pub(super) fn admit<T>(&self, asked: Result<T, Error>, options: &JsValue) -> Result<Admitted<T>, Error> {
        let signal = arguments::object_or_nothing(options).and_then(|()| arguments::signal(options));
        let (asked, signal) = (asked?, signal?.or_else(|| self.signal.clone()));
        if signal.as_ref().is_some_and(web_sys::AbortSignal::aborted) {
            Err(Error::Aborted)
        } else {
            Ok((asked, signal))
        }
    }
}

/// Waits for an answer until the signal fires.
pub(super) fn wait(
    signal: Option<web_sys::AbortSignal>,
    answered: impl Future<Output = client::Answered<JsRuntime>> + 'static,
) -> Promise {
    let settled = async { answered.await.and_then(|answer| value(&answer)).map_err(|error| to_js(&error)) };
    promise(until(signal, Box::pin(settled)))
}

/// The same work, given up when the signal fires.
pub(super) fn until(signal: Option<web_sys::AbortSignal>, work: Work) -> Work {
    if signal.is_none() {
        return work;
    }
    Box::pin(async { until_gone(signal, work).await.unwrap_or_else(|| Err(to_js(&Error::Aborted))) })
}

pub(super) fn value(answer: &Answer<JsBody>) -> Result<JsValue, Error> {
    let broken = |_| Error::InvalidResponse { status: answer.status, reason: "it is not JSON".into() };
    answer.body.parsed().map_err(broken)
}

pub(super) fn resolved(answer: &Answer<JsBody>) -> Promise {
    value(answer).map_or_else(|error| rejected(&error), |value| Promise::resolve(&value))
}

pub(super) fn rejected(error: &Error) -> Promise {
    Promise::reject(&to_js(error))
}
