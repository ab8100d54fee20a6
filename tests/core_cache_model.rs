//! The cache against a naive model: a list of what was put last under each key, and of every invalidation.

use clerk_edge::core::cache::{Cache, ENTRY_OVERHEAD, Epoch, Freshness, Limits, Lookup, NewEntry, Put, TAG_OVERHEAD};
use clerk_edge::core::time::{Duration, Instant};
use proptest::prelude::*;
use proptest::sample::select;

/// A key or a tag.
type Name = &'static str;

const KEYS: [Name; 6] = ["a", "b", "c", "dddddddddddddddd", "org", ""];
const TAGS: [Name; 4] = ["org", "all", "user_1", ""];
/// Nothing is ever evicted.
const ROOMY: Limits = Limits { max_bytes: 1 << 20, max_entries: 100 };

#[derive(Clone, Debug)]
enum Op {
    Wait(u64),
    Get(Name),
    /// Remember the epoch, as a read that begins does.
    Begin,
    Put {
        key: Name,
        weight: usize,
        ttl: u64,
        stale: u64,
        tags: Vec<Name>,
        begun: prop::sample::Index,
    },
    Remove(Name),
    InvalidateTag(Name),
    Clear,
    ClearExpired,
}

fn op() -> impl Strategy<Value = Op> {
    let put = (
        select(&KEYS),
        0..700_usize,
        0..60_u64,
        0..30_u64,
        prop::collection::vec(select(&TAGS), 0..4),
        any::<prop::sample::Index>(),
    );
    prop_oneof![
        2 => (0..20_u64).prop_map(Op::Wait),
        6 => select(&KEYS).prop_map(Op::Get),
        2 => Just(Op::Begin),
        8 => put.prop_map(|(key, weight, ttl, stale, tags, begun)| Op::Put { key, weight, ttl, stale, tags, begun }),
        1 => select(&KEYS).prop_map(Op::Remove),
        1 => select(&TAGS).prop_map(Op::InvalidateTag),
        1 => prop_oneof![9 => Just(Op::ClearExpired), 1 => Just(Op::Clear)],
    ]
}

/// What was put last under a key and neither invalidated nor seen to be over.
#[derive(Clone, Debug)]
struct Held {
    key: Name,
    value: u32,
    cost: usize,
    put: u64,
    ttl: u64,
    stale: u64,
    tags: Vec<Name>,
}

#[derive(Clone, Copy, PartialEq)]
enum Invalidation {
    Key(Name),
    Tag(Name),
    All,
}

struct World {
    limits: Limits,
    cache: Cache<u32>,
    now: u64,
    puts: u32,
    held: Vec<Held>,
    invalidations: Vec<Invalidation>,
    /// Reads begun: the cache's epoch, and how many invalidations there were.
    begun: Vec<(Epoch, usize)>,
}

impl World {
    fn new(limits: Limits, seed: u64) -> Self {
        let cache: Cache<u32> = Cache::new(limits, seed);
        let begun = vec![(cache.epoch(), 0)];
        Self { limits, cache, now: 0, puts: 0, held: Vec::new(), invalidations: Vec::new(), begun }
    }

    fn now(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    fn does_not_evict(&self) -> bool {
        self.limits == ROOMY
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Wait(millis) => self.now += millis,
            Op::Get(key) => self.get(key),
            Op::Begin => self.begun.push((self.cache.epoch(), self.invalidations.len())),
            Op::Put { key, weight, ttl, stale, tags, begun } => {
                let begun = *begun.get(&self.begun);
                let new =
                    Held { key, value: self.puts, cost: cost(key, &tags, weight), put: self.now, ttl, stale, tags };
                self.put(new, weight, begun);
            }
            Op::Remove(key) => {
                self.invalidations.push(Invalidation::Key(key));
                let removed = self.cache.remove(key);
                self.dropped(usize::from(removed), |held| held.key == key);
            }
            Op::InvalidateTag(tag) => {
                self.invalidations.push(Invalidation::Tag(tag));
                let dropped = self.cache.invalidate_tag(tag);
                self.dropped(dropped, |held| held.tags.contains(&tag));
            }
            Op::Clear => {
                self.invalidations.push(Invalidation::All);
                let dropped = self.cache.len();
                self.cache.clear();
                self.dropped(dropped, |_| true);
            }
            Op::ClearExpired => {
                let (now, dropped) = (self.now, self.cache.clear_expired(self.now()));
                self.dropped(dropped, |held| held.is_over(now));
            }
        }
    }

