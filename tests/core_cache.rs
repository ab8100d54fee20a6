//! The cache, through its public face.

use clerk_edge::core::cache::{Cache, Freshness, Limits, Lookup, NewEntry, Put};
use clerk_edge::core::time::{Duration, Instant};

const MINUTE: Freshness = Freshness { ttl: Duration::from_mins(1), stale: Duration::ZERO };
const ROOMY: Limits = Limits { max_bytes: 1 << 20, max_entries: 1_000 };

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn put(cache: &mut Cache<u32>, key: &str, value: u32, tags: &[&str], now: Instant) -> Put {
    let since = cache.epoch();
    cache.put(key, NewEntry { value, weight: 100, freshness: MINUTE, tags, since }, now)
}

#[test]
fn an_entry_is_served_until_its_ttl_and_not_at_it() {
    let mut cache = Cache::new(ROOMY, 1);
    put(&mut cache, "user_1", 1, &[], at(5));
    assert_eq!(cache.get("user_1", at(60_004)), Lookup::Hit { value: 1, age: Duration::from_millis(59_999) });
    assert_eq!(cache.get("user_1", at(60_005)), Lookup::Expired);
    assert_eq!(cache.get("user_1", at(60_005)), Lookup::Miss);
    assert!(cache.is_empty());
}

#[test]
fn an_invalidation_beats_a_read_in_flight() {
    let mut cache = Cache::new(ROOMY, 1);
    let since = cache.epoch();
    assert!(!cache.remove("user_1"));
    let late = NewEntry { value: 1, weight: 1, freshness: MINUTE, tags: &[], since };
    assert_eq!(cache.put("user_1", late, at(0)), Put::Outdated);
    assert_eq!(cache.put("user_2", late, at(0)), Put::Stored);
    assert_eq!(put(&mut cache, "user_1", 2, &[], at(0)), Put::Stored);
}
