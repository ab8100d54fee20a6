//! Never more starts per window and never more calls at once than configured, whoever vanishes.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;

use clerk_edge::core::time::{Duration, Instant};
use clerk_edge::error::Error;
use clerk_edge::runtime::Timer;
use clerk_edge::runtime::fake::Reply;
use clerk_edge::runtime::http::Method;
use proptest::prelude::*;

use crate::world::{Call, World, all, answer, at, echo, json, ms, network, poll};

#[test]
fn a_full_queue_says_when_to_come_back() {
    let world = World::new(|options| {
        options.rate_limit.limit = Some(1.0);
        options.rate_limit.window_ms = Some(1_000.0);
        options.rate_limit.max_queue = Some(2.0);
    });
    let callers = (0..4).map(|_| world.asking(Method::Post, "/users")).collect();
    let outcomes = world.rt.run(all(callers));
    let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    let [Error::QueueFull { retry_after }] = refused.as_slice() else { panic!("{refused:?}") };
    assert!(*retry_after >= ms(1_000), "{retry_after:?}");
    assert_eq!(world.calls().len(), 3);
}

#[test]
fn whoever_cannot_start_in_time_is_told_so_at_once() {
    let world = World::new(|options| {
        options.rate_limit.limit = Some(1.0);
        options.rate_limit.window_ms = Some(1_000.0);
        options.rate_limit.max_wait_ms = Some(500.0);
    });
    world.ask(Method::Post, "/users").unwrap();
    let before = world.now();
    let error = world.ask(Method::Post, "/users").unwrap_err();
    assert_eq!(error, Error::RateLimited { retry_after: ms(1_001) });
    assert_eq!(world.now(), before);
    world.wait(ms(1_001));
    world.ask(Method::Post, "/users").unwrap();
}

#[test]
fn a_full_pool_queue_says_when_to_come_back() {
    let world = World::new(|options| {
        options.max_connections = Some(1.0);
        options.rate_limit.max_queue = Some(1.0);
    });
    let outcomes = world.rt.run(all((0..3).map(|_| world.asking(Method::Post, "/users")).collect()));
    let refused: Vec<_> = outcomes.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused, [Error::QueueFull { retry_after: Duration::from_secs(1) }]);
    assert_eq!(world.rt.max_active(), 1);
    world.assert_no_calls_under_way();
}

#[test]
fn a_refused_read_is_not_kept_and_the_next_is_served() {
    let world = World::new(|options| {
        options.rate_limit.limit = Some(1.0);
        options.rate_limit.max_wait_ms = Some(0.0);
    });
    world.get("/users/user_1").unwrap();
    assert_eq!(world.get("/users/user_2").unwrap_err().code(), "rate_limited");
    world.get("/users/user_1").unwrap();
    world.wait(Duration::from_secs(11));
    world.get("/users/user_2").unwrap();
}

#[test]
fn calls_wait_for_a_connection_and_no_longer_than_the_deadline() {
    let world = World::new(|options| {
        options.max_connections = Some(1.0);
        options.retry.max_attempts = Some(1.0);
        options.retry.deadline_ms = Some(3_000.0);
    });
    world.serve(|_, _| Reply::Hang);
    let outcomes = world.rt.run(all((0..3).map(|_| world.asking(Method::Post, "/users")).collect()));
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_err_and(|error| error.code() == "timeout")));
    assert_eq!((world.now(), world.rt.max_active()), (at(3_000), 1));
    world.assert_nothing_is_left();
}

#[test]
fn r30_connections_of_tasks_that_vanished_come_back_with_their_lease() {
    let world = World::new(|options| {
        options.max_connections = Some(2.0);
        options.retry.timeout_ms = Some(2_000.0);
    });
    let lost: Vec<_> = (0..2).map(|_| world.begun(Method::Post, "/users")).collect();
    world.wait(ms(10));
    world.rt.lose_tasks();
    assert_eq!(world.live().permits, 2);
    world.ask(Method::Post, "/users").unwrap();
    assert!(world.now() <= at(3_000 + 250 + 50), "timeout and a second, a beat, the call: {:?}", world.now());
    drop(lost);
    world.assert_nothing_is_left();
}

