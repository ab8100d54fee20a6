//! What clients made with the same options share, however often they are made.
//!
//! On Workers the secret key arrives with the request, so clients are made per request: equal options must mean one
//! cache, one limiter and one pool. Clients with a `fetch` or a clock of their own share with nobody.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::clerk::pipeline::Pipeline;
use crate::clerk::verifier::Verifier;
use crate::clerk::webhooks::Webhooks;
use crate::config::{Config, Host};
use crate::js::JsRuntime;
use crate::runtime::Entropy;

/// Instances per isolate that are remembered; past it the one not used for longest starts afresh when it returns.
const MAX_INSTANCES: usize = 256;

thread_local! {
    /// Most recently used last.
    static INSTANCES: RefCell<Vec<Rc<Engine>>> = const { RefCell::new(Vec::new()) };
}

/// One instance's shared state.
#[derive(Debug)]
pub(super) struct Engine {
    config: Config,
    webhooks: Webhooks,
    // Made on first use: entropy may not be had at the top level of a Worker, where clients may well be made.
    pipeline: OnceCell<Pipeline<JsRuntime>>,
    verifier: OnceCell<Verifier<JsRuntime>>,
    // What `client.js` keeps for all clients of this engine.
    memory: OnceCell<JsValue>,
}

impl Engine {
    /// An engine nobody else has.
    pub(super) fn own(config: Config) -> Rc<Self> {
        Rc::new(Self {
            webhooks: Webhooks::new(&config),
            config,
            pipeline: OnceCell::new(),
            verifier: OnceCell::new(),
            memory: OnceCell::new(),
        })
    }

    /// The engine of everybody with this config.
    pub(super) fn shared(config: Config) -> Rc<Self> {
        INSTANCES.with_borrow_mut(|instances| {
            let known = instances.iter().position(|engine| engine.config == config);
            let engine = known.map_or_else(|| Self::own(config), |at| instances.remove(at));
            if instances.len() >= MAX_INSTANCES {
                instances.remove(0);
            }
            instances.push(Rc::clone(&engine));
            engine
        })
    }

    pub(super) const fn config(&self) -> &Config {
        &self.config
    }

    pub(super) const fn webhooks(&self) -> &Webhooks {
        &self.webhooks
    }

    pub(super) fn memory(&self, make: impl FnOnce() -> JsValue) -> JsValue {
        self.memory.get_or_init(make).clone()
    }

    #[inline]
    pub(super) fn pipeline(&self, rt: &JsRuntime) -> &Pipeline<JsRuntime> {
        self.pipeline.get_or_init(|| Pipeline::new(self.config.clone(), rt.random()))
    }

    #[inline]
    pub(super) fn verifier(&self, rt: &JsRuntime) -> &Verifier<JsRuntime> {
        self.verifier.get_or_init(|| Verifier::new(self.pipeline(rt).clone()))
    }
}

/// The host, as far as defaults depend on it: Workers says so in `navigator.userAgent`.
pub(super) fn host() -> Host {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default();
    let navigator = get(&js_sys::global(), "navigator");
    let agent = if navigator.is_object() { get(&navigator, "userAgent").as_string() } else { None };
    if agent.as_deref() == Some("Cloudflare-Workers") { Host::Workers } else { Host::Other }
}
