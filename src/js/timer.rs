//! Bells: how one request wakes another without touching it.
//!
//! A bell is a promise of its owner, made by `Promise.withResolvers()`, and a timer of its owner. Others hold only the
//! resolve function. A promise made by hand would be wrong here: once V8's optimising compiler has seen its constructor
//! often enough, workerd goes on in the ringer's request instead of the owner's, and every owner gets a 500.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use gloo_timers::callback::Timeout;
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::glue;
use crate::core::time::{Duration, millis};
use crate::runtime::Ring;

/// The longest delay of `setTimeout`; a longer one would fire at once.
const MAX_DELAY: u64 = i32::MAX as u64;

/// Completes when rung or when its own timer fires.
#[derive(Debug)]
pub(crate) struct JsBell {
    rung: JsFuture,
    ring: JsRing,
    _timer: Timeout,
}

/// Rings one bell, from anywhere.
#[derive(Clone, Debug)]
pub(crate) struct JsRing(Function);

impl JsBell {
    pub(super) fn new(within: Duration) -> (Self, JsRing) {
        let resolvers = glue::resolvers();
        let ring = JsRing(resolvers.resolve());
        let delay = u32::try_from(millis(within).clamp(1, MAX_DELAY)).unwrap_or(u32::MAX);
        let on_time = ring.clone();
        // The timer is also what keeps the owner's request alive: one without I/O or timer is ended by workerd.
        let timer = Timeout::new(delay, move || on_time.ring());
        (Self { rung: JsFuture::from(resolvers.promise()), ring: ring.clone(), _timer: timer }, ring)
    }
}

impl Future for JsBell {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.rung).poll(cx).map(drop)
    }
}

impl Drop for JsBell {
    fn drop(&mut self) {
        self.ring.ring(); // settles the promise: what waits on one that never settles is never freed
    }
}

impl Ring for JsRing {
    fn ring(&self) {
        // Resolve functions neither throw nor answer.
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}
