//! The cache itself: where its parts meet.

use std::borrow::Cow;
use std::fmt;

use hashbrown::HashTable;

use super::entry::{Entry, Handle, Life, cost};
use super::ghosts::Cause;
use super::hash::Seeds;
use super::invalidations::Invalidations;
use super::policy::{Policy, Scarce};
use super::slab::{Index, NIL, Slab};
use super::tags::Tags;
use super::terms::{Epoch, Limits, Lookup, NewEntry, Put};
use crate::core::time::Instant;

/// How many bytes of a key's end are hashed by [`Cache::of_signed`]: 192 bits of what is written in base64.
pub const KEY_END: usize = 32;

/// A bounded map from strings to values with a time to live.
///
/// `get`, `put` and `remove` are O(1) amortised in the number of entries, and linear in the tags of the entries they
/// put or drop.
pub struct Cache<V> {
    limits: Limits,
    pub(super) seeds: Seeds,
    pub(super) index: HashTable<Index>,
    pub(super) entries: Slab<Entry<V>>,
    bytes: usize,
    policy: Policy,
    pub(super) tags: Tags,
    invalidations: Invalidations,
    /// The stamp of the next entry.
    stamp: u32,
}

impl<V: Clone> Cache<V> {
    /// An empty cache. `seed` is random, so that nobody can choose keys that collide.
    #[must_use]
    pub fn new(limits: Limits, seed: u64) -> Self {
        Self::hashing(usize::MAX, limits, seed)
    }

    /// An empty cache for keys whose last [`KEY_END`] bytes tell them apart, and cannot be chosen by who would like them to
    /// collide: tokens, which end in a signature. Those bytes and the length are all that is hashed, `=` at the end apart,
    /// which counts in the length alone. Keys are compared in full all the same.
    #[must_use]
    pub fn of_signed(limits: Limits, seed: u64) -> Self {
        Self::hashing(KEY_END, limits, seed)
    }

    fn hashing(most: usize, limits: Limits, seed: u64) -> Self {
        Self {
            limits,
            seeds: Seeds::new(seed, most),
            index: HashTable::new(),
            entries: Slab::new(),
            bytes: 0,
            policy: Policy::new(),
            tags: Tags::new(),
            invalidations: Invalidations::new(),
            stamp: 0,
        }
    }

    /// Looks a key up. A hit counts in favour of the entry when room is needed.
    pub fn get(&mut self, key: &str, now: Instant) -> Lookup<V> {
        let Some(index) = self.find(key, self.seeds.key(key)) else { return Lookup::Miss };
        let Some(entry) = self.entries.get_mut(index) else { return Lookup::Miss };
        if entry.life.is_over(now) {
            self.drop_entry(index, Cause::Dropped);
            return Lookup::Expired;
        }
        self.policy.hit(index);
        let (value, age) = (entry.value.clone(), entry.life.age(now));
        if entry.life.is_fresh(now) { Lookup::Hit { value, age } } else { Lookup::Stale { value, age } }
    }

    /// A handle to the entry under `key`; none if there is no such entry, or in the rare case that it cannot have one.
    #[must_use]
    pub fn handle(&self, key: &str) -> Option<Handle> {
        let index = self.find(key, self.seeds.key(key))?;
        self.entries.get(index).and_then(|entry| Handle::new(index, entry.stamp))
    }

    /// What is there under a key that is not at hand as text, if it is within its time to live; counts as a hit then. Only
    /// for [`Cache::of_signed`]: `end` is the end of the key and `len` its length, and `is` compares all of it.
    #[inline]
    pub fn get_ending(
        &mut self,
        end: &[u8; KEY_END],
        len: usize,
        is: impl Fn(&str) -> bool,
        now: Instant,
    ) -> Option<&V> {
        let hash = self.seeds.key_ending(end, len);
        let entries = &self.entries;
        let is_it = |&index: &Index| {
            entries.get(index).is_some_and(|entry| entry.hash == hash && entry.key.len() == len && is(&entry.key))
        };
        let index = *self.index.find(hash, is_it)?;
        let entry = self.entries.get(index).filter(|entry| entry.life.is_fresh(now))?;
        self.policy.hit(index);
        Some(&entry.value)
    }

    /// What a handle leads to, if it is within its time to live; counts as a hit then. `None` also once the entry that the
    /// handle was made for is gone.
    ///
    /// The short form of [`Cache::get`]: no key to hash and compare, no age to work out, nothing cloned.
    #[inline]
    pub fn get_by(&mut self, handle: Handle, now: Instant) -> Option<&V> {
        let entry = self.entries.get(handle.index)?;
        if entry.stamp != handle.stamp || !entry.life.is_fresh(now) {
            return None;
        }
        self.policy.hit(handle.index);
        Some(&entry.value)
    }

