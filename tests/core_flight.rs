//! Single flight: one behaviour per test, then the table against a naive model.

#![expect(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of a test fail as tests do")]

use clerk_edge::core::flight::{FlightId, Flights, Follow, GRACE, Join, Limits, SeatId};
use clerk_edge::core::time::{Duration, Instant};
use proptest::prelude::*;

const LEASE: Duration = Duration::from_millis(100);

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// Outcomes are numbers, bells are names.
fn table(max_flights: usize, max_seats: usize) -> Flights<u32, &'static str> {
    Flights::new(Limits { max_flights, max_seats }, 7)
}

fn lead(join: Join) -> FlightId {
    match join {
        Join::Lead(flight) => flight,
        other @ (Join::Follow(_) | Join::Full) => panic!("expected to lead, got {other:?}"),
    }
}

#[test]
fn the_first_leads_the_others_follow_and_all_read_one_outcome() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("user_1", LEASE, at(0)));
    let leader = flights.sit(flight, "leader").unwrap();
    assert_eq!(flights.join("user_1", LEASE, at(1)), Join::Follow(flight));
    let follower = flights.sit(flight, "follower").unwrap();
    assert_eq!(flights.follow(flight, at(2)), Follow::Wait { until: at(100) });
    assert_eq!(flights.land(flight, 42, at(30)), ["leader", "follower"]);
    for seat in [leader, follower] {
        assert_eq!(flights.follow(flight, at(31)), Follow::Landed(42));
        flights.leave(flight, seat);
    }
    assert_eq!((flights.flights(), flights.seats()), (0, 0));
}

#[test]
fn different_keys_fly_apart() {
    let mut flights = table(9, 9);
    let first = lead(flights.join("user_1", LEASE, at(0)));
    let second = lead(flights.join("user_2", LEASE, at(0)));
    flights.sit(first, "first").unwrap();
    assert!(flights.land(second, 2, at(1)).is_empty());
    assert_eq!(flights.follow(first, at(1)), Follow::Wait { until: at(100) });
}

#[test]
fn the_key_is_free_at_once_after_landing() {
    let mut flights = table(9, 9);
    let first = lead(flights.join("key", LEASE, at(0)));
    flights.sit(first, "bell").unwrap();
    assert_eq!(flights.land(first, 1, at(5)), ["bell"]);
    let second = lead(flights.join("key", LEASE, at(5)));
    assert_ne!(first, second);
    assert_eq!(flights.follow(first, at(5)), Follow::Landed(1));
}

#[test]
fn the_first_landing_wins_and_rings_once() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("key", LEASE, at(0)));
    flights.sit(flight, "bell").unwrap();
    assert_eq!(flights.land(flight, 1, at(5)).len(), 1);
    assert!(flights.land(flight, 2, at(6)).is_empty());
    assert_eq!(flights.follow(flight, at(6)), Follow::Landed(1));
}

#[test]
fn a_leader_that_vanishes_is_replaced_when_its_lease_is_over_and_not_before() {
    let mut flights = table(9, 9);
    let lost = lead(flights.join("key", LEASE, at(0)));
    assert_eq!(flights.join("key", LEASE, at(99)), Join::Follow(lost));
    assert_eq!(flights.follow(lost, at(100)), Follow::Gone);
    let second = lead(flights.join("key", LEASE, at(100)));
    assert_eq!(flights.join("key", LEASE, at(100)), Join::Follow(second));
}

#[test]
fn a_leader_that_lands_after_its_replacement_serves_its_own_seats_and_leaves_the_new_flight_alone() {
    let mut flights = table(9, 9);
    let slow = lead(flights.join("key", LEASE, at(0)));
    flights.sit(slow, "slow").unwrap();
    let second = lead(flights.join("key", LEASE, at(100)));
    flights.sit(second, "second").unwrap();
    assert_eq!(flights.land(slow, 1, at(150)), ["slow"]);
    assert_eq!(flights.follow(slow, at(150)), Follow::Landed(1));
    assert_eq!(flights.join("key", LEASE, at(150)), Join::Follow(second));
    assert_eq!(flights.follow(second, at(150)), Follow::Wait { until: at(200) });
}

#[test]
fn a_landing_after_the_grace_changes_nothing() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("key", LEASE, at(0)));
    flights.sit(flight, "bell").unwrap();
    let end = at(100).after(GRACE);
    assert!(flights.land(flight, 1, end).is_empty());
    assert_eq!(flights.follow(flight, end), Follow::Gone);
    assert_eq!((flights.flights(), flights.seats()), (0, 0));
}

