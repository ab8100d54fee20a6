//! Public keys as PEM, however they were pasted.
#![no_main]

use clerk_edge::core::jwt::{MAX_PEM_BYTES, parse_pem};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let key = parse_pem(text);
    let Ok(key) = &key else {
        return;
    };
    assert!(text.len() <= MAX_PEM_BYTES);
    assert!((2048..=8192).contains(&key.bits()), "a key of {} bits", key.bits());
    assert!(key.modulus().len() + key.exponent().len() <= text.len());
    // quotes, and white space that ASCII does not call so, are passed over at the ends only, and the ends move below
    let is_plain = |byte: u8| (byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'')) || byte.is_ascii_whitespace();
    if !text.bytes().all(is_plain) {
        return;
    }
    // how it is pasted does not matter
    for pasted in [format!("  {text}\n"), format!("\"{text}\""), text.replace('\n', "\\n"), text.replace('\n', "\r\n")]
    {
        if pasted.len() <= MAX_PEM_BYTES {
            assert_eq!(parse_pem(&pasted).as_ref(), Ok(key), "pasted as {pasted:?}");
        }
    }
});