    /// Now, in the sequence of invalidations: take it before a read from upstream starts and put its answer with it.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        self.invalidations.epoch()
    }

    /// Stores a value, unless its key or one of its tags was invalidated after `since`.
    ///
    /// Which invalidations there were is remembered in bounded memory; a read that began before the oldest one
    /// remembered is refused too. A stored entry stays at least until the next put.
    pub fn put<'a>(&mut self, key: impl Into<Cow<'a, str>>, entry: NewEntry<'_, V>, now: Instant) -> Put {
        let key = key.into();
        let hash = self.seeds.key(&key);
        if self.is_outdated(hash, &entry) {
            return Put::Outdated;
        }
        let old = self.find(&key, hash);
        let Some(cost) = self.fit(cost::<V>(&key, entry.tags, entry.weight)) else {
            self.drop_found(old);
            return Put::TooLarge;
        };
        let (tags, life) = (entry.tags, Life::new(entry.freshness, now));
        let stored = match old {
            Some(index) => self.replace(index, entry.value, life, cost),
            None => self.insert(key.into(), hash, entry.value, life, cost),
        };
        let Some(index) = stored else { return Put::TooLarge };
        self.tag(index, tags);
        self.make_room(index, now);
        Put::Stored
    }

    /// Drops a key, and refuses its value from any read that began before; returns whether it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        let hash = self.seeds.key(key);
        self.invalidations.mark(hash);
        let found = self.find(key, hash);
        self.drop_found(found);
        found.is_some()
    }

    /// Drops every entry with this tag, and refuses such entries from any read that began before.
    ///
    /// Returns how many were dropped, whose number is also its cost.
    pub fn invalidate_tag(&mut self, tag: &str) -> usize {
        let hash = self.seeds.tag(tag);
        self.invalidations.mark(hash);
        let before = self.len();
        while let Some(index) = self.tags.latest(tag, hash) {
            self.drop_entry(index, Cause::Dropped);
        }
        before - self.len()
    }

    /// Drops everything and gives its memory back; refuses all values from reads that began before.
    pub fn clear(&mut self) {
        self.invalidations.mark_all();
        self.index = HashTable::new();
        self.entries = Slab::new();
        self.bytes = 0;
        self.policy = Policy::new();
        self.tags = Tags::new();
    }

    /// Drops what is past all its time, stale included; returns how many. O(n).
    pub fn clear_expired(&mut self, now: Instant) -> usize {
        self.clear_expired_where(now, |_| true)
    }

    /// The same for those entries alone whose key is `wanted`.
    pub fn clear_expired_where(&mut self, now: Instant, wanted: impl Fn(&str) -> bool) -> usize {
        let before = self.len();
        for index in 0..self.entries.end() {
            if self.entries.get(index).is_some_and(|entry| entry.life.is_over(now) && wanted(&entry.key)) {
                self.drop_entry(index, Cause::Dropped);
            }
        }
        before - self.len()
    }

    /// The number of entries, those past their time included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What all entries together count for, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    fn find(&self, key: &str, hash: u64) -> Option<Index> {
        let is_it = |entry: &Entry<V>| entry.hash == hash && *entry.key == *key;
        self.index.find(hash, |&index| self.entries.get(index).is_some_and(is_it)).copied()
    }

    fn is_outdated(&self, key: u64, entry: &NewEntry<'_, V>) -> bool {
        let marks = &self.invalidations;
        !marks.quiet_since(entry.since)
            && (marks.since(entry.since, key)
                || entry.tags.iter().any(|tag| marks.since(entry.since, self.seeds.tag(tag))))
    }

    /// The cost, if an entry of that cost fits at all.
    fn fit(&self, cost: usize) -> Option<u32> {
        u32::try_from(cost).ok().filter(|_| cost <= self.limits.max_bytes && self.limits.max_entries > 0)
    }

    fn insert(&mut self, key: Box<str>, hash: u64, value: V, life: Life, cost: u32) -> Option<Index> {
        let index = self.entries.insert(Entry { key, value, life, cost, hash, tags: NIL, stamp: self.stamp })?;
        self.stamp = self.stamp.saturating_add(1);
        let entries = &self.entries;
        self.index.insert_unique(hash, index, |&index| entries.get(index).map_or(0, |entry| entry.hash));
        self.policy.enter(index, hash, cost, life.over(), self.entries.len());
        self.bytes += cost as usize;
        Some(index)
    }

    fn replace(&mut self, index: Index, value: V, life: Life, cost: u32) -> Option<Index> {
        let entry = self.entries.get_mut(index)?;
        self.bytes = self.bytes - entry.cost as usize + cost as usize;
        (entry.value, entry.life, entry.cost) = (value, life, cost);
        let tags = entry.tags;
        self.tags.detach(tags);
        self.policy.change(index, cost, life.over());
        Some(index)
    }

    fn tag(&mut self, index: Index, names: &[&str]) {
        let first = names.iter().fold(NIL, |first, name| self.tags.attach(index, name, self.seeds.tag(name), first));
        if let Some(entry) = self.entries.get_mut(index) {
            entry.tags = first;
        }
    }

    /// Evicts until the limits hold, sparing the entry just put.
    fn make_room(&mut self, put: Index, now: Instant) {
        while let Some(scarce) = self.scarce() {
            let Some((victim, cause)) = self.policy.victim(put, scarce, now, self.entries.len()) else { break };
            self.drop_entry(victim, cause);
        }
    }

    const fn scarce(&self) -> Option<Scarce> {
        if self.bytes > self.limits.max_bytes {
            Some(Scarce::Bytes)
        } else if self.len() > self.limits.max_entries {
            Some(Scarce::Entries)
        } else {
            None
        }
    }

    fn drop_found(&mut self, found: Option<Index>) {
        if let Some(index) = found {
            self.drop_entry(index, Cause::Dropped);
        }
    }

    fn drop_entry(&mut self, index: Index, cause: Cause) {
        let Some(entry) = self.entries.take(index) else { return };
        self.policy.leave(index, entry.hash, cause, self.entries.len());
        if let Ok(found) = self.index.find_entry(entry.hash, |&other| other == index) {
            found.remove();
        }
        self.tags.detach(entry.tags);
        self.bytes -= entry.cost as usize;
    }
}

impl<V> fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("limits", &self.limits)
            .field("len", &self.entries.len())
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}
