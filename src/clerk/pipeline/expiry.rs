//! Answers that say how long they are good for: none is kept past that.
//!
//! What is read here decides about nothing but the cache, so no signature is checked: who sent the answer could as well
//! have sent another.

use std::borrow::Cow;

use serde_json::Value;

use super::super::policy;
use super::Keep;
use crate::core::base64;
use crate::core::jwt::expiry_of;
use crate::core::time::{Duration, UnixTime};
use crate::runtime::http::Body;

/// What an answer says about its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "made by literal; a fourth kind would be a decision for everybody")]
pub enum Expiry {
    /// Nothing: the time to live counts alone.
    Unsaid,
    /// When it expires, perhaps. It is kept until so long before, at most for its time to live.
    Perhaps(Duration),
    /// When a session's token expires: kept as for `Perhaps`, not at all if it does not say, and also dropped with the
    /// user and the organization that it tells of.
    Token(Duration),
}

/// Numbers from here on are milliseconds since 1970, smaller ones seconds: 1973 in the one, the year 5138 in the other.
const FIRST_MILLIS: f64 = 1e11;
/// Members that say when an object expires.
const ENDS: &[&str] = &["expires_at", "expiresAt", "exp"];
/// Members that may be a token with an `exp` of its own.
const TOKENS: &[&str] = &["jwt", "token", "access_token", "accessToken"];

/// `keep` as it holds for this answer, received at `now`; `None` if it is not to be kept.
pub(super) fn applied<'a>(keep: &'a Keep, body: &impl Body, now: UnixTime) -> Option<Cow<'a, Keep>> {
    if keep.ttl.is_zero() {
        return None;
    }
    let (margin, strict) = match keep.expiry {
        Expiry::Unsaid => return Some(Cow::Borrowed(keep)),
        Expiry::Perhaps(margin) => (margin, false),
        Expiry::Token(margin) => (margin, true),
    };
    let value: Value = serde_json::from_slice(&body.to_vec()).ok()?;
    let Some(end) = end(&value, now) else { return (!strict).then_some(Cow::Borrowed(keep)) };
    let left = Duration::from_millis(end.as_millis().saturating_sub(now.as_millis())).saturating_sub(margin);
    let mut keep = Keep { ttl: keep.ttl.min(left), ..keep.clone() };
    if strict {
        keep.tags.extend(told_of(&value));
    }
    (!keep.ttl.is_zero()).then_some(Cow::Owned(keep))
}

/// When the first of what is in `value` expires: a token, an object that says so, or any of a list of them, bare or under
/// `data`.
fn end(value: &Value, now: UnixTime) -> Option<UnixTime> {
    match value {
        Value::String(text) => expiry_of(text),
        Value::Array(list) => list.iter().filter_map(|one| end_of_object(one, now)).min(),
        Value::Object(object) => match object.get("data") {
            Some(Value::Array(list)) => list.iter().filter_map(|one| end_of_object(one, now)).min(),
            _ => end_of_object(value, now),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn end_of_object(object: &Value, now: UnixTime) -> Option<UnixTime> {
    let named = ENDS.iter().filter_map(|name| object.get(name)?.as_f64()).map(instant);
    let tokens = TOKENS.iter().filter_map(|name| expiry_of(object.get(name)?.as_str()?));
    // RFC 6749 section 5.1: seconds from when the answer was made.
    let lasts = object.get("expires_in").and_then(Value::as_f64);
    let lasts = lasts.map(|seconds| UnixTime::from_millis(now.as_millis().saturating_add(whole(seconds * 1_000.0))));
    named.chain(tokens).chain(lasts).min()
}

fn instant(number: f64) -> UnixTime {
    UnixTime::from_millis(whole(if number < FIRST_MILLIS { number * 1_000.0 } else { number }))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; what is negative is long ago")]
const fn whole(millis: f64) -> u64 {
    millis as u64
}

/// What drops whatever tells of the user and of the organization that the token in `{ jwt }` tells of: `sub`, and `o.id` or,
/// in the first version of Clerk's claims, `org_id`.
fn told_of(value: &Value) -> Vec<String> {
    let claims = value.get("jwt").and_then(Value::as_str).and_then(claims).unwrap_or_default();
    let text = |pointer| claims.pointer(pointer).and_then(Value::as_str);
    let user = text("/sub").map(policy::user_tags);
    let organization = text("/o/id").or_else(|| text("/org_id")).map(policy::organization_tags);
    user.into_iter().chain(organization).flatten().collect()
}

/// What a JWT claims, believed or not; `None` if `text` does not look like one.
fn claims(text: &str) -> Option<Value> {
    let (_, rest) = text.split_once('.')?;
    let (payload, _) = rest.split_once('.')?;
    let mut bytes = Vec::new();
    base64::decode_url(payload.as_bytes(), &mut bytes)?;
    serde_json::from_slice(&bytes).ok()
}
