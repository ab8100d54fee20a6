//! A token as JavaScript wrote it: words of memory, compared and hashed where they lie.

use std::borrow::Cow;
use std::cell::Cell;

use crate::core::cache::KEY_END;

/// A token in words, which begin with its first byte. Words, because they take one load each, not eight and a merger.
#[derive(Clone, Copy, Debug)]
pub struct Spelled<'a> {
    words: &'a [Cell<u64>],
    len: usize,
}

impl<'a> Spelled<'a> {
    /// The first `len` bytes of these words, in the order of memory in WebAssembly; as many as there are if it is more.
    #[must_use]
    pub const fn new(words: &'a [Cell<u64>], len: usize) -> Self {
        let most = words.len() * 8;
        Self { words, len: if len < most { len } else { most } }
    }

    /// How many bytes.
    pub(super) const fn len(self) -> usize {
        self.len
    }

    /// The end of it that a cache of signed keys hashes. `None` if it is too short to have one.
    #[inline]
    pub(super) fn end(self) -> Option<[u8; KEY_END]> {
        let mut end = self.len;
        while end > KEY_END && self.word((end - 1) / 8).to_le_bytes().get((end - 1) % 8) == Some(&b'=') {
            end -= 1;
        }
        let start = end.checked_sub(KEY_END)?;
        let (first, shift) = (start / 8, start % 8 * 8);
        let mut found = [0; KEY_END];
        let (chunks, _) = found.as_chunks_mut();
        for (at, chunk) in (first..).zip(chunks) {
            // Nothing is left of a second word where the first begins with what is wanted.
            let next = if shift == 0 { 0 } else { self.word(at + 1) << (64 - shift) };
            *chunk = (self.word(at) >> shift | next).to_le_bytes();
        }
        Some(found)
    }

    /// Whether it is this text, to the last byte. Four words at a time, because the compiler keeps loops short here.
    #[inline]
    pub(super) fn says(self, text: &str) -> bool {
        if self.len != text.len() {
            return false;
        }
        let (known, rest) = text.as_bytes().as_chunks();
        let (known_fours, known_words) = known.as_chunks();
        let (fours, words) = self.words.get(..known.len()).unwrap_or_default().as_chunks();
        let differs = |word: &Cell<u64>, known: &[u8; 8]| word.get() ^ u64::from_le_bytes(*known);
        for ([a, b, c, d], [e, f, g, h]) in fours.iter().zip(known_fours) {
            if differs(a, e) | differs(b, f) | differs(c, g) | differs(d, h) != 0 {
                return false;
            }
        }
        let last = self.word(known.len()).to_le_bytes();
        words.iter().zip(known_words).all(|(word, known)| differs(word, known) == 0)
            && rest.iter().zip(last).all(|(known, byte)| *known == byte)
    }

    #[inline]
    fn word(self, at: usize) -> u64 {
        self.words.get(at).map_or(0, Cell::get)
    }
}

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

    /// The same for a token in words. `None` if it is not UTF-8.
    pub(super) fn spelled(prefix: &str, token: Spelled<'_>) -> Option<Self> {
        let at = prefix.len();
        // No more room than it takes: it is kept as it is.
        let mut bytes = Vec::with_capacity(at + token.len);
        bytes.extend_from_slice(prefix.as_bytes());
        bytes.resize(at + token.len, 0);
        let (chunks, rest) = bytes.get_mut(at..)?.as_chunks_mut();
        for (chunk, word) in chunks.iter_mut().zip(token.words) {
            *chunk = word.get().to_le_bytes();
        }
        rest.copy_from_slice(token.word(chunks.len()).to_le_bytes().get(..rest.len())?);
        Some(Self { text: String::from_utf8(bytes).ok()?, at })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Words with this text, and something else behind it.
    fn words(text: &str) -> Vec<Cell<u64>> {
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(bytes.len() / 8 * 8 + 16, b'=');
        bytes.as_chunks().0.iter().map(|word| Cell::new(u64::from_le_bytes(*word))).collect()
    }

    fn says(spelled: &str, text: &str) -> bool {
        Spelled::new(&words(spelled), spelled.len()).says(text)
    }

    #[test]
    fn r12_every_byte_is_compared_at_every_length() {
        let long: String = ('!'..='~').collect();
        for length in 0..long.len() {
            let text = &long[..length];
            assert!(says(text, text));
            assert!(!says(text, &long[..=length]), "{length} bytes are no {length} and one more");
            assert!(!says(&long[..=length], text));
            for at in 0..length {
                let mut other = text.to_owned();
                other.replace_range(at..=at, " ");
                assert!(!says(&other, text), "byte {at} of {length}");
            }
        }
    }

    #[test]
    fn a_name_is_the_same_from_text_and_from_words() {
        let long: String = ('!'..='~').collect();
        for length in 0..long.len() {
            let token = &long[..length];
            let spelled = Name::spelled("7 ", Spelled::new(&words(token), length)).unwrap();
            assert_eq!((spelled.as_str(), spelled.token()), (Name::new("7 ", token).as_str(), token));
        }
        assert!(Name::spelled("7 ", Spelled::new(&[Cell::new(0xFF)], 1)).is_none());
    }

    #[test]
    fn the_end_of_a_token_is_that_of_its_signature_wherever_it_lies_and_however_it_is_padded() {
        let long: String = ('!'..='~').filter(|letter| *letter != '=').collect();
        for length in 0..long.len() {
            let token = &long[..length];
            let end = token.as_bytes().last_chunk();
            for padding in ["", "=", "=========="] {
                let padded = format!("{token}{padding}");
                let seen = Spelled::new(&words(&padded), padded.len()).end();
                if length >= KEY_END {
                    assert_eq!(seen.as_ref(), end, "{padded}");
                }
                assert_eq!(seen.is_some(), padded.len() >= KEY_END, "{padded}");
            }
        }
    }

    #[test]
    fn no_more_is_read_than_there_is() {
        assert_eq!(Spelled::new(&[Cell::new(0), Cell::new(0)], 17).len(), 16);
    }
}
