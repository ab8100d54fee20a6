//! Signatures checked without a host, against those of Node's crypto (`tests/vectors/rsa.mjs` wrote them down).
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "the helpers of tests may panic")]

use std::collections::BTreeMap;

use clerk_edge::runtime::fake::FakeRuntime;
use clerk_edge::runtime::{Crypto, Hash, SoftwareKey};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    message: String,
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    bits: usize,
    modulus: String,
    exponent: String,
    signatures: BTreeMap<String, String>,
    wrong: BTreeMap<String, String>,
}

const HASHES: [(&str, Hash); 3] = [("sha256", Hash::Sha256), ("sha384", Hash::Sha384), ("sha512", Hash::Sha512)];

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/rsa.json")).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

impl Key {
    fn with(&self, hash: Hash) -> SoftwareKey {
        SoftwareKey::new(&bytes(&self.modulus), &bytes(&self.exponent), hash).unwrap()
    }

    fn signature(&self, hash: &str) -> Vec<u8> {
        bytes(&self.signatures[hash])
    }
}

/// The first key, with its signature by SHA-256 and what it signs.
fn usual() -> (Key, SoftwareKey, Vec<u8>, Vec<u8>) {
    let mut vectors = vectors();
    let key = vectors.keys.remove(0);
    let (software, signature) = (key.with(Hash::Sha256), key.signature("sha256"));
    (key, software, signature, vectors.message.into_bytes())
}

/// The sum of two big-endian numbers; a carry out of the first is lost.
fn plus(number: &[u8], other: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let sums = (0..number.len()).rev().map(|at| {
        let other = (at + other.len()).checked_sub(number.len()).map_or(0, |at| other[at]);
        let sum = u16::from(number[at]) + u16::from(other) + carry;
        carry = sum >> 8;
        sum.to_le_bytes()[0]
    });
    let mut sums: Vec<u8> = sums.collect();
    sums.reverse();
    sums
}

