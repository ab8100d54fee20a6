//! Both directions of `AbortSignal`: ending an exchange that nobody waits for, and ending a wait whose caller left.

use std::future::Future;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::glue;
use crate::runtime::{Raced, race};

#[wasm_bindgen]
extern "C" {
    type AbortController;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AbortController, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> web_sys::AbortSignal;
    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);
}

/// Aborts what was started with its signal when dropped.
pub(super) struct Aborter {
    controller: Option<AbortController>,
    signal: web_sys::AbortSignal,
}

impl Aborter {
    pub(super) fn new() -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let signal = controller.signal();
        Ok(Self { controller: Some(controller), signal })
    }

    pub(super) fn signal(&self) -> &web_sys::AbortSignal {
        &self.signal
    }

    /// It ended by itself.
    pub(super) fn disarm(mut self) {
        self.controller = None;
    }
}

impl Drop for Aborter {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}

/// Takes its listener off the signal when dropped, and settles the promise that waited for it.
struct Listener<'a> {
    signal: &'a web_sys::AbortSignal,
    on_abort: Function,
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", &self.on_abort);
        let _ = self.on_abort.call0(&JsValue::UNDEFINED);
    }
}

/// Runs `future` until it ends or `signal` fires; then drops it, so that its destructors run, and gives `None`.
pub(crate) async fn until_gone<T>(signal: Option<web_sys::AbortSignal>, future: impl Future<Output = T>) -> Option<T> {
    let Some(signal) = signal else { return Some(future.await) };
    if signal.aborted() {
        return None;
    }
    let gone = glue::resolvers();
    let listener = Listener { signal: &signal, on_abort: gone.resolve() };
    signal.add_event_listener_with_callback("abort", &listener.on_abort).ok()?;
    let raced = race(future, JsFuture::from(gone.promise())).await;
    drop(listener);
    match raced {
        Raced::First(value) => Some(value),
        Raced::Second(_) => None,
    }
}
