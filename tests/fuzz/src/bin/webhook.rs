//! Webhooks: nothing that was not signed is believed, and no secret or header panics.
//!
//! The input is five lines: the secret, the three headers, and the body, which may have lines of its own.
#![no_main]

use clerk_edge::core::time::UnixTime;
use clerk_edge::core::webhook::{Delivery, Secret, verify};
use libfuzzer_sys::fuzz_target;

/// A secret that no input holds.
const UNKNOWN: &str = "whsec_bm9ib2R5IGtub3dzIHRoaXMgc2VjcmV0IGF0IGFsbA==";

fuzz_target!(|data: &[u8]| {
    let mut lines = data.splitn(5, |byte| *byte == b'\n');
    let mut text = || lines.next().and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default();
    let (secret, id, timestamp, signatures) = (text(), text(), text(), text());
    let body = lines.next().unwrap_or_default();
    let delivery = Delivery { id, timestamp, signatures, body };
    let now = UnixTime::from_millis(1_763_800_000_000);
    let unknown = Secret::parse(UNKNOWN).expect("a secret");
    assert!(verify(&unknown, &delivery, now).is_err(), "believed without the secret");
    let Some(secret) = Secret::parse(secret) else { return };
    let verdict = verify(&secret, &delivery, now);
    assert_eq!(verdict, verify(&secret, &delivery, now), "the same delivery, judged twice");
    if let Ok(believed) = verdict {
        assert_eq!(believed, id.trim());
        let changed = [body, b" "].concat();
        assert!(verify(&secret, &Delivery { body: &changed, ..delivery }, now).is_err(), "another body");
        let later = UnixTime::from_millis(1_763_800_000_000 + 601_000);
        assert!(verify(&secret, &delivery, later).is_err(), "ten minutes later");
    }
});
