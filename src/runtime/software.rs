//! RSASSA-PKCS1-v1_5 with no help from a host: for hosts whose own is slower or missing, and for tests.
//!
//! Verification only, so nothing here is secret. The encoded message is built and compared whole, never parsed (RFC 8017
//! section 8.2.2, and the reason why forgeries of Bleichenbacher's 2006 kind find nothing to hide in).

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::montgomery::{Modulus, from_bytes};
use super::{CryptoError, Hash};

/// The sizes of a modulus that are taken, in bits.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The two numbers of a public key, big-endian and fit for use on every host: of zeros in front any number is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicNumbers<'a> {
    modulus: &'a [u8],
    exponent: u32,
}

impl<'a> PublicNumbers<'a> {
    /// Takes an odd modulus of 2048 to 8192 bits and an odd exponent from 3 to 2^32 - 1.
    ///
    /// # Errors
    /// [`CryptoError`] if either is anything else.
    pub fn new(modulus: &'a [u8], exponent: &[u8]) -> Result<Self, CryptoError> {
        let modulus = without_zeros(modulus);
        let bits = 8 * modulus.len() - modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        let is_odd = modulus.last().is_some_and(|last| last % 2 == 1);
        match *from_bytes(without_zeros(exponent)) {
            [exponent] if exponent >= 3 && exponent % 2 == 1 && is_odd && MODULUS_BITS.contains(&bits) => {
                Ok(Self { modulus, exponent })
            }
            _ => Err(CryptoError),
        }
    }

    /// The modulus, whose first byte is not 0.
    #[must_use]
    pub const fn modulus(&self) -> &'a [u8] {
        self.modulus
    }

    /// The exponent, without zeros in front.
    #[must_use]
    pub fn exponent(&self) -> Vec<u8> {
        without_zeros(&self.exponent.to_be_bytes()).to_vec()
    }
}

/// A public key, ready for use. Takes twice the modulus in memory.
#[derive(Debug)]
pub struct SoftwareKey {
    modulus: Modulus,
    modulus_bytes: usize,
    exponent: u32,
    hash: Hash,
}

impl SoftwareKey {
    /// Makes a key, as [`PublicNumbers::new`] takes it, for signatures with this hash.
    ///
    /// # Errors
    /// [`CryptoError`] as there.
    pub fn new(modulus: &[u8], exponent: &[u8], hash: Hash) -> Result<Self, CryptoError> {
        let PublicNumbers { modulus, exponent } = PublicNumbers::new(modulus, exponent)?;
        let modulus_bytes = modulus.len();
        let modulus = Modulus::new(modulus).ok_or(CryptoError)?;
        Ok(Self { modulus, modulus_bytes, exponent, hash })
    }

    /// Whether `signature` over `message` is this key's.
    ///
    /// With 2048 bits and the usual exponent 65537 it takes 75 to 85 µs in wasm; with twice the bits four times as long. A
    /// message adds 3 ns a byte.
    #[must_use]
    pub fn verify(&self, signature: &[u8], message: &[u8]) -> bool {
        if signature.len() != self.modulus_bytes {
            return false;
        }
        let opened = self.modulus.power(&from_bytes(signature), self.exponent);
        opened.is_some_and(|opened| opened == from_bytes(&encoded(self.hash, message, self.modulus_bytes)))
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): `00 01 ff … ff 00`, the hash's name in DER, the hash.
fn encoded(hash: Hash, message: &[u8], length: usize) -> Vec<u8> {
    let end = match hash {
        Hash::Sha256 => [named(1, 32).as_slice(), &Sha256::digest(message)].concat(),
        Hash::Sha384 => [named(2, 48).as_slice(), &Sha384::digest(message)].concat(),
        Hash::Sha512 => [named(3, 64).as_slice(), &Sha512::digest(message)].concat(),
    };
    let mut bytes = vec![0xff; length.saturating_sub(end.len())];
    for (at, byte) in [(0, 0), (1, 1), (bytes.len().saturating_sub(1), 0)] {
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
    }
    bytes.extend(end);
    bytes
}

/// What stands before a hash of `length` bytes: the algorithm 2.16.840.1.101.3.4.2.`algorithm`, without parameters.
const fn named(algorithm: u8, length: u8) -> [u8; 19] {
    #[rustfmt::skip]
    let der = [
        0x30, 17 + length, 0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, algorithm,
        0x05, 0, 0x04, length,
    ];
    der
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}
