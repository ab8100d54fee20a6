//! Which entry goes when room is needed: the one with the least heat for its size among a few.

use super::ghosts::{Cause, Ghosts};
use super::pace::Pace;
use super::slab::{Index, NIL};
use crate::core::time::Instant;

/// How many entries are compared, beside the one put last.
const SAMPLE: usize = 8;
/// How many slots are looked at for them, at most, if most are vacant.
const LOOK: usize = 64;
/// What a hit adds to an entry's heat, which ends at 255.
const HIT: u8 = 32;

pub(super) struct Policy {
    /// By slot.
    ranks: Vec<Rank>,
    hand: Index,
    /// The entry put last, and the one before, which now has to prove itself.
    newest: Index,
    on_trial: Index,
    ghosts: Ghosts,
    pace: Pace,
}

/// What decides about an entry, in eight bytes, so that one line of memory holds a sample.
#[derive(Clone, Copy)]
struct Rank {
    /// Seconds after which its time is over for certain.
    over: u32,
    /// Size for comparison; 0 in a slot without entry.
    size: u16,
    heat: u8,
}

/// What there is too much of, and so whether the size of an entry counts against it.
#[derive(Clone, Copy)]
pub(super) enum Scarce {
    Bytes,
    Entries,
}

const VACANT: Rank = Rank { over: 0, size: 0, heat: 0 };

#[cfg(test)]
pub(super) const RANK_BYTES: usize = size_of::<Rank>();

impl Policy {
    pub(super) const fn new() -> Self {
        Self { ranks: Vec::new(), hand: 0, newest: NIL, on_trial: NIL, ghosts: Ghosts::new(), pace: Pace::new() }
    }

    /// A new entry is in slot `index`, one of `entries`.
    pub(super) fn enter(&mut self, index: Index, hash: u64, cost: u32, over: Instant, entries: usize) {
        self.pace.came();
        let ghost = self.ghosts.recall(hash);
        if ghost.is_some_and(|(_, cause)| self.pace.back(cause, entries)) {
            self.cool();
        }
        let heat = ghost.map_or(0, |(heat, _)| heat).saturating_add(HIT);
        self.reserve(index);
        if let Some(rank) = self.ranks.get_mut(index as usize) {
            *rank = Rank { over: seconds_up(over), size: size(cost), heat };
        }
        self.on_trial = std::mem::replace(&mut self.newest, index);
    }

    /// The entry in slot `index` has another value.
    pub(super) fn change(&mut self, index: Index, cost: u32, over: Instant) {
        if let Some(rank) = self.ranks.get_mut(index as usize) {
            (rank.over, rank.size) = (seconds_up(over), size(cost));
        }
    }

    /// The entry in slot `index` was hit.
    #[inline]
    pub(super) fn hit(&mut self, index: Index) {
        if let Some(rank) = self.ranks.get_mut(index as usize) {
            rank.heat = rank.heat.saturating_add(HIT);
        }
    }

    /// The entry in slot `index` goes, one of `entries`.
    pub(super) fn leave(&mut self, index: Index, hash: u64, cause: Cause, entries: usize) {
        let Some(rank) = self.ranks.get_mut(index as usize) else { return };
        let heat = std::mem::replace(rank, VACANT).heat;
        self.ghosts.remember(hash, heat, cause);
        self.pace.gone(cause, entries);
    }

    /// Which of `entries` is to go, and why; never `keep`. `None` if there is no other.
    pub(super) fn victim(
        &mut self,
        keep: Index,
        scarce: Scarce,
        now: Instant,
        entries: usize,
    ) -> Option<(Index, Cause)> {
        self.ghosts.fit(entries);
        let now = seconds_down(now);
        let mut coldest = self.rank(self.on_trial, keep).map(|rank| (self.on_trial, rank));
        let mut met = 0;
        for looked in 0..self.ranks.len() {
            if met == SAMPLE || (looked >= LOOK && coldest.is_some()) {
                break;
            }
            let index = self.advance();
            let Some(rank) = self.rank(index, keep) else { continue };
            if rank.over <= now {
                return Some((index, Cause::Dropped));
            }
            if coldest.is_none_or(|(_, other)| rank.is_colder(other, scarce)) {
                coldest = Some((index, rank));
            }
            met += 1;
        }
        coldest.map(|(index, _)| (index, if index == self.on_trial { Cause::Refused } else { Cause::Displaced }))
    }

    /// The rank of an entry, unless it is `keep`.
    fn rank(&self, index: Index, keep: Index) -> Option<Rank> {
        self.ranks.get(index as usize).copied().filter(|rank| rank.size > 0 && index != keep)
    }

    /// The slot under the hand, which moves on.
    fn advance(&mut self) -> Index {
        let index = self.hand;
        self.hand = if (index as usize) + 1 < self.ranks.len() { index + 1 } else { 0 };
        index
    }

    fn reserve(&mut self, index: Index) {
        while self.ranks.len() <= index as usize {
            if self.ranks.len() == self.ranks.capacity() {
                self.ranks.reserve_exact(self.ranks.len() / 8 + 8);
            }
            self.ranks.push(VACANT);
        }
    }

