//! Reads and writes: what is sent, what is shared, what is kept, and what callers get to hold.

use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::world::{
    ADA, Clock, SECRET, Upstream, call, client, client_with, deeply_frozen, get, polluted, settled, text, turns, user,
    value,
};

#[wasm_bindgen_test]
async fn a_hit_is_the_same_object_without_another_call() {
    let upstream = Upstream::new();
    upstream.reply(200, ADA);
    let client = client(&upstream);
    let first = settled(user(&client, "user_1")).await.unwrap();
    for _ in 0..3 {
        let hit = settled(user(&client, "user_1")).await.unwrap();
        assert!(js_sys::Object::is(&first, &hit));
    }
    assert_eq!(text(&first), ADA);
    assert_eq!(upstream.calls(), 1);
    assert_eq!(get(&call(&client, "metrics.report", &[]).into(), "live.entries"), 1);
}

#[wasm_bindgen_test]
async fn a_hundred_reads_at_once_make_one_call() {
    let upstream = Upstream::new();
    let client = client(&upstream);
    let promises: Vec<_> = (0..100).map(|_| user(&client, "user_1")).collect();
    turns(2).await;
    assert_eq!(upstream.calls(), 1);
    upstream.answer(0, ADA);
    for promise in promises {
        assert_eq!(text(&settled(promise).await.unwrap()), ADA);
    }
    assert_eq!(upstream.calls(), 1);
}

#[wasm_bindgen_test]
async fn what_callers_share_none_of_them_can_change() {
    let upstream = Upstream::new();
    upstream.reply(200, ADA);
    upstream.reply(200, &format!("[{ADA}]"));
    let client = client(&upstream);
    let user = settled(user(&client, "user_1")).await.unwrap();
    let list = settled(call(&client, "users.getUserList", &[])).await.unwrap();
    for shared in [&user, &get(&user, "public_metadata.tags"), &list, &client, &get(&client, "users")] {
        assert!(deeply_frozen(shared), "{shared:?}");
    }
}

