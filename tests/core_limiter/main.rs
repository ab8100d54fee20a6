//! The limiter: one behaviour per test here, a simulated server and a naive model beside this file.

#![expect(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of a test fail as tests do")]

mod model;
mod simulation;

use clerk_edge::core::limiter::{Admission, Limiter, PATIENCE, Place, Quota, Start};
use clerk_edge::core::time::{Duration, Instant};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn limiter(limit: u32, burst: u32, window: Duration) -> Limiter {
    Limiter::new(Quota { limit, window, burst, max_queue: 100_000, lease: ms(30_000) })
}

fn go(admission: Admission) -> Start {
    match admission {
        Admission::Go(start) => start,
        other @ (Admission::Wait(..) | Admission::Refused { .. }) => panic!("expected to go, got {other:?}"),
    }
}

fn wait(admission: Admission) -> (Place, Instant) {
    match admission {
        Admission::Wait(place, then) => (place, then),
        other @ (Admission::Go(_) | Admission::Refused { .. }) => panic!("expected to wait, got {other:?}"),
    }
}

fn refused(admission: Admission) -> Duration {
    match admission {
        Admission::Refused { retry_after } => retry_after,
        other @ (Admission::Go(_) | Admission::Wait(..)) => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn as_many_as_the_limit_start_at_once_and_the_next_one_window_and_a_tick_after_a_completion() {
    let mut limiter = limiter(2, 2, ms(1_000));
    let first = go(limiter.request(ms(5_000), at(0)));
    go(limiter.request(ms(5_000), at(0)));
    limiter.complete(first, at(30));
    let (place, _) = wait(limiter.request(ms(5_000), at(40)));
    let (place, then) = wait(limiter.poll(place, at(1_030)));
    assert_eq!(then, at(1_031));
    go(limiter.poll(place, at(1_031)));
}

#[test]
fn a_request_that_never_completes_frees_its_place_one_window_after_its_lease() {
    let mut limiter = Limiter::new(Quota { limit: 1, window: ms(100), burst: 1, max_queue: 9, lease: ms(500) });
    let lost = go(limiter.request(ms(0), at(0)));
    let (place, then) = wait(limiter.request(ms(5_000), at(550)));
    assert_eq!(then, at(601));
    limiter.complete(lost, at(590));
    go(limiter.poll(place, at(601)));
}

#[test]
fn completing_twice_frees_one_place() {
    let mut limiter = limiter(2, 2, ms(100));
    let (first, _second) = (go(limiter.request(ms(0), at(0))), go(limiter.request(ms(0), at(0))));
    limiter.complete(first, at(0));
    limiter.complete(first, at(0));
    assert_eq!((limiter.in_flight(), limiter.occupied()), (1, 2));
    go(limiter.request(ms(0), at(101)));
    refused(limiter.request(ms(0), at(101)));
}

#[test]
fn a_small_burst_paces_the_starts_evenly() {
    let mut limiter = limiter(200, 10, ms(1_000));
    for _ in 0..10 {
        go(limiter.request(ms(0), at(50)));
    }
    let (place, then) = wait(limiter.request(ms(100), at(50)));
    assert_eq!(then, at(55));
    go(limiter.poll(place, at(55)));
    assert_eq!(refused(limiter.request(ms(0), at(55))), ms(5));
}

#[test]
fn fractions_of_a_millisecond_per_token_are_not_lost() {
    let mut limiter = limiter(3_000, 1, ms(1_000));
    let started = (0..1_000).filter(|time| matches!(limiter.request(ms(0), at(*time)), Admission::Go(_))).count();
    assert_eq!(started, 1_000, "three tokens per millisecond, one at a time");
    let mut limiter = self::limiter(700, 1, ms(1_000));
    let started = (0..1_000).filter(|time| matches!(limiter.request(ms(0), at(*time)), Admission::Go(_))).count();
    assert_eq!(started, 500, "a token every 1.43 ms, so every second one is asked for in time");
}

#[test]
fn waiters_beyond_the_next_window_are_told_of_later_windows() {
    let mut limiter = limiter(2, 2, ms(1_000));
    for _ in 0..2 {
        let start = go(limiter.request(ms(0), at(0)));
        limiter.complete(start, at(0));
    }
    let earliest: Vec<u64> = (0..6).map(|_| wait(limiter.request(ms(60_000), at(0))).1.as_millis()).collect();
    assert_eq!(earliest, [500, 500, 1_001, 1_001, 1_501, 1_501], "check-ins halfway to 1001, 2002 and 3003");
}

#[test]
fn whoever_could_not_start_in_time_is_refused_at_once_and_told_when() {
    let mut limiter = limiter(1, 1, ms(1_000));
    let start = go(limiter.request(ms(0), at(0)));
    limiter.complete(start, at(0));
    assert_eq!(refused(limiter.request(ms(1_000), at(0))), ms(1_001));
    wait(limiter.request(ms(1_001), at(0)));
}

#[test]
fn a_full_queue_refuses() {
    let mut limiter = Limiter::new(Quota { limit: 1, window: ms(1_000), burst: 1, max_queue: 1, lease: ms(500) });
    go(limiter.request(ms(0), at(0)));
    let (place, _) = wait(limiter.request(ms(60_000), at(0)));
    refused(limiter.request(ms(60_000), at(0)));
    limiter.cancel(place);
    wait(limiter.request(ms(60_000), at(0)));
}

#[test]
fn a_waiter_is_refused_at_its_deadline_and_never_told_a_later_time() {
    let mut limiter = limiter(1, 1, ms(1_000));
    let running = go(limiter.request(ms(0), at(0)));
    let (place, _) = wait(limiter.request(ms(1_200), at(0)));
    limiter.complete(running, at(700));
    let (place, then) = wait(limiter.poll(place, at(1_150)));
    assert_eq!(then, at(1_200));
    assert_eq!(refused(limiter.poll(place, then)), ms(501));
    assert_eq!(limiter.queued(), 0);
}

#[test]
fn all_who_are_due_at_once_find_their_places_in_whatever_order_they_ask() {
    let mut limiter = limiter(3, 3, ms(1_000));
    for _ in 0..3 {
        let start = go(limiter.request(ms(0), at(0)));
        limiter.complete(start, at(0));
    }
    let places: Vec<Place> = (0..4).map(|_| wait(limiter.request(ms(60_000), at(0))).0).collect();
    for place in places.iter().rev() {
        limiter.poll(*place, at(1_000));
    }
    wait(limiter.poll(places[3], at(1_001)));
    for place in places[..3].iter().rev() {
        go(limiter.poll(*place, at(1_001)));
    }
}

#[test]
fn a_newcomer_does_not_take_the_place_that_a_waiter_is_about_to_ask_for() {
    let mut limiter = limiter(1, 1, ms(1_000));
    let start = go(limiter.request(ms(0), at(0)));
    limiter.complete(start, at(0));
    let (place, _) = wait(limiter.request(ms(60_000), at(950)));
    wait(limiter.request(ms(60_000), at(1_005)));
    go(limiter.poll(place, at(1_010)));
}

#[test]
fn a_vanished_waiter_is_passed_over_and_one_that_was_only_late_gets_its_turn_back() {
    let mut limiter = limiter(1, 1, ms(1_000));
    let start = go(limiter.request(ms(0), at(0)));
    limiter.complete(start, at(0));
    let (late, then) = wait(limiter.request(ms(60_000), at(950)));
    let (second, _) = wait(limiter.request(ms(60_000), at(960)));
    let (third, _) = wait(limiter.request(ms(60_000), at(970)));
    let overdue = then.after(PATIENCE);
    let second_start = go(limiter.poll(second, overdue));
    limiter.complete(second_start, overdue);
    let free = overdue.after(ms(1_001));
    wait(limiter.poll(third, at(free.as_millis() - 50)));
    wait(limiter.poll(late, at(free.as_millis() - 40)));
    wait(limiter.poll(third, free));
    go(limiter.poll(late, free));
}

#[test]
fn a_waiter_that_was_passed_over_makes_room_for_others_and_is_then_a_newcomer() {
    let mut limiter = Limiter::new(Quota { limit: 1, window: ms(1_000), burst: 1, max_queue: 1, lease: ms(500) });
    go(limiter.request(ms(0), at(0)));
    let (late, then) = wait(limiter.request(ms(60_000), at(0)));
    let overdue = then.after(PATIENCE);
    let (other, _) = wait(limiter.request(ms(60_000), overdue));
    refused(limiter.poll(late, overdue));
    limiter.cancel(other);
    wait(limiter.poll(late, overdue));
    assert_eq!(limiter.queued(), 1);
}

#[test]
fn a_cancelled_waiter_leaves_no_gap_for_those_who_check_in_later() {
    let mut limiter = limiter(1, 1, ms(1_000));
    let start = go(limiter.request(ms(0), at(0)));
    limiter.complete(start, at(0));
    let (first, _) = wait(limiter.request(ms(60_000), at(0)));
    let (second, check_in) = wait(limiter.request(ms(60_000), at(0)));
    limiter.cancel(first);
    assert_eq!(check_in, at(1_001), "halfway to 2002");
    go(limiter.poll(second, check_in));
}

#[test]
fn nothing_starts_during_a_pause_and_a_shorter_one_does_not_end_it() {
    let mut limiter = limiter(10, 10, ms(100));
    limiter.pause(at(5_000), at(0));
    limiter.pause(at(1_000), at(0));
    assert_eq!(refused(limiter.request(ms(4_000), at(0))), ms(5_000));
    let (place, then) = wait(limiter.request(ms(6_000), at(4_950)));
    assert_eq!(then, at(5_000));
    go(limiter.poll(place, then));
}

#[test]
fn those_who_will_not_start_right_after_a_pause_are_told_so() {
    let mut limiter = limiter(1, 1, ms(1_000));
    limiter.pause(at(5_000), at(0));
    wait(limiter.request(ms(5_000), at(0)));
    assert_eq!(refused(limiter.request(ms(6_000), at(0))), ms(6_001));
    wait(limiter.request(ms(6_001), at(0)));
    assert_eq!(refused(limiter.request(ms(6_001), at(0))), ms(7_002));
}

#[test]
fn a_clock_that_stands_still_or_steps_back_admits_no_more_than_the_limit() {
    let mut limiter = limiter(5, 5, ms(1_000));
    let mut started = 0;
    for time in [7_000, 7_000, 6_000, 0, 7_000].repeat(4) {
        if let Admission::Go(start) = limiter.request(ms(0), at(time)) {
            started += 1;
            limiter.complete(start, at(time));
        }
    }
    assert_eq!((started, limiter.occupied()), (5, 5));
}

#[test]
fn extreme_quotas_do_not_overflow() {
    let never = Duration::MAX;
    for (limit, window) in [(0, ms(0)), (u32::MAX, never), (1, never), (100_000, ms(1))] {
        let mut limiter = Limiter::new(Quota { limit, window, burst: u32::MAX, max_queue: 2, lease: never });
        for now in [at(0), Instant::NEVER] {
            if let Admission::Go(start) = limiter.request(never, now) {
                limiter.complete(start, now);
            }
            if let Admission::Wait(place, then) = limiter.request(never, now) {
                limiter.poll(place, then);
            }
            limiter.pause(Instant::NEVER, now);
        }
    }
}
