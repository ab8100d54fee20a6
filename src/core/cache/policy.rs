//! Which entry goes when room is needed: the one with the least heat for its size among a few.

use super::ghosts::{Cause, Ghosts};
use super::pace::Pace;
use super::slab::{Index, NIL};
use crate::core::time::Instant;

/// How many entries are compared, beside the one put last.
const SAMPLE: usize = 8;
/// What a hit adds to an entry's heat, which ends at 255.
const HIT: u8 = 32;

pub(super) struct Policy {
    /// By slot.
    ranks: Vec<Rank>,
    hand: usize,
    newest: Index,
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

const VACANT: Rank = Rank { over: 0, size: 0, heat: 0 };

impl Policy {
    pub(super) fn new() -> Self {
        Self { ranks: Vec::new(), hand: 0, newest: NIL, ghosts: Ghosts::new(), pace: Pace::new() }
    }

    /// A new entry is in slot `index`.
    pub(super) fn enter(&mut self, index: Index, hash: u64, cost: u32, over: Instant, entries: usize) {
        let ghost = self.ghosts.recall(hash);
        if ghost.is_some_and(|(_, cause)| self.pace.back(cause, entries)) {
            self.cool();
        }
        let heat = ghost.map_or(0, |(heat, _)| heat).saturating_add(HIT);
        while self.ranks.len() <= index as usize {
            if self.ranks.len() == self.ranks.capacity() {
                self.ranks.reserve_exact(self.ranks.len() / 8 + 8);
            }
            self.ranks.push(VACANT);
        }
        self.set(index, Rank { over: seconds(over), size: size(cost), heat });
    }

    /// The entry in slot `index` has another value.
    pub(super) fn change(&mut self, index: Index, cost: u32, over: Instant) {
        if let Some(rank) = self.ranks.get_mut(index as usize) {
            (rank.over, rank.size) = (seconds(over), size(cost));
        }
    }

    /// The entry in slot `index` was hit.
    pub(super) fn hit(&mut self, index: Index) {
        if let Some(rank) = self.ranks.get_mut(index as usize) {
            rank.heat = rank.heat.saturating_add(HIT);
        }
    }

    /// The entry in slot `index` goes.
    pub(super) fn leave(&mut self, index: Index, hash: u64, cause: Cause, entries: usize) {
        let Some(rank) = self.ranks.get_mut(index as usize) else { return };
        let heat = std::mem::replace(rank, VACANT).heat;
        self.ghosts.remember(hash, heat, cause);
        self.pace.gone(cause, entries);
    }

    pub(super) fn settle(&mut self, index: Index) {
        self.newest = index;
    }

    /// Who is to go, and why: any entry but `keep`. `None` if there is no other.
    pub(super) fn victim(&mut self, keep: Index, now: Instant, entries: usize) -> Option<(Index, Cause)> {
        self.ghosts.fit(entries);
        let now = u32::try_from(now.as_millis() >> 10).unwrap_or(u32::MAX - 1);
        let newest = self.newest;
        let mut coldest = self.rank(newest).filter(|_| newest != keep).map(|rank| (newest, rank));
        let mut met = 0;
        for _ in 0..self.ranks.len() {
            let index = self.hand as Index;
            self.hand = if self.hand + 1 < self.ranks.len() { self.hand + 1 } else { 0 };
            let Some(rank) = self.rank(index).filter(|_| index != keep) else { continue };
            if rank.over <= now {
                return Some((index, Cause::Dropped));
            }
            if coldest.is_none_or(|(_, other)| rank.is_colder(other)) {
                coldest = Some((index, rank));
            }
            met += 1;
            if met == SAMPLE {
                break;
            }
        }
        coldest.map(|(index, _)| (index, if index == newest { Cause::Refused } else { Cause::Displaced }))
    }

    fn rank(&self, index: Index) -> Option<Rank> {
        self.ranks.get(index as usize).copied().filter(|rank| rank.size > 0)
    }

    fn set(&mut self, index: Index, rank: Rank) {
        if let Some(place) = self.ranks.get_mut(index as usize) {
            *place = rank;
        }
    }

    fn cool(&mut self) {
        self.ranks.iter_mut().for_each(|rank| rank.heat /= 2);
        self.ghosts.cool();
    }
}

impl Rank {
    const fn is_colder(self, other: Self) -> bool {
        (self.heat as u32) * (other.size as u32) < (other.heat as u32) * (self.size as u32)
    }
}

/// Rounded up to the next 1.024 s.
fn seconds(at: Instant) -> u32 {
    u32::try_from((at.as_millis() >> 10).saturating_add(1)).unwrap_or(u32::MAX)
}

fn size(cost: u32) -> u16 {
    1
}
