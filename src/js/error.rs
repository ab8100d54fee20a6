//! [`Error`] as JavaScript sees it.

use serde_json::{Value, json};
use wasm_bindgen::JsValue;

use super::glue;
use crate::core::time::millis;
use crate::error::{ApiError, Error, ErrorItem};

/// The JavaScript error for `error`: its class, its `code`, and what a caller needs to act on it.
pub(crate) fn to_js(error: &Error) -> JsValue {
    if let Error::Api(api) = error {
        return api_error(api);
    }
    if let Error::Callback(thrown) = error
        && let Some(value) = thrown.get::<JsValue>()
    {
        return value.clone();
    }
    if let Error::Token(token) = error {
        return glue::token_error(token.reason.as_str(), &token.message);
    }
    #[expect(clippy::cast_precision_loss, reason = "a wait of at most a day")]
    let retry_after = error.retry_after().map(|after| millis(after) as f64);
    let cause = if let Error::Network(reason) = error { Some(reason.as_str()) } else { None };
    glue::edge_error(error.code(), &error.to_string(), retry_after, cause)
}

fn api_error(api: &ApiError) -> JsValue {
    let errors: Value = api.errors.iter().map(item).collect();
    #[expect(clippy::cast_precision_loss, reason = "seconds")]
    let retry_after = api.retry_after.map(|seconds| seconds as f64);
    glue::api_error(&api.to_string(), api.status, &errors.to_string(), &api.trace_id, retry_after)
}

/// An entry of `errors` with the names of @clerk/backend.
fn item(item: &ErrorItem) -> Value {
    let mut out = serde_json::Map::new();
    out.insert("code".into(), json!(item.code));
    out.insert("message".into(), json!(item.message));
    if let Some(long) = &item.long_message {
        out.insert("longMessage".into(), json!(long));
    }
    let meta = item.meta.as_ref().and_then(Value::as_object);
    let renamed = meta.into_iter().flatten().map(|(name, value)| (camel(name), value.clone())).collect();
    out.insert("meta".into(), Value::Object(renamed));
    Value::Object(out)
}

/// `param_name` → `paramName`.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = !out.is_empty();
        } else if std::mem::take(&mut upper) {
            out.extend(letter.to_uppercase());
        } else {
            out.push(letter);
        }
    }
    out
}
