//! How fast heat fades: as fast as forgetting the past pays.
//!
//! Heat is halved every so many returns of entries lately refused or displaced. How many, is learnt from who returns:
//! where the refused return more often than the displaced, what is popular has changed, and heat fades faster; where
//! they do not, longer memory tells better who is popular.

use super::ghosts::Cause;

/// Returns between two halvings, in sixteenths of the number of entries: the first, the fewest, the most.
const START: usize = 24;
const FEWEST: usize = 3;
const MOST: usize = 48;

pub(super) struct Pace {
    interval: usize,
    returned: usize,
    judged: usize,
    refused: Tally,
    displaced: Tally,
}

/// How many went and how many came back, of late.
struct Tally {
    gone: u64,
    back: u64,
}

impl Pace {
    pub(super) const fn new() -> Self {
        let (refused, displaced) = (Tally { gone: 0, back: 0 }, Tally { gone: 0, back: 0 });
        Self { interval: START, returned: 0, judged: 0, refused, displaced }
    }

    /// An entry went.
    pub(super) fn gone(&mut self, cause: Cause, entries: usize) {
        match cause {
            Cause::Refused => self.refused.gone += 1,
            Cause::Displaced => self.displaced.gone += 1,
            Cause::Dropped => return,
        }
        self.judged += 1;
        if self.judged > 2 * entries.max(1_024) {
            self.judged = 0;
            self.learn();
        }
    }

    /// An entry is back; returns whether it is time to halve all heat.
    pub(super) fn back(&mut self, cause: Cause, entries: usize) -> bool {
        match cause {
            Cause::Refused => self.refused.back += 1,
            Cause::Displaced => self.displaced.back += 1,
            Cause::Dropped => return false,
        }
        self.returned += 1;
        let due = self.returned > entries * self.interval / 16;
        if due {
            self.returned = 0;
        }
        due
    }

    /// Faster if the refused return half as often again as the displaced, slower otherwise.
    fn learn(&mut self) {
        let regret = 2 * self.refused.back * self.displaced.gone.max(1);
        let comfort = 3 * self.displaced.back * self.refused.gone.max(1);
        let interval = if regret > comfort { self.interval * 2 / 3 } else { self.interval * 3 / 2 };
        self.interval = interval.clamp(FEWEST, MOST);
        self.refused.fade();
        self.displaced.fade();
    }
}

impl Tally {
    const fn fade(&mut self) {
        self.gone /= 2;
        self.back /= 2;
    }
}
