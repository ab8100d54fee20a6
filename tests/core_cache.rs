//! The cache, through its public face.

use clerk_edge::core::cache::{
    Cache, ENTRY_OVERHEAD, Epoch, Freshness, Handle, Limits, Lookup, NewEntry, Put, TAG_OVERHEAD,
};
use clerk_edge::core::time::{Duration, Instant};

const MINUTE: Freshness = Freshness { ttl: Duration::from_mins(1), stale: Duration::ZERO };
const ROOMY: Limits = Limits { max_bytes: 1 << 20, max_entries: 1_000 };
/// What is charged for a value of type u32 beside key, tags and weight.
const OVERHEAD: usize = ENTRY_OVERHEAD + 4;

const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

const fn entry<'a>(value: u32, tags: &'a [&'a str], since: Epoch) -> NewEntry<'a, u32> {
    NewEntry { value, weight: 100, freshness: MINUTE, tags, since }
}

fn put(cache: &mut Cache<u32>, key: &str, value: u32, tags: &[&str]) -> Put {
    cache.put(key, entry(value, tags, cache.epoch()), at(0))
}

fn is_there(cache: &mut Cache<u32>, key: &str) -> bool {
    matches!(cache.get(key, at(0)), Lookup::Hit { .. })
}

#[test]
fn an_entry_is_served_until_its_ttl_and_not_at_it() {
    let mut cache = Cache::new(ROOMY, 1);
    cache.put("user_1", entry(1, &[], cache.epoch()), at(5));
    assert_eq!(cache.get("user_1", at(60_004)), Lookup::Hit { value: 1, age: Duration::from_millis(59_999) });
    assert_eq!(cache.get("user_1", at(60_005)), Lookup::Expired);
    assert_eq!(cache.get("user_1", at(60_005)), Lookup::Miss, "what is expired is dropped");
    assert!(cache.is_empty());
}

#[test]
fn an_entry_is_stale_from_its_ttl_until_its_stale_time_is_over() {
    let mut cache = Cache::new(ROOMY, 1);
    let freshness = Freshness { ttl: Duration::from_millis(10), stale: Duration::from_millis(5) };
    cache.put("user_1", NewEntry { freshness, ..entry(1, &[], cache.epoch()) }, at(100));
    assert_eq!(cache.get("user_1", at(109)), Lookup::Hit { value: 1, age: Duration::from_millis(9) });
    assert_eq!(cache.get("user_1", at(110)), Lookup::Stale { value: 1, age: Duration::from_millis(10) });
    assert_eq!(cache.get("user_1", at(114)), Lookup::Stale { value: 1, age: Duration::from_millis(14) });
    assert_eq!(cache.get("user_1", at(115)), Lookup::Expired);
}

#[test]
fn a_lifetime_past_the_end_of_the_clock_never_ends() {
    let mut cache = Cache::new(ROOMY, 1);
    let freshness = Freshness { ttl: Duration::MAX, stale: Duration::MAX };
    cache.put("user_1", NewEntry { freshness, ..entry(1, &[], cache.epoch()) }, at(100));
    assert!(matches!(cache.get("user_1", at(u64::MAX - 1)), Lookup::Hit { .. }));
}

#[test]
fn a_new_value_takes_the_place_of_the_old_with_its_own_time_and_cost() {
    let mut cache = Cache::new(ROOMY, 1);
    put(&mut cache, "user_1", 1, &["org_1"]);
    let heavier = NewEntry { weight: 300, ..entry(2, &[], cache.epoch()) };
    assert_eq!(cache.put("user_1", heavier, at(30_000)), Put::Stored);
    assert_eq!((cache.len(), cache.bytes()), (1, OVERHEAD + 6 + 300));
    assert_eq!(cache.get("user_1", at(89_999)), Lookup::Hit { value: 2, age: Duration::from_millis(59_999) });
}

#[test]
fn removal_beats_a_read_in_flight_even_when_nothing_was_there() {
    let mut cache = Cache::new(ROOMY, 1);
    let since = cache.epoch();
    assert!(!cache.remove("user_1"));
    assert_eq!(cache.put("user_1", entry(1, &[], since), at(0)), Put::Outdated);
    assert_eq!(cache.get("user_1", at(0)), Lookup::Miss);
    assert_eq!(cache.put("user_2", entry(1, &[], since), at(0)), Put::Stored, "another key is not concerned");
    assert_eq!(put(&mut cache, "user_1", 2, &[]), Put::Stored, "a read that began afterwards is welcome");
}

#[test]
fn a_tag_invalidated_beats_a_read_in_flight_that_would_carry_it() {
    let mut cache = Cache::new(ROOMY, 1);
    let since = cache.epoch();
    assert_eq!(cache.invalidate_tag("org_1"), 0);
    assert_eq!(cache.put("user_1", entry(1, &["user_1", "org_1"], since), at(0)), Put::Outdated);
    assert_eq!(cache.put("user_1", entry(1, &["user_1", "org_2"], since), at(0)), Put::Stored);
    assert_eq!(cache.put("org_1", entry(1, &[], since), at(0)), Put::Stored, "a key is not a tag of the same name");
}

#[test]
fn clearing_beats_every_read_in_flight() {
    let mut cache = Cache::new(ROOMY, 1);
    put(&mut cache, "user_1", 1, &["org_1"]);
    let since = cache.epoch();
    cache.clear();
    assert_eq!((cache.len(), cache.bytes()), (0, 0));
    assert_eq!(cache.put("user_2", entry(2, &[], since), at(0)), Put::Outdated);
    assert_eq!(put(&mut cache, "user_2", 3, &[]), Put::Stored);
}

#[test]
fn an_outdated_put_leaves_the_newer_value_alone() {
    let mut cache = Cache::new(ROOMY, 1);
    let slow = cache.epoch();
    cache.remove("user_1");
    put(&mut cache, "user_1", 2, &[]);
    assert_eq!(cache.put("user_1", entry(1, &[], slow), at(0)), Put::Outdated);
    assert_eq!(cache.get("user_1", at(0)), Lookup::Hit { value: 2, age: Duration::ZERO });
}

#[test]
fn a_read_older_than_all_that_is_remembered_is_refused() {
    let mut cache = Cache::new(ROOMY, 1);
    let ancient = cache.epoch();
    for n in 0..10_000 {
        cache.remove(&format!("user_{n}"));
    }
    let recent = cache.epoch();
    cache.remove("user_0");
    assert_eq!(cache.put("never_mentioned", entry(1, &[], ancient), at(0)), Put::Outdated);
    assert_eq!(cache.put("never_mentioned", entry(1, &[], recent), at(0)), Put::Stored);
}

#[test]
fn a_tag_shared_by_many_drops_them_all_and_no_other() {
    let mut cache = Cache::new(ROOMY, 1);
    for n in 0..100 {
        put(&mut cache, &format!("user_{n}"), n, &[if n % 4 == 0 { "org_a" } else { "org_b" }, "all"]);
    }
    assert_eq!(cache.invalidate_tag("org_a"), 25);
    assert!((0..100).all(|n| is_there(&mut cache, &format!("user_{n}")) == (n % 4 != 0)));
    assert_eq!(cache.invalidate_tag("org_a"), 0);
    assert_eq!(cache.invalidate_tag("all"), 75);
}

#[test]
fn a_replaced_entry_goes_by_its_new_tags() {
    let mut cache = Cache::new(ROOMY, 1);
    put(&mut cache, "user_1", 1, &["org_old", "all"]);
    put(&mut cache, "user_1", 2, &["org_new", "all"]);
    assert_eq!(cache.invalidate_tag("org_old"), 0);
    assert!(is_there(&mut cache, "user_1"));
    assert_eq!(cache.invalidate_tag("org_new"), 1);
    assert_eq!(cache.invalidate_tag("all"), 0);
}

#[test]
fn bytes_are_weight_key_tags_and_overheads() {
    let mut cache = Cache::new(ROOMY, 1);
    put(&mut cache, "user_1", 1, &["org_1", "all"]);
    assert_eq!(cache.bytes(), 100 + "user_1".len() + "org_1".len() + "all".len() + 2 * TAG_OVERHEAD + OVERHEAD);
}

#[test]
fn what_fits_exactly_is_stored_and_one_byte_more_is_not() {
    let limits = Limits { max_bytes: OVERHEAD + 6 + 100, max_entries: 10 };
    let mut cache = Cache::new(limits, 1);
    assert_eq!(put(&mut cache, "user_1", 1, &[]), Put::Stored);
    let larger = NewEntry { weight: 101, ..entry(2, &[], cache.epoch()) };
    assert_eq!(cache.put("user_2", larger, at(0)), Put::TooLarge);
    assert!(is_there(&mut cache, "user_1"), "nothing was evicted for it");
    assert_eq!(cache.put("user_1", larger, at(0)), Put::TooLarge);
    assert!(!is_there(&mut cache, "user_1"), "the value before it is no longer true");
}

#[test]
fn a_weight_past_all_counting_is_too_large() {
    let mut cache = Cache::new(Limits { max_bytes: usize::MAX, max_entries: 10 }, 1);
    let huge = NewEntry { weight: usize::MAX, ..entry(1, &["org_1"], cache.epoch()) };
    assert_eq!(cache.put("user_1", huge, at(0)), Put::TooLarge);
    assert_eq!(cache.bytes(), 0);
}

#[test]
fn a_cache_of_no_entries_stores_nothing() {
    let mut cache = Cache::new(Limits { max_bytes: 1 << 20, max_entries: 0 }, 1);
    assert_eq!(put(&mut cache, "user_1", 1, &[]), Put::TooLarge);
    assert!(cache.is_empty());
}

#[test]
fn clear_expired_drops_what_is_past_all_its_time_and_nothing_else() {
    let mut cache = Cache::new(ROOMY, 1);
    for n in 0_u32..10 {
        let freshness = Freshness { ttl: Duration::from_millis(u64::from(n)), stale: Duration::from_millis(3) };
        cache.put(n.to_string(), NewEntry { freshness, ..entry(n, &["all"], cache.epoch()) }, at(0));
    }
    assert_eq!(cache.clear_expired(at(6)), 4, "0 + 3 to 3 + 3");
    assert_eq!(cache.len(), 6);
    assert_eq!(cache.clear_expired(at(6)), 0);
    assert!(matches!(cache.get("4", at(6)), Lookup::Stale { value: 4, .. }));
    assert_eq!(cache.invalidate_tag("all"), 6);
}

#[test]
fn a_stored_entry_is_there_until_the_next_put_at_least() {
    let mut cache = Cache::new(Limits { max_bytes: 3_000, max_entries: 10 }, 1);
    for n in 0..1_000 {
        let weight = (n as usize * 37) % 2_000;
        cache.put(n.to_string(), NewEntry { weight, ..entry(n, &[], cache.epoch()) }, at(0));
        assert!(is_there(&mut cache, &n.to_string()));
        assert!(cache.bytes() <= 3_000 && cache.len() <= 10);
    }
}

#[test]
fn what_is_popular_survives_a_scan() {
    let mut cache = Cache::new(Limits { max_bytes: 1 << 20, max_entries: 100 }, 1);
    for round in 0..3 {
        for n in 0..50 {
            let key = format!("popular_{n}");
            assert!(is_there(&mut cache, &key) || round == 0);
            put(&mut cache, &key, n, &[]);
        }
    }
    for n in 0..10_000 {
        put(&mut cache, &format!("scanned_{n}"), n, &[]);
    }
    let left = (0..50).filter(|n| is_there(&mut cache, &format!("popular_{n}"))).count();
    assert_eq!(left, 50);
}

#[test]
fn entries_past_their_time_go_first() {
    let mut cache = Cache::new(Limits { max_bytes: 1 << 20, max_entries: 100 }, 1);
    for n in 0..100 {
        let ttl = if n % 2 == 0 { Duration::from_secs(1) } else { Duration::from_hours(1) };
        let freshness = Freshness { ttl, stale: Duration::ZERO };
        cache.put(n.to_string(), NewEntry { freshness, ..entry(n, &[], cache.epoch()) }, at(0));
        for _ in 0..=(n % 2 * 9) {
            cache.get(&((n / 2) * 2).to_string(), at(0)); // the short-lived are hit more often
        }
    }
    for n in 100..150 {
        cache.put(n.to_string(), entry(n, &[], cache.epoch()), at(10_000));
    }
    let left = (0..100).filter(|n| matches!(cache.get(&n.to_string(), at(10_000)), Lookup::Hit { .. })).count();
    assert_eq!(left, 50);
}

#[test]
fn an_entry_put_again_does_not_go_for_its_former_time() {
    let mut cache = Cache::new(Limits { max_bytes: 1 << 20, max_entries: 4 }, 1);
    put(&mut cache, "user_1", 1, &[]);
    for now in [50_000, 100_000, 150_000] {
        for _ in 0..8 {
            cache.get("user_1", at(now));
        }
        cache.put("user_1", entry(1, &[], cache.epoch()), at(now));
    }
    for n in 0..100 {
        cache.put(n.to_string(), entry(n, &[], cache.epoch()), at(151_000));
    }
    assert!(matches!(cache.get("user_1", at(151_000)), Lookup::Hit { .. }));
}

#[test]
fn large_entries_go_before_small_ones_as_popular_where_bytes_are_short() {
    let mut cache = Cache::new(Limits { max_bytes: 200_000, max_entries: 1_000 }, 1);
    for n in 0..200 {
        let weight = if n % 10 == 0 { 5_000 } else { 100 };
        cache.put(n.to_string(), NewEntry { weight, ..entry(n, &[], cache.epoch()) }, at(0));
    }
    for n in 1_000..1_100 {
        cache.put(n.to_string(), NewEntry { weight: 1_000, ..entry(n, &[], cache.epoch()) }, at(0));
    }
    let small = (0..200).filter(|n| n % 10 != 0 && is_there(&mut cache, &n.to_string())).count();
    let large = (0..200).filter(|n| n % 10 == 0 && is_there(&mut cache, &n.to_string())).count();
    assert!(small >= 170 && large <= 10, "{small} of 180 small, {large} of 20 large");
}

#[test]
fn a_handle_finds_its_entry_until_the_ttl_and_not_at_it() {
    let mut cache = Cache::new(ROOMY, 1);
    put(&mut cache, "user_1", 1, &[]);
    let handle = cache.handle("user_1").unwrap();
    assert_eq!(cache.get_by(handle, at(59_999)), Some(&1));
    assert_eq!(cache.get_by(handle, at(60_000)), None);
    assert_eq!(cache.handle("user_2"), None, "no entry, no handle");
}

#[test]
fn a_handle_finds_nothing_once_its_entry_is_gone_though_another_has_its_slot() {
    let mut cache = Cache::new(ROOMY, 1);
    put(&mut cache, "user_1", 1, &["org_1"]);
    let handle = cache.handle("user_1").unwrap();
    cache.invalidate_tag("org_1");
    assert_eq!(cache.get_by(handle, at(0)), None);
    put(&mut cache, "user_2", 2, &[]);
    assert_eq!(cache.get_by(handle, at(0)), None, "user_2 took the slot");
    put(&mut cache, "user_1", 3, &[]);
    assert_eq!(cache.get_by(handle, at(0)), None, "the same key again is another entry");
}

#[test]
fn a_handle_leads_to_the_new_value_of_a_replaced_entry() {
    let mut cache = Cache::new(ROOMY, 1);
    put(&mut cache, "user_1", 1, &[]);
    let handle = cache.handle("user_1").unwrap();
    put(&mut cache, "user_1", 2, &[]);
    assert_eq!(cache.get_by(handle, at(0)), Some(&2));
}

#[test]
fn a_handle_survives_as_a_number() {
    let mut cache = Cache::new(ROOMY, 1);
    for n in 0..100 {
        put(&mut cache, &n.to_string(), n, &[]);
    }
    for n in 0..100 {
        let number = cache.handle(&n.to_string()).unwrap().to_bits();
        assert!(number < 1 << 53);
        assert_eq!(cache.get_by(Handle::from_bits(number), at(0)), Some(&n));
    }
    assert_eq!(cache.get_by(Handle::from_bits(u64::MAX), at(0)), None);
}
