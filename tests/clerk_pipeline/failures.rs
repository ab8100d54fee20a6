//! Answers that are none, and no answer at all: reported, never kept, and forgotten by the next call.

use clerk_edge::clerk::pipeline::Source;
use clerk_edge::core::time::Duration;
use clerk_edge::error::Error;
use clerk_edge::runtime::FetchError;
use clerk_edge::runtime::fake::Reply;
use clerk_edge::runtime::http::Method;

use crate::world::{LATENCY, World, answer, at, body, echo, json, network};

const JSON: (&str, &str) = ("content-type", "application/json");
const PATH: &str = "/users/user_1";

/// A world where every failure shows: one attempt.
fn world() -> World {
    World::new(|options| options.retry.max_attempts = Some(1.0))
}

/// Asserts that what went before left no trace: the next read goes to Clerk and is kept.
fn assert_recovers(world: &World) {
    world.serve(|request, _| echo(request));
    assert_eq!(world.get(PATH).unwrap().source, Source::Miss);
    assert!(matches!(world.get(PATH).unwrap().source, Source::Hit(_)));
}

#[test]
fn r19_error_statuses_are_answers_that_are_not_kept() {
    for status in [400, 401, 403, 404, 410, 422, 429, 500, 502, 503, 504, 599] {
        let world = world();
        world.serve(move |_, _| json(status, r#"{"errors":[]}"#));
        let served = world.get(PATH).unwrap();
        assert_eq!((served.answer.status, served.source), (status, Source::Miss));
        assert_eq!(world.live().entries, 0, "{status}");
        world.wait(Duration::from_secs(1)); // the pause after a 429
        assert_recovers(&world);
    }
}

#[test]
fn r18_a_success_that_is_not_json_is_no_answer() {
    let cases = [
        (200, vec![("content-type", "text/html")], "<html>"),
        (200, vec![("content-type", "text/html")], "{}"),
        (200, vec![("content-type", "application/jsonx")], "{}"),
        (200, vec![("content-type", "text/plain; a=application/json")], "{}"),
        (200, vec![], "{}"),
        (200, vec![JSON], r#"{"id":"user_1""#),
        (200, vec![JSON], "{} {}"),
        (200, vec![JSON], "<html>"),
        (201, vec![JSON], "\u{feff}"),
        (301, vec![("location", "https://evil.example")], ""),
        (101, vec![], ""),
    ];
    for (status, headers, text) in cases {
        let world = world();
        let reply = answer(status, &headers, text);
        world.serve(move |_, _| reply.clone());
        let error = world.get(PATH).unwrap_err();
        assert!(
            matches!(error, Error::InvalidResponse { status: named, .. } if named == status),
            "{status} {text}: {error}"
        );
        assert_eq!(world.live().entries, 0);
        assert_eq!(world.calls().len(), 1, "redirects are not followed, nothing is asked twice");
        assert_recovers(&world);
    }
}

#[test]
fn json_with_parameters_is_json_and_leaves_as_exactly_that() {
    for kind in ["application/json; charset=utf-8", "Application/JSON", " application/json ;x"] {
        let world = world();
        world.serve(move |_, _| answer(200, &[("content-type", kind)], "{}"));
        let served = world.get(PATH).unwrap();
        assert_eq!(served.answer.headers.get("content-type"), Some("application/json"), "{kind}");
    }
}

#[test]
fn a_success_without_a_body_is_an_answer() {
    let world = world();
    world.serve(|_, _| answer(204, &[], ""));
    assert_eq!(world.ask(Method::Delete, PATH).unwrap().answer.status, 204);
}

#[test]
fn r28_an_answer_carries_the_headers_worth_keeping() {
    let world = world();
    world.serve(|request, _| {
        assert_eq!(request.wanted, ["content-type", "retry-after", "cf-ray", "x-clerk-trace-id"]);
        answer(429, &[JSON, ("retry-after", "3"), ("cf-ray", "abc")], "{}")
    });
    let headers = world.get(PATH).unwrap().answer.headers.clone();
    assert_eq!((headers.get("retry-after"), headers.get("cf-ray")), (Some("3"), Some("abc")));
}

#[test]
fn an_answer_that_is_too_large_is_refused() {
    let world = World::new(|options| options.max_response_bytes = Some(1_000.0));
    world.serve(|request, _| Reply::After(LATENCY, Err(FetchError::TooLarge(request.max_response_bytes))));
    assert_eq!(world.get(PATH).unwrap_err(), Error::ResponseTooLarge { limit: 1_000 });
    assert_eq!(world.calls().len(), 1, "it would be too large again");
    assert_recovers(&world);
}

#[test]
fn an_upstream_that_hangs_is_given_up_on_after_the_configured_time() {
    let world = World::new(|options| {
        options.retry.max_attempts = Some(1.0);
        options.retry.timeout_ms = Some(1_234.0);
    });
    world.serve(|_, _| Reply::Hang);
    assert_eq!(world.get(PATH).unwrap_err(), Error::Timeout { after: Duration::from_millis(1_234) });
    assert_eq!(world.now(), at(1_234));
    assert_eq!(world.live().permits, 0, "its connection is free");
    assert_eq!(world.live().in_flight, 1, "its place under the limit is not: Clerk may yet see the request");
    assert_recovers(&world);
}

#[test]
fn an_upstream_that_hangs_for_ever_holds_nobody_past_the_deadline() {
    let world = World::new(|_| {});
    world.serve(|_, _| Reply::Hang);
    assert_eq!(world.get(PATH).unwrap_err().code(), "timeout");
    assert!(world.now() <= at(25_000), "{:?}", world.now());
    assert!(world.calls().len() > 1, "it was tried again");
    world.wait(Duration::from_millis(1)); // until that flight has landed
    assert_recovers(&world);
}

#[test]
fn a_deadline_shorter_than_the_timeout_wins() {
    let world = World::new(|options| options.retry.deadline_ms = Some(300.0));
    world.serve(|_, _| Reply::Hang);
    assert_eq!(world.get(PATH).unwrap_err().code(), "timeout");
    assert_eq!(world.now(), at(300));
}

#[test]
fn a_broken_connection_is_reported_without_what_was_asked() {
    let world = world();
    world.serve(|_, _| network());
    let error = world.get("/users/user_secret").unwrap_err();
    assert_eq!(error, Error::Network("reset".into()));
    assert!(!error.to_string().contains("user_secret"));
    assert_recovers(&world);
}

#[test]
fn every_failure_leaves_nothing_behind() {
    let world = world();
    let replies = [json(500, "{}"), network(), Reply::Hang, answer(200, &[], "<"), answer(302, &[], "")];
    for reply in replies {
        world.serve(move |_, _| reply.clone());
        for method in [Method::Get, Method::Post] {
            let _ = world.ask(method, "/users");
        }
    }
    world.assert_nothing_is_left();
}

#[test]
fn an_answer_is_the_bytes_that_clerk_sent() {
    let world = world();
    let text = " { \"b\" : 1,\n \"a\" : \"\\u00e9é\" , \"__proto__\": {} } ";
    world.serve(move |_, _| json(200, text));
    assert_eq!(body(&world.get(PATH)), text);
}
