//! The seeded hash of keys and tags.

use std::hash::Hasher;

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;

/// Hashes keys and tags under seeds of its own, so that nobody outside can choose names that collide.
pub(super) struct Seeds {
    shared: SharedSeed,
    keys: u64,
    /// Bits of a hash that count; a test may leave none.
    #[cfg(test)]
    pub(super) mask: u64,
}

impl Seeds {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            shared: SharedSeed::from_u64(seed),
            keys: seed.rotate_left(32),
            #[cfg(test)]
            mask: u64::MAX,
        }
    }

    pub(super) fn key(&self, key: &str) -> u64 {
        self.hash(self.keys, key)
    }

    /// Differs from the hash of the key of the same name.
    pub(super) fn tag(&self, tag: &str) -> u64 {
        self.hash(!self.keys, tag)
    }

    fn hash(&self, seed: u64, name: &str) -> u64 {
        let mut hasher = FoldHasher::with_seed(seed, &self.shared);
        hasher.write(name.as_bytes());
        let hash = hasher.finish();
        #[cfg(test)]
        let hash = hash & self.mask;
        hash
    }
}
