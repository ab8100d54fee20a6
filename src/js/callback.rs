//! Functions that a caller handed in.

use std::future::Future;

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::body::JsBody;
use super::glue;
use crate::error::{Error, Thrown};

/// Settles what waits for a call when dropped: what waits on a promise that never settles is never freed.
struct Settle(Function);

impl Drop for Settle {
    fn drop(&mut self) {
        let _ = self.0.call0(&JsValue::UNDEFINED); // does nothing if it is settled
    }
}

/// Calls `run` at once, in whose request this is. What it gives, as JSON, or empty if it has no JSON form; what it throws
/// or rejects with is an [`Error::Callback`].
pub(crate) fn attempt(run: &Function) -> impl Future<Output = Result<JsBody, Error>> + use<> {
    let resolvers = glue::resolvers();
    let (settle, promise) = (Settle(resolvers.resolve()), resolvers.promise());
    let _ = glue::attempt(run, &settle.0); // never rejects
    async move {
        let settled = JsFuture::from(promise).await;
        drop(settle);
        let settled: Array = settled.unwrap_or_default().unchecked_into();
        let bytes = settled.get(0);
        if bytes.is_undefined() {
            Err(Error::Callback(Thrown::new(settled.get(1))))
        } else {
            Ok(JsBody::new(bytes.unchecked_into()))
        }
    }
}
