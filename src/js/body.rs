//! Bodies that stay in JavaScript.

use std::cell::OnceCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::glue;
use crate::error::Error;
use crate::runtime::http::Body;

/// Bytes, and the value they parse to once somebody has asked for it.
///
/// The bytes that JavaScript gets are never a view of wasm memory: such a view may change, or move, while a response is being sent.
#[derive(Clone, Debug)]
pub(crate) struct JsBody(Rc<Held>);

#[derive(Debug)]
struct Held {
    bytes: Bytes,
    parsed: OnceCell<Slot>,
}

#[derive(Debug)]
enum Bytes {
    /// In the host's memory.
    Host(Uint8Array),
    /// In wasm's, where they were made: small ones, that nobody sends anywhere.
    Own(Vec<u8>),
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
        Self::of(Bytes::Host(bytes))
    }

    fn of(bytes: Bytes) -> Self {
        Self(Rc::new(Held { bytes, parsed: OnceCell::new() }))
    }

    /// The JSON of a value; empty if it has none.
    #[cfg(feature = "esm")]
    pub(crate) fn written(value: &JsValue) -> Self {
        Self::new(glue::written(value))
    }

    pub(crate) fn bytes(&self) -> Uint8Array {
        match &self.0.bytes {
            Bytes::Host(bytes) => bytes.clone(),
            Bytes::Own(bytes) => Uint8Array::from(bytes.as_slice()),
        }
    }

    /// The value of the JSON in it, deeply frozen and the same for everybody; `undefined` if it is empty. One that would
    /// take too much memory is made anew each time.
    pub(crate) fn parsed(&self) -> Result<JsValue, JsValue> {
        if let Some(slot) = self.slot() {
            return Ok(glue::held(slot));
        }
        let slot = self.put_in_slot()?;
        let value = glue::held(slot.0);
        self.keep(slot);
        Ok(value)
    }

    /// The slot of that value, if there is one and it is held.
    #[cfg(feature = "esm")]
    pub(crate) fn hold(&self) -> Option<u32> {
        if self.0.parsed.get().is_none() {
            self.keep(self.put_in_slot().ok()?);
        }
        self.slot()
    }

    fn put_in_slot(&self) -> Result<Slot, JsValue> {
        match &self.0.bytes {
            Bytes::Host(bytes) => glue::hold(bytes).map(Slot),
            Bytes::Own(bytes) => u32::try_from(glue::hold_view(bytes)).map(Slot).map_err(|_| JsValue::UNDEFINED),
        }
    }

    fn keep(&self, slot: Slot) {
        if glue::may_stay(slot.0, u32::try_from(self.len()).unwrap_or(u32::MAX)) {
            self.0.parsed.get_or_init(|| slot);
        }
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

    fn from_vec(bytes: Vec<u8>) -> Self {
        Self::of(Bytes::Own(bytes))
    }

    fn len(&self) -> usize {
        match &self.0.bytes {
            Bytes::Host(bytes) => bytes.length() as usize,
            Bytes::Own(bytes) => bytes.len(),
        }
    }

    fn to_vec(&self) -> Vec<u8> {
        match &self.0.bytes {
            Bytes::Host(bytes) => bytes.to_vec(),
            Bytes::Own(bytes) => bytes.clone(),
        }
    }
}
