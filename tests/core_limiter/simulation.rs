//! The limiter before simulated servers of three kinds, under thousands of random patterns.
//!
//! Time is virtual and in microseconds; the client's clock shows whole milliseconds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use clerk_edge::core::limiter::{Admission, Limiter, PATIENCE, Place, Quota, Start};
use clerk_edge::core::time::{Duration, Instant, millis};

use crate::{at, ms};

/// A small generator with a seed, so that every failure can be replayed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.next() % 100 < chance
    }
}

#[derive(Clone, Copy, Debug)]
struct Pattern {
    quota: Quota,
    jobs: u64,
    /// All jobs come within this time.
    spread: u64,
    latency: (u64, u64),
    /// How late timers are, at most.
    lateness: u64,
    /// Percent of the jobs that cancel while they wait, vanish while they wait, vanish once they have started.
    cancel: u64,
    vanish_waiting: u64,
    vanish_running: u64,
    max_wait: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Lives,
    Cancels,
    VanishesWaiting,
    VanishesRunning,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Comes(usize),
    Polls(usize),
    Cancels(usize),
    Completes(usize),
}

struct Job {
    fate: Fate,
    place: Option<Place>,
    start: Option<Start>,
    polls: u32,
    refused: bool,
}

struct World {
    pattern: Pattern,
    random: Random,
    now: u64,
    phase: u64,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    order: u64,
    limiter: Limiter,
    jobs: Vec<Job>,
    arrivals: Vec<u64>,
    last_start: u64,
}

impl World {
    fn run(pattern: Pattern, seed: u64) -> Self {
        let mut random = Random(seed);
        let phase = random.between(0, 999);
        let limiter = Limiter::new(pattern.quota);
        let (events, jobs, arrivals) = (BinaryHeap::new(), Vec::new(), Vec::new());
        let mut world =
            Self { pattern, random, now: 0, phase, events, order: 0, limiter, jobs, arrivals, last_start: 0 };
        world.send_jobs();
        while let Some(Reverse((time, _, event))) = world.events.pop() {
            world.now = time;
            world.happen(event);
        }
        world.arrivals.sort_unstable();
        world
    }

    fn send_jobs(&mut self) {
        for job in 0..self.pattern.jobs {
            let draw = self.random.between(0, 99);
            let (cancel, vanish) = (self.pattern.cancel, self.pattern.vanish_waiting);
            let fate = match draw {
                _ if draw < cancel => Fate::Cancels,
                _ if draw < cancel + vanish => Fate::VanishesWaiting,
                _ if draw < cancel + vanish + self.pattern.vanish_running => Fate::VanishesRunning,
                _ => Fate::Lives,
            };
            self.jobs.push(Job { fate, place: None, start: None, polls: 0, refused: false });
            let comes = self.random.between(0, self.pattern.spread);
            self.later(comes, Event::Comes(usize::try_from(job).unwrap()));
        }
    }

