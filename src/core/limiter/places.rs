//! The places of the window guard: which are running, which are cooling off, and when the next ones are free.

use std::collections::VecDeque;

use crate::core::order::Numbered;
use crate::core::time::{Duration, Instant};

/// The clock shows whole milliseconds: a completion may have been up to this much later than it says.
const TICK: Duration = Duration::from_millis(1);

/// A request that occupies a place; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Start(u64);

#[derive(Debug)]
pub(super) struct Places {
    limit: usize,
    /// The window and the tick.
    hold: Duration,
    lease: Duration,
    /// When the lease of each running request ends; in order of start, so the first ends first.
    running: Numbered<Instant>,
    /// When each place that cools off is free, soonest first.
    cooling: VecDeque<Instant>,
    next: u64,
}

impl Places {
    pub(super) const fn new(limit: u32, window: Duration, lease: Duration) -> Self {
        let hold = window.saturating_add(TICK);
        Self { limit: limit as usize, hold, lease, running: Numbered::new(), cooling: VecDeque::new(), next: 0 }
    }

    /// Takes a place. The caller has seen that one is free.
    pub(super) fn start(&mut self, now: Instant) -> Start {
        let start = Start(self.next);
        self.next += 1;
        self.running.push(start.0, now.after(self.lease));
        start
    }

    pub(super) fn complete(&mut self, start: Start, now: Instant) {
        if self.running.remove(start.0).is_some() {
            self.cooling.push_back(now.after(self.hold));
        }
    }

    /// Time passes. `cooling` stays in order, because every end of a lease is noticed by the next call of any kind:
    /// what is added later was completed, or had its lease end, after the last call, and what is there before it.
    pub(super) fn advance(&mut self, now: Instant) {
        while let Some((start, &over)) = self.running.first().filter(|(_, over)| **over <= now) {
            self.running.remove(start);
            self.cooling.push_back(over.after(self.hold));
        }
        while self.cooling.front().is_some_and(|free| *free <= now) {
            self.cooling.pop_front();
        }
    }

    /// The earliest instant, not before `from`, at which there can be a place for someone with `ahead` others before it
    /// who do not start before `from` either.
    ///
    /// Those beyond the limit take the place of one of those others, one hold after that one has started.
    pub(super) fn free_at(&self, ahead: usize, now: Instant, from: Instant) -> Instant {
        let (rounds, turn) = (ahead / self.limit, ahead % self.limit);
        let free = self.limit.saturating_sub(self.occupied());
        let first = match turn.checked_sub(free) {
            None => now,
            Some(cooling) => self.cooling.get(cooling).copied().unwrap_or_else(|| now.after(self.hold)),
        };
        first.max(from).after(self.hold.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX)))
    }

    pub(super) fn running(&self) -> usize {
        self.running.len()
    }

    pub(super) fn occupied(&self) -> usize {
        self.running.len() + self.cooling.len()
    }
}
