//! What Clerk's answer about a machine's token is worth.

use clerk_edge::core::session::{Machine, MachineReason, TokenKind, machine_jwt_json};
use clerk_edge::core::time::{Duration, UnixTime};
use serde_json::{Value, json};

const NOW: UnixTime = UnixTime::from_millis(1_800_000_000_000);
const KINDS: [TokenKind; 3] = [TokenKind::M2m, TokenKind::OAuth, TokenKind::ApiKey];

/// A valid answer with these members instead.
fn answer(changes: &Value) -> String {
    let mut all = json!({
        "object": "api_key", "id": "ak_1", "type": "api_key", "subject": "user_1", "name": "n", "claims": {"a": 1},
        "scopes": ["read"], "client_id": "client_1", "revoked": false, "revocation_reason": null, "expired": false,
        "expiration": null, "created_at": 1_700_000_000_000_u64,
    });
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    all.to_string()
}

fn judge(kind: TokenKind, body: &str, audience: &[String]) -> Result<Duration, MachineReason> {
    let machine = Machine::judge(kind, 200, body.as_bytes(), audience, NOW)?;
    Ok(machine.lifetime(Duration::from_secs(30), NOW))
}

#[test]
fn an_answer_of_200_can_say_that_a_token_is_not_valid() {
    for kind in KINDS {
        for changes in [
            json!({"revoked": true}),
            json!({"revoked": null}),
            json!({"revoked": "false"}),
            json!({"expired": true}),
            json!({"active": false}),
            json!({"active": "yes"}),
            json!({"expiration": NOW.as_millis()}),
            json!({"expiration": NOW.as_millis() - 1}),
            json!({"expiration": 1_799_999_999_u64}),
            json!({"expiration": 0}),
            json!({"expiration": -1}),
            json!({"expiration": "never"}),
            json!({"id": null}),
            json!({"id": ""}),
            json!({"subject": 5}),
        ] {
            assert_eq!(judge(kind, &answer(&changes), &[]), Err(MachineReason::TokenInvalid), "{changes}");
        }
        for body in [r#"{"active":false}"#, "{}", r#"{"id":"ak_1"}"#] {
            assert_eq!(judge(kind, body, &[]), Err(MachineReason::TokenInvalid), "{body}");
        }
    }
}

#[test]
fn what_is_no_answer_says_nothing_about_the_token() {
    for body in ["", "null", "[]", "<html>", "{\"id\":"] {
        assert_eq!(judge(TokenKind::ApiKey, body, &[]), Err(MachineReason::UnexpectedError), "{body}");
    }
    let good = answer(&json!({}));
    for (status, reason) in [
        (401, MachineReason::SecretKeyInvalid),
        (404, MachineReason::TokenInvalid),
        (400, MachineReason::UnexpectedError),
        (403, MachineReason::UnexpectedError),
        (429, MachineReason::UnexpectedError),
        (500, MachineReason::UnexpectedError),
        (204, MachineReason::UnexpectedError),
        (302, MachineReason::UnexpectedError),
    ] {
        let judged = Machine::judge(TokenKind::ApiKey, status, good.as_bytes(), &[], NOW);
        assert_eq!(judged.unwrap_err(), reason, "{status}");
    }
}

#[test]
fn r19_a_valid_answer_is_kept_for_a_while_and_never_past_the_tokens_end() {
    for (expiration, seconds) in [
        (json!(null), 30),
        (json!(NOW.as_millis() + 5_000), 5),
        (json!(NOW.as_millis() + 500_000), 30),
        (json!(1_800_000_007_u64), 7),
        (json!(1.8e12 + 2_000.0), 2),
    ] {
        let kept = judge(TokenKind::M2m, &answer(&json!({"expiration": expiration})), &[]);
        assert_eq!(kept, Ok(Duration::from_secs(seconds)), "{expiration}");
    }
    let body = answer(&json!({"expiration": NOW.as_millis() + 5_000}));
    let machine = Machine::judge(TokenKind::M2m, 200, body.as_bytes(), &[], NOW).unwrap();
    let later = UnixTime::from_millis(NOW.as_millis() + 9_000);
    assert_eq!(machine.lifetime(Duration::from_secs(30), later), Duration::ZERO);
}

