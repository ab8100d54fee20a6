//! What is remembered of entries that are gone: a fingerprint, how hot they were and why they went; two bytes each.
//!
//! Buckets of eight, the latest first; a full bucket forgets its oldest. One in a hundred strangers is mistaken for a
//! ghost, which does no more than give it the ghost's heat.

const WAYS: usize = 8;
const HEAT: u16 = 0b1111;
const CAUSE: u16 = 0b11 << 4;
const NAME: u16 = !(HEAT | CAUSE);

/// How an entry came to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// It was the one put last, and colder than what it met.
    Refused,
    /// It was colder than the one put last.
    Displaced,
    /// It was invalidated, or its time was over.
    Dropped,
}

/// Between two and four ghosts for every entry, once the first entry is evicted; no memory before.
pub(super) struct Ghosts {
    /// A power of two of them, or none. A hash names its bucket by its top bits, so that growing copies buckets.
    buckets: Vec<[u16; WAYS]>,
}

impl Ghosts {
    pub(super) const fn new() -> Self {
        Self { buckets: Vec::new() }
    }

    /// Makes room for the ghosts of so many entries. Doubling costs O(ghosts).
    pub(super) fn fit(&mut self, entries: usize) {
        if self.buckets.is_empty() {
            self.buckets = vec![[0; WAYS]; (2 * entries).div_ceil(WAYS).next_power_of_two()];
        }
        while self.buckets.len() * WAYS < 2 * entries {
            // whichever of the two a ghost is looked for in, it is there; its copy in the other ages away
            self.buckets = self.buckets.iter().flat_map(|&bucket| [bucket, bucket]).collect();
        }
    }

    /// Remembers an entry, if there is memory for it yet.
    pub(super) fn remember(&mut self, hash: u64, heat: u8, cause: Cause) {
        let hash = mix(hash);
        let name = name(hash);
        let Some(bucket) = self.bucket(hash) else { return };
        let place = bucket.iter().position(|&ghost| ghost & NAME == name).unwrap_or(WAYS - 1);
        if let Some(front) = bucket.get_mut(..=place) {
            front.rotate_right(1);
        }
        bucket[0] = name | cause.bits() | u16::from((heat >> 4).max(1));
    }

    /// Forgets an entry that is back, and says how hot it was when it went, and why it went.
    pub(super) fn recall(&mut self, hash: u64) -> Option<(u8, Cause)> {
        let hash = mix(hash);
        let name = name(hash);
        let bucket = self.bucket(hash)?;
        let place = bucket.iter().position(|&ghost| ghost & CAUSE != 0 && ghost & NAME == name)?;
        let rest = bucket.get_mut(place..)?;
        let ghost = std::mem::take(rest.first_mut()?);
        rest.rotate_left(1);
        let [low, _] = ghost.to_le_bytes();
        Some((low << 4, Cause::from_bits(ghost)?))
    }

    /// Halves all heat, rounding up; O(ghosts).
    pub(super) fn cool(&mut self) {
        for ghost in self.buckets.as_flattened_mut() {
            *ghost = *ghost & !HEAT | (*ghost & HEAT).div_ceil(2);
        }
    }

    fn bucket(&mut self, hash: u64) -> Option<&mut [u16; WAYS]> {
        let index = ((hash >> 32) * self.buckets.len() as u64) >> 32;
        self.buckets.get_mut(usize::try_from(index).ok()?)
    }
}

impl Cause {
    const fn bits(self) -> u16 {
        match self {
            Self::Refused => 1 << 4,
            Self::Displaced => 2 << 4,
            Self::Dropped => 3 << 4,
        }
    }

    const fn from_bits(ghost: u16) -> Option<Self> {
        match (ghost & CAUSE) >> 4 {
            1 => Some(Self::Refused),
            2 => Some(Self::Displaced),
            3 => Some(Self::Dropped),
            _ => None,
        }
    }
}

/// Spreads a hash that is good enough for a table over all its bits: a few of them must tell ghosts apart.
const fn mix(hash: u64) -> u64 {
    let product = (hash ^ hash >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

/// Ten low bits, which no bucket number of less than 2³² buckets uses.
const fn name(hash: u64) -> u16 {
    let [first, second, ..] = hash.to_le_bytes();
    u16::from_le_bytes([first, second]) << 6
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash that [`mix`] sends to bucket `bucket` of 256, under this name.
    fn hash_of_256(bucket: u64, name: u64) -> u64 {
        let product = (bucket << 56 | name) ^ (bucket << 24);
        let hash = product.wrapping_mul(0xf1de_83e1_9937_733d);
        hash ^ hash >> 32
    }

    /// The same for bucket `bucket` of 4.
    fn hash(bucket: u64, name: u64) -> u64 {
        hash_of_256(bucket << 6, name)
    }

    #[test]
    fn a_ghost_is_recalled_once_with_its_heat_and_cause() {
        let mut ghosts = Ghosts::new();
        ghosts.fit(16);
        ghosts.remember(hash(1, 5), 0xa7, Cause::Refused);
        assert_eq!(ghosts.recall(hash(1, 6)), None);
        assert_eq!(ghosts.recall(hash(2, 5)), None);
        assert_eq!(ghosts.recall(hash(1, 5)), Some((0xa0, Cause::Refused)));
        assert_eq!(ghosts.recall(hash(1, 5)), None);
    }

    #[test]
    fn a_full_bucket_forgets_its_oldest() {
        let mut ghosts = Ghosts::new();
        ghosts.fit(16);
        for name in 0..=WAYS as u64 {
            ghosts.remember(hash(3, name), 16, Cause::Displaced);
        }
        ghosts.remember(hash(3, 1), 32, Cause::Dropped);
        let heat = |recalled: Option<(u8, Cause)>| recalled.map(|(heat, _)| heat);
        assert_eq!(heat(ghosts.recall(hash(3, 0))), None);
        assert_eq!(heat(ghosts.recall(hash(3, 1))), Some(32), "remembered again, not twice");
        assert_eq!(ghosts.recall(hash(3, 1)), None);
        assert_eq!(heat(ghosts.recall(hash(3, WAYS as u64))), Some(16));
    }

    #[test]
    fn growing_and_cooling_keep_every_ghost() {
        let mut ghosts = Ghosts::new();
        ghosts.fit(16);
        let four = [3, 77, 150, 255].map(|bucket| hash_of_256(bucket, 9));
        for hash in four {
            ghosts.remember(hash, 16, Cause::Dropped);
        }
        ghosts.fit(1_000);
        ghosts.cool();
        assert_eq!(ghosts.buckets.len(), 256);
        assert_eq!(four.map(|hash| ghosts.recall(hash)), [Some((16, Cause::Dropped)); 4]);
    }

    #[test]
    fn nothing_is_remembered_before_there_is_memory() {
        let mut ghosts = Ghosts::new();
        ghosts.remember(1, 1, Cause::Dropped);
        assert_eq!(ghosts.recall(1), None);
    }
}
