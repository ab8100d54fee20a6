//! Futures that are often done before anybody waits for them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// The outcome of `future` if there is nothing to wait for, which costs no promise; else a promise of it.
pub(crate) fn at_once(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> JsValue {
    let mut future: Pin<Box<dyn Future<Output = _>>> = Box::pin(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => value,
        Poll::Ready(Err(error)) => Promise::reject(&error).into(),
        Poll::Pending => future_to_promise(future).into(),
    }
}
