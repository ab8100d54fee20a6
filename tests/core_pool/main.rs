//! The pool: one behaviour per test here, a simulated crowd and a naive model beside this file.

#![expect(clippy::panic, clippy::indexing_slicing, reason = "helpers of a test fail as tests do")]

mod model;
mod simulation;

use clerk_edge::core::pool::{ACK, Acquire, Limits, Permit, Pool, Ticket, Turn};
use clerk_edge::core::time::{Duration, Instant};

const BEAT: Duration = Duration::from_millis(50);
const LEASE: Duration = Duration::from_millis(500);

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// Bells are names.
fn pool(max_active: usize, max_waiting: usize) -> Pool<&'static str> {
    Pool::new(Limits { max_active, max_waiting, lease: LEASE, beat: BEAT })
}

fn granted(acquire: Acquire) -> Permit {
    match acquire {
        Acquire::Granted(permit) => permit,
        other @ (Acquire::Waiting(_) | Acquire::Full) => panic!("expected a permit, got {other:?}"),
    }
}

fn waiting(acquire: Acquire) -> Ticket {
    match acquire {
        Acquire::Waiting(ticket) => ticket,
        other @ (Acquire::Granted(_) | Acquire::Full) => panic!("expected a ticket, got {other:?}"),
    }
}

fn turn(turn: Turn) -> Permit {
    match turn {
        Turn::Granted(permit) => permit,
        other @ (Turn::Wait { .. } | Turn::Gone) => panic!("expected a permit, got {other:?}"),
    }
}

/// Acquires, and leaves a bell.
fn queue(pool: &mut Pool<&'static str>, bell: &'static str, now: Instant) -> Ticket {
    let ticket = waiting(pool.acquire(now));
    pool.wait(ticket, bell, now);
    ticket
}

#[test]
fn as_many_as_allowed_start_at_once_and_the_rest_wait_or_are_turned_away() {
    let mut pool = pool(2, 1);
    granted(pool.acquire(at(0)));
    granted(pool.acquire(at(0)));
    waiting(pool.acquire(at(0)));
    assert_eq!(pool.acquire(at(0)), Acquire::Full);
    assert_eq!((pool.active(), pool.waiting()), (2, 1));
}

#[test]
fn a_released_permit_rings_the_first_in_the_queue_and_is_kept_for_it() {
    let mut pool = pool(1, 9);
    let permit = granted(pool.acquire(at(0)));
    let first = queue(&mut pool, "first", at(0));
    let second = queue(&mut pool, "second", at(0));
    assert_eq!(pool.release(permit, at(20)), ["first"]);
    waiting(pool.acquire(at(21)));
    assert_eq!(pool.poll(second, at(22)), Turn::Wait { until: at(72) });
    turn(pool.poll(first, at(23)));
    assert_eq!((pool.active(), pool.waiting()), (1, 2));
}

#[test]
fn releasing_twice_frees_one_permit() {
    let mut pool = pool(1, 9);
    let permit = granted(pool.acquire(at(0)));
    assert!(pool.release(permit, at(1)).is_empty());
    granted(pool.acquire(at(1)));
    assert!(pool.release(permit, at(1)).is_empty());
    waiting(pool.acquire(at(1)));
}

#[test]
fn a_waiter_whose_bell_got_lost_takes_its_turn_at_its_next_beat() {
    let mut pool = pool(1, 9);
    let permit = granted(pool.acquire(at(0)));
    let ticket = waiting(pool.acquire(at(0)));
    assert_eq!(pool.poll(ticket, at(10)), Turn::Wait { until: at(60) });
    drop(pool.release(permit, at(20)));
    turn(pool.poll(ticket, at(60)));
}

#[test]
fn a_permit_that_is_never_released_is_free_when_its_lease_is_over() {
    let mut pool = pool(1, 9);
    let lost = granted(pool.acquire(at(0)));
    let ticket = queue(&mut pool, "bell", at(400));
    assert_eq!(pool.tick(at(499)), Vec::<&str>::new());
    assert_eq!(pool.tick(at(500)), ["bell"]);
    turn(pool.poll(ticket, at(501)));
    assert!(pool.release(lost, at(502)).is_empty());
    assert!(!pool.renew(lost, at(502)));
    assert_eq!(pool.active(), 1);
}

#[test]
fn a_renewed_permit_holds_for_another_lease() {
    let mut pool = pool(1, 9);
    let permit = granted(pool.acquire(at(0)));
    assert!(pool.renew(permit, at(499)));
    waiting(pool.acquire(at(998)));
    assert!(pool.renew(permit, at(998)));
    assert!(!pool.renew(permit, at(1_498)));
}

