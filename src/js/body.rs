//! Bodies that stay in JavaScript.

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::glue;
use crate::error::Error;
use crate::runtime::http::Body;

/// Bytes in the host's memory, and the value they parse to once somebody has asked for it.
///
/// The bytes are never a view of wasm memory: such a view may change, or move, while a response is being sent.
#[derive(Clone, Debug)]
pub(crate) struct JsBody(Rc<Held>);

#[derive(Debug)]
struct Held {
    bytes: Uint8Array,
    parsed: OnceCell<Slot>,
}

/// A value's place in the table of `host.js`, given back when dropped.
#[derive(Debug)]
struct Slot(u32);

impl Drop for Slot {
    fn drop(&mut self) {
        glue::release(self.0);
    }
}

impl JsBody {
    pub(crate) fn new(bytes: Uint8Array) -> Self {
        Self(Rc::new(Held { bytes, parsed: OnceCell::new() }))
    }

    /// The JSON of a value; empty if it has none.
    #[cfg(feature = "esm")]
    pub(crate) fn written(value: &JsValue) -> Self {
        Self::new(glue::written(value))
    }

    pub(crate) fn bytes(&self) -> &Uint8Array {
        &self.0.bytes
    }

    /// The value of the JSON in it, deeply frozen and the same for everybody; `undefined` if it is empty. One that would
    /// take too much memory is made anew each time.
    pub(crate) fn parsed(&self) -> Result<JsValue, JsValue> {
        if let Some(slot) = self.slot() {
            return Ok(glue::held(slot));
        }
        let slot = Slot(glue::hold(&self.0.bytes)?);
        let value = glue::held(slot.0);
        if glue::may_stay(slot.0, self.0.bytes.length()) {
            self.0.parsed.get_or_init(|| slot);
        }
        Ok(value)
    }

    /// Where that value is in [`glue::slots`], if it was asked for and is held.
    #[inline]
    pub(crate) fn slot(&self) -> Option<u32> {
        self.0.parsed.get().map(|slot| slot.0)
    }
}

/// The body of a request that came in. One with more than `limit` bytes is not read to its end.
///
/// # Errors
/// [`Error::RequestTooLarge`], or [`Error::InvalidArgument`] if it cannot be read.
pub(crate) async fn received(request: &JsValue, limit: usize) -> Result<Vec<u8>, Error> {
    #[expect(clippy::cast_precision_loss, reason = "a bound in the millions")]
    let read = JsFuture::from(glue::read_body(request, limit as f64)).await;
    let broken = |_| Error::InvalidArgument("the request's body was read before, or broke off".into());
    let bytes = read.map_err(broken)?;
    if bytes.is_null() {
        Err(Error::RequestTooLarge { limit })
    } else {
        Ok(bytes.unchecked_into::<Uint8Array>().to_vec())
    }
}

impl Body for JsBody {
    fn from_bytes(bytes: &[u8]) -> Self {
        Self::new(Uint8Array::from(bytes))
    }

    fn len(&self) -> usize {
        self.0.bytes.length() as usize
    }

    fn to_vec(&self) -> Vec<u8> {
        self.0.bytes.to_vec()
    }
}
