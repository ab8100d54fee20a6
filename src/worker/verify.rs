//! `GET /verify`, and `HEAD`: who a request is from, for proxies that ask before they let it through.
//!
//! Callers need no key of ours: what they present is what is looked at, and the answer tells nothing that it does not say.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::Request;
use worker::worker_sys::Context;

use super::entry::State;
use super::routes::render;
use crate::clerk::auth::Asking;
use crate::clerk::forward::Verdict;
use crate::clerk::gateway::{Incoming, Reply};
use crate::core::session::Headers;
use crate::error::Error;
use crate::js::{JsBody, JsRuntime, at_once, until_gone};

pub(super) const PATH: &str = "/verify";

#[wasm_bindgen(module = "/src/worker/respond.js")]
extern "C" {
    /// A `Response` with these names and values among its headers.
    fn tell(status: u16, body: &JsValue, told: &Array) -> JsValue;
}

/// The response to one question, or a promise of it. Any other method finds nothing here, as anywhere.
pub(super) fn answer(state: &Rc<State>, request: &Request, context: Context) -> JsValue {
    let method = request.method();
    if method != "GET" && method != "HEAD" {
        return render(&Reply::refusal(&Error::OperationNotAllowed), 0.0).into();
    }
    let is_head = method == "HEAD";
    let (authorization, cookie) = (request.header("authorization"), request.header("cookie"));
    let (state, signal) = (Rc::clone(state), request.signal());
    at_once(Box::pin(async move {
        let rt = JsRuntime::default().in_context(context.into());
        let headers = Headers { authorization: authorization.as_deref(), cookie: cookie.as_deref() };
        let asking = Asking { headers, method: "GET", ..Asking::default() };
        let policy = state.verifier.configured();
        let found = until_gone(Some(signal), state.verifier.authenticate(&rt, &policy, &asking)).await;
        Ok(found
            .map_or_else(|| render(&Reply::refusal(&Error::Aborted), 0.0).into(), |state| told(&state.into(), is_head)))
    }))
}

/// Without the body for `HEAD`, which proxies that only look at status and headers do well to use.
fn told(verdict: &Verdict<JsBody>, is_head: bool) -> JsValue {
    let headers = verdict.headers.iter().flat_map(|(name, value)| [*name, value.as_str()]).map(JsValue::from_str);
    let body = match &verdict.claims {
        _ if is_head => JsValue::NULL,
        Some(claims) => claims.bytes().clone().into(),
        None => JsValue::from_str(&verdict.refusal()),
    };
    tell(verdict.status, &body, &headers.collect())
}