    fn later(&mut self, delay: u64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((self.now + delay, self.order, event)));
    }

    fn clock(&self) -> Instant {
        at((self.now + self.phase) / 1_000)
    }

    fn happen(&mut self, event: Event) {
        let clock = self.clock();
        match event {
            Event::Comes(job) => {
                let admission = self.limiter.request(self.pattern.max_wait, clock);
                self.admitted(job, admission);
            }
            Event::Polls(job) => {
                if let Some(place) = self.jobs[job].place {
                    self.jobs[job].polls += 1;
                    let admission = self.limiter.poll(place, clock);
                    self.admitted(job, admission);
                }
            }
            Event::Cancels(job) => {
                if let Some(place) = self.jobs[job].place.take() {
                    self.limiter.cancel(place);
                    self.limiter.cancel(place);
                }
            }
            Event::Completes(job) => {
                let start = self.jobs[job].start.unwrap();
                self.limiter.complete(start, clock);
            }
        }
    }

    fn admitted(&mut self, job: usize, admission: Admission) {
        match admission {
            Admission::Go(start) => self.started(job, start),
            Admission::Refused { .. } => {
                self.jobs[job].refused = true;
                self.jobs[job].place = None;
            }
            Admission::Wait(place, then) => self.told(job, place, then),
        }
    }

    fn told(&mut self, job: usize, place: Place, then: Instant) {
        let first = self.jobs[job].place.is_none();
        self.jobs[job].place = Some(place);
        let sleep = millis(then.since(self.clock())) * 1_000;
        assert!(sleep > 0, "a waiter is never told to ask again at once");
        let late = self.random.between(0, self.pattern.lateness);
        match self.jobs[job].fate {
            Fate::VanishesWaiting if first || self.random.percent(50) => return,
            Fate::Cancels if first => {
                let cancels = self.random.between(0, 3 * sleep);
                self.later(cancels, Event::Cancels(job));
            }
            Fate::Lives | Fate::Cancels | Fate::VanishesWaiting | Fate::VanishesRunning => {}
        }
        self.later(sleep + late, Event::Polls(job));
    }

    fn started(&mut self, job: usize, start: Start) {
        assert!(self.jobs[job].start.is_none(), "no job starts twice");
        self.jobs[job].start = Some(start);
        self.jobs[job].place = None;
        self.last_start = self.now;
        let (low, high) = self.pattern.latency;
        if self.jobs[job].fate == Fate::VanishesRunning {
            // Whoever has not arrived when the lease is over never arrives.
            let arrives = self.random.between(0, millis(self.pattern.quota.lease) * 1_000);
            self.arrivals.push(self.now + arrives);
        } else {
            let latency = self.random.between(low, high);
            let arrives = if self.random.percent(30) { latency } else { self.random.between(0, latency) };
            self.arrivals.push(self.now + arrives);
            self.later(latency, Event::Completes(job));
        }
    }

    /// Arrivals that a server would refuse under each rule.
    fn over_limit(&self) -> [usize; 3] {
        let (limit, window) = (self.pattern.quota.limit as usize, millis(self.pattern.quota.window) * 1_000);
        [over_fixed(&self.arrivals, limit, window), over_sliding(&self.arrivals, limit, window), {
            over_bucket(&self.arrivals, limit, window)
        }]
    }
}

/// Under the worst of twenty phases of the server's window.
fn over_fixed(arrivals: &[u64], limit: usize, window: u64) -> usize {
    let over = |phase: u64| {
        let mut over = 0;
        let mut counts = (0, 0);
        for arrival in arrivals {
            let number = (arrival + phase) / window;
            counts = if counts.0 == number { (number, counts.1 + 1) } else { (number, 1) };
            over += usize::from(counts.1 > limit);
        }
        over
    };
    (0..20).map(|step| over(window * step / 20)).max().unwrap()
}

fn over_sliding(arrivals: &[u64], limit: usize, window: u64) -> usize {
    arrivals.windows(limit + 1).filter(|group| group[limit] - group[0] < window).count()
}

/// A bucket of `limit` tokens, counted in parts of which a token has `window`.
fn over_bucket(arrivals: &[u64], limit: usize, window: u64) -> usize {
    let (limit, mut last, mut over) = (limit as u64, 0, 0);
    let mut level = limit * window;
    for arrival in arrivals {
        level = (limit * window).min(level + (arrival - last) * limit);
        last = *arrival;
        match level.checked_sub(window) {
            Some(rest) => level = rest,
            None => over += 1,
        }
    }
    over
}

fn calm(jobs: u64, limit: u32, latency: (u64, u64)) -> Pattern {
    let quota = Quota { limit, window: ms(1_000), burst: limit, max_queue: 100_000, lease: ms(30_000) };
    let max_wait = ms(1_000_000);
    let (cancel, vanish_waiting, vanish_running) = (0, 0, 0);
    Pattern { quota, jobs, spread: 0, latency, lateness: 0, cancel, vanish_waiting, vanish_running, max_wait }
}

fn wild(random: &mut Random) -> Pattern {
    let limit = u32::try_from(random.between(1, 30)).unwrap();
    let burst = if random.percent(50) { limit } else { u32::try_from(random.between(1, u64::from(limit))).unwrap() };
    let window = random.between(50, 1_000);
    let latency = random.between(0, 250_000);
    let lateness = [0, 2_000, 30_000, 400_000][usize::try_from(random.between(0, 3)).unwrap()];
    let spread = [0, window * 1_000, window * 5_000][usize::try_from(random.between(0, 2)).unwrap()];
    let fates = [random.between(0, 30), random.between(0, 30), random.between(0, 20)];
    Pattern {
        quota: Quota { limit, window: ms(window), burst, max_queue: 100_000, lease: ms(300) },
        jobs: random.between(1, 6 * u64::from(limit)),
        spread,
        latency: (random.between(0, latency), latency),
        lateness,
        cancel: fates[0],
        vanish_waiting: fates[1],
        vanish_running: fates[2],
        max_wait: ms(1_000_000),
    }
}

