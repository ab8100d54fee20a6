//! What tells the cookies of two Clerk instances on one domain apart.

use sha1_smol::Sha1;

/// What the names of an instance's cookies end in: the first eight letters of SHA-1 over its publishable key, in URL-safe
/// base64. A name, not a secret, and no protection of anything.
#[must_use]
pub fn cookie_suffix(publishable_key: &str) -> String {
    let digest = Sha1::from(publishable_key).digest().bytes();
    let first = digest.first_chunk().copied().map_or(0, u64::from_be_bytes);
    (0..8).map(|place| letter(first >> (58 - 6 * place))).collect()
}

/// The letter of the six lowest bits.
fn letter(bits: u64) -> char {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    usize::try_from(bits % 64).ok().and_then(|at| LETTERS.get(at)).copied().map_or('_', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_those_of_clerk() {
        for (key, suffix) in
            [("pk_live_Y2xlcmsuY2xlcmsuZGV2JA", "1Z8AzTQD"), ("pk_test_Y2xlcmsuY2xlcmsuZGV2JA", "QvfNY2dr")]
        {
            assert_eq!(cookie_suffix(key), suffix);
        }
    }
}
