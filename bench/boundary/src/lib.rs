//! Small exports, each one way of crossing between JavaScript and wasm; `bench/boundary.mjs` times them.
//!
//! Every function touches what it was given, so that no optimiser can drop the work.

use std::cell::RefCell;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use wasm_bindgen::prelude::*;

/// The longest key and the longest answer that the arena takes.
const ARENA: usize = 1 << 20;

thread_local! {
    static IN: RefCell<Vec<u8>> = RefCell::new(vec![0; ARENA]);
    static OUT: RefCell<Vec<u8>> = RefCell::new(vec![b'x'; ARENA]);
    static VALUES: RefCell<Vec<JsValue>> = const { RefCell::new(Vec::new()) };
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
    static CACHE: RefCell<Cache> = RefCell::new(Cache::default());
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
}

/// First byte, last byte and length: proof that the bytes arrived.
fn touch(bytes: &[u8]) -> u32 {
    let ends = bytes.first().copied().unwrap_or(0) ^ bytes.last().copied().unwrap_or(0);
    u32::from(ends) + u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

// ---- in ----

/// A call with nothing but a number.
#[wasm_bindgen]
#[must_use]
pub fn number(n: u32) -> u32 {
    n ^ 1
}

/// A call that asks JavaScript for the time.
#[wasm_bindgen]
#[must_use]
pub fn with_clock(n: u32) -> f64 {
    date_now() + f64::from(n)
}

/// A string through the default glue: `malloc`, `encodeInto`, call, free.
#[wasm_bindgen]
#[must_use]
pub fn by_str(text: &str) -> u32 {
    touch(text.as_bytes())
}

/// Bytes through the default glue.
#[wasm_bindgen]
#[must_use]
pub fn by_bytes(bytes: &[u8]) -> u32 {
    touch(bytes)
}

/// Where JavaScript writes before it calls `by_arena`; fixed for the life of the instance.
#[wasm_bindgen]
#[must_use]
pub fn arena() -> usize {
    IN.with_borrow(|bytes| bytes.as_ptr() as usize)
}

/// The `len` bytes that JavaScript wrote into the arena.
#[wasm_bindgen]
#[must_use]
pub fn by_arena(len: usize) -> u32 {
    IN.with_borrow(|bytes| bytes.get(..len).map_or(0, touch))
}

/// An options object, read field by field.
#[wasm_bindgen]
#[must_use]
pub fn options_by_reflect(options: &JsValue) -> u32 {
    let field = |name: &str| js_sys::Reflect::get(options, &JsValue::from_str(name)).ok();
    let fields = field("fields").and_then(|value| value.as_string());
    let ttl = field("ttlMs").and_then(|value| value.as_f64());
    fields.map_or(0, |text| touch(text.as_bytes())) + u32::from(ttl.is_some())
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    fields: Option<String>,
    ttl_ms: Option<f64>,
}

/// The same through serde.
#[wasm_bindgen]
#[must_use]
pub fn options_by_serde(options: JsValue) -> u32 {
    serde_wasm_bindgen::from_value::<Options>(options)
        .map_or(0, |read| read.fields.map_or(0, |text| touch(text.as_bytes())) + u32::from(read.ttl_ms.is_some()))
}

// ---- out ----

/// Keeps a text to answer with.
#[wasm_bindgen]
pub fn keep_text(text: String) {
    TEXT.set(text);
}

/// The kept text through the default glue: a copy, then a decode.
#[wasm_bindgen]
#[must_use]
pub fn string() -> String {
    TEXT.with_borrow(Clone::clone)
}

/// The kept text as a JavaScript string made by an import.
#[wasm_bindgen]
#[must_use]
pub fn string_value() -> JsValue {
    TEXT.with_borrow(|text| JsValue::from_str(text))
}

/// The kept text parsed by the host: `JSON.parse` called from wasm.
#[wasm_bindgen]
#[must_use]
pub fn parsed() -> JsValue {
    TEXT.with_borrow(|text| js_sys::JSON::parse(text).unwrap_or_default())
}

/// The kept text parsed in wasm and built as objects by serde.
#[wasm_bindgen]
#[must_use]
pub fn by_serde() -> JsValue {
    let value = TEXT.with_borrow(|text| serde_json::from_str::<serde_json::Value>(text));
    let plain = serde_wasm_bindgen::Serializer::json_compatible();
    value.ok().and_then(|value| serde::Serialize::serialize(&value, &plain).ok()).unwrap_or_default()
}

/// Bytes through the default glue: a copy in wasm, a copy out of it, a free.
#[wasm_bindgen]
#[must_use]
pub fn vec(len: usize) -> Vec<u8> {
    OUT.with_borrow(|bytes| bytes.get(..len).unwrap_or_default().to_vec())
}

/// Where bytes of any length up to the arena's lie for JavaScript to copy out itself.
#[wasm_bindgen]
#[must_use]
pub fn out() -> usize {
    OUT.with_borrow(|bytes| bytes.as_ptr() as usize)
}

/// Keeps JavaScript values in wasm, by slot.
#[wasm_bindgen]
pub fn keep(value: JsValue) {
    VALUES.with_borrow_mut(|values| values.push(value));
}

/// A kept value as an externref: the table entry is cloned for the way out.
#[wasm_bindgen]
#[must_use]
pub fn kept(slot: usize) -> JsValue {
    VALUES.with_borrow(|values| values.get(slot).cloned().unwrap_or_default())
}

/// The same as a promise made by wasm-bindgen-futures.
#[wasm_bindgen]
#[expect(clippy::unused_async, reason = "the promise is what is measured")]
pub async fn kept_async(slot: usize) -> JsValue {
    kept(slot)
}

/// The same as a promise that is already resolved.
#[wasm_bindgen]
pub fn kept_resolved(slot: usize) -> js_sys::Promise {
    js_sys::Promise::resolve(&kept(slot))
}

// ---- a whole hit ----

/// Entries with an expiry and the mark that an eviction clock reads.
#[derive(Default)]
struct Cache {
    index: HashTable<usize>,
    entries: Vec<Entry>,
}

struct Entry {
    key: Box<[u8]>,
    until: f64,
    used: bool,
}

impl Cache {
    fn hash(key: &[u8]) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        hasher.write(key);
        hasher.finish()
    }

    fn put(&mut self, key: &[u8], until: f64) -> usize {
        let slot = self.entries.len();
        self.entries.push(Entry { key: key.into(), until, used: false });
        let entries = &self.entries;
        let rehash = |&slot: &usize| entries.get(slot).map_or(0, |entry| Self::hash(&entry.key));
        self.index.insert_unique(Self::hash(key), slot, rehash);
        slot
    }

    fn find(&mut self, key: &[u8], now: f64) -> Option<usize> {
        let entries = &self.entries;
        let same = |&slot: &usize| entries.get(slot).is_some_and(|entry| *entry.key == *key);
        let slot = self.index.find(Self::hash(key), same).copied()?;
        self.fresh(slot, now).then_some(slot)
    }

    fn fresh(&mut self, slot: usize, now: f64) -> bool {
        self.entries.get_mut(slot).is_some_and(|entry| {
            entry.used = true;
            now < entry.until
        })
    }
}

