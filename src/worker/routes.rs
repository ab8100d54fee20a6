//! Routes: what each path does, and how replies become responses.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Request;
use worker::worker_sys::Context;

use super::entry::State;
use super::{verify, webhooks};
use crate::clerk::client::{Client, report};
use crate::clerk::gateway::{Asked, CacheStatus, Incoming, Reply};
use crate::clerk::pipeline::{Served, Source};
use crate::core::time::millis;
use crate::error::Error;
use crate::js::{JsBody, JsRuntime, memory_bytes, promise, until_gone};
use crate::runtime::Timer;

#[wasm_bindgen(module = "/src/worker/respond.js")]
extern "C" {
    /// A `Response`, made in one call.
    pub(super) type AssembledResponse;
    fn respond(
        status: u16,
        body: &JsValue,
        content_type: &str,
        cache: Option<&str>,
        age: f64,
        timing: &str,
        retry_after: Option<&str>,
        ray: Option<&str>,
    ) -> AssembledResponse;
}

#[wasm_bindgen(module = "/src/worker/front.js")]
extern "C" {
    fn remember(url: &str, version: Option<&str>, handle: f64, age_ms: f64);
}

pub(super) const JSON: &str = "application/json";
/// Larger request bodies are refused: Clerk's largest, a profile picture, is 10 MB.
const MAX_BODY_BYTES: usize = 12_000_000;

impl Incoming for Request {
    fn header(&self, name: &str) -> Option<String> {
        self.headers().get(name).ok().flatten()
    }
}

/// The response to one request, or a promise of it.
pub(super) fn answer(state: &Rc<State>, request: &Request, context: Context) -> JsValue {
    let url = request.url();
    if path(&url) == "/healthz" {
        return text(200, r#"{"status":"ok"}"#, JSON).into();
    }
    if path(&url) == webhooks::PATH {
        return webhooks::answer(state, request); // whose signature lets it in
    }
    if path(&url).strip_suffix('/').unwrap_or_else(|| path(&url)) == verify::PATH {
        return verify::answer(state, request, context); // whose own token is the question
    }
    if !state.gateway.admits(state.pipeline.config(), request.header("authorization").as_deref()) {
        return render(&Reply::unauthorized(), 0.0).into();
    }
    match path(&url) {
        "/metrics.json" => text(200, &report(&state.pipeline, memory_bytes()), JSON).into(),
        "/metrics" => text(200, &state.pipeline.metrics().borrow().prometheus(), "text/plain; version=0.0.4").into(),
        _ => gateway(state, request, &url, context),
    }
}

fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target = rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/");
    target.split(['?', '#']).next().unwrap_or(target)
}

/// A hit is answered at once, without a future; everything else waits in one until the client leaves.
fn gateway(state: &Rc<State>, request: &Request, url: &str, context: Context) -> JsValue {
    let parsed = state.gateway.parse(state.pipeline.config(), &request.method(), url, request);
    let mut asked: Asked<JsBody> = match parsed {
        Ok(asked) => asked,
        Err(error) => return render(&Reply::refusal(&error), 0.0).into(),
    };
    let rt = JsRuntime::default();
    let client = Client::new(state.pipeline.clone(), rt.clone());
    if let Some(hit) = client.peek(&asked.question) {
        memorise(&client, &asked, request, url, &hit);
        return render(&Reply::from(hit), 0.0).into();
    }
    let client = Client::new(state.pipeline.clone(), rt.in_context(context.into()));
    let (state, request) = (Rc::clone(state), Clone::clone(request));
    let begun = rt.elapsed();
    promise(Box::pin(async move {
        let signal = request.signal();
        let reply = until_gone(Some(signal), async {
            match body(&request).await {
                Ok(body) => {
                    asked.question.exchange.body = body;
                    state.gateway.run(&client, asked).await
                }
                Err(error) => Reply::refusal(&error),
            }
        });
        // Nobody reads what is answered to a client that left.
        let reply = reply.await.unwrap_or_else(|| Reply::refusal(&Error::Aborted));
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of one request")]
        let took = millis(rt.elapsed().since(begun)) as f64;
        Ok(render(&reply, took).into())
    }))
    .into()
}

/// Tells `front.js` of a hit, so that the next one for this URL is found there.
fn memorise(client: &Client<JsRuntime>, asked: &Asked<JsBody>, request: &Request, url: &str, hit: &Served<JsBody>) {
    let (Some(handle), Source::Hit(age)) = (client.handle(&asked.question), hit.source) else { return };
    if hit.answer.status == 200 {
        #[expect(clippy::cast_precision_loss, reason = "a handle's number is below 2^53")]
        let handle = handle.to_bits() as f64;
        remember(url, request.header("clerk-api-version").as_deref(), handle, age.as_secs_f64() * 1_000.0);
    }
}

/// The request's body and content type, if it has one.
async fn body(request: &Request) -> Result<Option<(JsBody, String)>, Error> {
    if matches!(request.method().as_str(), "GET" | "HEAD") {
        return Ok(None);
    }
    let too_large = || Error::RequestTooLarge { limit: MAX_BODY_BYTES };
    let announced = request.header("content-length").and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY_BYTES) {
        return Err(too_large());
    }
    let broken = |_| Error::InvalidArgument("the request body broke off".into());
    let buffer = JsFuture::from(request.array_buffer().map_err(broken)?).await.map_err(broken)?;
    let bytes = js_sys::Uint8Array::new(&buffer);
    if bytes.length() as usize > MAX_BODY_BYTES {
        return Err(too_large());
    }
    if bytes.length() == 0 {
        return Ok(None);
    }
    let kind = request.header("content-type").unwrap_or_else(|| JSON.to_owned());
    Ok(Some((JsBody::new(bytes), kind)))
}

/// `reply` as a response; `took` is in milliseconds.
pub(super) fn render(reply: &Reply<JsBody>, took: f64) -> AssembledResponse {
    match reply {
        Reply::Answer { answer, status, age } => {
            let header = |name| answer.headers.get(name);
            let timing = match status {
                CacheStatus::Hit => "cache;desc=hit".to_owned(),
                CacheStatus::Miss | CacheStatus::Pass => format!("clerk;dur={took}"),
            };
            respond(
                answer.status,
                &answer.body.bytes(),
                // Clerk's SDK parses what is called JSON, and an empty answer is none.
                header("content-type").unwrap_or("text/plain"),
                Some(status.as_str()),
                age.as_secs_f64().floor(),
                &timing,
                header("retry-after"),
                header("cf-ray"),
            )
        }
        Reply::Refusal { status, json, retry_after } => {
            let retry_after = retry_after.map(|seconds| seconds.to_string());
            respond(*status, &JsValue::from_str(json), JSON, None, 0.0, "", retry_after.as_deref(), None)
        }
    }
}

pub(super) fn text(status: u16, body: &str, content_type: &str) -> AssembledResponse {
    respond(status, &JsValue::from_str(body), content_type, None, 0.0, "", None, None)
}
