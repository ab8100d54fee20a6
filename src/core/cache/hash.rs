//! The seeded hash of keys and tags.

use std::hash::Hasher;

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;

/// Hashes keys and tags under seeds of its own, so that nobody outside can choose names that collide.
pub(super) struct Seeds {
    shared: SharedSeed,
    keys: u64,
    /// How much of a key counts, from its end.
    most: usize,
    /// Bits of a hash that count; a test may leave none.
    #[cfg(test)]
    pub(super) mask: u64,
}

impl Seeds {
    pub(super) const fn new(seed: u64, most: usize) -> Self {
        Self {
            shared: SharedSeed::from_u64(seed),
            keys: seed.rotate_left(32),
            most,
            #[cfg(test)]
            mask: u64::MAX,
        }
    }

    pub(super) fn key(&self, key: &str) -> u64 {
        let bytes = key.as_bytes();
        let end = if self.most < usize::MAX { unpadded(bytes) } else { bytes };
        self.key_ending(end.get(end.len().saturating_sub(self.most)..).unwrap_or_default(), bytes.len())
    }

    /// The hash of a key of `len` bytes of which `end` is what counts.
    #[inline]
    pub(super) fn key_ending(&self, end: &[u8], len: usize) -> u64 {
        self.hash(self.keys ^ len as u64, end)
    }

    /// Differs from the hash of the key of the same name.
    pub(super) fn tag(&self, tag: &str) -> u64 {
        self.hash(!self.keys, tag.as_bytes())
    }

    #[inline]
    fn hash(&self, seed: u64, name: &[u8]) -> u64 {
        let mut hasher = FoldHasher::with_seed(seed, &self.shared);
        hasher.write(name);
        let hash = hasher.finish();
        #[cfg(test)]
        let hash = hash & self.mask;
        hash
    }
}

/// Without the `=` at its end, which anybody may add to what is written in base64.
fn unpadded(mut text: &[u8]) -> &[u8] {
    while let Some(shorter) = text.strip_suffix(b"=") {
        text = shorter;
    }
    text
}