#[wasm_bindgen_test]
async fn r16_metadata_named_like_a_prototype_changes_no_prototype() {
    let metadata =
        r#"{"__proto__":{"admin":true},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}"#;
    let upstream = Upstream::new();
    upstream.reply(200, &format!(r#"{{"id":"user_1","public_metadata":{metadata},"__proto__":{{"polluted":1}}}}"#));
    let client = client(&upstream);
    let whole = settled(user(&client, "user_1")).await.unwrap();
    let options = value(r#"{"fields":["public_metadata","__proto__","constructor"]}"#);
    let selected = settled(call(&client, "users.getUser", &["user_1".into(), options])).await.unwrap();
    let query = value(r#"{"query":{"__proto__":"x","constructor":"y"}}"#);
    upstream.reply(200, "[]");
    settled(call(&client, "request", &["GET".into(), "/users".into(), query])).await.unwrap();
    assert!(!polluted());
    for user in [whole, selected] {
        assert_eq!(text(&get(&user, "public_metadata")), metadata);
        assert!(get(&user, "admin").is_undefined());
        let plain: JsValue = js_sys::Object::get_prototype_of(&js_sys::Object::new()).into();
        assert!(js_sys::Object::is(&js_sys::Object::get_prototype_of(&user), &plain));
    }
}

#[wasm_bindgen_test]
async fn r17_a_selection_holds_what_it_names_and_is_made_from_what_is_kept() {
    let upstream = Upstream::new();
    upstream.reply(200, ADA);
    let client = client(&upstream);
    settled(user(&client, "user_1")).await.unwrap();
    for (fields, expected) in [
        (r#""minimal""#, r#"{"id":"user_1","username":"ada"}"#),
        (r#"["public_metadata.tags"]"#, r#"{"public_metadata":{"tags":["a"]}}"#),
        (r#""full""#, ADA),
    ] {
        let options = || value(&format!(r#"{{"fields":{fields}}}"#));
        for _ in 0..3 {
            let selected = settled(call(&client, "users.getUser", &["user_1".into(), options()])).await.unwrap();
            assert_eq!(text(&selected), expected);
            assert!(deeply_frozen(&selected));
        }
    }
    assert_eq!(upstream.calls(), 1);
}

#[wasm_bindgen_test]
async fn a_call_carries_the_key_the_version_and_the_body_and_follows_no_redirect() {
    let upstream = Upstream::new();
    upstream.reply(200, ADA);
    let options = value(r#"{"body":{"public_metadata":{"plan":"pro é"}},"query":{"a":[1,true,"x y"],"b":null}}"#);
    let client = client_with(&upstream, r#"{"apiUrl":"https://clerk.example"}"#, &[]).unwrap();
    let arguments = ["PATCH".into(), "/users/user_1/metadata".into(), options];
    settled(call(&client, "request", &arguments)).await.unwrap();
    let request = upstream.request(0);
    assert_eq!(request["method"], "PATCH");
    assert_eq!(request["url"], "https://clerk.example/v1/users/user_1/metadata?a=1&a=true&a=x%20y");
    assert_eq!(request["body"], r#"{"public_metadata":{"plan":"pro é"}}"#);
    assert_eq!(request["redirect"], "manual");
    let headers = &request["headers"];
    assert_eq!(headers["authorization"], format!("Bearer {SECRET}"));
    assert_eq!(
        (&headers["clerk-api-version"], &headers["content-type"]),
        (&json!("2026-05-12"), &json!("application/json"))
    );
}

#[wasm_bindgen_test]
async fn a_write_drops_what_it_makes_stale_and_short_ways_to_it() {
    let upstream = Upstream::new();
    let client = client(&upstream);
    upstream.reply(200, r#"{"id":"user_1","version":1}"#);
    for _ in 0..3 {
        settled(user(&client, "user_1")).await.unwrap();
    }
    upstream.reply(200, "{}");
    settled(call(&client, "request", &["PATCH".into(), "/users/user_1".into(), value(r#"{"body":{}}"#)]))
        .await
        .unwrap();
    upstream.reply(200, r#"{"id":"user_1","version":2}"#);
    for _ in 0..3 {
        assert_eq!(get(&settled(user(&client, "user_1")).await.unwrap(), "version"), 2);
    }
    assert_eq!(upstream.calls(), 3);
}

#[wasm_bindgen_test]
async fn an_entry_is_served_until_its_ttl_by_the_callers_own_clock() {
    let (upstream, clock) = (Upstream::new(), Clock::new());
    let client = client_with(&upstream, r#"{"cache":{"userTtlMs":1000}}"#, &[("now", clock.read().into())]).unwrap();
    let read = async || settled(user(&client, "user_1")).await.unwrap();
    upstream.reply(200, r#"{"version":1}"#);
    read().await;
    read().await;
    clock.advance(999.0);
    assert_eq!(get(&read().await, "version"), 1);
    upstream.reply(200, r#"{"version":2}"#);
    clock.advance(1.0);
    assert_eq!(get(&read().await, "version"), 2);
    assert_eq!(upstream.calls(), 2);
}

#[wasm_bindgen_test]
async fn r19_clients_with_a_fetch_of_their_own_share_with_nobody() {
    let (one, two) = (Upstream::new(), Upstream::new());
    one.reply(200, r#"{"of":"one"}"#);
    two.reply(200, r#"{"of":"two"}"#);
    let (first, second) = (client(&one), client(&two));
    assert_eq!(get(&settled(user(&first, "user_1")).await.unwrap(), "of"), "one");
    assert_eq!(get(&settled(user(&second, "user_1")).await.unwrap(), "of"), "two");
    assert_eq!(get(&settled(user(&first, "user_1")).await.unwrap(), "of"), "one");
}

#[wasm_bindgen_test]
async fn an_answer_without_a_body_is_undefined() {
    let upstream = Upstream::new();
    upstream.reply(204, "");
    let client = client(&upstream);
    let answer = settled(call(&client, "request", &["DELETE".into(), "/users/user_1/mfa".into()])).await.unwrap();
    assert!(answer.is_undefined());
}
