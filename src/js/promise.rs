//! Futures as promises.
//!
//! All of them go through one door, in boxes: every kind of future that `future_to_promise` meets costs 4 kB of its own.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// What a promise is settled with.
pub(crate) type Settled = Result<JsValue, JsValue>;

/// A future that settles a promise.
pub(crate) type Work = Pin<Box<dyn Future<Output = Settled>>>;

/// A promise of what `work` comes to.
pub(crate) fn promise(work: Work) -> Promise {
    future_to_promise(work)
}

/// What `work` comes to if there is nothing to wait for, which costs no promise; else a promise of it.
pub(crate) fn at_once(mut work: Work) -> JsValue {
    match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => value,
        Poll::Ready(Err(error)) => Promise::reject(&error).into(),
        Poll::Pending => promise(work).into(),
    }
}
