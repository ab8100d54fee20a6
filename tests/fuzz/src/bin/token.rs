//! Tokens, from the text to the checked claims.
//!
//! The input is a token as it is, or, if it has a line end, a header and a payload that are encoded first: mutations then
//! reach the JSON inside without having to be base64.
#![no_main]

use clerk_edge::core::jwt::{Checks, Claims, MAX_TOKEN_BYTES, Proof, Types, Unverified, expiry_of};
use clerk_edge::core::time::UnixTime;
use clerk_edge_fuzz::{base64url, is_json};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => {
            let (header, payload) = (&data[..end], &data[end + 1..]);
            let token = format!("{}.{}.c2ln", base64url(header), base64url(payload));
            let taken = read(&token);
            if token.len() <= MAX_TOKEN_BYTES {
                assert!(!taken || (is_json(header) && is_json(payload)), "took what is no JSON");
            }
        }
        None => {
            if let Ok(text) = std::str::from_utf8(data) {
                read(text);
            }
        }
    }
});

/// Takes a token apart as far as it goes; whether it was one.
fn read(text: &str) -> bool {
    let _ = expiry_of(text);
    let any = Unverified::parse_any(text);
    if let Ok(token) = &any {
        assert!(text.len() <= MAX_TOKEN_BYTES, "a token of {} bytes", text.len());
        assert_eq!(text[..token.signed_len()].matches('.').count(), 1, "what is signed");
        assert!(token.signature().len() <= text.len());
        let _ = (token.kid(), token.category(), token.is_oauth(), token.looks_like_machine());
        let _ = token.check_header(Types::OAUTH);
    }
    let Ok(token) = Unverified::parse(text) else { return any.is_ok() };
    assert!(any.is_ok(), "taken as a session's token, and not as any");
    if let Ok(claims) = token.proven(Proof::Good) {
        check(&claims);
    }
    true
}

fn check(claims: &Claims) {
    let reference: Option<Value> = serde_json::from_str(claims.payload()).ok();
    if let Some(value) = &reference {
        assert!(value.is_object(), "a payload that is no object");
        for (name, ours) in [("sub", claims.sub()), ("sid", claims.sid()), ("azp", claims.azp()), ("iss", claims.iss())]
        {
            assert_eq!(ours, value.get(name).and_then(Value::as_str), "{name}");
        }
    }
    let now = UnixTime::from_millis(1_763_800_000_000);
    let checks = Checks {
        authorized_parties: vec!["https://app.example".into()],
        audience: vec!["https://api.example".into()],
        issuer: vec!["https://clerk.example".into()],
        ..Checks::default()
    };
    let verdict = claims.check(&checks, now);
    assert_eq!(verdict, claims.check(&checks, now), "the same claims, judged twice");
    let all = claims.check_static(&checks).and_then(|()| claims.check_time(checks.skew, now));
    assert_eq!(verdict, all, "the checks in one and in two");
    if claims.check_time(checks.skew, now).is_ok() {
        assert!(claims.expires_at(checks.skew) > now, "accepted, and over");
    }
}