#[test]
fn whoever_waits_for_the_limit_keeps_its_place_when_it_checks_in() {
    let world = World::new(|options| {
        options.rate_limit.limit = Some(1.0);
        options.rate_limit.window_ms = Some(1_000.0);
    });
    let waiting: Vec<_> = ["/users", "/sessions", "/invitations"].map(|path| world.begun(Method::Post, path)).into();
    world.wait(ms(600)); // the first of them has checked in at half of its time
    assert_eq!(world.live().queued, 2);
    let late = world.begun(Method::Post, "/organizations");
    world.rt.run(all(waiting.into_iter().chain([late]).collect()));
    let order: Vec<_> = world.calls().iter().map(|call| call.url.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(order, ["users", "sessions", "invitations", "organizations"]);
}

#[test]
fn r30_tasks_that_the_host_ends_while_they_wait_leave_the_queues_at_once() {
    let world = World::new(|options| {
        options.max_connections = Some(1.0);
        options.rate_limit.limit = Some(2.0);
        options.rate_limit.window_ms = Some(1_000.0);
    });
    world.serve(|_, _| Reply::Hang);
    let callers: Vec<_> = (0..4).map(|_| world.begun(Method::Post, "/users")).collect();
    world.wait(ms(10));
    let live = world.live();
    assert_eq!((live.permits, live.waiting, live.queued), (1, 1, 2));
    world.rt.end_tasks();
    world.assert_no_calls_under_way_but_timeouts();
    drop(callers);
}

/// One caller of the simulation.
#[derive(Clone, Debug)]
struct Caller {
    arrives: u64,
    /// How long after its arrival it leaves, whatever has come of its call.
    patience: u64,
    write: bool,
    user: u8,
}

fn callers() -> impl Strategy<Value = Vec<Caller>> {
    let caller = (0..4_000_u64, 1..8_000_u64, any::<bool>(), 0..4_u8)
        .prop_map(|(arrives, patience, write, user)| Caller { arrives, patience, write, user });
    proptest::collection::vec(caller, 1..60)
}

/// Runs every caller from its arrival to its answer or its departure. Callers leave in the middle of whatever they do.
async fn simulate(world: &World, callers: &[Caller]) {
    let alarms: Vec<_> =
        callers.iter().flat_map(|c| [c.arrives, c.arrives + c.patience]).map(|at| world.rt.bell(ms(at))).collect();
    let mut under_way = BTreeMap::new();
    let mut arrived = vec![false; callers.len()];
    poll_fn(|_| {
        let now = world.now().as_millis();
        for (index, caller) in callers.iter().enumerate() {
            if now >= caller.arrives && !std::mem::replace(&mut arrived[index], true) {
                let call = if caller.write {
                    world.asking(Method::Post, "/users")
                } else {
                    world.reading(&format!("/users/user_{}", caller.user))
                };
                under_way.insert(index, call);
            }
            if now >= caller.arrives + caller.patience {
                under_way.remove(&index);
            }
        }
        under_way.retain(|_, call| poll(call).is_pending());
        if under_way.is_empty() && arrived.iter().all(|arrived| *arrived) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    drop(alarms);
}

/// The most starts in any interval of one window, wherever it begins.
fn most_in_a_window(calls: &[Call], window: Duration) -> usize {
    let within = |from: Instant| calls.iter().filter(|call| call.at >= from && call.at < from.after(window)).count();
    calls.iter().map(|call| within(call.at)).max().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn r31_no_window_and_no_moment_sees_more_than_configured(
        callers in callers(), limit in 1..8_u32, connections in 1..5_u32, latency in 0..700_u64, faults in any::<u64>(),
    ) {
        let window = ms(1_000);
        let world = World::new(|options| {
            options.rate_limit.limit = Some(f64::from(limit));
            options.rate_limit.window_ms = Some(1_000.0);
            options.max_connections = Some(f64::from(connections));
            options.cache.user_ttl_ms = Some(200.0);
            options.retry.timeout_ms = Some(600.0);
            options.retry.deadline_ms = Some(5_000.0);
        });
        world.serve(move |request, before| match faults.rotate_right(u32::try_from(before % 64).unwrap()) & 7 {
            0 => Reply::Hang,
            1 => json(503, ""),
            2 => answer(429, &[("retry-after", "1")], ""),
            3 => network(),
            _ => match echo(request) {
                Reply::After(_, result) => Reply::After(ms(latency), result),
                Reply::Hang => Reply::Hang,
            },
        });
        world.rt.run(simulate(&world, &callers));
        world.rt.settle();
        prop_assert!(most_in_a_window(&world.calls(), window) <= limit as usize, "{:?}", world.calls());
        prop_assert!(world.rt.max_active() <= connections as usize);
        let live = world.live();
        prop_assert_eq!((live.flights, live.seats, live.waiting, live.permits, live.queued), (0, 0, 0, 0, 0));
    }

    #[test]
    fn r30_callers_that_vanish_take_nothing_from_those_who_stay(callers in callers(), vanishing in 0..100_u64) {
        // One in two leaves early; every other one gets its answer, since there is room for all of them in time.
        let world = World::new(|options| {
            options.rate_limit.limit = Some(20.0);
            options.rate_limit.window_ms = Some(1_000.0);
            options.max_connections = Some(4.0);
        });
        let leaving: Vec<_> = callers.iter().map(|_| {
            let mut call = world.asking(Method::Post, "/users");
            assert!(poll(&mut call).is_pending());
            call
        }).collect();
        let staying = callers.iter().map(|c| world.begun(Method::Get, &format!("/users/user_{}", c.user))).collect();
        world.wait(ms(vanishing.max(1)));
        drop(leaving);
        let outcomes = world.rt.run(all(staying));
        prop_assert!(outcomes.iter().all(Result::is_ok));
        world.rt.settle();
        world.assert_no_calls_under_way();
    }
}
