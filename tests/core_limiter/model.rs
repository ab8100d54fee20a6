//! The limiter against a naive model of it.

use clerk_edge::core::limiter::{Admission, Limiter, MEMORY, PATIENCE, Place, Quota, Start};
use clerk_edge::core::time::{Duration, Instant, millis};
use proptest::prelude::*;

use crate::{at, ms};

#[derive(Clone, Debug)]
enum Step {
    Request { max_wait: u64 },
    Poll(usize),
    Cancel(usize),
    Complete(usize),
    Pause(u64),
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_u64..3_000).prop_map(|max_wait| Step::Request { max_wait }),
        6 => (0_usize..40).prop_map(Step::Poll),
        1 => (0_usize..40).prop_map(Step::Cancel),
        4 => (0_usize..40).prop_map(Step::Complete),
        1 => (0_u64..300).prop_map(Step::Pause),
        6 => (0_u64..150).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..150)
}

/// A limiter, and beside it the same with lists that are searched from end to end.
struct Pair {
    limiter: Limiter,
    quota: Quota,
    now: Instant,
    /// Every start, the end of its lease, and when its place is free.
    places: Vec<(Start, Instant, Instant)>,
    /// Every waiter, and until when it counts.
    line: Vec<(Place, Instant)>,
    /// In parts, of which a token has as many as the window has milliseconds.
    tokens: u64,
    paused_until: Instant,
}

impl Pair {
    fn new(quota: Quota) -> Self {
        let tokens = u64::from(quota.burst) * millis(quota.window);
        let (places, line, paused_until) = (Vec::new(), Vec::new(), at(0));
        Self { limiter: Limiter::new(quota), quota, now: at(1_000), places, line, tokens, paused_until }
    }

    fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match *step {
            Step::Pass(passed) => self.pass(passed),
            Step::Pause(length) => self.pause(self.now.after(ms(length))),
            Step::Request { max_wait } => self.request(ms(max_wait))?,
            Step::Poll(index) if !self.line.is_empty() => self.poll(index % self.line.len())?,
            Step::Cancel(index) if !self.line.is_empty() => self.cancel(index % self.line.len()),
            Step::Complete(index) if !self.places.is_empty() => self.complete(index % self.places.len()),
            Step::Poll(_) | Step::Cancel(_) | Step::Complete(_) => {}
        }
        prop_assert!(self.limiter.occupied() <= self.quota.limit as usize);
        Ok(())
    }

    fn pass(&mut self, passed: u64) {
        let full = u64::from(self.quota.burst) * millis(self.quota.window);
        self.tokens = full.min(self.tokens + passed * u64::from(self.quota.limit));
        self.now = self.now.after(ms(passed));
        self.line.retain(|(_, lapse)| lapse.after(MEMORY) > self.now);
    }

    fn pause(&mut self, until: Instant) {
        self.limiter.pause(until, self.now);
        self.paused_until = self.paused_until.max(until);
    }

    fn cancel(&mut self, index: usize) {
        let (place, _) = self.line.remove(index);
        self.limiter.cancel(place);
    }

    fn complete(&mut self, index: usize) {
        let (start, lease, free) = &mut self.places[index];
        self.limiter.complete(*start, self.now);
        if *lease > self.now {
            *lease = self.now;
            *free = self.now.after(self.quota.window + ms(1));
        }
    }

    fn request(&mut self, max_wait: Duration) -> Result<(), TestCaseError> {
        let goes = self.goes(self.line.len());
        match self.limiter.request(max_wait, self.now) {
            Admission::Go(start) => self.start(start, goes)?,
            Admission::Wait(place, then) => {
                prop_assert!(!goes && then > self.now && then <= self.now.after(max_wait));
                self.line.push((place, then.after(PATIENCE)));
            }
            Admission::Refused { retry_after } => prop_assert!(!goes && retry_after > ms(0)),
        }
        Ok(())
    }

    fn poll(&mut self, index: usize) -> Result<(), TestCaseError> {
        let goes = self.goes(index);
        let (place, _) = self.line.remove(index);
        match self.limiter.poll(place, self.now) {
            Admission::Go(start) => self.start(start, goes)?,
            Admission::Wait(same, then) => {
                prop_assert!(!goes && then > self.now && same == place);
                self.line.insert(index, (place, then.after(PATIENCE)));
            }
            Admission::Refused { retry_after } => prop_assert!(!goes && retry_after > ms(0)),
        }
        Ok(())
    }

    /// Whether someone behind the first `before` of the line may start.
    fn goes(&self, before: usize) -> bool {
        let ahead = self.line[..before].iter().filter(|(_, lapse)| *lapse > self.now).count();
        let occupied = self.places.iter().filter(|(_, _, free)| *free > self.now).count();
        let tokens = self.tokens / millis(self.quota.window);
        occupied + ahead < self.quota.limit as usize && tokens > ahead as u64 && self.paused_until <= self.now
    }

    fn start(&mut self, start: Start, goes: bool) -> Result<(), TestCaseError> {
        prop_assert!(goes);
        self.tokens -= millis(self.quota.window);
        let lease = self.now.after(self.quota.lease);
        self.places.push((start, lease, lease.after(self.quota.window + ms(1))));
        Ok(())
    }
}

proptest! {
    #[test]
    fn the_limiter_starts_exactly_whom_a_naive_one_would(
        limit in 1_u32..6, burst in 1_u32..6, window in 1_u64..400, steps in steps()
    ) {
        let burst = burst.min(limit);
        let mut pair = Pair::new(Quota { limit, window: ms(window), burst, max_queue: 1_000, lease: ms(200) });
        for step in &steps {
            pair.step(step)?;
        }
    }
}