#[test]
fn r2_signatures_of_every_size_exponent_and_hash_are_told_from_those_of_another() {
    let Vectors { message, keys } = vectors();
    let sizes: Vec<_> = keys.iter().map(|key| (key.bits, key.exponent.as_str())).collect();
    let usual = "010001";
    assert_eq!(sizes, [(2048, usual), (2048, "03"), (2056, usual), (3072, usual), (4096, usual), (8192, usual)]);
    for key in &keys {
        for (name, hash) in HASHES {
            let software = key.with(hash);
            for (other, _) in HASHES {
                let accepted = software.verify(&key.signature(other), message.as_bytes());
                assert_eq!(accepted, other == name, "{} bits, {other} as {name}", key.bits);
            }
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_is_seen() {
    let (_, software, signature, message) = usual();
    for bit in 0..8 * signature.len() {
        let mut tampered = signature.clone();
        tampered[bit / 8] ^= 1 << (bit % 8);
        assert!(!software.verify(&tampered, &message), "bit {bit} of the signature");
    }
    for bit in 0..8 * message.len() {
        let mut tampered = message.clone();
        tampered[bit / 8] ^= 1 << (bit % 8);
        assert!(!software.verify(&signature, &tampered), "bit {bit} of the message");
    }
    assert!(software.verify(&signature, &message));
    assert!(!software.verify(&signature, b""));
}

#[test]
fn a_signature_is_exactly_as_long_as_the_modulus() {
    let (_, software, signature, message) = usual();
    for length in (0..signature.len()).chain([signature.len() + 1, 2 * signature.len(), 100_000]) {
        let mut other = signature.clone();
        other.resize(length, 0);
        assert!(!software.verify(&other, &message), "cut or filled to {length} bytes");
        let mut other = vec![0; length];
        let shared = length.min(signature.len());
        other[length - shared..].copy_from_slice(&signature[signature.len() - shared..]);
        assert!(!software.verify(&other, &message), "the last of {length} bytes");
    }
}

#[test]
fn a_signature_is_a_number_below_the_modulus() {
    let message = vectors().message;
    for key in vectors().keys.iter().filter(|key| key.bits <= 2056) {
        let (software, modulus) = (key.with(Hash::Sha256), bytes(&key.modulus));
        let zero = vec![0; modulus.len()];
        let mut one = zero.clone();
        one[modulus.len() - 1] = 1;
        let less_one = plus(&modulus, &vec![0xff; modulus.len()]);
        for number in [&zero, &one, &less_one, &modulus, &plus(&modulus, &one), &vec![0xff; modulus.len()]] {
            assert!(!software.verify(number, message.as_bytes()));
        }
    }
}

#[test]
fn a_number_with_the_remainder_of_a_signature_is_none() {
    let Vectors { message, keys } = vectors();
    let mut tried = 0;
    for key in &keys {
        let (modulus, signature) = (bytes(&key.modulus), key.signature("sha256"));
        let congruent = plus(&signature, &modulus);
        if congruent < signature {
            continue; // the sum has a byte more than a signature may have
        }
        tried += 1;
        assert!(!key.with(Hash::Sha256).verify(&congruent, message.as_bytes()), "{} bits", key.bits);
    }
    assert!(tried > 0);
}

#[test]
fn messages_that_are_only_almost_encoded_right_are_refused() {
    let Vectors { message, keys } = vectors();
    let wrong: Vec<_> = keys.iter().flat_map(|key| key.wrong.iter().map(move |wrong| (key, wrong))).collect();
    assert_eq!(wrong.len(), 27);
    assert!(wrong.iter().any(|(_, (mistake, _))| *mistake == "Bleichenbacher's of 2006"));
    for (key, (mistake, signature)) in wrong {
        for (_, hash) in HASHES {
            let accepted = key.with(hash).verify(&bytes(signature), message.as_bytes());
            assert!(!accepted, "{mistake}, exponent {}", key.exponent);
        }
    }
}

#[test]
fn zeros_before_modulus_and_exponent_change_nothing() {
    let (key, _, signature, message) = usual();
    let software = SoftwareKey::new(
        &[vec![0; 5], bytes(&key.modulus)].concat(),
        &[vec![0; 9], bytes(&key.exponent)].concat(),
        Hash::Sha256,
    );
    assert!(software.unwrap().verify(&signature, &message));
}

#[test]
fn unusable_keys_are_refused() {
    let good = bytes(&vectors().keys[0].modulus);
    let even = plus(&good, &[1]);
    let small = &good[1..];
    let mut short = good.clone();
    short[0] = 0x7f; // 2047 bits
    let mut large = vec![0xff; 1024];
    assert!(SoftwareKey::new(&large, &[3], Hash::Sha256).is_ok());
    large.insert(0, 1);
    for modulus in [&[][..], &[0], &[1], &[3], &even, small, &short, &large, &vec![0; 256]] {
        assert!(SoftwareKey::new(modulus, &[1, 0, 1], Hash::Sha256).is_err());
    }
    for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1], &[0xff; 256]] {
        assert!(SoftwareKey::new(&good, exponent, Hash::Sha256).is_err());
    }
    assert!(SoftwareKey::new(&good, &[0xff; 4], Hash::Sha256).is_ok());
}

#[test]
fn the_fake_host_tells_good_from_bad() {
    let (key, _, signature, message) = usual();
    let rt = FakeRuntime::new();
    let kept = rt.run(rt.import(&bytes(&key.modulus), &bytes(&key.exponent), Hash::Sha256)).unwrap();
    assert_eq!(rt.run(rt.verify(&kept, &signature, &message)), Ok(true));
    assert_eq!(rt.run(rt.verify(&kept, &signature, b"another")), Ok(false));
    assert!(rt.run(rt.import(&[3], &[3], Hash::Sha256)).is_err());
}
