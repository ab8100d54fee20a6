//! What only shows from inside: collisions, and that nothing is left behind.

use super::{Cache, Freshness, Limits, Lookup, NewEntry, Put};
use crate::core::time::{Duration, Instant};

const MINUTE: Freshness = Freshness { ttl: Duration::from_mins(1), stale: Duration::ZERO };
const NOW: Instant = Instant::from_millis(1_000);

fn bounded(max_entries: usize) -> Cache<usize> {
    Cache::new(Limits { max_bytes: 1 << 30, max_entries }, 1)
}

/// Every key and every tag has the hash 0.
fn colliding(max_entries: usize) -> Cache<usize> {
    let mut cache = bounded(max_entries);
    cache.seeds.mask = 0;
    cache
}

fn put(cache: &mut Cache<usize>, key: &str, value: usize, tags: &[&str]) -> Put {
    let since = cache.epoch();
    cache.put(key, NewEntry { value, weight: 0, freshness: MINUTE, tags, since }, NOW)
}

fn value(cache: &mut Cache<usize>, key: &str) -> Option<usize> {
    match cache.get(key, NOW) {
        Lookup::Hit { value, .. } => Some(value),
        Lookup::Stale { .. } | Lookup::Expired | Lookup::Miss => None,
    }
}

#[test]
fn keys_with_the_same_hash_are_told_apart() {
    let mut cache = colliding(10);
    for (n, key) in ["a", "b", "c"].into_iter().enumerate() {
        put(&mut cache, key, n, &[]);
    }
    assert_eq!(["a", "b", "c", "d"].map(|key| value(&mut cache, key)), [Some(0), Some(1), Some(2), None]);
    assert!(cache.remove("b"));
    assert!(!cache.remove("b"));
    assert_eq!(["a", "b", "c"].map(|key| value(&mut cache, key)), [Some(0), None, Some(2)]);
}

#[test]
fn signed_keys_are_hashed_by_their_end_and_length_and_compared_in_full() {
    let mut cache = Cache::of_signed(Limits { max_bytes: 1 << 30, max_entries: 100 }, 1);
    let end = *b"0123456789abcdefghijklmnopqrstuv";
    let key = |start: &str, padding: usize| format!("{start}{}{}", String::from_utf8_lossy(&end), "=".repeat(padding));
    for (n, (start, padding)) in [("ada", 0), ("ben", 0), ("ben", 1), ("longer", 0), ("", 40)].into_iter().enumerate() {
        let key = key(start, padding);
        assert_eq!(put(&mut cache, &key, n, &[]), Put::Stored);
        assert_eq!(value(&mut cache, &key), Some(n));
        assert_eq!(cache.get_ending(&end, key.len(), |other| other == key, NOW), Some(&n));
    }
    assert_eq!(cache.get_ending(&end, 35, |other| other.starts_with("cyd"), NOW), None);
    assert_eq!(value(&mut cache, &key("cyd", 0)), None);
    assert_eq!(cache.get_ending(&end, 35, |other| other.starts_with("ada"), Instant::from_millis(61_000)), None);
    assert!(cache.remove(&key("ben", 1)));
    assert_eq!(cache.get_ending(&end, 36, |_| true, NOW), None);
    put(&mut cache, "short", 9, &[]);
    assert_eq!(value(&mut cache, "short"), Some(9), "one that is all end");
}

#[test]
fn tags_with_the_same_hash_are_told_apart() {
    let mut cache = colliding(10);
    put(&mut cache, "ada", 1, &["org_1", "user_1"]);
    put(&mut cache, "ben", 2, &["org_1", "user_2"]);
    assert_eq!(cache.invalidate_tag("user_3"), 0);
    assert_eq!(cache.invalidate_tag("user_1"), 1);
    assert_eq!((value(&mut cache, "ada"), value(&mut cache, "ben")), (None, Some(2)));
}

#[test]
fn colliding_entries_are_evicted_within_the_limits() {
    let mut cache = colliding(8);
    for n in 0..100 {
        assert_eq!(put(&mut cache, &n.to_string(), n, &["all"]), Put::Stored);
        assert_eq!(value(&mut cache, &n.to_string()), Some(n));
        assert_eq!(cache.len(), cache.index.len());
    }
    assert_eq!(cache.len(), 8);
}

#[test]
fn evicted_entries_leave_no_tag_behind() {
    let mut cache = bounded(50);
    for n in 0..5_000 {
        put(&mut cache, &format!("key_{n}"), n, &[&format!("user_{n}"), "all", &format!("org_{}", n % 3)]);
    }
    assert_eq!(cache.tags.counts(), (50 + 1 + 3, 150));
    assert_eq!(cache.invalidate_tag("all"), 50);
    assert_eq!(cache.tags.counts(), (0, 0));
    assert_eq!((cache.len(), cache.bytes(), cache.index.len()), (0, 0, 0));
}

#[test]
fn entries_that_expire_are_removed_or_replaced_leave_no_tag_behind() {
    let mut cache = bounded(50);
    for key in ["a", "b", "c"] {
        put(&mut cache, key, 0, &["x", key]);
    }
    put(&mut cache, "a", 1, &["y"]);
    assert_eq!(cache.tags.counts(), (4, 5), "x, y, b, c");
    cache.remove("b");
    assert_eq!(cache.get("c", NOW.after(Duration::from_mins(1))), Lookup::Expired);
    assert_eq!(cache.tags.counts(), (1, 1), "y");
    cache.clear_expired(NOW.after(Duration::from_mins(1)));
    assert_eq!(cache.tags.counts(), (0, 0));
}

#[test]
fn slots_are_used_again_however_many_entries_come_and_go() {
    let mut cache = bounded(50);
    for n in 0..5_000 {
        put(&mut cache, &n.to_string(), n, &[]);
        if n % 7 == 0 {
            cache.remove(&n.to_string());
        }
    }
    assert!(cache.entries.end() <= 51, "one more than the bound while an entry is put");
}

#[test]
fn every_way_an_entry_goes_forgets_its_bytes() {
    let mut cache = bounded(3);
    for n in 0..6 {
        put(&mut cache, &n.to_string(), n, &["t"]);
    }
    let each = cache.entries.iter().map(|entry| entry.cost as usize).sum::<usize>() / 3;
    assert_eq!(cache.bytes(), 3 * each);
    let left: Vec<usize> = cache.entries.iter().map(|entry| entry.value).collect();
    assert!(cache.remove(&left[0].to_string()));
    assert_eq!(cache.bytes(), 2 * each);
    assert_eq!(cache.get(&left[1].to_string(), Instant::NEVER), Lookup::Expired);
    assert_eq!(cache.bytes(), each);
    cache.clear();
    assert_eq!(cache.bytes(), 0);
}