#[test]
fn a_follower_whose_bell_was_lost_finds_the_outcome_at_the_end_of_the_lease() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("key", LEASE, at(0)));
    flights.sit(flight, "bell").unwrap();
    drop(flights.land(flight, 1, at(5)));
    assert_eq!(flights.follow(flight, at(100)), Follow::Landed(1));
    assert_eq!(flights.follow(flight, at(100).after(GRACE)), Follow::Gone);
}

#[test]
fn an_outcome_nobody_waits_for_is_not_kept() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("key", LEASE, at(0)));
    let seat = flights.sit(flight, "bell").unwrap();
    flights.leave(flight, seat);
    assert!(flights.land(flight, 1, at(5)).is_empty());
    assert_eq!(flights.follow(flight, at(5)), Follow::Gone);
    assert_eq!(flights.flights(), 0);
}

#[test]
fn a_flight_goes_on_when_all_who_sat_in_it_have_left() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("key", LEASE, at(0)));
    let seat = flights.sit(flight, "bell").unwrap();
    flights.leave(flight, seat);
    flights.leave(flight, seat);
    assert_eq!(flights.seats(), 0);
    assert_eq!(flights.join("key", LEASE, at(1)), Join::Follow(flight));
}

#[test]
fn an_abandoned_flight_wakes_everyone_and_the_next_to_join_leads() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("key", LEASE, at(0)));
    flights.sit(flight, "one").unwrap();
    flights.sit(flight, "two").unwrap();
    assert_eq!(flights.abandon(flight), ["one", "two"]);
    assert_eq!(flights.follow(flight, at(1)), Follow::Gone);
    assert!(flights.land(flight, 1, at(1)).is_empty());
    lead(flights.join("key", LEASE, at(1)));
    assert_eq!((flights.flights(), flights.seats()), (1, 0));
}

#[test]
fn a_flight_that_has_landed_cannot_be_abandoned() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("key", LEASE, at(0)));
    flights.sit(flight, "bell").unwrap();
    assert_eq!(flights.land(flight, 1, at(1)), ["bell"]);
    assert!(flights.abandon(flight).is_empty());
    assert_eq!(flights.follow(flight, at(2)), Follow::Landed(1));
}

#[test]
fn after_forgetting_a_key_newcomers_fly_anew_and_the_old_flight_lands_for_its_own_seats() {
    let mut flights = table(9, 9);
    let old = lead(flights.join("key", LEASE, at(0)));
    flights.sit(old, "old").unwrap();
    flights.forget("key");
    flights.forget("another");
    let new = lead(flights.join("key", LEASE, at(1)));
    assert_eq!(flights.land(old, 1, at(2)), ["old"]);
    assert_eq!(flights.follow(old, at(2)), Follow::Landed(1));
    assert_eq!(flights.join("key", LEASE, at(2)), Join::Follow(new));
}

#[test]
fn nobody_can_join_a_solo_flight() {
    let mut flights = table(9, 9);
    let solo = flights.solo(LEASE, at(0)).unwrap();
    flights.sit(solo, "writer").unwrap();
    lead(flights.join("", LEASE, at(0)));
    assert_eq!(flights.land(solo, 1, at(1)), ["writer"]);
    assert_eq!(flights.follow(solo, at(1)), Follow::Landed(1));
}

#[test]
fn a_seat_taken_after_landing_reads_the_outcome_and_is_never_rung() {
    let mut flights = table(9, 9);
    let flight = lead(flights.join("key", LEASE, at(0)));
    let early = flights.sit(flight, "early").unwrap();
    assert_eq!(flights.land(flight, 1, at(1)), ["early"]);
    let late = flights.sit(flight, "late").unwrap();
    flights.leave(flight, early);
    assert_eq!(flights.follow(flight, at(2)), Follow::Landed(1));
    flights.leave(flight, late);
    assert_eq!(flights.sit(flight, "too late"), None);
}

#[test]
fn a_full_table_takes_no_new_flight_but_still_followers() {
    let mut flights = table(1, 9);
    let flight = lead(flights.join("one", LEASE, at(0)));
    assert_eq!(flights.join("two", LEASE, at(1)), Join::Full);
    assert_eq!(flights.solo(LEASE, at(1)), None);
    assert_eq!(flights.join("one", LEASE, at(1)), Join::Follow(flight));
}

#[test]
fn without_a_free_seat_there_is_nothing_to_join() {
    let mut flights = table(9, 1);
    let flight = lead(flights.join("one", LEASE, at(0)));
    let seat = flights.sit(flight, "one").unwrap();
    assert_eq!(flights.sit(flight, "two"), None);
    assert_eq!(flights.join("one", LEASE, at(1)), Join::Full);
    assert_eq!(flights.join("two", LEASE, at(1)), Join::Full);
    flights.leave(flight, seat);
    assert_eq!(flights.join("one", LEASE, at(1)), Join::Follow(flight));
}

