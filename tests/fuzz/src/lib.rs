//! What the fuzz targets share: a second opinion, as short as it can be.

use serde::de::IgnoredAny;

/// Whether `bytes` are JSON in UTF-8, by `serde_json`, which knows no bound on depth here.
#[must_use]
pub fn is_json(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// base64url without padding, a letter at a time.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letter = |bits: u32| char::from(LETTERS[bits as usize % 64]);
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | group.get(at).copied().map_or(0, u32::from));
        text.extend([18, 12, 6, 0].into_iter().take(group.len() + 1).map(|shift| letter(bits >> shift)));
    }
    text
}