    fn cool(&mut self) {
        for rank in &mut self.ranks {
            rank.heat /= 2;
        }
        self.ghosts.cool();
    }
}

impl Rank {
    const fn is_colder(self, other: Self, scarce: Scarce) -> bool {
        match scarce {
            Scarce::Bytes => (self.heat as u32) * (other.size as u32) < (other.heat as u32) * (self.size as u32),
            Scarce::Entries => self.heat < other.heat,
        }
    }
}

/// In units of 1.024 s, rounded so that no time is over too early.
fn seconds_up(at: Instant) -> u32 {
    u32::try_from((at.as_millis() >> 10).saturating_add(1)).unwrap_or(u32::MAX)
}

/// In units of 1.024 s; never as late as [`Instant::NEVER`] rounded up.
fn seconds_down(at: Instant) -> u32 {
    u32::try_from(at.as_millis() >> 10).unwrap_or(u32::MAX).min(u32::MAX - 1)
}

/// The square root of the cost: between hits per byte, which starves what is large however hot, and hits per entry.
fn size(cost: u32) -> u16 {
    u16::try_from(cost.isqrt()).unwrap_or(u16::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(100_000);
    const LATER: Instant = Instant::from_millis(200_000);
    const NONE: Index = NIL;

    /// Entries in slots 0, 1, …, each with so many hits and such a cost.
    fn policy(entries: &[(u8, u32)]) -> Policy {
        let mut policy = Policy::new();
        for (index, &(hits, cost)) in (0..).zip(entries) {
            policy.enter(index, u64::from(index), cost, LATER, entries.len());
            (0..hits).for_each(|_| policy.hit(index));
        }
        policy
    }

    fn victim(policy: &mut Policy, keep: Index, scarce: Scarce) -> Option<Index> {
        policy.victim(keep, scarce, NOW, 8).map(|(index, _)| index)
    }

    #[test]
    fn the_coldest_goes() {
        let mut policy = policy(&[(2, 100), (1, 100), (3, 100), (2, 100)]);
        assert_eq!(victim(&mut policy, NONE, Scarce::Entries), Some(1));
    }

    #[test]
    fn size_counts_only_where_bytes_are_scarce() {
        let entries = [(1, 100), (2, 10_000), (3, 100)];
        assert_eq!(victim(&mut policy(&entries), NONE, Scarce::Entries), Some(0));
        assert_eq!(victim(&mut policy(&entries), NONE, Scarce::Bytes), Some(1));
    }

    #[test]
    fn an_entry_past_its_time_goes_before_a_colder_one() {
        let mut policy = policy(&[(0, 100), (7, 100), (0, 100)]);
        policy.change(1, 100, NOW);
        assert_eq!(policy.victim(NONE, Scarce::Entries, Instant::from_millis(102_000), 3), Some((1, Cause::Dropped)));
    }

    #[test]
    fn the_entry_before_the_newest_is_judged_wherever_the_hand_is() {
        let mut entries = [(2, 100); 30];
        entries[28] = (0, 100);
        assert_eq!(policy(&entries).victim(29, Scarce::Entries, NOW, 30), Some((28, Cause::Refused)));
    }

    #[test]
    fn one_that_is_kept_is_never_the_victim_and_one_alone_never_goes() {
        let mut several = policy(&[(0, 100), (5, 100)]);
        assert_eq!(victim(&mut several, 0, Scarce::Bytes), Some(1));
        assert_eq!(victim(&mut policy(&[(0, 100)]), 0, Scarce::Bytes), None);
    }

    #[test]
    fn what_returns_is_as_hot_as_it_was_and_a_hit_hotter() {
        let mut policy = policy(&[(3, 100), (2, 100), (5, 100)]);
        policy.victim(NONE, Scarce::Entries, NOW, 3); // ghosts are kept from here on
        policy.leave(0, 0, Cause::Displaced, 3);
        assert_eq!(policy.rank(0, NONE).map(|rank| rank.heat), None);
        policy.enter(0, 0, 100, LATER, 3);
        assert_eq!(policy.rank(0, NONE).map(|rank| rank.heat), Some(5 * HIT));
    }

    #[test]
    fn heat_fades_of_those_here_and_those_gone() {
        let mut policy = policy(&[(3, 100), (1, 100)]);
        policy.victim(NONE, Scarce::Entries, NOW, 2); // ghosts are kept from here on
        policy.leave(0, 0, Cause::Displaced, 2);
        policy.cool();
        assert_eq!(policy.rank(1, NONE).map(|rank| rank.heat), Some(HIT));
        assert_eq!(policy.ghosts.recall(0), Some((2 * HIT, Cause::Displaced)));
    }

    #[test]
    fn a_few_entries_among_many_vacant_slots_are_still_found() {
        let mut policy = policy(&[(0, 100); 1_000]);
        (1..1_000).for_each(|index| policy.leave(index, 0, Cause::Dropped, 1));
        policy.hand = 1;
        assert_eq!(victim(&mut policy, NONE, Scarce::Bytes), Some(0));
    }
}
