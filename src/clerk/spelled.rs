//! A token as JavaScript wrote it: bytes in cells, compared and hashed where they lie.

use std::borrow::Cow;
use std::cell::Cell;

use crate::core::cache::KEY_END;

/// What a verified token is kept under: who verified it, and the whole of it.
pub(super) struct Name {
    text: String,
    /// Where the token begins.
    at: usize,
}

impl Name {
    /// The name of `token` among what a source of keys with this prefix verified.
    pub(super) fn new(prefix: &str, token: &str) -> Self {
        Self { text: [prefix, token].concat(), at: prefix.len() }
    }

    /// The same for a token in cells. `None` if it is not UTF-8.
    pub(super) fn spelled(prefix: &str, token: &[Cell<u8>]) -> Option<Self> {
        let mut bytes = Vec::with_capacity(prefix.len() + token.len());
        bytes.extend_from_slice(prefix.as_bytes());
        let (words, rest) = token.as_chunks();
        for word in words {
            bytes.extend_from_slice(&read(word).to_le_bytes());
        }
        bytes.extend(rest.iter().map(Cell::get));
        Some(Self { text: String::from_utf8(bytes).ok()?, at: prefix.len() })
    }

    /// All of it.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The token in it.
    pub(super) fn token(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

impl From<Name> for Cow<'_, str> {
    fn from(name: Name) -> Self {
        Self::Owned(name.text)
    }
}

/// The end of a token that a cache of signed keys hashes. `None` if it is too short to be one.
pub(super) fn end_of(token: &[Cell<u8>]) -> Option<[u8; KEY_END]> {
    let padding = token.iter().rev().take_while(|byte| byte.get() == b'=').count();
    let unpadded = token.get(..token.len() - padding)?;
    unpadded.last_chunk().map(|end| end.each_ref().map(Cell::get))
}

/// Whether a token is this text, to the last byte. Eight bytes at a time.
pub(super) fn says(token: &[Cell<u8>], text: &str) -> bool {
    let ((words, rest), (known, known_rest)) = (token.as_chunks(), text.as_bytes().as_chunks());
    token.len() == text.len()
        && words.iter().zip(known).all(|(word, known)| read(word) == u64::from_le_bytes(*known))
        && rest.iter().zip(known_rest).all(|(byte, known)| byte.get() == *known)
}

fn read(word: &[Cell<u8>; 8]) -> u64 {
    u64::from_le_bytes(word.each_ref().map(Cell::get))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Cell<u8>> {
        text.bytes().map(Cell::new).collect()
    }

    #[test]
    fn r12_every_byte_is_compared_at_every_length() {
        let long: String = ('!'..='~').collect();
        for length in 0..long.len() {
            let text = &long[..length];
            assert!(says(&cells(text), text));
            assert!(!says(&cells(text), &long[..=length]), "{length} bytes are no {length} and one more");
            assert!(!says(&cells(&long[..=length]), text));
            for at in 0..length {
                let mut other = cells(text);
                other[at] = Cell::new(b' ');
                assert!(!says(&other, text), "byte {at} of {length}");
            }
        }
    }

    #[test]
    fn a_name_is_the_same_from_text_and_from_cells() {
        let token: String = ('!'..='~').collect();
        for length in 0..token.len() {
            let (one, other) =
                (Name::new("7 ", &token[..length]), Name::spelled("7 ", &cells(&token[..length])).unwrap());
            assert_eq!((one.as_str(), one.token()), (other.as_str(), other.token()));
            assert_eq!(one.token(), &token[..length]);
        }
        assert!(Name::spelled("7 ", &[Cell::new(0xFF)]).is_none());
    }

    #[test]
    fn the_end_of_a_token_is_that_of_its_signature_however_it_is_padded() {
        let token: String = ('A'..='z').filter(char::is_ascii_alphabetic).collect();
        let end = end_of(&cells(&token));
        assert_eq!(
            end.as_ref().map(<[u8; KEY_END]>::as_slice),
            token.as_bytes().last_chunk::<KEY_END>().map(|end| &end[..])
        );
        assert_eq!(end_of(&cells(&format!("{token}==="))), end);
        assert_eq!((end_of(&cells("")), end_of(&cells(&"=".repeat(99))), end_of(&cells("a.b.c"))), (None, None, None));
    }
}