    /// The cache dropped so many of those that `which` picks: all there were, or fewer if some were evicted before.
    fn dropped(&mut self, count: usize, which: impl Fn(&Held) -> bool) {
        let before = self.held.len();
        self.held.retain(|held| !which(held));
        let gone = before - self.held.len();
        assert!(if self.does_not_evict() { count == gone } else { count <= gone }, "{count} of {gone}");
    }

    fn get(&mut self, key: Name) {
        let found = self.cache.get(key, self.now());
        let held = self.held.iter().find(|held| held.key == key).cloned();
        if found == Lookup::Miss {
            assert!(held.is_none() || !self.does_not_evict());
            self.held.retain(|held| held.key != key); // evicted
            return;
        }
        assert_eq!(Some(found), held.map(|held| held.lookup(self.now)), "put last, not invalidated, and this old");
        if found == Lookup::Expired {
            self.held.retain(|held| held.key != key);
        }
    }

    fn put(&mut self, new: Held, weight: usize, (since, seen): (Epoch, usize)) {
        let outdated = self.invalidations.iter().skip(seen).any(|&invalidation| match invalidation {
            Invalidation::Key(key) => key == new.key,
            Invalidation::Tag(tag) => new.tags.contains(&tag),
            Invalidation::All => true,
        });
        let too_large = new.cost > self.limits.max_bytes || self.limits.max_entries == 0;
        let expected = match (outdated, too_large) {
            (true, _) => Put::Outdated,
            (false, true) => Put::TooLarge,
            (false, false) => Put::Stored,
        };
        let (ttl, stale) = (Duration::from_millis(new.ttl), Duration::from_millis(new.stale));
        let entry = NewEntry { value: new.value, weight, freshness: Freshness { ttl, stale }, tags: &new.tags, since };
        assert_eq!(self.cache.put(new.key, entry, self.now()), expected);
        self.puts += 1;
        if expected != Put::Outdated {
            self.held.retain(|held| held.key != new.key);
        }
        if expected == Put::Stored {
            let key = new.key;
            self.held.push(new);
            self.get(key); // never evicted by its own put
        }
    }

    fn check_bounds(&self) {
        assert!(self.cache.bytes() <= self.limits.max_bytes && self.cache.len() <= self.limits.max_entries);
        if self.does_not_evict() {
            assert_eq!(self.cache.len(), self.held.len());
            assert_eq!(self.cache.bytes(), self.held.iter().map(|held| held.cost).sum::<usize>());
        }
    }

    /// Looks every key up, after which the model knows exactly what is there.
    fn check_bytes(&mut self) {
        for key in KEYS {
            self.get(key);
        }
        assert_eq!(self.cache.len(), self.held.len());
        assert_eq!(self.cache.bytes(), self.held.iter().map(|held| held.cost).sum::<usize>());
    }
}

impl Held {
    fn is_over(&self, now: u64) -> bool {
        now >= self.put + self.ttl + self.stale
    }

    fn lookup(&self, now: u64) -> Lookup<u32> {
        let (value, age) = (self.value, Duration::from_millis(now - self.put));
        match now - self.put {
            age_ms if age_ms < self.ttl => Lookup::Hit { value, age },
            age_ms if age_ms < self.ttl + self.stale => Lookup::Stale { value, age },
            _ => Lookup::Expired,
        }
    }
}

fn cost(key: Name, tags: &[Name], weight: usize) -> usize {
    let tags = tags.iter().map(|tag| tag.len() + TAG_OVERHEAD).sum::<usize>();
    weight + key.len() + tags + ENTRY_OVERHEAD + size_of::<u32>()
}

proptest! {
    #[test]
    fn a_cache_that_is_never_full_does_exactly_what_the_model_does(
        ops in prop::collection::vec(op(), 0..200), seed: u64,
    ) {
        let mut world = World::new(ROOMY, seed);
        for op in ops {
            world.apply(op);
            world.check_bounds();
        }
    }

    #[test]
    fn a_full_cache_keeps_its_limits_and_serves_only_what_was_put_last_and_is_still_true(
        ops in prop::collection::vec(op(), 0..200), seed: u64, max_bytes in 0..3_000_usize, max_entries in 0..6_usize,
    ) {
        let mut world = World::new(Limits { max_bytes, max_entries }, seed);
        for op in ops {
            world.apply(op);
            world.check_bounds();
        }
        world.check_bytes();
    }

    #[test]
    fn bytes_are_exact_after_every_step_of_a_full_cache(
        ops in prop::collection::vec(op(), 0..100), seed: u64, max_bytes in 500..3_000_usize,
    ) {
        let mut world = World::new(Limits { max_bytes, max_entries: 100 }, seed);
        for op in ops {
            world.apply(op);
            world.check_bytes();
        }
    }
}
