//! What was read lately: a map bounded in bytes and entries, each entry served for its own time, dropped by key or tag.
//!
//! ```
//! use clerk_edge::core::cache::{Cache, Freshness, Limits, Lookup, NewEntry, Put};
//! use clerk_edge::core::time::{Duration, Instant};
//!
//! let mut cache = Cache::new(Limits { max_bytes: 1 << 20, max_entries: 1_000 }, 7);
//! let since = cache.epoch(); // before the read from upstream starts
//! let minute = Freshness { ttl: Duration::from_mins(1), stale: Duration::ZERO };
//! let ada = NewEntry { value: "Ada", weight: 3, freshness: minute, tags: &["user_1"], since };
//! assert_eq!(cache.put("GET /v1/users/user_1", ada, Instant::ZERO), Put::Stored);
//!
//! let hit = cache.get("GET /v1/users/user_1", Instant::from_millis(59_999));
//! assert_eq!(hit, Lookup::Hit { value: "Ada", age: Duration::from_millis(59_999) });
//! assert_eq!(cache.invalidate_tag("user_1"), 1);
//! assert_eq!(cache.get("GET /v1/users/user_1", Instant::from_millis(59_999)), Lookup::Miss);
//! ```
//!
//! # Invalidation beats a read in flight
//!
//! A read that began before an invalidation may carry what was true before it. So every put says when its read began, and
//! is refused if its key or one of its tags was invalidated since. What was invalidated is remembered in at most 70 kB
//! beside the limits; at least the last 1,792 names are, and a read that began before those is refused on suspicion.
//!
//! # Memory
//!
//! An entry counts for its weight, its key, the size of a value's handle and [`ENTRY_OVERHEAD`], and for each tag for the
//! tag's name and [`TAG_OVERHEAD`]. That covers the memory the cache takes, spare room and allocator included. Nothing
//! runs in the background: an entry past its time stays until it is looked up, evicted or cleared.
//!
//! # Which entry goes
//!
//! Every hit adds to an entry's heat, a counter of one byte. When room is needed, the next eight slots under a hand that
//! goes round and the entry put last but one are compared, and the coldest goes, per square root of its size if bytes are
//! what is short; an entry past its time goes before all others. What went is remembered by a fingerprint with its heat,
//! in 4 to 8 bytes per entry: if it returns, it is as hot as before. Heat is halved at a pace that the returns themselves
//! set. A hit thus costs one addition, and a scan passes through one slot.
//!
//! Chosen among LRU, SIEVE, S3-FIFO and W-TinyLFU by simulation, as were its constants. Hits in % of lookups, 50,000 keys,
//! the cache holding so many percent of them, one lookup in five being part of a scan:
//!
//! | Zipf α / size | 0.7/1 % | 0.7/5 % | 0.7/10 % | 0.9/1 % | 0.9/5 % | 0.9/10 % | 1.1/1 % | 1.1/5 % | 1.1/10 % | mean |
//! |---|---|---|---|---|---|---|---|---|---|---|
//! | LRU | 8.2 | 19.0 | 26.6 | 25.5 | 38.9 | 45.4 | 50.1 | 60.0 | 62.9 | 37.4 |
//! | SIEVE | 16.1 | 27.8 | 36.3 | 35.3 | 47.9 | 54.8 | 56.9 | 66.4 | 70.8 | 45.8 |
//! | S3-FIFO | 16.4 | 28.4 | 35.7 | 34.8 | 47.7 | 53.8 | 56.6 | 66.1 | 69.6 | 45.5 |
//! | W-TinyLFU | 16.4 | 29.0 | 37.2 | 34.8 | 48.1 | 55.0 | 56.5 | 66.0 | 70.2 | 45.9 |
//! | `moka` | 12.9 | 27.2 | 36.2 | 32.2 | 47.2 | 54.5 | 54.9 | 65.9 | 70.3 | 44.6 |
//! | `quick_cache` | 17.1 | 29.6 | 37.4 | 35.6 | 48.8 | 55.4 | 57.3 | 66.8 | 70.7 | 46.5 |
//! | this | 17.3 | 30.1 | 37.7 | 36.1 | 49.4 | 55.9 | 57.8 | 67.1 | 71.2 | 47.0 |
//!
//! and the means over the same sizes without scans, with the top tenth of the keys replaced every 100,000 lookups (drift),
//! with one lookup in ten of a key never seen again (strangers), with keys used 10 to 40 times and then never again
//! (sessions), and, bounded in bytes, with sizes log-normal around 3 kB, without and with scans:
//!
//! | | plain | drift | strangers | sessions | bytes | bytes, scans |
//! |---|---|---|---|---|---|---|
//! | LRU | 48.1 | 47.8 | 41.6 | 54.1 |  |  |
//! | SIEVE | 56.1 | 45.2 | 50.2 | 42.5 |  |  |
//! | S3-FIFO | 56.2 | 52.7 | 50.8 | 52.9 |  |  |
//! | W-TinyLFU | 56.6 | 50.8 | 50.8 | 47.5 |  |  |
//! | `moka` | 55.8 | 50.1 | 49.7 | 46.2 | 57.2 | 46.6 |
//! | `quick_cache` | 57.2 | 51.9 | 51.6 | 52.3 | 56.7 | 46.0 |
//! | this | 57.9 | 52.1 | 52.2 | 51.1 | 61.9 | 51.2 |
//!
//! Where popularity is nothing but recency (sessions), LRU is better. `cargo run --release -p clerk-edge-bench` makes all
//! these figures again.

mod entry;
mod ghosts;
mod hash;
mod invalidations;
mod pace;
mod policy;
mod slab;
mod store;
mod tags;
mod terms;
#[cfg(test)]
mod tests;

pub use self::entry::{ENTRY_OVERHEAD, Handle};
pub use self::store::{Cache, KEY_END};
pub use self::tags::TAG_OVERHEAD;
pub use self::terms::{Epoch, Freshness, Limits, Lookup, NewEntry, Put};
