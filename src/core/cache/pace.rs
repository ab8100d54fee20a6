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
    /// How many came, back or new.
    came: u64,
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
        Self { interval: START, returned: 0, judged: 0, came: 0, refused, displaced }
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

    /// An entry came, back or new.
    pub(super) const fn came(&mut self) {
        self.came += 1;
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
    ///
    /// Of those who come, one in 128 is mistaken for a ghost; twice as many are not counted as returns.
    fn learn(&mut self) {
        let back = self.refused.back.saturating_sub(self.came / 64);
        let regret = 2 * back * self.displaced.gone.max(1);
        let comfort = 3 * self.displaced.back * self.refused.gone.max(1);
        let interval = if regret > comfort { self.interval * 2 / 3 } else { self.interval * 3 / 2 };
        self.interval = interval.clamp(FEWEST, MOST);
        self.came /= 2;
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

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: usize = 1_024;

    /// Evictions, a tenth of them of the entry put last, each followed by one coming, and so many in a hundred back.
    fn run(pace: &mut Pace, refused_back: usize, displaced_back: usize) {
        for n in 0..20 * ENTRIES {
            let (cause, back) =
                if n % 10 == 0 { (Cause::Refused, refused_back) } else { (Cause::Displaced, displaced_back) };
            pace.gone(cause, ENTRIES);
            pace.came();
            if n / 10 % 100 < back {
                pace.back(cause, ENTRIES);
            }
        }
    }

    #[test]
    fn heat_fades_fast_where_the_refused_return_and_slowly_where_they_do_not() {
        let mut pace = Pace::new();
        run(&mut pace, 90, 10);
        assert_eq!(pace.interval, FEWEST);
        run(&mut pace, 10, 10);
        assert_eq!(pace.interval, MOST);
    }

    #[test]
    fn strangers_mistaken_for_ghosts_do_not_count_as_returns() {
        let mut pace = Pace::new();
        run(&mut pace, 8, 0);
        assert_eq!(pace.interval, MOST);
    }

    #[test]
    fn it_is_time_to_halve_after_as_many_returns_as_the_interval_says() {
        let mut pace = Pace::new();
        let returns = ENTRIES * START / 16;
        assert!((0..returns).all(|_| !pace.back(Cause::Displaced, ENTRIES)));
        assert!(!pace.back(Cause::Dropped, ENTRIES), "not a return that an eviction was wrong about");
        assert!(pace.back(Cause::Displaced, ENTRIES));
        assert!(!pace.back(Cause::Displaced, ENTRIES), "from the start again");
    }
}
