//! The traits of [`crate::runtime`], implemented.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::abort::Aborter;
use super::body::JsBody;
use super::glue;
use super::promise::promise;
use super::timer::{JsBell, JsRing};
use crate::core::time::{Duration, Instant, Monotonic, UnixTime};
use crate::runtime::http::{Headers, Request, Response};
use crate::runtime::{Clock, Entropy, Fetch, FetchError, Tasks, Timer};

thread_local! {
    /// The host's own clock, one for the whole isolate.
    static ELAPSED: Cell<Monotonic> = Cell::default();
}

/// The host of one call: what the instance was configured with, and what its request lends.
#[derive(Clone, Debug, Default)]
pub(crate) struct JsRuntime {
    fetch: Option<Function>,
    now: Option<Rc<OwnClock>>,
    context: Option<JsValue>,
}

/// A clock the caller gave.
#[derive(Debug)]
struct OwnClock {
    read: Function,
    monotonic: Cell<Monotonic>,
}

impl JsRuntime {
    pub(crate) fn new(fetch: Option<Function>, now: Option<Function>) -> Self {
        let now = now.map(|read| Rc::new(OwnClock { read, monotonic: Cell::default() }));
        Self { fetch, now, context: None }
    }

    /// The same host for one request, whose `context` has a `waitUntil`.
    pub(crate) fn in_context(&self, context: JsValue) -> Self {
        Self { context: Some(context), ..self.clone() }
    }
}

impl JsRuntime {
    /// The instant of this reading of [`Clock::now`]'s clock, for a caller in JavaScript who has read it already.
    #[inline]
    pub(crate) fn observe(&self, reading: f64) -> Instant {
        match &self.now {
            Some(own) => observe(&own.monotonic, reading),
            None => ELAPSED.with(|clock| observe(clock, reading)),
        }
    }

    /// The time that a reading of the clock stands for.
    pub(crate) const fn unix_of(reading: f64) -> UnixTime {
        UnixTime::from_millis(whole_millis(reading))
    }

    /// What the clock shows, in milliseconds; 0 if the caller's own throws or gives no number.
    fn reading(&self) -> f64 {
        let Some(own) = &self.now else { return glue::date_now() };
        own.read.call0(&JsValue::UNDEFINED).ok().and_then(|value| value.as_f64()).unwrap_or_default()
    }

    /// The clock the caller gave, if any.
    pub(crate) fn own_clock(&self) -> Option<&Function> {
        self.now.as_ref().map(|own| &own.read)
    }
}

/// The size of the module's memory, in bytes. It only ever grows.
pub(crate) fn memory_bytes() -> usize {
    let memory: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length() as usize
}

/// A reading in milliseconds; anything that is no time is 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate, NaN becomes 0")]
const fn whole_millis(reading: f64) -> u64 {
    reading as u64
}

fn observe(clock: &Cell<Monotonic>, reading: f64) -> Instant {
    let mut monotonic = clock.get();
    let now = monotonic.observe(whole_millis(reading));
    clock.set(monotonic);
    now
}

impl Clock for JsRuntime {
    fn now(&self) -> Instant {
        self.observe(self.reading())
    }

    fn unix(&self) -> UnixTime {
        Self::unix_of(self.reading())
    }
}

impl Timer for JsRuntime {
    type Bell = JsBell;
    type Ring = JsRing;

    fn bell(&self, within: Duration) -> (JsBell, JsRing) {
        JsBell::new(within)
    }

    fn elapsed(&self) -> Instant {
        ELAPSED.with(|clock| observe(clock, glue::date_now()))
    }
}

impl Fetch for JsRuntime {
    type Body = JsBody;

    async fn fetch(&self, request: Request<JsBody>) -> Result<Response<JsBody>, FetchError> {
        let network = |error: JsValue| FetchError::Network(glue::reason(&error));
        let aborter = Aborter::new().map_err(network)?;
        let wanted: Array = request.wanted.iter().map(|name| JsValue::from_str(name)).collect();
        let headers = request.headers.iter().flat_map(|(name, value)| [name, value]).map(JsValue::from_str).collect();
        #[expect(clippy::cast_precision_loss, reason = "the bound is below 2^53")]
        let max_bytes = request.max_response_bytes as f64;
        let body = request.body.as_ref().map(JsBody::bytes);
        let exchange = glue::exchange(
            self.fetch.as_ref(),
            &request.url,
            request.method.as_str(),
            headers,
            body.as_ref(),
            &wanted,
            max_bytes,
            aborter.signal(),
        );
        let answer = JsFuture::from(exchange).await;
        aborter.disarm();
        read(&answer.map_err(network)?.unchecked_into(), &request)
    }
}

fn read(answer: &Array, request: &Request<JsBody>) -> Result<Response<JsBody>, FetchError> {
    if answer.length() == 0 {
        return Err(FetchError::TooLarge(request.max_response_bytes));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an HTTP status; 0 in a browser's redirect"
    )]
    let status = answer.get(0).as_f64().unwrap_or_default() as u16;
    let values: Array = answer.get(1).unchecked_into();
    let names = request.wanted.iter().copied();
    let headers: Headers =
        names.zip(values.iter()).filter_map(|(name, value)| Some((name, value.as_string()?))).collect();
    Ok(Response { status, headers, body: JsBody::new(answer.get(2).unchecked_into::<Uint8Array>()) })
}

impl Entropy for JsRuntime {
    fn random(&self) -> u64 {
        glue::random_bits()
    }
}

impl Tasks for JsRuntime {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let done = promise(Box::pin(async move {
            task.await;
            Ok(JsValue::UNDEFINED)
        }));
        glue::outlive(&done, self.context.as_ref());
    }
}
