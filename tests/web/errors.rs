//! Failures as JavaScript sees them: real errors, with a code, and nothing broken afterwards.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::world::{ADA, SECRET, Upstream, call, client, client_with, get, hostile, settled, text, user, value};

/// The code of what must be a real error of this name.
fn code(error: &JsValue, name: &str) -> String {
    assert!(error.is_instance_of::<js_sys::Error>(), "{error:?}");
    assert_eq!(get(error, "name"), name);
    assert!(!get(error, "message").as_string().unwrap().is_empty());
    assert!(!text(error).contains(SECRET));
    get(error, "code").as_string().unwrap()
}

fn edge_code(error: &JsValue) -> String {
    code(error, "ClerkEdgeError")
}

#[wasm_bindgen_test]
async fn an_error_of_clerk_is_a_real_error_with_all_that_clerk_said() {
    let upstream = Upstream::new();
    let body =
        r#"{"errors":[{"code":"form_param_unknown","message":"m","long_message":"l","meta":{"param_name":"p"}}]}"#;
    upstream.reply_with(422, r#"{"content-type":"application/json","cf-ray":"ray","retry-after":"9"}"#, body);
    let client = client(&upstream);
    let error = settled(user(&client, "user_1")).await.unwrap_err();
    assert_eq!(code(&error, "ClerkAPIResponseError"), "api_response_error");
    assert_eq!((get(&error, "status"), get(&error, "retryAfter")), (422.into(), 9.into()));
    assert_eq!(get(&error, "clerkTraceId"), "ray");
    let expected = r#"[{"code":"form_param_unknown","longMessage":"l","message":"m","meta":{"paramName":"p"}}]"#;
    let sorted: serde_json::Value = serde_json::from_str(&text(&get(&error, "errors"))).unwrap();
    assert_eq!(sorted, serde_json::from_str::<serde_json::Value>(expected).unwrap());
}

#[wasm_bindgen_test]
async fn an_error_is_not_kept() {
    let upstream = Upstream::new();
    upstream.reply(404, "{}");
    upstream.reply(200, ADA);
    let client = client(&upstream);
    assert_eq!(get(&settled(user(&client, "user_1")).await.unwrap_err(), "status"), 404);
    assert_eq!(text(&settled(user(&client, "user_1")).await.unwrap()), ADA);
}

#[wasm_bindgen_test]
async fn a_broken_connection_is_a_network_error_that_keeps_its_cause_and_no_url() {
    let upstream = Upstream::new();
    let client = client_with(&upstream, r#"{"retry":{"maxAttempts":1}}"#, &[]).unwrap();
    let reading = user(&client, "user_1");
    upstream_called(&upstream).await;
    upstream.fail(0, "cannot reach https://api.clerk.com/v1/users/user_1");
    let error = settled(reading).await.unwrap_err();
    assert_eq!(edge_code(&error), "network");
    let cause = get(&error, "cause");
    assert!(cause.is_instance_of::<js_sys::Error>());
    assert!(!get(&cause, "message").as_string().unwrap().contains("user_1"));
}

async fn upstream_called(upstream: &Upstream) {
    while upstream.calls() == 0 {
        crate::world::turns(1).await;
    }
}

#[wasm_bindgen_test]
async fn r18_what_is_not_an_answer_of_clerk_is_reported_and_forgotten() {
    let json = r#"{"content-type":"application/json"}"#;
    for (status, headers, body, expected) in [
        (200, r#"{"content-type":"text/html"}"#, "<html>", "invalid_response"),
        (200, json, r#"{"id":"#, "invalid_response"),
        (200, json, "{}{}", "invalid_response"),
        (302, r#"{"location":"https://evil.example"}"#, "", "invalid_response"),
    ] {
        let upstream = Upstream::new();
        upstream.reply_with(status, headers, body);
        upstream.reply(200, ADA);
        let client = client(&upstream);
        assert_eq!(edge_code(&settled(user(&client, "user_1")).await.unwrap_err()), expected, "{body}");
        assert_eq!(text(&settled(user(&client, "user_1")).await.unwrap()), ADA);
    }
}

#[wasm_bindgen_test]
async fn an_answer_that_is_too_large_is_refused_announced_or_not() {
    let long = format!(r#"{{"x":"{}"}}"#, "y".repeat(100));
    for headers in
        [r#"{"content-type":"application/json"}"#, r#"{"content-type":"application/json","content-length":"108"}"#]
    {
        let upstream = Upstream::new();
        upstream.reply_with(200, headers, &long);
        let client = client_with(&upstream, r#"{"maxResponseBytes":99}"#, &[]).unwrap();
        assert_eq!(edge_code(&settled(user(&client, "user_1")).await.unwrap_err()), "response_too_large");
    }
}

#[wasm_bindgen_test]
async fn wrong_arguments_are_rejections_and_nothing_is_sent() {
    let upstream = Upstream::new();
    let client = client(&upstream);
    let wrong = |path: &'static str, arguments: Vec<JsValue>| (path, arguments);
    for (path, arguments) in [
        wrong("users.getUser", vec![]),
        wrong("users.getUser", vec![7.into()]),
        wrong("users.getUser", vec!["".into()]),
        wrong("users.getUser", vec!["..".into()]),
        wrong("users.getUser", vec!["a/b".into()]),
        wrong("users.getUser", vec!["user_1".into(), "x".into()]),
        wrong("users.getUser", vec!["user_1".into(), value(r#"{"fields":7}"#)]),
        wrong("users.getUser", vec!["user_1".into(), value(r#"{"fields":"some"}"#)]),
        wrong("users.getUserList", vec![value(r#"{"limit":501}"#)]),
        wrong("users.getUserList", vec![value(r#"{"page":1,"offset":1}"#)]),
        wrong("users.getUserList", vec![value(r#"{"query":{}}"#)]),
        wrong("sessions.getSession", vec![JsValue::NULL]),
        wrong("request", vec!["HEAD".into(), "/users".into()]),
        wrong("request", vec!["GET".into(), "/users".into(), value(r#"{"body":{}}"#)]),
        wrong("request", vec!["GET".into(), "/users".into(), value(r#"{"ttlMs":-1}"#)]),
    ] {
        let error = settled(call(&client, path, &arguments)).await.unwrap_err();
        assert_eq!(edge_code(&error), "invalid_argument", "{path} {arguments:?}");
    }
    for path in ["users", "//evil.example", "/users/../jwks", "/users?x", "/users/%2e%2e"] {
        let error = settled(call(&client, "request", &["GET".into(), path.into()])).await.unwrap_err();
        assert_eq!(edge_code(&error), "invalid_path", "{path}");
    }
    assert_eq!(upstream.calls(), 0);
}

#[wasm_bindgen_test]
async fn r18_objects_that_fight_back_end_in_a_rejection_at_worst() {
    let upstream = Upstream::new();
    let client = client(&upstream);
    for name in ["throwingGetter", "throwingProxy", "symbol", "loop", "bigint", "function", "notASignal"] {
        for path in ["users.getUser", "sessions.getSession"] {
            upstream.reply(200, ADA);
            let _ = settled(call(&client, path, &[hostile(name), hostile(name)])).await;
            let _ = settled(call(&client, path, &["id_1".into(), hostile(name)])).await;
        }
    }
    upstream.reply(200, ADA);
    assert!(settled(user(&client, "user_after")).await.is_ok(), "and the instance lives on");
}

#[wasm_bindgen_test]
fn wrong_options_throw_a_real_error_that_names_the_option() {
    let upstream = Upstream::new();
    for (options, named) in [
        (r#"{"apiUrl":"http://evil.example"}"#, "apiUrl"),
        (r#"{"cache":{"maxBytes":-1}}"#, "cache.maxBytes"),
        (r#"{"rateLimit":{"limit":1.5}}"#, "rateLimit.limit"),
        (r#"{"now":7}"#, "now"),
    ] {
        let error = client_with(&upstream, options, &[]).unwrap_err();
        assert_eq!(edge_code(&error), "invalid_config");
        assert!(get(&error, "message").as_string().unwrap().contains(named), "{options}");
    }
    let error = client_with(&upstream, "{}", &[("secretKey", "pk_test_abc".into())]).unwrap_err();
    assert!(!get(&error, "message").as_string().unwrap().contains("abc"));
    for options in [JsValue::UNDEFINED, JsValue::NULL, 7.into(), "sk_test_abc".into()] {
        let error = clerk_edge::esm::create_clerk_client(&options).unwrap_err();
        assert_eq!(edge_code(&error), "invalid_config");
    }
}
