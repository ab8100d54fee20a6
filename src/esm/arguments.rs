//! Arguments from JavaScript, checked on arrival.

use js_sys::{Array, Function, JSON, JsString, Number, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::clerk::query::Query;
use crate::core::projection::FieldSet;
use crate::core::time::Duration;
use crate::error::Error;
use crate::js::JsBody;
use crate::runtime::http::Body;

fn invalid(message: impl Into<String>) -> Error {
    Error::InvalidArgument(message.into())
}

/// `object[name]`, `None` if it is not there. Getters that throw count as not there.
pub(super) fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    if !object.is_object() {
        return None;
    }
    Reflect::get(object, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// Refuses options that are neither an object nor left out.
pub(super) fn object_or_nothing(options: &JsValue) -> Result<(), Error> {
    if options.is_undefined() || options.is_null() || options.is_object() {
        return Ok(());
    }
    Err(invalid("options must be an object"))
}

/// `object[name]`, which must be a function if it is there.
pub(super) fn function(object: &JsValue, name: &str) -> Result<Option<Function>, Error> {
    let wrong = |_| Error::InvalidConfig(format!("{name} must be a function"));
    get(object, name).map(JsCast::dyn_into::<Function>).transpose().map_err(wrong)
}

/// A string argument.
pub(super) fn string(name: &str, value: &JsValue) -> Result<String, Error> {
    value.as_string().ok_or_else(|| invalid(format!("{name} must be a string")))
}

/// A string argument of at most `most` UTF-16 units. One with half a surrogate pair is refused: two of those would look the
/// same from here on.
pub(super) fn text(name: &str, value: &JsValue, most: usize) -> Result<String, Error> {
    let length = value.dyn_ref::<JsString>().map(|text| text.length() as usize);
    let text = length.filter(|length| *length <= most).and_then(|_| value.as_string());
    let same = text.filter(|text| JsValue::from_str(text) == *value);
    same.ok_or_else(|| invalid(format!("{name} must be a well-formed string of at most {most} characters")))
}

/// A string argument that may be left out.
pub(super) fn string_or_nothing(name: &str, value: &JsValue) -> Result<Option<String>, Error> {
    if value.is_undefined() || value.is_null() { Ok(None) } else { string(name, value).map(Some) }
}

/// `options.expiresInSeconds`, a whole number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and below 2^53")]
pub(super) fn lifetime(options: &JsValue) -> Result<Option<u64>, Error> {
    let Some(seconds) = get(options, "expiresInSeconds") else { return Ok(None) };
    match seconds.as_f64() {
        Some(seconds) if seconds.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&seconds) => {
            Ok(Some(seconds as u64))
        }
        _ => Err(invalid("expiresInSeconds must be a whole number")),
    }
}

/// `options.signal`.
pub(super) fn signal(options: &JsValue) -> Result<Option<web_sys::AbortSignal>, Error> {
    let Some(signal) = get(options, "signal") else { return Ok(None) };
    // By shape and not by class: signals may come from another realm (Vercel's Edge VM).
    let is_signal = get(&signal, "aborted").is_some_and(|aborted| aborted.as_bool().is_some());
    if is_signal { Ok(Some(signal.unchecked_into())) } else { Err(invalid("signal must be an AbortSignal")) }
}

/// `options.fields`: a preset or an array of names.
pub(super) fn fields(options: &JsValue) -> Result<Option<FieldSet>, Error> {
    let Some(fields) = get(options, "fields") else { return Ok(None) };
    let parsed = if let Some(text) = fields.as_string() {
        match text.as_str() {
            "minimal" | "basic" | "full" => FieldSet::parse(&text),
            _ => return Err(invalid("fields must be minimal, basic, full or an array of names")),
        }
    } else if Array::is_array(&fields) {
        let names: Option<Vec<String>> = Array::from(&fields).iter().map(|name| name.as_string()).collect();
        let names = names.ok_or_else(|| invalid("fields: every name must be a string"))?;
        FieldSet::from_names(names.iter().map(String::as_str))
    } else {
        return Err(invalid("fields must be minimal, basic, full or an array of names"));
    };
    parsed.map(Some).map_err(|why| invalid(format!("fields: {why}")))
}

/// `options.ttlMs`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be from 0 to a day")]
pub(super) fn ttl(options: &JsValue) -> Result<Option<Duration>, Error> {
    let Some(ttl) = get(options, "ttlMs") else { return Ok(None) };
    match ttl.as_f64() {
        Some(ms) if (0.0..=86_400_000.0).contains(&ms) => Ok(Some(Duration::from_millis(ms as u64))),
        _ => Err(invalid("ttlMs must be a number from 0 to 86400000")),
    }
}

/// `options.body` as JSON.
pub(super) fn body(options: &JsValue) -> Result<Option<(JsBody, String)>, Error> {
    let Some(body) = get(options, "body") else { return Ok(None) };
    let json = JSON::stringify(&body).map_err(|_| invalid("body cannot be written as JSON"))?;
    let json = json.as_string().ok_or_else(|| invalid("body cannot be written as JSON"))?;
    Ok(Some((JsBody::from_bytes(json.as_bytes()), "application/json".to_owned())))
}

/// How parameter names reach Clerk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// As they are.
    AsGiven,
    /// `emailAddress` becomes `email_address`, and our own options are left out.
    Filters,
}

/// An object's own properties as query parameters; arrays repeat the parameter, `undefined` and `null` leave it out.
pub(super) fn query(given: Option<JsValue>, names: Names) -> Result<Query, Error> {
    let mut query = Query::new();
    let Some(given) = given else { return Ok(query) };
    if !given.is_object() {
        return Err(invalid("query must be an object"));
    }
    for entry in Object::entries(given.unchecked_ref()).iter() {
        let entry: Array = entry.unchecked_into();
        let (name, value) = (entry.get(0).as_string().unwrap_or_default(), entry.get(1));
        if names == Names::Filters && matches!(name.as_str(), "fields" | "signal") {
            continue;
        }
        let name = if names == Names::Filters { snake(&name) } else { name };
        if Array::is_array(&value) {
            for element in Array::from(&value).iter() {
                query.push(name.as_str(), parameter(&name, &element)?);
            }
        } else if !value.is_undefined() && !value.is_null() {
            query.push(name.as_str(), parameter(&name, &value)?);
        }
    }
    Ok(query)
}

fn parameter(name: &str, value: &JsValue) -> Result<String, Error> {
    if let Some(text) = value.as_string() {
        return Ok(text);
    }
    if let Some(flag) = value.as_bool() {
        return Ok(flag.to_string());
    }
    let number = value.dyn_ref::<Number>().filter(|number| number.value_of().is_finite());
    // Written by the host, which has the tables for it.
    let text = number.and_then(|number| number.to_string_with_radix(10).ok()).map(String::from);
    let wanted = "a string, a finite number, a boolean or an array of those";
    text.ok_or_else(|| invalid(format!("{name} must be {wanted}")))
}

/// `emailAddress` → `email_address`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
