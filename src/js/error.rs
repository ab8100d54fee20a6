//! [`Error`] as JavaScript sees it.

use wasm_bindgen::JsValue;

use super::glue;
use crate::core::json::raw::each_member;
use crate::core::json::write::ObjectWriter;
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
    let errors: Vec<String> = api.errors.iter().map(item).collect();
    #[expect(clippy::cast_precision_loss, reason = "seconds")]
    let retry_after = api.retry_after.map(|seconds| seconds as f64);
    glue::api_error(&api.to_string(), api.status, &format!("[{}]", errors.join(",")), &api.trace_id, retry_after)
}

/// An entry of `errors` with the names of @clerk/backend.
fn item(item: &ErrorItem) -> String {
    let mut meta = ObjectWriter::new();
    // What is no object has no names, and so is left out.
    let _ =
        each_member(item.meta.as_deref().unwrap_or_default().as_bytes(), |name, value| meta.any(&camel(name), value));
    let mut out = ObjectWriter::new();
    out.text("code", &item.code);
    if let Some(long) = &item.long_message {
        out.text("longMessage", long);
    }
    out.text("message", &item.message);
    out.json("meta", Some(&meta.finish()));
    out.finish()
}

/// `param_name` → `paramName`.
fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for letter in name.chars() {
        if letter == '_' {
            upper = !out.is_empty();
        } else if std::mem::take(&mut upper) {
            out.push(letter.to_ascii_uppercase());
        } else {
            out.push(letter);
        }
    }
    out
}
