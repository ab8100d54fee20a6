//! Waiting in a JavaScript host: timers, bells, signals, and work that outlives its caller.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::world::{ADA, Caller, Host, Upstream, call, client, client_with, get, settled, text, turns, user};

#[wasm_bindgen_test]
async fn a_signal_ends_the_wait_of_its_caller_and_of_nobody_else() {
    let upstream = Upstream::new();
    let client = client(&upstream);
    let caller = Caller::new();
    let leader = call(&client, "users.getUser", &["user_1".into(), caller.options()]);
    let follower = user(&client, "user_1");
    turns(2).await;
    caller.leave();
    assert_eq!(get(&settled(leader).await.unwrap_err(), "code"), "aborted");
    assert!(!upstream.aborted(0));
    upstream.answer(0, ADA);
    assert_eq!(text(&settled(follower).await.unwrap()), ADA);
    assert_eq!(upstream.calls(), 1);
}

#[wasm_bindgen_test]
async fn a_signal_that_has_fired_sends_nothing() {
    let upstream = Upstream::new();
    let client = client(&upstream);
    let caller = Caller::new();
    caller.leave();
    let error = settled(call(&client, "users.getUser", &["user_1".into(), caller.options()])).await.unwrap_err();
    assert_eq!(get(&error, "code"), "aborted");
    let lent = call(&client, "with", &[caller.options()]).into();
    assert_eq!(get(&settled(user(&lent, "user_1")).await.unwrap_err(), "code"), "aborted");
    assert_eq!(upstream.calls(), 0);
}

#[wasm_bindgen_test]
async fn a_signal_that_has_fired_is_looked_at_before_the_cache() {
    let upstream = Upstream::new();
    upstream.reply(200, ADA);
    let client = client(&upstream);
    let caller = Caller::new();
    let lent = call(&client, "with", &[caller.options()]).into();
    for client in [&client, &lent, &lent] {
        assert!(settled(user(client, "user_1")).await.is_ok());
    }
    caller.leave();
    assert_eq!(get(&settled(user(&lent, "user_1")).await.unwrap_err(), "code"), "aborted");
    assert!(settled(user(&client, "user_1")).await.is_ok(), "the client it was lent by goes on");
}

#[wasm_bindgen_test]
async fn a_bell_rings_by_itself() {
    // The upstream never answers: only the timer of the exchange can end it, and it aborts the fetch.
    let upstream = Upstream::new();
    let client = client_with(&upstream, r#"{"retry":{"maxAttempts":1,"timeoutMs":20}}"#, &[]).unwrap();
    let error = settled(user(&client, "user_1")).await.unwrap_err();
    assert_eq!(get(&error, "code"), "timeout");
    assert!(upstream.aborted(0));
    upstream.reply(200, ADA);
    assert!(settled(user(&client, "user_1")).await.is_ok());
}

#[wasm_bindgen_test]
async fn r30_a_bell_that_is_rung_wakes_its_owner_before_its_time() {
    // Whoever waits for the only connection would wake by itself after 250 ms, and a follower after 25 s.
    let upstream = Upstream::new();
    let client = client_with(&upstream, r#"{"maxConnections":1}"#, &[]).unwrap();
    let (first, follower, second) = (user(&client, "user_1"), user(&client, "user_1"), user(&client, "user_2"));
    turns(2).await;
    assert_eq!(upstream.calls(), 1);
    upstream.answer(0, ADA);
    assert!(settled(first).await.is_ok());
    assert!(settled(follower).await.is_ok());
    turns(2).await;
    assert_eq!(upstream.calls(), 2);
    upstream.answer(1, ADA);
    assert!(settled(second).await.is_ok());
}

#[wasm_bindgen_test]
async fn r30_what_outlives_its_caller_is_handed_to_wait_until() {
    let (upstream, host, caller) = (Upstream::new(), Host::new(), Caller::new());
    let client = client(&upstream);
    let lent = call(&client, "with", &[host.unchecked_ref::<JsValue>().clone()]).into();
    let reading = call(&lent, "users.getUser", &["user_1".into(), caller.options()]);
    turns(2).await;
    caller.leave();
    assert!(settled(reading).await.is_err());
    assert_eq!(host.count(), 1);
    upstream.answer(0, ADA);
    assert_eq!(settled(host.done()).await.unwrap(), 1);
    assert!(settled(user(&client, "user_1")).await.is_ok());
    assert_eq!(upstream.calls(), 1, "the answer nobody waited for is kept");
}

#[wasm_bindgen_test]
async fn a_429_is_tried_again_after_its_pause() {
    let upstream = Upstream::new();
    upstream.reply_with(429, r#"{"retry-after":"0"}"#, "<html>");
    upstream.reply(200, ADA);
    let client = client(&upstream);
    assert_eq!(text(&settled(user(&client, "user_1")).await.unwrap()), ADA);
    assert_eq!(upstream.calls(), 2);
}

#[wasm_bindgen_test]
async fn nothing_is_held_when_nothing_is_under_way() {
    let upstream = Upstream::new();
    let client = client(&upstream);
    let caller = Caller::new();
    let gone = call(&client, "users.getUser", &["user_1".into(), caller.options()]);
    let others: Vec<_> = (1..20).map(|n| user(&client, &format!("user_{}", n % 4))).collect();
    turns(2).await;
    caller.leave();
    assert!(settled(gone).await.is_err());
    (0..upstream.calls()).for_each(|nth| upstream.answer(nth, ADA));
    for other in others {
        assert!(settled(other).await.is_ok());
    }
    turns(2).await;
    let live = get(&call(&client, "metrics.report", &[]).into(), "live");
    for name in ["flights", "seats", "waiting", "permits", "queued", "inFlight"] {
        assert_eq!(get(&live, name), 0, "{name}");
    }
}
