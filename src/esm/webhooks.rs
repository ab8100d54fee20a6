//! `webhooks` of a client: deliveries as hosts and frameworks hold them, made into what [`crate::clerk::webhooks`] checks.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Function, JSON, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::arguments::{self, get};
use super::client::{Client, rejected};
use crate::clerk::event::{Event, MAX_EVENT_BYTES};
use crate::clerk::gateway::Incoming;
use crate::config;
use crate::core::webhook::Secret;
use crate::error::Error;
use crate::js::{promise, received, to_js};
use crate::runtime::Clock;

/// `Headers`, or a plain object as Node's frameworks have it.
pub(super) struct Given(pub(super) JsValue);

impl Incoming for Given {
    fn header(&self, name: &str) -> Option<String> {
        if let Some(Ok(read)) = get(&self.0, "get").map(JsCast::dyn_into::<Function>) {
            return read.call1(&self.0, &JsValue::from_str(name)).ok()?.as_string();
        }
        let entries = Object::entries(self.0.unchecked_ref()).into_iter().map(JsCast::unchecked_into::<Array>);
        let is_named = |entry: &Array| entry.get(0).as_string().is_some_and(|key| key.eq_ignore_ascii_case(name));
        entries.filter(is_named).find_map(|entry| entry.get(1).as_string())
    }
}

/// Where the raw body is.
enum Source {
    /// The framework has read it.
    Here(Vec<u8>),
    /// It is still to be read.
    Request(JsValue),
}

fn source(request: &JsValue) -> Result<Source, Error> {
    let body = get(request, "body");
    if let Some(text) = body.as_ref().and_then(JsValue::as_string) {
        return Ok(Source::Here(text.into_bytes()));
    }
    if let Some(view) = body.filter(ArrayBuffer::is_view) {
        return Ok(Source::Here(bytes(&view)));
    }
    if get(request, "arrayBuffer").is_some_and(|read| read.is_function()) {
        return Ok(Source::Request(request.clone()));
    }
    let wanted = "request must be a Request, or headers and a body as text or bytes, as it came: once parsed it cannot be verified";
    Err(Error::InvalidArgument(wanted.into()))
}

/// What a view shows of its buffer, whatever its elements.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "offset and length of a buffer")]
fn bytes(view: &JsValue) -> Vec<u8> {
    let number = |name| get(view, name).and_then(|value| value.as_f64()).unwrap_or_default() as u32;
    let buffer = get(view, "buffer").unwrap_or_default();
    Uint8Array::new_with_byte_offset_and_length(&buffer, number("byteOffset"), number("byteLength")).to_vec()
}

/// `options.signingSecret`, if it is there.
fn secret(options: &JsValue) -> Result<Option<Secret>, Error> {
    arguments::object_or_nothing(options)?;
    let Some(given) = get(options, "signingSecret") else { return Ok(None) };
    config::signing_secret(&arguments::string("signingSecret", &given)?).map(Some)
}

#[wasm_bindgen]
impl Client {
    /// `webhooks.verify(request, options)`: what was signed, as text, and the id of its delivery.
    #[wasm_bindgen(js_name = verifyWebhook)]
    pub fn verify_webhook(&self, request: &JsValue, options: &JsValue) -> Promise {
        let (engine, rt) = (Rc::clone(&self.engine), self.rt.clone());
        let checked = secret(options).and_then(|secret| {
            if secret.is_none() {
                engine.webhooks().require_secret()?;
            }
            let headers = get(request, "headers").filter(JsValue::is_object);
            let missing = || Error::InvalidArgument("request must have headers".into());
            Ok((secret, source(request)?, Given(headers.ok_or_else(missing)?)))
        });
        let (secret, source, headers) = match checked {
            Ok(checked) => checked,
            Err(error) => return rejected(&error),
        };
        promise(Box::pin(async move {
            let verified = async {
                let body = match source {
                    Source::Here(bytes) => bytes,
                    Source::Request(request) => received(&request, MAX_EVENT_BYTES).await?,
                };
                let event = engine.webhooks().verify(secret.as_ref(), &headers, &body, rt.unix())?;
                let json = String::from_utf8(body).unwrap_or_default(); // an event is UTF-8
                serde_wasm_bindgen::to_value(&(json, event.delivery))
                    .map_err(|_| Error::Webhook("it cannot be handed over"))
            };
            verified.await.map_err(|error: Error| to_js(&error))
        }))
    }

    /// `webhooks.apply(event)` of an event, as JSON, with the id of its delivery if it is known: how many answers it
    /// dropped, -1 if it did so before.
    ///
    /// # Errors
    /// `invalid_argument`.
    #[wasm_bindgen(js_name = applyWebhook)]
    pub fn apply_webhook(&self, json: &str, delivery: Option<String>) -> Result<f64, JsValue> {
        let mut event = Event::parse(json.as_bytes()).map_err(|_| no_event())?;
        event.delivery = delivery;
        let applied = self.engine.webhooks().apply(self.pipeline(), &event, &self.rt);
        #[expect(clippy::cast_precision_loss, reason = "a number of cached answers")]
        let dropped = applied.dropped as f64;
        Ok(if applied.replayed { -1.0 } else { dropped })
    }

    /// An event that was not verified here, but came by a queue, say, as JSON.
    ///
    /// # Errors
    /// `invalid_argument`.
    #[wasm_bindgen(js_name = writtenEvent)]
    pub fn written_event(&self, event: &JsValue) -> Result<String, JsValue> {
        JSON::stringify(event).ok().and_then(|json| json.as_string()).ok_or_else(no_event)
    }
}

fn no_event() -> JsValue {
    to_js(&Error::InvalidArgument("event must be what webhooks.verify gave".into()))
}