/// An entry under `key`, fresh until `until`; its slot.
#[wasm_bindgen]
#[must_use]
pub fn put(key: &str, until: f64) -> usize {
    CACHE.with_borrow_mut(|cache| cache.put(key.as_bytes(), until))
}

fn slot_or_minus(found: Option<usize>) -> i32 {
    found.and_then(|slot| i32::try_from(slot).ok()).unwrap_or(-1)
}

/// The slot of a fresh entry or -1; the key through the default glue.
#[wasm_bindgen]
#[must_use]
pub fn find_by_str(key: &str, now: f64) -> i32 {
    slot_or_minus(CACHE.with_borrow_mut(|cache| cache.find(key.as_bytes(), now)))
}

/// The slot of a fresh entry or -1; the key from the arena.
#[wasm_bindgen]
#[must_use]
pub fn find_by_arena(len: usize, now: f64) -> i32 {
    let found = IN.with_borrow(|bytes| CACHE.with_borrow_mut(|cache| cache.find(bytes.get(..len)?, now)));
    slot_or_minus(found)
}

/// Whether the entry in a slot that JavaScript found in its own `Map` is fresh; marks it as used.
#[wasm_bindgen]
#[must_use]
pub fn fresh(slot: usize, now: f64) -> bool {
    CACHE.with_borrow_mut(|cache| cache.fresh(slot, now))
}

/// The whole hit inside wasm: key through the default glue, time asked for, value from the table.
#[wasm_bindgen]
#[must_use]
pub fn hit(key: &str) -> JsValue {
    CACHE.with_borrow_mut(|cache| cache.find(key.as_bytes(), date_now())).map_or(JsValue::UNDEFINED, kept)
}

/// The same with an argument owned and an answer by promise: what an exported `async fn` costs.
#[wasm_bindgen]
#[expect(clippy::unused_async, reason = "the promise is what is measured")]
pub async fn hit_async(key: String) -> JsValue {
    hit(&key)
}