#[test]
fn a_rung_waiter_that_does_not_come_is_passed_over() {
    let mut pool = pool(1, 9);
    let permit = granted(pool.acquire(at(0)));
    queue(&mut pool, "vanished", at(0));
    let second = queue(&mut pool, "second", at(0));
    assert_eq!(pool.release(permit, at(10)), ["vanished"]);
    let overdue = at(10).after(ACK);
    assert_eq!(pool.tick(at(overdue.as_millis() - 1)), Vec::<&str>::new());
    assert_eq!(pool.tick(overdue), ["second"]);
    turn(pool.poll(second, overdue));
}

#[test]
fn a_waiter_that_was_passed_over_and_comes_after_all_has_its_old_place() {
    let mut pool = pool(1, 9);
    let permit = granted(pool.acquire(at(0)));
    let late = queue(&mut pool, "late", at(0));
    let second = queue(&mut pool, "second", at(0));
    assert_eq!(pool.release(permit, at(10)), ["late"]);
    assert_eq!(pool.tick(at(100)), ["second"]);
    turn(pool.poll(late, at(101)));
    assert_eq!(pool.poll(second, at(102)), Turn::Wait { until: at(152) });
}

#[test]
fn a_waiter_without_a_heartbeat_for_three_beats_is_out_of_the_queue() {
    let mut pool = pool(1, 9);
    granted(pool.acquire(at(0)));
    let silent = queue(&mut pool, "silent", at(0));
    let lively = queue(&mut pool, "lively", at(0));
    assert_eq!(pool.poll(lively, at(149)), Turn::Wait { until: at(199) });
    assert_eq!(pool.poll(silent, at(150)), Turn::Gone);
    assert_eq!(pool.waiting(), 1);
}

#[test]
fn a_cancelled_waiter_hands_its_turn_on() {
    let mut pool = pool(1, 9);
    let permit = granted(pool.acquire(at(0)));
    let first = queue(&mut pool, "first", at(0));
    let second = queue(&mut pool, "second", at(0));
    assert_eq!(pool.release(permit, at(10)), ["first"]);
    assert_eq!(pool.cancel(first, at(11)), ["second"]);
    assert!(pool.cancel(first, at(11)).is_empty());
    assert_eq!(pool.poll(first, at(12)), Turn::Gone);
    turn(pool.poll(second, at(12)));
}

#[test]
fn a_ticket_is_granted_once() {
    let mut pool = pool(2, 9);
    let (permit, _) = (granted(pool.acquire(at(0))), granted(pool.acquire(at(0))));
    let ticket = queue(&mut pool, "bell", at(0));
    assert_eq!(pool.release(permit, at(1)), ["bell"]);
    turn(pool.poll(ticket, at(2)));
    assert_eq!(pool.poll(ticket, at(2)), Turn::Gone);
    pool.wait(ticket, "again", at(2));
    assert_eq!((pool.active(), pool.waiting()), (2, 0));
}

#[test]
fn a_new_bell_takes_the_place_of_the_one_before() {
    let mut pool = pool(1, 9);
    let permit = granted(pool.acquire(at(0)));
    let ticket = queue(&mut pool, "old", at(0));
    pool.wait(ticket, "new", at(1));
    assert_eq!(pool.release(permit, at(2)), ["new"]);
    assert!(pool.tick(at(2)).is_empty());
}

#[test]
fn several_permits_that_come_free_ring_as_many_in_order() {
    let mut pool = pool(2, 9);
    granted(pool.acquire(at(0)));
    granted(pool.acquire(at(0)));
    for name in ["first", "second", "third"] {
        queue(&mut pool, name, at(450));
    }
    assert_eq!(pool.tick(at(500)), ["first", "second"]);
}

#[test]
fn a_newcomer_starts_if_more_permits_are_free_than_are_kept_for_others() {
    let mut pool = pool(2, 9);
    let permits = [granted(pool.acquire(at(0))), granted(pool.acquire(at(0)))];
    queue(&mut pool, "bell", at(0));
    for permit in permits {
        drop(pool.release(permit, at(1)));
    }
    granted(pool.acquire(at(2)));
    waiting(pool.acquire(at(2)));
}

#[test]
fn without_a_queue_whoever_cannot_start_is_turned_away() {
    let mut pool = pool(0, 0);
    granted(pool.acquire(at(0)));
    assert_eq!(pool.acquire(at(0)), Acquire::Full);
}

#[test]
fn a_clock_that_stands_still_or_steps_back_frees_nothing_early() {
    let mut pool = pool(1, 9);
    granted(pool.acquire(at(9_000)));
    let ticket = waiting(pool.acquire(at(0)));
    assert_eq!(pool.poll(ticket, at(0)), Turn::Wait { until: at(9_050) });
    granted(self::pool(1, 0).acquire(Instant::NEVER));
}
