//! A 429 and its `Retry-After`: who waits, and for how long.

use clerk_edge::core::time::{Duration, Instant};
use clerk_edge::error::Error;
use clerk_edge::runtime::http::Method;

use crate::world::{World, all, answer, at, echo, json};

const PATH: &str = "/users/user_1";

/// How long after its 429 a call is tried again; `None`: it is not.
fn pause(header: Option<&'static str>) -> Option<Duration> {
    let world = World::new(|_| {});
    world.serve(move |request, before| match (before, header) {
        (0, Some(after)) => answer(429, &[("retry-after", after)], "<html>"),
        (0, None) => answer(429, &[], ""),
        _ => echo(request),
    });
    let status = world.get(PATH).unwrap().answer.status;
    let calls = world.calls();
    let second = calls.get(1).map(|call| call.at.since(at(50)));
    assert_eq!(status, if second.is_some() { 200 } else { 429 });
    second
}

/// The wait asked for, and a random one of up to 200 ms on top.
fn assert_waits(header: Option<&'static str>, asked_ms: u64) {
    let paused = pause(header).unwrap_or_else(|| panic!("{header:?} was not tried again"));
    let allowed = Duration::from_millis(asked_ms)..=Duration::from_millis(asked_ms + 201);
    assert!(allowed.contains(&paused), "{header:?}: {paused:?}");
}

#[test]
fn r29_retry_after_is_kept_to_in_every_form() {
    assert_waits(Some("2"), 2_000);
    assert_waits(Some(" 7 "), 7_000);
    assert_waits(Some("0.5"), 1_000);
    assert_waits(Some("0"), 0);
    assert_waits(Some("-5"), 0);
    assert_waits(Some("Thu, 01 Jan 1970 00:00:05 GMT"), 4_950);
    assert_waits(Some("Mon, 01 Jan 1968 00:00:00 GMT"), 0);
}

#[test]
fn r29_a_429_without_a_usable_retry_after_pauses_for_a_second() {
    for header in [None, Some(""), Some("soon"), Some("NaN"), Some("1e3")] {
        assert_waits(header, 1_000);
    }
}

#[test]
fn r29_a_pause_longer_than_the_caller_can_wait_is_reported_at_once() {
    for header in ["60", "3600", "99999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        assert_eq!(pause(Some(header)), None, "{header}");
    }
}

#[test]
fn r29_a_429_pauses_every_other_caller() {
    let world = World::new(|_| {});
    world.script(vec![answer(429, &[("retry-after", "3")], ""), json(200, "{}")]);
    let mut callers = vec![world.begun(Method::Post, "/users")];
    world.wait(Duration::from_millis(100));
    callers.extend((0..5).map(|_| world.begun(Method::Post, "/users")));
    let outcomes = world.rt.run(all(callers));
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().unwrap().answer.status == 200));
    let calls = world.calls();
    assert_eq!(calls.len(), 7);
    assert!(calls[1..].iter().all(|call| call.at >= at(3_050)), "{calls:?}");
}

#[test]
fn r29_hits_are_served_during_a_pause() {
    let world = World::new(|_| {});
    world.get(PATH).unwrap();
    world.serve(|_, _| answer(429, &[("retry-after", "60")], ""));
    world.get("/users/user_2").unwrap();
    let before = world.now();
    world.get(PATH).unwrap();
    assert_eq!(world.now(), before);
}

#[test]
fn r29_a_huge_retry_after_pauses_for_a_minute_at_most() {
    let world = World::new(|_| {});
    world.serve(
        |request, before| if before == 0 { answer(429, &[("retry-after", "86400")], "") } else { echo(request) },
    );
    assert_eq!(world.get(PATH).unwrap().answer.status, 429);
    let Err(Error::RateLimited { retry_after }) = world.get(PATH) else { panic!("not paused") };
    assert_eq!(retry_after, Duration::from_mins(1));
    assert_eq!(world.calls().len(), 1);
    world.wait(retry_after);
    assert_eq!(world.get(PATH).unwrap().answer.status, 200);
}

#[test]
fn r29_a_later_429_with_a_shorter_pause_does_not_end_a_longer_one() {
    let world = World::new(|_| {});
    world.serve(|request, before| match before {
        0 => answer(429, &[("retry-after", "9")], ""),
        1 => answer(429, &[("retry-after", "1")], ""),
        _ => echo(request),
    });
    let callers = vec![world.begun(Method::Post, "/users"), world.begun(Method::Post, "/users")];
    world.rt.run(all(callers));
    let calls = world.calls();
    assert_eq!(calls[1].at, Instant::ZERO, "both were under way");
    assert!(calls[2..].iter().all(|call| call.at >= at(9_050)), "{calls:?}");
}
