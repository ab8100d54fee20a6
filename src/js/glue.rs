//! What `host.js` and the global scope offer, declared once.

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/js/host.js")]
extern "C" {
    #[wasm_bindgen(js_name = edgeError)]
    pub(super) fn edge_error(code: &str, message: &str, retry_after_ms: Option<f64>, cause: Option<&str>) -> JsValue;

    #[wasm_bindgen(js_name = apiError)]
    pub(super) fn api_error(
        message: &str,
        status: u16,
        errors_json: &str,
        trace_id: &str,
        retry_after: Option<f64>,
    ) -> JsValue;

    #[wasm_bindgen(js_name = tokenError)]
    pub(super) fn token_error(reason: &str, message: &str) -> JsValue;

    pub(super) fn outlive(promise: &Promise, context: Option<&JsValue>);

    pub(super) type Resolvers;
    pub(super) fn resolvers() -> Resolvers;
    #[wasm_bindgen(method, getter)]
    pub(super) fn promise(this: &Resolvers) -> Promise;
    #[wasm_bindgen(method, getter)]
    pub(super) fn resolve(this: &Resolvers) -> Function;

    #[wasm_bindgen(js_name = randomBits)]
    pub(super) fn random_bits() -> u64;

    pub(super) fn exchange(
        fetch: Option<&Function>,
        url: &str,
        method: &str,
        headers: Array,
        body: Option<&Uint8Array>,
        wanted: &Array,
        max_bytes: f64,
        signal: &web_sys::AbortSignal,
    ) -> Promise;

    #[wasm_bindgen(js_name = readBody)]
    pub(super) fn read_body(request: &JsValue, max_bytes: f64) -> Promise;

    pub(super) fn reason(error: &JsValue) -> String;

    #[cfg(feature = "esm")]
    pub(super) fn written(value: &JsValue) -> Uint8Array;
    #[cfg(feature = "esm")]
    pub(super) fn attempt(run: &Function, settle: &Function) -> Promise;

    #[wasm_bindgen(catch)]
    pub(super) fn hold(bytes: &Uint8Array) -> Result<u32, JsValue>;
    #[wasm_bindgen(js_name = holdView)]
    pub(super) fn hold_view(bytes: &[u8]) -> i32;
    pub(super) fn held(slot: u32) -> JsValue;
    #[wasm_bindgen(js_name = mayStay)]
    pub(super) fn may_stay(slot: u32, length: u32) -> bool;
    pub(super) fn release(slot: u32);
    pub(crate) fn slots() -> JsValue;

    #[wasm_bindgen(js_name = importKey)]
    pub(super) fn import_key(modulus: &[u8], exponent: &[u8], hash_bits: u32) -> Promise;
    #[wasm_bindgen(js_name = keepKey)]
    pub(super) fn keep_key(key: &JsValue) -> u32;
    #[wasm_bindgen(js_name = releaseKey)]
    pub(super) fn release_key(slot: u32);
    #[wasm_bindgen(catch, js_name = verifySignature)]
    pub(super) fn verify_signature(slot: u32, signature: &[u8], message: &[u8]) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    pub(super) fn date_now() -> f64;
}
