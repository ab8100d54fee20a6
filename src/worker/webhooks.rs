//! `POST /webhooks/clerk`: Clerk tells what has changed, and the cache forgets it before the answer goes out.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;
use web_sys::Request;

use super::entry::State;
use super::routes::{JSON, render, text};
use crate::clerk::event::MAX_EVENT_BYTES;
use crate::clerk::gateway::Reply;
use crate::clerk::webhooks::Applied;
use crate::error::Error;
use crate::js::{JsRuntime, received};
use crate::runtime::Clock;

pub(super) const PATH: &str = "/webhooks/clerk";

/// The response to a delivery, or a promise of it. Any other method finds nothing here, as anywhere.
pub(super) fn answer(state: &Rc<State>, request: &Request) -> JsValue {
    let refusal = |error: &Error| render(&Reply::refusal(error), 0.0).into();
    if request.method() != "POST" {
        return refusal(&Error::OperationNotAllowed);
    }
    if let Err(error) = state.webhooks.require_secret() {
        return refusal(&error); // nothing is read that cannot be verified
    }
    let (state, request) = (Rc::clone(state), Clone::clone(request));
    future_to_promise(async move {
        let response = match deliver(&state, &request).await {
            Ok(Applied { replayed: false, .. }) => text(200, r#"{"received":true}"#, JSON),
            Ok(Applied { replayed: true, .. }) => text(200, r#"{"received":true,"replayed":true}"#, JSON),
            Err(error) => render(&Reply::refusal(&error), 0.0),
        };
        Ok(response.into())
    })
    .into()
}

async fn deliver(state: &State, request: &Request) -> Result<Applied, Error> {
    let body = received(request, MAX_EVENT_BYTES).await?;
    let rt = JsRuntime::default();
    let event = state.webhooks.verify(None, request, &body, rt.unix())?;
    Ok(state.webhooks.apply(&state.pipeline, &event, &rt))
}
