//! What is tried again, how often, and what the tries may cost.

use clerk_edge::core::time::Duration;
use clerk_edge::error::Error;
use clerk_edge::runtime::fake::Reply;
use clerk_edge::runtime::http::Method;

use crate::world::{World, answer, at, json, network};

const PATH: &str = "/users/user_1";
const IDEMPOTENT: [Method; 3] = [Method::Get, Method::Put, Method::Delete];
const UNSAFE: [Method; 2] = [Method::Post, Method::Patch];

fn path(method: Method) -> &'static str {
    match method {
        Method::Post => "/users",
        Method::Put => "/users/user_1/metadata",
        Method::Get | Method::Patch | Method::Delete => PATH,
    }
}

/// How often Clerk was called, and with what result, if it fails once with `failure`.
fn after_one(method: Method, failure: Reply) -> (usize, Result<u16, Error>) {
    let world = World::new(|_| {});
    world.script(vec![failure, json(200, "{}")]);
    let outcome = world.ask(method, path(method)).map(|served| served.answer.status);
    world.assert_no_calls_under_way_but_timeouts();
    (world.calls().len(), outcome)
}

#[test]
fn r29_what_is_idempotent_is_tried_again_when_clerk_is_unavailable() {
    for method in IDEMPOTENT {
        for status in [502, 503, 504] {
            assert_eq!(after_one(method, json(status, "")), (2, Ok(200)), "{method} {status}");
        }
        assert_eq!(after_one(method, network()), (2, Ok(200)), "{method}");
        assert_eq!(after_one(method, Reply::Hang), (2, Ok(200)), "{method}");
    }
}

#[test]
fn r29_what_may_have_happened_is_never_done_twice() {
    for method in UNSAFE {
        for status in [502, 503, 504] {
            assert_eq!(after_one(method, json(status, "")), (1, Ok(status)), "{method} {status}");
        }
        assert_eq!(after_one(method, network()), (1, Err(Error::Network("reset".into()))), "{method}");
        let timeout = Err(Error::Timeout { after: Duration::from_secs(10) });
        assert_eq!(after_one(method, Reply::Hang), (1, timeout), "{method}");
    }
}

#[test]
fn r29_a_429_is_tried_again_whatever_the_method() {
    for method in IDEMPOTENT.into_iter().chain(UNSAFE) {
        assert_eq!(after_one(method, answer(429, &[("retry-after", "1")], "<html>")), (2, Ok(200)), "{method}");
    }
}

#[test]
fn what_would_fail_again_is_not_tried_again() {
    for status in [400, 401, 403, 404, 408, 409, 422, 500, 501, 505] {
        assert_eq!(after_one(Method::Get, json(status, "{}")), (1, Ok(status)), "{status}");
    }
}

#[test]
fn attempts_are_as_many_as_configured() {
    for most in [1_u32, 2, 5] {
        let world = World::new(|options| options.retry.max_attempts = Some(f64::from(most)));
        world.serve(|_, _| json(503, ""));
        assert_eq!(world.get(PATH).unwrap().answer.status, 503);
        assert_eq!(world.calls().len(), most as usize);
    }
}

#[test]
fn a_retry_sends_the_same_request() {
    let world = World::new(|_| {});
    world.script(vec![json(503, ""), json(200, "{}")]);
    world.ask(Method::Put, path(Method::Put)).unwrap();
    let calls = world.calls();
    assert_eq!((calls[0].method, &calls[0].url), (calls[1].method, &calls[1].url));
}

#[test]
fn when_everything_fails_retries_stay_within_their_budget() {
    // Ten are saved up; then a fifth of the requests, and one per second.
    let world = World::new(|options| {
        options.retry.budget = Some(0.2);
        options.rate_limit.limit = Some(100_000.0);
    });
    world.serve(|_, _| json(503, ""));
    for _ in 0..200 {
        world.ask(Method::Delete, PATH).unwrap();
    }
    let retries = world.calls().len() - 200;
    let seconds = usize::try_from(world.now().as_millis() / 1_000).unwrap();
    assert!((40..=10 + 40 + seconds + 1).contains(&retries), "{retries} retries in {seconds} s");
}

#[test]
fn a_budget_of_zero_leaves_what_is_saved_up_and_what_time_brings() {
    let world = World::new(|options| {
        options.retry.budget = Some(0.0);
        options.rate_limit.limit = Some(100_000.0);
    });
    world.serve(|_, _| json(503, ""));
    for _ in 0..200 {
        world.ask(Method::Delete, PATH).unwrap();
    }
    let retries = world.calls().len() - 200;
    let seconds = usize::try_from(world.now().as_millis() / 1_000).unwrap();
    assert!(retries <= 10 + seconds + 1, "{retries} retries in {seconds} s");
}

#[test]
fn a_retry_that_the_deadline_leaves_no_time_for_is_not_begun() {
    let world = World::new(|options| options.retry.deadline_ms = Some(2_000.0));
    world.serve(|_, _| answer(429, &[("retry-after", "2")], "{}"));
    assert_eq!(world.get(PATH).unwrap().answer.status, 429);
    assert_eq!((world.calls().len(), world.now()), (1, at(50)));
}