#[test]
fn a_full_table_gives_up_the_flight_whose_lease_is_over_then_the_oldest_that_landed_and_never_one_in_the_air() {
    let mut flights = table(3, 9);
    let landed = lead(flights.join("landed", LEASE, at(0)));
    flights.sit(landed, "never left").unwrap();
    drop(flights.land(landed, 1, at(1)));
    let lost = lead(flights.join("lost", Duration::from_millis(10), at(1)));
    let air = lead(flights.join("air", LEASE, at(1)));
    lead(flights.join("new", LEASE, at(20)));
    assert_eq!(flights.land(lost, 1, at(20)), Vec::<&str>::new());
    assert_eq!(flights.follow(landed, at(20)), Follow::Landed(1));
    lead(flights.join("newer", LEASE, at(20)));
    assert_eq!(flights.follow(landed, at(20)), Follow::Gone);
    assert_eq!(flights.join("newest", LEASE, at(20)), Join::Full);
    assert_eq!(flights.follow(air, at(20)), Follow::Wait { until: at(101) });
}

#[test]
fn seats_that_are_never_left_do_not_keep_others_out() {
    let mut flights = table(1_000, 4);
    for round in 0..50 {
        let flight = lead(flights.join("key", LEASE, at(round)));
        flights.sit(flight, "vanishes").unwrap();
        drop(flights.land(flight, 1, at(round)));
    }
    assert!(flights.seats() <= 4);
}

#[test]
fn nothing_is_left_of_those_who_never_come_back_soon_after_their_leases() {
    let mut flights = table(10_000, 10_000);
    for number in 0..1_000_u64 {
        let flight = lead(flights.join(&number.to_string(), LEASE, at(number)));
        flights.sit(flight, "vanishes").unwrap();
    }
    let later = at(1_000).after(LEASE).after(GRACE);
    for number in 0..1_000_u64 {
        let flight = lead(flights.join(&number.to_string(), LEASE, later));
        drop(flights.land(flight, 1, later));
    }
    assert_eq!((flights.flights(), flights.seats()), (0, 0));
}

// A naive model: a list of flights that is searched from end to end and never cleaned.

#[derive(Clone, Debug)]
enum Step {
    Join { key: usize, lease: u64 },
    Solo { lease: u64 },
    Sit(usize),
    Leave(usize),
    Land(usize),
    Abandon(usize),
    Forget(usize),
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0_usize..3, 1_u64..300).prop_map(|(key, lease)| Step::Join { key, lease }),
        1 => (1_u64..300).prop_map(|lease| Step::Solo { lease }),
        6 => (0_usize..20).prop_map(Step::Sit),
        3 => (0_usize..20).prop_map(Step::Leave),
        3 => (0_usize..20).prop_map(Step::Land),
        1 => (0_usize..20).prop_map(Step::Abandon),
        1 => (0_usize..3).prop_map(Step::Forget),
        4 => (0_u64..400).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..120)
}

struct NaiveFlight {
    id: FlightId,
    key: Option<String>,
    until: Instant,
    outcome: Option<u32>,
    gone: bool,
    seats: Vec<(SeatId, Option<u32>)>,
}

struct Pair {
    flights: Flights<u32, u32>,
    naive: Vec<NaiveFlight>,
    now: Instant,
    count: u32,
}