#[test]
fn the_simulated_server_notices_a_limiter_that_lets_too_many_through() {
    let arrivals = [0, 10, 990_000, 990_010, 999_999, 2_100_000];
    assert_eq!(over_sliding(&arrivals, 2, 1_000_000), 3);
    assert!(over_fixed(&arrivals, 2, 1_000_000) >= 2);
    assert_eq!(over_bucket(&arrivals, 2, 1_000_000), 2);
}

#[test]
fn no_server_rule_is_ever_broken_and_every_living_waiter_starts() {
    for seed in 0..5_000 {
        let pattern = wild(&mut Random(seed));
        let world = World::run(pattern, seed);
        assert_eq!(world.over_limit(), [0, 0, 0], "seed {seed}: {pattern:?}");
        for job in &world.jobs {
            let must_start = matches!(job.fate, Fate::Lives | Fate::VanishesRunning);
            assert!(!must_start || job.start.is_some(), "seed {seed}: a waiter starved: {pattern:?}");
        }
    }
}

#[test]
fn everything_is_free_again_when_everyone_has_gone() {
    for seed in 0..1_000 {
        let mut world = World::run(wild(&mut Random(seed)), seed);
        let (limit, later) = (world.pattern.quota.limit, world.clock().after(ms(100_000)));
        world.limiter.pause(later, later);
        let left = (world.limiter.in_flight(), world.limiter.occupied(), world.limiter.queued());
        assert_eq!(left, (0, 0, 0), "seed {seed}");
        let burst = world.pattern.quota.burst.clamp(1, limit);
        let started = (0..=limit).filter(|_| matches!(world.limiter.request(ms(0), later), Admission::Go(_))).count();
        assert_eq!(started, burst as usize, "seed {seed}");
    }
}

#[test]
fn the_total_time_is_the_minimum_but_for_one_round_trip_and_tick_per_window() {
    for (latency, jitter) in [(0, 0), (20_000, 0), (20_000, 25_000), (200_000, 0), (200_000, 200_000)] {
        for seed in 0..5 {
            let world = World::run(calm(1_000, 200, (latency, latency + jitter)), seed);
            assert_eq!(world.over_limit(), [0, 0, 0]);
            let most = 4 * (1_000_000 + 1_000 + latency + jitter);
            assert!(world.last_start <= most, "{} > {most} at {latency} + {jitter}", world.last_start);
        }
    }
}

#[test]
fn with_timers_as_late_as_a_busy_isolates_the_total_time_grows_by_that_per_window() {
    let pattern = Pattern { lateness: 10_000, ..calm(1_000, 200, (5_000, 25_000)) };
    for seed in 0..5 {
        let world = World::run(pattern, seed);
        assert_eq!(world.over_limit(), [0, 0, 0]);
        assert!(world.last_start <= 4 * (1_001_000 + 25_000 + 10_000), "{}", world.last_start);
    }
}

#[test]
fn cancelled_and_vanished_waiters_cost_the_others_little_time() {
    let pattern = Pattern { cancel: 20, vanish_waiting: 20, ..calm(2_000, 200, (20_000, 45_000)) };
    for seed in 0..10 {
        let world = World::run(pattern, seed);
        assert_eq!(world.over_limit(), [0, 0, 0]);
        let started = world.arrivals.len() as u64;
        let rounds = (started - 1) / 200;
        let most = 1_030_000 * rounds + 45_000 * rounds + 1_000 * millis(PATIENCE);
        assert!(world.last_start <= most, "seed {seed}: {started} in {} > {most}", world.last_start);
    }
}

#[test]
fn a_waiter_polls_a_logarithmic_number_of_times() {
    let world = World::run(calm(10_000, 100, (20_000, 45_000)), 1);
    let most = world.jobs.iter().map(|job| job.polls).max().unwrap();
    assert!(most <= 24, "{most} polls for a wait of 100 s");
}

#[test]
fn those_who_cannot_start_by_their_deadline_are_refused_and_leave_the_others_their_time() {
    let pattern = Pattern { max_wait: ms(2_500), ..calm(1_000, 200, (0, 20_000)) };
    let world = World::run(pattern, 3);
    assert_eq!(world.arrivals.len(), 600, "at 0, 1 and 2 s");
    assert_eq!(world.jobs.iter().filter(|job| job.refused).count(), 400);
}
