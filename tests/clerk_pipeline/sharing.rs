//! Many callers, one upstream call; and callers, tasks and hosts that go away in the middle of it.

use clerk_edge::core::time::Duration;
use clerk_edge::error::Error;
use clerk_edge::runtime::fake::Reply;
use clerk_edge::runtime::http::Method;

use crate::world::{LATENCY, World, all, at, body, echo, ms, poll};

/// `retry.deadlineMs` and the second that a flight's lease outlives it.
const DEADLINE: Duration = Duration::from_secs(25);
const LEASE: Duration = Duration::from_secs(26);

#[test]
fn two_hundred_identical_reads_at_once_make_one_call() {
    let world = World::new(|_| {});
    let outcomes = world.rt.run(all((0..200).map(|_| world.reading("/users/user_1")).collect()));
    assert_eq!(world.calls().len(), 1);
    assert_eq!(world.now(), at(50));
    assert!(outcomes.iter().all(|outcome| body(outcome) == body(&outcomes[0])));
    world.assert_no_calls_under_way();
}

#[test]
fn an_error_is_shared_like_an_answer() {
    let world = World::new(|options| options.retry.max_attempts = Some(1.0));
    world.serve(|_, _| crate::world::network());
    let outcomes = world.rt.run(all((0..5).map(|_| world.reading("/users/user_1")).collect()));
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Network(_)))));
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn different_questions_do_not_wait_for_each_other() {
    let world = World::new(|_| {});
    world.serve(|request, _| if request.url.ends_with("slow") { Reply::Hang } else { echo(request) });
    let slow = world.begun(Method::Get, "/users/user_slow");
    world.get("/users/user_1").unwrap();
    assert_eq!(world.now(), at(50));
    drop(slow);
}

#[test]
fn r30_followers_get_the_answer_though_the_leaders_caller_left() {
    let world = World::new(|_| {});
    let leader = world.begun(Method::Get, "/users/user_1");
    let follower = world.begun(Method::Get, "/users/user_1");
    drop(leader);
    assert!(world.rt.run(follower).is_ok());
    assert_eq!((world.calls().len(), world.now()), (1, at(50)));
    world.assert_no_calls_under_way();
}

#[test]
fn r30_an_answer_nobody_waits_for_any_more_is_kept() {
    let world = World::new(|_| {});
    drop(world.begun(Method::Get, "/users/user_1"));
    world.rt.settle();
    world.get("/users/user_1").unwrap();
    assert_eq!(world.calls().len(), 1);
    world.assert_no_calls_under_way();
}

#[test]
fn r30_a_follower_that_leaves_changes_nothing() {
    let world = World::new(|_| {});
    let leader = world.begun(Method::Get, "/users/user_1");
    drop(world.begun(Method::Get, "/users/user_1"));
    assert_eq!(world.live().seats, 1);
    assert!(world.rt.run(leader).is_ok());
    assert_eq!(world.calls().len(), 1);
    world.assert_no_calls_under_way();
}

#[test]
fn r30_followers_take_over_at_once_when_the_host_ends_the_leaders_task() {
    let world = World::new(|_| {});
    let followers = (0..3).map(|_| world.begun(Method::Get, "/users/user_1")).collect();
    world.wait(ms(10)); // the call is under way
    world.rt.end_tasks();
    let outcomes = world.rt.run(all(followers));
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!((world.calls().len(), world.now()), (2, at(10).after(LATENCY)));
    world.assert_nothing_is_left();
}

#[test]
fn r30_followers_take_over_within_the_lease_when_the_leaders_task_vanishes_without_destructors() {
    let world = World::new(|_| {});
    let leader = world.begun(Method::Get, "/users/user_1");
    world.wait(ms(10));
    world.rt.lose_tasks();
    world.wait(Duration::from_secs(5));
    let mut callers = vec![leader];
    callers.extend((0..3).map(|_| world.begun(Method::Get, "/users/user_1")));
    let outcomes = world.rt.run(all(callers));
    assert_eq!(
        outcomes[0].as_ref().unwrap_err(),
        &Error::Timeout { after: DEADLINE },
        "as long as it was ready to wait"
    );
    assert!(outcomes[1..].iter().all(Result::is_ok));
    let calls = world.calls();
    assert_eq!((calls.len(), calls[1].at), (2, at(0).after(LEASE)));
    assert_eq!(world.now(), at(0).after(LEASE).after(LATENCY));
    world.assert_nothing_is_left();
}

#[test]
fn r30_nobody_waits_past_the_deadline_however_often_tasks_vanish() {
    let world = World::new(|_| {});
    let mut reader = world.begun(Method::Get, "/users/user_1");
    let mut writer = world.begun(Method::Post, "/users");
    while world.now() < at(0).after(DEADLINE) {
        world.rt.lose_tasks();
        assert!(poll(&mut reader).is_pending() && poll(&mut writer).is_pending());
        world.wait(Duration::from_secs(1));
    }
    let outcomes = world.rt.run(all(vec![reader, writer]));
    assert_eq!(world.now(), at(0).after(DEADLINE));
    for outcome in outcomes {
        assert_eq!(outcome.unwrap_err(), Error::Timeout { after: DEADLINE });
    }
    world.assert_nothing_is_left();
}

#[test]
fn r30_a_write_runs_to_its_end_though_its_caller_left() {
    let world = World::new(|_| {});
    drop(world.begun(Method::Patch, "/users/user_1"));
    world.rt.settle();
    assert_eq!(world.calls().len(), 1);
    assert_eq!(world.calls()[0].method, Method::Patch);
    world.assert_no_calls_under_way();
}

#[test]
fn two_equal_writes_are_two_calls() {
    let world = World::new(|_| {});
    let outcomes = world.rt.run(all(vec![world.asking(Method::Post, "/users"), world.asking(Method::Post, "/users")]));
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(world.calls().len(), 2);
}

#[test]
fn a_follower_with_time_left_tries_again_when_its_leader_gave_up() {
    let world = World::new(|_| {});
    world.serve(|request, call| if call < 3 { Reply::Hang } else { echo(request) });
    let leader = world.begun(Method::Get, "/users/user_1");
    world.wait(ms(15_000));
    let follower = world.begun(Method::Get, "/users/user_1");
    assert!(world.rt.run(follower).is_ok());
    assert_eq!(world.calls().len(), 4, "three attempts of the leader's, one of its own");
    drop(leader);
}

#[test]
fn those_who_shared_an_attempt_that_took_too_long_do_not_each_make_another() {
    let world = World::new(|options| {
        options.retry.max_attempts = Some(1.0);
        options.retry.timeout_ms = Some(200.0);
    });
    world.serve(|_, _| Reply::Hang);
    let outcomes = world.rt.run(all((0..20).map(|_| world.begun(Method::Get, "/users/user_1")).collect()));
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Error::Timeout { .. }))));
    assert_eq!((world.calls().len(), world.now()), (1, at(200)));
}