#[test]
fn an_audience_that_is_asked_for_is_demanded_of_oauth_tokens_only() {
    let audience = ["api".to_owned(), String::new()];
    for (aud, fits) in [
        (json!("api"), true),
        (json!(["x", "api"]), true),
        (json!(["api", 5]), false),
        (json!(["api", ""]), false),
        (json!([]), false),
        (json!("x"), false),
        (json!(null), false),
        (json!({"api": 1}), false),
    ] {
        let body = answer(&json!({"aud": aud}));
        assert_eq!(judge(TokenKind::OAuth, &body, &audience).is_ok(), fits, "{aud}");
        assert!(judge(TokenKind::M2m, &body, &audience).is_ok() && judge(TokenKind::OAuth, &body, &[]).is_ok());
    }
    let none = answer(&json!({}));
    assert_eq!(judge(TokenKind::OAuth, &none, &audience), Err(MachineReason::TokenVerificationFailed));
}

fn shown(kind: TokenKind, changes: &Value) -> Value {
    let body = answer(changes);
    serde_json::from_str(&Machine::judge(kind, 200, body.as_bytes(), &[], NOW).unwrap().to_json()).unwrap()
}

#[test]
fn every_kind_is_shown_with_clerks_names() {
    let base = |kind: TokenKind| json!({"tokenType": kind.as_str(), "isAuthenticated": true, "id": "ak_1", "scopes": ["read"]});
    let with = |mut base: Value, more: Value| {
        base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        base
    };
    let key = json!({"subject": "org_1", "name": "n", "claims": {"a": 1}, "userId": null, "orgId": "org_1"});
    assert_eq!(shown(TokenKind::ApiKey, &json!({"subject": "org_1"})), with(base(TokenKind::ApiKey), key));
    let key = json!({"subject": "user_1", "name": "n", "claims": {"a": 1}, "userId": "user_1", "orgId": null});
    assert_eq!(shown(TokenKind::ApiKey, &json!({})), with(base(TokenKind::ApiKey), key));
    let m2m = json!({"subject": "mch_1", "claims": {"a": 1}, "machineId": "mch_1"});
    assert_eq!(shown(TokenKind::M2m, &json!({"subject": "mch_1"})), with(base(TokenKind::M2m), m2m));
    let oauth = json!({"subject": "user_1", "userId": "user_1", "clientId": "client_1"});
    assert_eq!(shown(TokenKind::OAuth, &json!({})), with(base(TokenKind::OAuth), oauth));
}

#[test]
fn a_jwt_is_shown_as_the_answer_about_it_would_be() {
    let shown = |kind, payload: Value| -> Value {
        serde_json::from_str(&machine_jwt_json(kind, payload.to_string().as_bytes(), &[]).unwrap()).unwrap()
    };
    assert_eq!(
        shown(TokenKind::M2m, json!({"sub": "mch_1", "jti": "mt_1", "exp": 1, "scopes": "mch_2 mch_3", "x": {"y": 1}})),
        json!({"tokenType": "m2m_token", "isAuthenticated": true, "id": "mt_1", "subject": "mch_1",
            "scopes": ["mch_2", "mch_3"], "claims": {"scopes": "mch_2 mch_3", "x": {"y": 1}}, "machineId": "mch_1"})
    );
    assert_eq!(
        shown(TokenKind::M2m, json!({"sub": "mch_1", "iat": 1})),
        json!({"tokenType": "m2m_token", "isAuthenticated": true, "id": "", "subject": "mch_1", "scopes": [],
            "claims": null, "machineId": "mch_1"})
    );
    assert_eq!(
        shown(TokenKind::OAuth, json!({"sub": "user_1", "jti": "oat_1", "client_id": "c", "scope": "a b"})),
        json!({"tokenType": "oauth_token", "isAuthenticated": true, "id": "oat_1", "subject": "user_1",
            "scopes": ["a", "b"], "userId": "user_1", "clientId": "c"})
    );
    assert_eq!(machine_jwt_json(TokenKind::ApiKey, b"{}", &[]), Err(MachineReason::TokenInvalid));
    assert_eq!(machine_jwt_json(TokenKind::M2m, b"[]", &[]), Err(MachineReason::TokenInvalid));
    let asked = ["api".to_owned()];
    for (payload, taken) in
        [(r#"{"aud":"api"}"#, true), (r#"{"aud":["x","api"]}"#, true), (r#"{"aud":"x"}"#, false), ("{}", false)]
    {
        let shown = machine_jwt_json(TokenKind::OAuth, payload.as_bytes(), &asked);
        assert_eq!(shown.err(), (!taken).then_some(MachineReason::TokenVerificationFailed), "{payload}");
    }
}
