//! The pool against a naive model of it: lists that are searched from end to end.

use clerk_edge::core::pool::{ACK, Acquire, Limits, Permit, Pool, Ticket, Turn};
use clerk_edge::core::time::{Duration, Instant};
use proptest::prelude::*;

use crate::{BEAT, LEASE, at};

#[derive(Clone, Debug)]
enum Step {
    Acquire,
    Wait(usize),
    Poll(usize),
    Cancel(usize),
    Release(usize),
    Renew(usize),
    Tick,
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => Just(Step::Acquire),
        4 => (0_usize..20).prop_map(Step::Wait),
        6 => (0_usize..20).prop_map(Step::Poll),
        1 => (0_usize..20).prop_map(Step::Cancel),
        4 => (0_usize..20).prop_map(Step::Release),
        1 => (0_usize..20).prop_map(Step::Renew),
        1 => Just(Step::Tick),
        6 => (0_u64..70).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..150)
}

#[derive(Clone)]
struct Waiter {
    ticket: Ticket,
    heard: Instant,
    rung: Option<Instant>,
    bell: Option<u32>,
}

struct Pair {
    pool: Pool<u32>,
    limits: Limits,
    now: Instant,
    /// Every permit that was ever granted, and when it runs out.
    permits: Vec<(Permit, Instant)>,
    waiters: Vec<Waiter>,
    count: u32,
}

impl Pair {
    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.count += 1;
        self.waiters.retain(|waiter| waiter.heard.after(BEAT * 3) > self.now);
        match *step {
            Step::Pass(passed) => self.now = self.now.after(Duration::from_millis(passed)),
            Step::Acquire => self.acquire()?,
            Step::Wait(index) if !self.waiters.is_empty() => self.wait(index % self.waiters.len()),
            Step::Poll(index) if !self.waiters.is_empty() => self.poll(index % self.waiters.len())?,
            Step::Cancel(index) if !self.waiters.is_empty() => {
                let waiter = self.waiters.remove(index % self.waiters.len());
                let bells = self.pool.cancel(waiter.ticket, self.now);
                self.rung(&bells)?;
            }
            Step::Release(index) if !self.permits.is_empty() => {
                let (permit, _) = self.permits.remove(index % self.permits.len());
                let bells = self.pool.release(permit, self.now);
                self.rung(&bells)?;
            }
            Step::Renew(index) if !self.permits.is_empty() => self.renew(index % self.permits.len())?,
            Step::Tick => {
                let bells = self.pool.tick(self.now);
                self.rung(&bells)?;
            }
            Step::Wait(_) | Step::Poll(_) | Step::Cancel(_) | Step::Release(_) | Step::Renew(_) => {}
        }
        prop_assert!(self.pool.active() <= self.limits.max_active);
        prop_assert!(self.pool.waiting() <= self.limits.max_waiting);
        Ok(())
    }

    fn free(&self) -> usize {
        self.limits.max_active - self.permits.iter().filter(|(_, end)| *end > self.now).count()
    }

    fn living(&self, waiter: &Waiter) -> bool {
        waiter.rung.is_none_or(|rung| rung.after(ACK) > self.now)
    }

    fn living_before(&self, index: usize) -> usize {
        self.waiters[..index].iter().filter(|waiter| self.living(waiter)).count()
    }

    fn acquire(&mut self) -> Result<(), TestCaseError> {
        let goes = self.free() > self.living_before(self.waiters.len());
        match self.pool.acquire(self.now) {
            Acquire::Granted(permit) => self.grant(permit, goes)?,
            Acquire::Waiting(ticket) => {
                prop_assert!(!goes);
                self.waiters.push(Waiter { ticket, heard: self.now, rung: None, bell: None });
            }
            Acquire::Full => prop_assert!(!goes && self.waiters.len() == self.limits.max_waiting),
        }
        Ok(())
    }

    fn wait(&mut self, index: usize) {
        let waiter = &mut self.waiters[index];
        self.pool.wait(waiter.ticket, self.count, self.now);
        (waiter.heard, waiter.rung, waiter.bell) = (self.now, None, Some(self.count));
    }

    fn poll(&mut self, index: usize) -> Result<(), TestCaseError> {
        let goes = self.free() > self.living_before(index);
        let waiter = &mut self.waiters[index];
        (waiter.heard, waiter.rung) = (self.now, None);
        match self.pool.poll(waiter.ticket, self.now) {
            Turn::Granted(permit) => {
                self.waiters.remove(index);
                self.grant(permit, goes)?;
            }
            Turn::Wait { until } => prop_assert!(!goes && until == self.now.after(BEAT)),
            Turn::Gone => prop_assert!(false, "a waiter in the queue is not gone"),
        }
        Ok(())
    }

    fn renew(&mut self, index: usize) -> Result<(), TestCaseError> {
        let (permit, end) = &mut self.permits[index];
        let out = *end > self.now;
        prop_assert_eq!(self.pool.renew(*permit, self.now), out);
        *end = if out { self.now.after(LEASE) } else { *end };
        Ok(())
    }

    fn grant(&mut self, permit: Permit, goes: bool) -> Result<(), TestCaseError> {
        prop_assert!(goes && self.permits.iter().all(|(other, _)| *other != permit));
        self.permits.push((permit, self.now.after(LEASE)));
        Ok(())
    }

    /// The bells of the first living waiters, one for each free permit, that were not rung before.
    fn rung(&mut self, bells: &[u32]) -> Result<(), TestCaseError> {
        let living: Vec<usize> = (0..self.waiters.len()).filter(|it| self.living(&self.waiters[*it])).collect();
        let mut expected = Vec::new();
        for index in living.into_iter().take(self.free()) {
            let waiter = &mut self.waiters[index];
            if let Some(bell) = waiter.bell.take() {
                waiter.rung = Some(self.now);
                expected.push(bell);
            }
        }
        prop_assert_eq!(bells, expected);
        Ok(())
    }
}

proptest! {
    #[test]
    fn the_pool_grants_and_rings_as_a_naive_one_and_everything_is_free_in_the_end(
        max_active in 1_usize..5, max_waiting in 0_usize..12, steps in steps()
    ) {
        let limits = Limits { max_active, max_waiting, lease: LEASE, beat: BEAT };
        let (permits, waiters) = (Vec::new(), Vec::new());
        let mut pair = Pair { pool: Pool::new(limits), limits, now: at(0), permits, waiters, count: 0 };
        for step in &steps {
            pair.step(step)?;
        }
        let (mut pool, end) = (pair.pool, pair.now.after(LEASE).after(BEAT * 3));
        prop_assert!(pool.tick(end).is_empty());
        prop_assert_eq!((pool.active(), pool.waiting()), (0, 0));
    }
}
