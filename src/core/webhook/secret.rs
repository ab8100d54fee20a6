//! The key that webhooks are signed with.

use std::fmt;

use crate::core::base64;

const PREFIX: &str = "whsec_";
/// Longer texts are refused, in bytes: keys have 24 to 64 (Standard Webhooks, "Signature scheme").
const MAX_TEXT: usize = 1_024;

/// A signing secret, never empty: with an empty key anybody's signature would be good. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// `whsec_` and base64, as Clerk's dashboard shows it; the prefix may be missing, as for Clerk's own SDK, and white
    /// space around it does not count. `None` if it is anything else, or empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let encoded = text.strip_prefix(PREFIX).unwrap_or(text);
        let mut key = Vec::new();
        if encoded.len() > MAX_TEXT {
            return None;
        }
        base64::decode_standard(encoded.as_bytes(), &mut key)?;
        (!key.is_empty()).then_some(Self(key))
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r22_a_secret_that_is_missing_or_empty_is_none() {
        for text in ["", " ", "whsec_", "whsec_ ", "whsec_=", "whsec_====", "whsec_A", "whsec_whsec_", "sk_test_abc"] {
            assert_eq!(Secret::parse(text), None, "{text:?}");
        }
        assert_eq!(Secret::parse(&"A".repeat(MAX_TEXT + 4)), None);
    }

    #[test]
    fn the_key_is_what_the_base64_stands_for() {
        for text in ["whsec_c2VjcmV0IQ==", "whsec_c2VjcmV0IQ", "c2VjcmV0IQ==", " whsec_c2VjcmV0IQ==\n"] {
            assert_eq!(Secret::parse(text).unwrap().key(), b"secret!", "{text:?}");
        }
    }

    #[test]
    fn r2_a_secret_shows_in_no_debug_output() {
        assert_eq!(format!("{:?}", Secret::parse("whsec_c2VjcmV0IQ==")), "Some(whsec_…)");
    }
}
