//! The fetch handler.
//!
//! Not `#[event(fetch)]`: that macro makes a future of every request, and a hit needs none. worker-build turns this one
//! exported function into the Worker's handler all the same; it is the only function this build exports.

use std::cell::OnceCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use worker::Env;
use worker::worker_sys::Context;

use super::environment::Environment;
use super::routes;
use crate::clerk::gateway::{Gateway, Reply};
use crate::clerk::pipeline::Pipeline;
use crate::clerk::verifier::Verifier;
use crate::clerk::webhooks::Webhooks;
use crate::config::{Config, Host};
use crate::core::cache::Handle;
use crate::error::Error;
use crate::js::JsRuntime;
use crate::runtime::{Clock, Entropy};

thread_local! {
    /// Made by the isolate's first request and kept; a Worker's vars never change within an isolate.
    static STATE: OnceCell<Result<Rc<State>, Error>> = const { OnceCell::new() };
}

/// What all requests of the isolate share.
pub(super) struct State {
    pub(super) pipeline: Pipeline<JsRuntime>,
    pub(super) gateway: Gateway,
    pub(super) webhooks: Webhooks,
    pub(super) verifier: Verifier<JsRuntime>,
}

#[wasm_bindgen(module = "/src/worker/front.js")]
extern "C" {
    fn install(look: &JsValue);
    fn recall(request: &web_sys::Request) -> JsValue;
}

impl State {
    fn new(env: &Env) -> Result<Rc<Self>, Error> {
        let environment = Environment::read(env)?;
        let config = Config::new(&environment.options, Host::Workers)?;
        let gateway = Gateway::new(&config, environment.gateway_token)?;
        let seed = JsRuntime::default().random();
        let webhooks = Webhooks::new(&config);
        let pipeline = Pipeline::new(config, seed);
        let verifier = Verifier::new(pipeline.clone());
        let state = Rc::new(Self { pipeline, gateway, webhooks, verifier });
        let looking = Rc::clone(&state);
        let look = Closure::<dyn Fn(f64, String) -> JsValue>::new(move |handle, authorization: String| {
            looking.look(handle, &authorization)
        });
        install(&look.into_js_value()); // once per instance, for as long as it lives
        Ok(state)
    }

    /// The body behind a handle, for `front.js`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handle; anything else finds nothing"
    )]
    fn look(&self, handle: f64, authorization: &str) -> JsValue {
        if !self.gateway.admits(self.pipeline.config(), Some(authorization)) {
            return JsValue::NULL;
        }
        let (handle, now) = (Handle::from_bits(handle as u64), JsRuntime::default().now());
        let bytes = self.pipeline.peek_by(handle, now, |answer| Some(answer.body.bytes()));
        bytes.map_or(JsValue::UNDEFINED, JsValue::from)
    }
}

/// Answers one request, with a `Response` or a promise of one.
#[wasm_bindgen]
#[must_use]
pub fn fetch(request: &web_sys::Request, env: &Env, context: Context) -> JsValue {
    if STATE.with(|state| state.get().is_some()) {
        let hit = recall(request);
        if !hit.is_undefined() {
            return hit;
        }
    }
    let state = STATE.with(|state| state.get_or_init(|| State::new(env)).clone());
    match state {
        Ok(state) => routes::answer(&state, request, context),
        // Without a secret key there is nothing to authenticate callers by: refuse rather than be an open proxy.
        Err(error) => routes::render(&Reply::refusal(&error), 0.0).into(),
    }
}
