//! Retries: what is worth another try, when, how often in all; and every shape of `Retry-After`.

use clerk_edge::core::retry::{Budget, Decision, Failure, Kind, Retries, RetryPolicy, Safety, retry_after};
use clerk_edge::core::time::{Duration, Instant};
use proptest::prelude::*;

const AMPLE: Duration = Duration::from_hours(1);
const LIMITED: Kind = Kind::RateLimited { retry_after: None };

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn retries(percent: u32, per_second: u32, capacity: u32) -> Retries {
    let budget = Budget { percent, per_second, capacity };
    Retries::new(RetryPolicy { max_attempts: 4, base: ms(100), cap: ms(250), budget })
}

/// The decision with the largest random number, so with the longest jitter.
fn decide(retries: &mut Retries, kind: Kind, safety: Safety, attempt: u32) -> Decision {
    retries.decide(Failure { kind, safety }, attempt, AMPLE, u64::MAX, at(0))
}

const fn after(millis: u64) -> Decision {
    Decision::Retry { after: ms(millis) }
}

#[test]
fn idempotent_requests_are_retried_unless_they_would_fail_again() {
    for kind in [LIMITED, Kind::Unavailable, Kind::Timeout, Kind::Network] {
        assert_eq!(decide(&mut retries(0, 0, 9), kind, Safety::Idempotent, 1), after(100));
    }
    assert_eq!(decide(&mut retries(0, 0, 9), Kind::Other, Safety::Idempotent, 1), Decision::GiveUp);
}

#[test]
fn unsafe_requests_are_retried_only_when_certainly_nothing_was_done() {
    assert_eq!(decide(&mut retries(0, 0, 9), LIMITED, Safety::Unsafe, 1), after(100));
    for kind in [Kind::Unavailable, Kind::Timeout, Kind::Network, Kind::Other] {
        assert_eq!(decide(&mut retries(0, 0, 9), kind, Safety::Unsafe, 1), Decision::GiveUp);
    }
}

#[test]
fn the_ceiling_doubles_up_to_the_cap_and_attempts_are_counted() {
    let mut retries = retries(0, 0, 9);
    let decisions = [1, 2, 3, 4].map(|attempt| decide(&mut retries, Kind::Timeout, Safety::Idempotent, attempt));
    assert_eq!(decisions, [after(100), after(200), after(250), Decision::GiveUp]);
}

#[test]
fn jitter_reaches_from_zero_to_the_ceiling() {
    let failure = Failure { kind: Kind::Network, safety: Safety::Idempotent };
    let mut retries = retries(0, 0, 9);
    for (random, expected) in [(0, 0), (u64::MAX / 2, 50), (u64::MAX, 100)] {
        assert_eq!(retries.decide(failure, 1, AMPLE, random, at(0)), after(expected));
    }
}

#[test]
fn what_the_server_asks_for_comes_before_the_jitter_and_is_not_cut_by_the_cap() {
    let kind = Kind::RateLimited { retry_after: Some(ms(10_000)) };
    assert_eq!(decide(&mut retries(0, 0, 9), kind, Safety::Unsafe, 1), after(10_100));
}

#[test]
fn a_wait_that_would_use_up_the_remaining_time_is_not_begun() {
    let failure = Failure { kind: Kind::RateLimited { retry_after: Some(ms(1_000)) }, safety: Safety::Idempotent };
    assert_eq!(retries(0, 0, 9).decide(failure, 1, ms(1_001), 0, at(0)), after(1_000));
    assert_eq!(retries(0, 0, 9).decide(failure, 1, ms(1_000), 0, at(0)), Decision::GiveUp);
}

#[test]
fn when_everything_fails_only_the_budgets_share_is_retried() {
    let mut retries = retries(20, 0, 10);
    let mut allowed = 0;
    for _ in 0..1_000 {
        retries.request(at(0));
        allowed += u32::from(decide(&mut retries, Kind::Unavailable, Safety::Idempotent, 1) != Decision::GiveUp);
    }
    assert_eq!(allowed, 10 + 199, "what was saved up, and one for every five of the 999 requests since");
}

#[test]
fn an_empty_budget_fills_with_time_up_to_its_capacity() {
    let mut retries = retries(0, 2, 3);
    let failure = Failure { kind: Kind::Timeout, safety: Safety::Idempotent };
    let mut retried_at =
        |time: u64| (0..9).filter(|_| retries.decide(failure, 1, AMPLE, 0, at(time)) == after(0)).count();
    assert_eq!([0, 499, 500, 1_000, 60_000].map(&mut retried_at), [3, 0, 1, 1, 3]);
}

#[test]
fn rate_limited_requests_cost_no_budget() {
    let mut retries = retries(0, 0, 0);
    assert_eq!(decide(&mut retries, LIMITED, Safety::Idempotent, 1), after(100));
    assert_eq!(decide(&mut retries, Kind::Timeout, Safety::Idempotent, 1), Decision::GiveUp);
}

#[test]
fn giving_up_for_another_reason_costs_no_budget() {
    let mut retries = retries(0, 0, 1);
    let failure = Failure { kind: Kind::Timeout, safety: Safety::Idempotent };
    assert_eq!(retries.decide(failure, 1, ms(0), 0, at(0)), Decision::GiveUp);
    assert_eq!(decide(&mut retries, Kind::Timeout, Safety::Unsafe, 1), Decision::GiveUp);
    assert_eq!(decide(&mut retries, Kind::Timeout, Safety::Idempotent, 4), Decision::GiveUp);
    assert_eq!(decide(&mut retries, Kind::Timeout, Safety::Idempotent, 1), after(100));
}

