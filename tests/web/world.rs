//! A client whose upstream does what the test says.

use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/tests/web/stub.js")]
extern "C" {
    pub(crate) type Upstream;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Upstream;
    #[wasm_bindgen(method, getter)]
    fn fetch(this: &Upstream) -> Function;
    #[wasm_bindgen(method, js_name = reply)]
    fn reply_json(this: &Upstream, status: u16, headers: &str, body: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn calls(this: &Upstream) -> u32;
    #[wasm_bindgen(method)]
    pub(crate) fn answer(this: &Upstream, nth: u32, body: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn fail(this: &Upstream, nth: u32, message: &str);
    #[wasm_bindgen(method)]
    pub(crate) fn aborted(this: &Upstream, nth: u32) -> bool;
    #[wasm_bindgen(method)]
    fn seen(this: &Upstream, nth: u32) -> String;

    pub(crate) type Clock;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Clock;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn read(this: &Clock) -> Function;
    #[wasm_bindgen(method)]
    pub(crate) fn advance(this: &Clock, ms: f64);

    pub(crate) type Host;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Host;
    #[wasm_bindgen(method)]
    pub(crate) fn count(this: &Host) -> u32;
    #[wasm_bindgen(method)]
    pub(crate) fn done(this: &Host) -> Promise;

    pub(crate) type Caller;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Caller;
    #[wasm_bindgen(method, getter, js_name = signal)]
    fn signal_of(this: &Caller) -> JsValue;
    #[wasm_bindgen(method)]
    pub(crate) fn leave(this: &Caller);

    #[wasm_bindgen(js_name = turns)]
    fn turns_of(count: u32) -> Promise;
    #[wasm_bindgen(js_name = deeplyFrozen)]
    pub(crate) fn deeply_frozen(value: &JsValue) -> bool;
    pub(crate) fn polluted() -> bool;
    pub(crate) fn hostile(name: &str) -> JsValue;
}

pub(crate) const SECRET: &str = "sk_test_c2VjcmV0";
pub(crate) const ADA: &str =
    r#"{"id":"user_1","username":"ada","public_metadata":{"tags":["a"]},"private_metadata":{"x":1}}"#;

impl Upstream {
    /// The next call that has no answer yet gets this one.
    pub(crate) fn reply(&self, status: u16, body: &str) {
        self.reply_json(status, r#"{"content-type":"application/json"}"#, body);
    }

    pub(crate) fn reply_with(&self, status: u16, headers: &str, body: &str) {
        self.reply_json(status, headers, body);
    }

    pub(crate) fn request(&self, nth: u32) -> serde_json::Value {
        serde_json::from_str(&self.seen(nth)).unwrap()
    }
}

impl Caller {
    /// Options with the signal that fires when this caller leaves.
    pub(crate) fn options(&self) -> JsValue {
        let options = value("{}");
        set(&options, "signal", &self.signal_of());
        options
    }
}

/// A value from JSON text.
pub(crate) fn value(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

/// The JSON text of a value.
pub(crate) fn text(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

pub(crate) fn set(object: &JsValue, name: &str, to: &JsValue) {
    Reflect::set(object, &name.into(), to).unwrap();
}

/// `object.a.b` for `a.b`.
pub(crate) fn get(object: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(object.clone(), |object, name| Reflect::get(&object, &name.into()).unwrap())
}

/// A client over `upstream`, with options from JSON and these besides.
pub(crate) fn client_with(upstream: &Upstream, options: &str, more: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let options = value(options);
    set(&options, "secretKey", &SECRET.into());
    set(&options, "fetch", &upstream.fetch());
    for (name, to) in more {
        set(&options, name, to);
    }
    clerk_edge::esm::create_clerk_client(&options)
}

pub(crate) fn client(upstream: &Upstream) -> JsValue {
    client_with(upstream, "{}", &[]).unwrap()
}

/// Calls a method of the client, taken off it, so without its `this`.
pub(crate) fn call(client: &JsValue, path: &str, arguments: &[JsValue]) -> Promise {
    let method: Function = get(client, path).unchecked_into();
    let arguments: Array = arguments.iter().collect();
    method.apply(&JsValue::UNDEFINED, &arguments).unwrap().unchecked_into()
}

pub(crate) fn user(client: &JsValue, id: &str) -> Promise {
    call(client, "users.getUser", &[id.into()])
}

/// What a promise comes to.
pub(crate) async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

pub(crate) async fn turns(count: u32) {
    settled(turns_of(count)).await.unwrap();
}
