//! Key sets.
#![no_main]

use clerk_edge::core::jwt::{KeySet, MAX_KEY_SET_BYTES, MAX_KEYS, RsaPublicKey};
use clerk_edge_fuzz::is_json;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let Ok(set) = KeySet::parse(data) else { return };
    assert!(data.len() <= MAX_KEY_SET_BYTES && is_json(data), "took what is no JSON");
    assert!(set.keys().len() <= MAX_KEYS);
    assert_eq!(set.is_empty(), set.keys().is_empty());
    assert_eq!(set.get(None), None);
    for key in set.keys() {
        assert_eq!(set.get(Some(key.kid())), Some(key), "two keys of one name");
        assert!((2048..=8192).contains(&key.key().bits()), "a key of {} bits", key.key().bits());
        let again = RsaPublicKey::new(key.key().modulus(), key.key().exponent());
        assert_eq!(again.as_ref(), Ok(key.key()), "a key read again");
    }
    public_only(data, &set);
});

/// No key that has private parts or is for encryption is in the set, unless another one has its name.
fn public_only(data: &[u8], set: &KeySet) {
    let Ok(Value::Object(whole)) = serde_json::from_slice(data) else { return };
    let Some(Value::Array(keys)) = whole.get("keys") else { return };
    for key in set.keys() {
        let fits = |one: &&Value| one.get("kid").and_then(Value::as_str) == Some(key.kid());
        let fit = keys.iter().filter(fits).any(|one| {
            one.get("kty").and_then(Value::as_str) == Some("RSA")
                && ["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|name| one.get(name).is_none())
                && one.get("use").and_then(Value::as_str) != Some("enc")
        });
        assert!(fit, "{} must not be used", key.kid());
    }
}
