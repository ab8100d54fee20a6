//! Answers that say how long they are good for: none is kept past that.
//!
//! What is read here decides about nothing but the cache, so no signature is checked: who sent the answer could as well
//! have sent another.

use std::borrow::Cow;

use super::super::policy;
use super::Keep;
use crate::core::base64;
use crate::core::json::raw::Raw;
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
    let json = body.to_vec();
    let value = Raw::document(&json)?;
    let Some(end) = end(value, now) else { return (!strict).then_some(Cow::Borrowed(keep)) };
    let left = Duration::from_millis(end.as_millis().saturating_sub(now.as_millis())).saturating_sub(margin);
    let mut keep = Keep { ttl: keep.ttl.min(left), ..keep.clone() };
    if strict {
        keep.tags.extend(told_of(value));
    }
    (!keep.ttl.is_zero()).then_some(Cow::Owned(keep))
}

/// When the first of what is in `value` expires: a token, an object that says so, or any of a list of them, bare or under
/// `data`.
fn end(value: Raw<'_>, now: UnixTime) -> Option<UnixTime> {
    if let Some(text) = value.text() {
        return expiry_of(&text);
    }
    let list = value.get("data").filter(|data| data.is_array()).unwrap_or(value);
    if !list.is_array() {
        return end_of_object(list, now);
    }
    let mut soonest = None;
    list.each_item(|one| soonest = earlier(soonest, end_of_object(one, now)))?;
    soonest
}

fn end_of_object(object: Raw<'_>, now: UnixTime) -> Option<UnixTime> {
    let mut soonest = None;
    object.each_member(|name, value| {
        let end = if ENDS.contains(&name) {
            value.number().map(instant)
        } else if TOKENS.contains(&name) {
            value.text().and_then(|token| expiry_of(&token))
        } else if name == "expires_in" {
            // RFC 6749 section 5.1: seconds from when the answer was made.
            let lasts = value.number().map(|seconds| whole(seconds * 1_000.0));
            lasts.map(|lasts| UnixTime::from_millis(now.as_millis().saturating_add(lasts)))
        } else {
            None
        };
        soonest = earlier(soonest, end);
    })?;
    soonest
}

fn earlier(one: Option<UnixTime>, other: Option<UnixTime>) -> Option<UnixTime> {
    one.into_iter().chain(other).min()
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
fn told_of(value: Raw<'_>) -> Vec<String> {
    let claims = value.get("jwt").and_then(Raw::text).and_then(|token| claims(&token)).unwrap_or_default();
    let Some(claims) = Raw::document(&claims) else { return Vec::new() };
    let user = claims.get("sub").and_then(Raw::text);
    let organization = claims.get("o").and_then(|o| o.get("id")?.text());
    let organization = organization.or_else(|| claims.get("org_id")?.text());
    let user = user.map(|id| policy::user_tags(&id));
    user.into_iter().chain(organization.map(|id| policy::organization_tags(&id))).flatten().collect()
}

/// What a JWT claims, believed or not, as JSON; `None` if `text` does not look like one.
fn claims(text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once('.')?;
    let (payload, _) = rest.split_once('.')?;
    let mut bytes = Vec::new();
    base64::decode_url(payload.as_bytes(), &mut bytes)?;
    Some(bytes)
}