impl Pair {
    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.count += 1;
        let chosen = |index: usize| index % self.naive.len().max(1);
        match *step {
            Step::Pass(passed) => self.now = self.now.after(Duration::from_millis(passed)),
            Step::Join { key, lease } => self.join(&key.to_string(), Duration::from_millis(lease))?,
            Step::Solo { lease } => {
                let id = self.flights.solo(Duration::from_millis(lease), self.now).unwrap();
                self.take_off(id, None, Duration::from_millis(lease));
            }
            Step::Forget(key) => {
                self.flights.forget(&key.to_string());
                self.naive.iter_mut().filter(|it| it.key == Some(key.to_string())).for_each(|it| it.key = None);
            }
            _ if self.naive.is_empty() => {}
            Step::Sit(index) => self.sit(chosen(index))?,
            Step::Leave(index) => self.leave(chosen(index)),
            Step::Land(index) => self.land(chosen(index))?,
            Step::Abandon(index) => self.abandon(chosen(index))?,
        }
        self.compare()
    }

    fn join(&mut self, key: &str, lease: Duration) -> Result<(), TestCaseError> {
        let now = self.now;
        let known = self.naive.iter().find(|it| it.key.as_deref() == Some(key) && now < it.until).map(|it| it.id);
        match (self.flights.join(key, lease, now), known) {
            (Join::Follow(id), Some(known)) => prop_assert_eq!(id, known),
            (Join::Lead(id), None) => {
                prop_assert!(self.naive.iter().all(|it| it.id != id), "an id is used again");
                self.naive.iter_mut().filter(|it| it.key.as_deref() == Some(key)).for_each(|it| it.key = None);
                self.take_off(id, Some(key.to_owned()), lease);
            }
            (join, known) => prop_assert!(false, "{join:?} although {known:?} is in the air"),
        }
        Ok(())
    }

    fn take_off(&mut self, id: FlightId, key: Option<String>, lease: Duration) {
        let until = self.now.after(lease);
        self.naive.push(NaiveFlight { id, key, until, outcome: None, gone: false, seats: Vec::new() });
    }

    fn sit(&mut self, index: usize) -> Result<(), TestCaseError> {
        let flight = &mut self.naive[index];
        let seat = self.flights.sit(flight.id, self.count);
        if flight.gone {
            prop_assert_eq!(seat, None);
        } else if self.now < flight.until.after(GRACE) {
            let bell = flight.outcome.is_none().then_some(self.count);
            flight.seats.push((seat.unwrap(), bell));
        } else if let Some(seat) = seat {
            // Over, and not cleaned away yet: nobody will ever ring or read here.
            self.flights.leave(flight.id, seat);
        }
        Ok(())
    }

    fn leave(&mut self, index: usize) {
        let flight = &mut self.naive[index];
        if let Some((seat, _)) = flight.seats.pop() {
            self.flights.leave(flight.id, seat);
            flight.gone |= flight.outcome.is_some() && flight.seats.is_empty();
        }
    }

    fn land(&mut self, index: usize) -> Result<(), TestCaseError> {
        let flight = &mut self.naive[index];
        let bells = self.flights.land(flight.id, self.count, self.now);
        if flight.gone || flight.outcome.is_some() {
            prop_assert!(bells.is_empty());
            return Ok(());
        }
        flight.key = None;
        flight.gone = flight.seats.is_empty() || self.now >= flight.until.after(GRACE);
        flight.outcome = Some(self.count);
        let expected: Vec<u32> = flight.seats.iter_mut().filter_map(|(_, bell)| bell.take()).collect();
        prop_assert_eq!(bells, if flight.gone { Vec::new() } else { expected });
        Ok(())
    }

    fn abandon(&mut self, index: usize) -> Result<(), TestCaseError> {
        let flight = &mut self.naive[index];
        let bells = self.flights.abandon(flight.id);
        if self.now < flight.until.after(GRACE) && !flight.gone && flight.outcome.is_none() {
            let expected: Vec<u32> = flight.seats.iter_mut().filter_map(|(_, bell)| bell.take()).collect();
            prop_assert_eq!(bells, expected);
        }
        flight.gone |= flight.outcome.is_none();
        flight.key = None;
        Ok(())
    }

    fn compare(&self) -> Result<(), TestCaseError> {
        let mut seats = 0;
        for flight in &self.naive {
            let over = flight.gone || self.now >= flight.until.after(GRACE);
            seats += if over { 0 } else { flight.seats.len() };
            let expected = match flight.outcome {
                _ if over => Follow::Gone,
                Some(outcome) => Follow::Landed(outcome),
                None if self.now < flight.until => Follow::Wait { until: flight.until },
                None => Follow::Gone,
            };
            prop_assert_eq!(self.flights.follow(flight.id, self.now), expected);
        }
        prop_assert!(self.flights.seats() >= seats);
        Ok(())
    }
}

proptest! {
    #[test]
    fn the_table_answers_as_a_naive_one_and_is_empty_in_the_end(steps in steps()) {
        let flights = Flights::new(Limits { max_flights: 1_000, max_seats: 1_000 }, 1);
        let mut pair = Pair { flights, naive: Vec::new(), now: at(0), count: 0 };
        for step in &steps {
            pair.step(step)?;
        }
        let mut flights = pair.flights;
        let end = pair.now.after(Duration::from_secs(10));
        for _ in 0..=steps.len() {
            let flight = flights.solo(LEASE, end).unwrap();
            let _ = flights.abandon(flight);
        }
        prop_assert_eq!((flights.flights(), flights.seats()), (0, 0));
    }
}
