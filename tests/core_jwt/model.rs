//! The same verdicts from a naive model: payloads through `serde_json`, checks as Clerk's documentation words them.

use super::{HEADER, encode, parse, refusal, token};
use clerk_edge::core::jwt::{Checks, MAX_TOKEN_BYTES, Proof, Reason, Types, Unverified, expiry_of};
use clerk_edge::core::time::{Duration, UnixTime};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

/// Claims that matter, spelled plainly and with escapes, and one that does not.
const NAMES: &[&str] = &["sub", "aud", "azp", "iss", "exp", "nbf", "iat", "s\\u0075b", "\\u0065xp", "x"];
const VALUES: &[&str] = &[
    "\"\"",
    "\"a\"",
    "\"b\"",
    "\"\\u0061\"",
    "\"é😀\"",
    "null",
    "true",
    "[]",
    "{}",
    "[\"a\"]",
    "[\"\"]",
    "[\"b\",\"a\"]",
    "[\"a\",1]",
    "[[\"a\"]]",
    "{\"sub\":\"a\"}",
    "0",
    "-0",
    "-1",
    "99",
    "100",
    "101",
    "105",
    "106",
    "94",
    "95",
    "95.999",
    "1e2",
    "10.5e1",
    "105001e-3",
    "1e400",
    "-1e400",
    "1e17",
    "9007199254740992",
    "1e-400",
];

fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(select(&["a", "b", "", "é😀"]).prop_map(str::to_owned), 0..3)
}

prop_compose! {
    fn checks()(authorized_parties in texts(), audience in texts(), issuer in texts(), skew in 0..6_000_u64) -> Checks {
        Checks { authorized_parties, audience, issuer, skew: Duration::from_millis(skew) }
    }
}

/// A payload with a likely good `sub` and `exp` in front, which later members may replace.
fn payload() -> impl Strategy<Value = String> {
    vec((select(NAMES), select(VALUES)), 0..5).prop_map(|members| {
        let members = members.iter().map(|(name, value)| format!("\"{name}\":{value}"));
        let all: Vec<_> = [r#""sub":"a","exp":105"#.to_owned()].into_iter().chain(members).collect();
        format!("{{{}}}", all.join(","))
    })
}

/// What the claim is as a JavaScript program would see it, except that numbers too large for `serde_json` are infinite.
fn claims(payload: &str) -> Value {
    serde_json::from_str(&payload.replace("-1e400", "-9e300").replace("1e400", "9e300")).unwrap()
}

fn model(claims: &Value, checks: &Checks, now: u64) -> Option<Reason> {
    model_static(claims, checks).or_else(|| model_time(claims, checks.skew, now))
}

fn model_static(claims: &Value, checks: &Checks) -> Option<Reason> {
    let nonempty = |list: &[String]| list.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>();
    let one_of = |claim: &Value, list: &[String]| {
        claim.as_str().is_some_and(|text| !text.is_empty() && list.contains(&text.into()))
    };
    if !claims["sub"].is_string() {
        return Some(Reason::VerificationFailed);
    }
    let audience = nonempty(&checks.audience);
    if let (false, Some(aud)) = (audience.is_empty(), claims.get("aud")) {
        let said = aud.as_array().cloned().unwrap_or_else(|| vec![aud.clone()]);
        let strings = said.iter().all(Value::is_string);
        let said: Vec<_> = said.iter().filter(|one| **one != "").collect();
        if !strings || !said.is_empty() && !said.iter().any(|one| one_of(one, &audience)) {
            return Some(Reason::VerificationFailed);
        }
    }
    if !checks.authorized_parties.is_empty() && !one_of(&claims["azp"], &checks.authorized_parties) {
        return Some(Reason::InvalidAuthorizedParties);
    }
    let issuer = nonempty(&checks.issuer);
    (!issuer.is_empty() && !one_of(&claims["iss"], &issuer)).then_some(Reason::InvalidIssuer)
}

fn model_time(claims: &Value, skew: Duration, now: u64) -> Option<Reason> {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let (skew, now) = (skew.as_millis() as f64, now as f64);
    for (name, late) in [("exp", Reason::Expired), ("nbf", Reason::NotActiveYet), ("iat", Reason::IatInTheFuture)] {
        let Some(claim) = claims.get(name) else { continue };
        let Some(seconds) = claim.as_f64().filter(|seconds| (0.0..=9_007_199_254_740_992.0).contains(seconds)) else {
            return Some(Reason::VerificationFailed);
        };
        let millis = seconds.trunc() * 1_000.0;
        let refused = if name == "exp" { millis <= now - skew } else { millis > now + skew };
        if refused {
            return Some(late);
        }
    }
    None
}

/// How many bytes two texts have in common at their start.
fn common(left: &str, right: &str) -> usize {
    left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_verdict_is_the_models(payload in payload(), checks in checks(), now in 90_000..112_000_u64) {
        let token = parse(HEADER, &payload).unwrap();
        prop_assert!(token.check_header(Types::Default).is_ok());
        let proven = token.proven(Proof::Good).unwrap();
        let claims = claims(&payload);
        let at = UnixTime::from_millis(now);
        prop_assert_eq!(refusal(proven.check(&checks, at)), model(&claims, &checks, now), "{}", payload);
        prop_assert_eq!(refusal(proven.check_static(&checks)), model_static(&claims, &checks));
        prop_assert_eq!(proven.sub(), claims["sub"].as_str());
        prop_assert_eq!(proven.azp(), claims["azp"].as_str());
        let over = refusal(proven.check_time(checks.skew, at)) == Some(Reason::Expired);
        if proven.expires().is_some() {
            prop_assert_eq!(over, at >= proven.expires_at(checks.skew));
        }
        prop_assert_eq!(expiry_of(&super::token(HEADER, &payload)), proven.expires());
    }

    #[test]
    fn what_is_no_json_object_is_no_payload(payload in payload(), at in any::<Index>(), byte in any::<u8>()) {
        let mut bytes = payload.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let text = format!("{}.{}.Zg", encode(HEADER.as_bytes()), encode(&bytes));
        // Numbers that are too large are JSON, but not to `serde_json`.
        let known = serde_json::from_slice::<Value>(&bytes).map(|value| value.is_object());
        let too_large = known.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
        prop_assume!(!too_large);
        prop_assert_eq!(Unverified::parse(&text).is_ok(), known.unwrap_or(false), "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn r18_no_text_panics(text in "[A-Za-z0-9_=. +/-]{0,60}", odd in "\\PC{0,40}") {
        prop_assert_eq!(refusal(Unverified::parse(&odd)), Some(Reason::Invalid));
        prop_assert_eq!(refusal(Unverified::parse(&text)), Some(Reason::Invalid));
        prop_assert_eq!(expiry_of(&text), None);
    }

    #[test]
    fn a_changed_letter_is_seen(payload in payload(), at in any::<Index>(), letter in select(b"AZaz09-_=.+/ \x7f".as_slice())) {
        let text = token(HEADER, &payload);
        prop_assume!(text.len() < MAX_TOKEN_BYTES);
        let mut bytes = text.clone().into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != letter);
        bytes[at] = letter;
        let changed = String::from_utf8(bytes).unwrap();
        // Either it is no token any more, or other bytes are signed, or other bytes are the signature.
        if let Ok(token) = Unverified::parse(&changed) {
            let signed_differs = common(&changed, &text) < token.signed_len();
            prop_assert!(signed_differs || token.signature() != b"signature");
        }
    }
}