/// Sun, 06 Nov 1994 08:49:37 GMT.
const THEN: u64 = 784_111_777_000;

fn asked(header: &str, unix_now_millis: u64) -> Duration {
    retry_after(Some(header), unix_now_millis, ms(777), Duration::from_mins(10))
}

#[test]
fn retry_after_in_seconds_is_understood() {
    for (header, seconds) in [("0", 0), ("7", 7), (" 12\t", 12), ("007", 7), ("1.5", 2), ("3.0", 3), ("2.", 2)] {
        assert_eq!(asked(header, THEN), Duration::from_secs(seconds), "{header:?}");
    }
}

#[test]
fn retry_after_below_zero_is_zero_and_a_huge_one_is_the_cap() {
    for header in ["-1", "-99999999999999999999999", "-0.5"] {
        assert_eq!(asked(header, THEN), Duration::ZERO, "{header:?}");
    }
    for header in ["601", "18446744073709551615", "18446744073709551615.1", "99999999999999999999999999999"] {
        assert_eq!(asked(header, THEN), Duration::from_mins(10), "{header:?}");
    }
}

#[test]
fn retry_after_as_a_date_is_understood_in_every_shape() {
    let dates = ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"];
    for date in dates {
        assert_eq!(asked(date, THEN - 90_500), ms(90_500), "{date}");
        assert_eq!(asked(date, THEN), Duration::ZERO, "{date}");
        assert_eq!(asked(date, THEN + 1), Duration::ZERO, "{date}");
        assert_eq!(asked(date, 0), Duration::from_mins(10), "{date}");
    }
    assert_eq!(asked("Thu, 31 Dec 1969 23:59:59 GMT", 0), Duration::ZERO);
    assert_eq!(asked("Tue, 01-Jan-69 00:00:00 GMT", 0), Duration::from_mins(10), "69 is 2069");
}

#[test]
fn without_a_usable_retry_after_the_callers_own_choice_holds_within_the_cap() {
    let unusable = ["", " ", "-", ".", ".5", "1e3", "+5", "soon", "5 s", "NaN", "inf", "0x10", "\u{663}", "1,5"];
    let not_dates = [
        "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 12345 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 Nov 1994 08:49:37:00 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT",
    ];
    for header in unusable.iter().chain(&not_dates) {
        assert_eq!(asked(header, THEN), ms(777), "{header:?}");
    }
    assert_eq!(retry_after(None, THEN, ms(777), AMPLE), ms(777));
    assert_eq!(retry_after(None, THEN, ms(777), ms(500)), ms(500));
}

#[test]
fn dates_follow_the_calendar_day_by_day() {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut days = 0;
    for year in 1970_u64..2130 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (name, length) in names.iter().zip(lengths) {
            for day in 1..=length {
                let header = format!("Xxx, {day:02} {name} {year} 00:00:01 GMT");
                let midnight = days * 86_400_000;
                assert_eq!(retry_after(Some(&header), midnight, AMPLE, AMPLE), ms(1_000), "{header}");
                days += 1;
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_the_header_the_wait_is_within_the_cap(header in "\\PC{0,40}", now: u64, cap in 0_u64..100_000) {
        prop_assert!(retry_after(Some(&header), now, AMPLE, ms(cap)) <= ms(cap));
    }

    #[test]
    fn the_budget_is_that_of_a_naive_ledger(
        percent in 0_u32..200,
        per_second in 0_u32..20,
        capacity in 0_u32..20,
        steps in proptest::collection::vec((0_u64..400, any::<bool>(), any::<u64>(), 1_u32..6, 0_u64..400), 0..200),
    ) {
        let (mut retries, mut now) = (retries(percent, per_second, capacity), 0);
        let full = u64::from(capacity) * 1_000;
        let mut thousandths = full;
        for (passed, is_request, random, attempt, remaining) in steps {
            now += passed;
            thousandths = full.min(thousandths + passed * u64::from(per_second));
            if is_request {
                retries.request(at(now));
                thousandths = full.min(thousandths + u64::from(percent) * 10);
                continue;
            }
            let failure = Failure { kind: Kind::Timeout, safety: Safety::Idempotent };
            match retries.decide(failure, attempt, ms(remaining), random, at(now)) {
                Decision::Retry { after } => {
                    prop_assert!(attempt < 4 && after < ms(remaining) && after <= ms(250) && thousandths >= 1_000);
                    thousandths -= 1_000;
                }
                Decision::GiveUp => prop_assert!(attempt >= 4 || remaining <= 250 || thousandths < 1_000),
            }
        }
    }

    #[test]
    fn extreme_policies_do_not_overflow(attempt: u32, random: u64, now: u64, asked: u64) {
        let budget = Budget { percent: u32::MAX, per_second: u32::MAX, capacity: u32::MAX };
        let policy = RetryPolicy { max_attempts: u32::MAX, base: Duration::MAX, cap: Duration::MAX, budget };
        let mut retries = Retries::new(policy);
        retries.request(at(now));
        let kind = Kind::RateLimited { retry_after: Some(ms(asked)) };
        let decision = retries.decide(Failure { kind, safety: Safety::Unsafe }, attempt, Duration::MAX, random, at(now));
        prop_assert_eq!(decision == Decision::GiveUp, attempt == u32::MAX);
    }
}
