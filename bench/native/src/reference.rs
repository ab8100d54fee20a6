//! Textbook policies, written for clarity: what the eviction policy was chosen among.

use std::collections::{HashMap, VecDeque};

use crate::subjects::Subject;

/// A queue whose members can be moved to its end: a removed or moved member leaves its old ticket behind.
#[derive(Default)]
struct Queue {
    tickets: VecDeque<(u32, u64)>,
    current: HashMap<u32, u64>,
    issued: u64,
}

impl Queue {
    fn push(&mut self, key: u32) {
        self.issued += 1;
        self.current.insert(key, self.issued);
        self.tickets.push_back((key, self.issued));
    }

    fn front(&mut self) -> Option<u32> {
        while let Some(&(key, ticket)) = self.tickets.front() {
            if self.current.get(&key) == Some(&ticket) {
                return Some(key);
            }
            self.tickets.pop_front();
        }
        None
    }

    fn pop(&mut self) -> Option<u32> {
        let key = self.front()?;
        self.current.remove(&key);
        Some(key)
    }

    fn remove(&mut self, key: u32) -> bool {
        self.current.remove(&key).is_some()
    }

    fn has(&self, key: u32) -> bool {
        self.current.contains_key(&key)
    }

    fn len(&self) -> usize {
        self.current.len()
    }
}

pub struct Lru {
    bound: usize,
    queue: Queue,
}

impl Lru {
    pub fn new(bound: usize) -> Self {
        Self { bound, queue: Queue::default() }
    }
}

impl Subject for Lru {
    fn look_up(&mut self, key: u32, _: u32) -> bool {
        let hit = self.queue.has(key);
        self.queue.push(key);
        if self.queue.len() > self.bound {
            self.queue.pop();
        }
        hit
    }
}

/// Zhang et al., NSDI 2024. The queue is a vector in order of arrival; gaps are closed when half of it is gaps.
pub struct Sieve {
    bound: usize,
    order: Vec<Option<u32>>,
    visited: HashMap<u32, bool>,
    hand: usize,
}

impl Sieve {
    pub fn new(bound: usize) -> Self {
        Self { bound, order: Vec::new(), visited: HashMap::new(), hand: 0 }
    }

    fn evict(&mut self) {
        loop {
            let place = self.hand;
            self.hand = if place + 1 < self.order.len() { place + 1 } else { 0 };
            let Some(key) = self.order[place] else { continue };
            if let Some(visited @ true) = self.visited.get_mut(&key) {
                *visited = false;
                continue;
            }
            self.order[place] = None;
            self.visited.remove(&key);
            return;
        }
    }

    fn close_gaps(&mut self) {
        let before = self.order[..self.hand].iter().flatten().count();
        self.order.retain(Option::is_some);
        self.hand = before;
    }
}

impl Subject for Sieve {
    fn look_up(&mut self, key: u32, _: u32) -> bool {
        if let Some(visited) = self.visited.get_mut(&key) {
            *visited = true;
            return true;
        }
        if self.visited.len() >= self.bound {
            self.evict();
        }
        if self.order.len() >= 2 * self.bound {
            self.close_gaps();
        }
        self.order.push(Some(key));
        self.visited.insert(key, false);
        false
    }
}

/// Yang et al., SOSP 2023: a small queue of a tenth, a main queue, as many ghosts as the main queue holds.
pub struct S3Fifo {
    bound: usize,
    small: VecDeque<u32>,
    main: VecDeque<u32>,
    hits: HashMap<u32, u8>,
    ghosts: Queue,
}

impl S3Fifo {
    pub fn new(bound: usize) -> Self {
        let (small, main) = (VecDeque::new(), VecDeque::new());
        Self { bound, small, main, hits: HashMap::new(), ghosts: Queue::default() }
    }

    fn evict(&mut self) {
        while self.hits.len() >= self.bound {
            let from_small = self.small.len() >= self.bound / 10 || self.main.is_empty();
            let queue = if from_small { &mut self.small } else { &mut self.main };
            let Some(key) = queue.pop_front() else { return };
            let hits = self.hits.get(&key).copied().unwrap_or(0);
            if hits > 0 {
                self.hits.insert(key, if from_small { 0 } else { hits - 1 });
                self.main.push_back(key);
                continue;
            }
            self.hits.remove(&key);
            if from_small {
                self.ghosts.push(key);
            }
            if self.ghosts.len() > self.bound * 9 / 10 {
                self.ghosts.pop();
            }
        }
    }
}

impl Subject for S3Fifo {
    fn look_up(&mut self, key: u32, _: u32) -> bool {
        if let Some(hits) = self.hits.get_mut(&key) {
            *hits = 3.min(*hits + 1);
            return true;
        }
        self.evict();
        let queue = if self.ghosts.remove(key) { &mut self.main } else { &mut self.small };
        queue.push_back(key);
        self.hits.insert(key, 0);
        false
    }
}

/// Einziger et al., 2017, as in Caffeine without its climber: a window of a hundredth, a main space of two segments,
/// counts to fifteen that are halved every ten lookups per entry. The counts are exact here.
pub struct TinyLfu {
    bound: usize,
    window: Queue,
    probation: Queue,
    protected: Queue,
    counts: HashMap<u32, u8>,
    counted: usize,
}

impl TinyLfu {
    pub fn new(bound: usize) -> Self {
        let (window, probation, protected) = Default::default();
        Self { bound, window, probation, protected, counts: HashMap::new(), counted: 0 }
    }

    fn count(&mut self, key: u32) {
        let count = self.counts.entry(key).or_default();
        *count = 15.min(*count + 1);
        self.counted += 1;
        if self.counted >= 10 * self.bound {
            self.counted /= 2;
            self.counts.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
    }

    fn hit(&mut self, key: u32) -> bool {
        if self.window.has(key) {
            self.window.push(key);
        } else if self.protected.has(key) {
            self.protected.push(key);
        } else if self.probation.remove(key) {
            self.protected.push(key);
            if self.protected.len() > self.bound * 79 / 100
                && let Some(demoted) = self.protected.pop()
            {
                self.probation.push(demoted);
            }
        } else {
            return false;
        }
        true
    }

    fn admit(&mut self, candidate: u32) {
        self.probation.push(candidate);
        if self.window.len() + self.probation.len() + self.protected.len() <= self.bound {
            return;
        }
        let Some(victim) = self.probation.front() else { return };
        let count = |key: u32| self.counts.get(&key).copied().unwrap_or(0);
        let loser = if count(candidate) > count(victim) { victim } else { candidate };
        self.probation.remove(loser);
    }
}

impl Subject for TinyLfu {
    fn look_up(&mut self, key: u32, _: u32) -> bool {
        self.count(key);
        if self.hit(key) {
            return true;
        }
        self.window.push(key);
        if self.window.len() > (self.bound / 100).max(1)
            && let Some(candidate) = self.window.pop()
        {
            self.admit(candidate);
        }
        false
    }
}
