//! `jwtKey`: a public key in PEM (RFC 7468), as it survives being pasted into an environment variable.

use super::der::{BIT_STRING, Der, INTEGER, NULL, OBJECT_ID, SEQUENCE};
use super::{KeyError, RsaPublicKey};
use crate::core::base64;
use thiserror::Error;

/// A longer text is refused unread, in bytes. A key of 8192 bits takes about 1,500.
pub const MAX_PEM_BYTES: usize = 16_384;

/// Why a text is no public key. Nothing of the text is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PemError {
    /// Nothing in it.
    #[error("the key is empty")]
    Empty,
    /// Longer than [`MAX_PEM_BYTES`].
    #[error("the key is longer than {MAX_PEM_BYTES} bytes")]
    TooLong,
    /// A private key. It belongs nowhere near a verifier.
    #[error("this is a private key; the public key is needed")]
    PrivateKey,
    /// A certificate.
    #[error("this is a certificate; the public key is needed")]
    Certificate,
    /// `BEGIN` or `END` is missing, they do not belong together, they say something else than a public key, or
    /// something is around them.
    #[error("the key is not one block from BEGIN PUBLIC KEY to END PUBLIC KEY")]
    Armour,
    /// What is in the block is not base64.
    #[error("the key is not base64")]
    Base64,
    /// What is in the block is not a public key, or is cut off, or goes on after it.
    #[error("the key is not a SubjectPublicKeyInfo")]
    Structure,
    /// A public key, but not for RSA.
    #[error("the key is not an RSA key")]
    NotRsa,
    /// An RSA key that is not accepted.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Reads a public key: a `SubjectPublicKeyInfo` (`BEGIN PUBLIC KEY`) or what is in it (`BEGIN RSA PUBLIC KEY`).
///
/// The lines of `BEGIN` and `END` may be missing, both of them. White space of any kind, `\n` and `\r` as two characters,
/// and quotes around all of it do not count. O(length).
///
/// # Errors
/// If it is something else, or the key is not one that tokens are verified with.
pub fn parse_pem(text: &str) -> Result<RsaPublicKey, PemError> {
    if text.len() > MAX_PEM_BYTES {
        return Err(PemError::TooLong);
    }
    let body = body(text)?;
    let letters = letters(body);
    if letters.is_empty() {
        return Err(PemError::Empty);
    }
    let mut der = Vec::new();
    base64::decode_standard(&letters, &mut der).ok_or(PemError::Base64)?;
    public_key(&der)
}

const DASHES: &str = "-----";

/// What is between the lines of `BEGIN` and `END`, or all if there are none.
fn body(text: &str) -> Result<&str, PemError> {
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\''));
    if !text.contains(DASHES) {
        return Ok(text);
    }
    let mut parts = text.split(DASHES);
    let mut next = || parts.next().ok_or(PemError::Armour);
    let (before, begin, body) = (next()?, next()?, next()?);
    let label = begin.strip_prefix("BEGIN ").ok_or(PemError::Armour)?;
    match label {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => {}
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => return Err(PemError::Certificate),
        other if other.ends_with("PRIVATE KEY") => return Err(PemError::PrivateKey),
        _ => return Err(PemError::Armour),
    }
    let ends = next()?.strip_prefix("END ") == Some(label);
    let nothing = |text| letters(text).is_empty();
    let after = next()?;
    if ends && nothing(before) && nothing(after) && parts.next().is_none() { Ok(body) } else { Err(PemError::Armour) }
}

/// Without white space, and without line breaks that were written as `\n`, however often they were escaped.
fn letters(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (b'\\', [b'\\', ..]) => {}
            (b'\\', [b'n' | b'r', tail @ ..]) => rest = tail,
            (byte, _) if byte.is_ascii_whitespace() => {}
            (byte, _) => out.push(*byte),
        }
    }
    out
}

/// `rsaEncryption`, 1.2.840.113549.1.1.1 (RFC 8017, A.1).
const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];

/// A `SubjectPublicKeyInfo` (RFC 5280, 4.1) or an `RSAPublicKey` (RFC 8017, A.1.1).
fn public_key(der: &[u8]) -> Result<RsaPublicKey, PemError> {
    let mut all = Der(der);
    let mut outer = all.sequence().filter(|_| all.is_done()).ok_or(PemError::Structure)?;
    match outer.tag() {
        Some(SEQUENCE) => {}
        Some(INTEGER) => return rsa_key(outer),
        _ => return Err(PemError::Structure),
    }
    let mut algorithm = outer.sequence().ok_or(PemError::Structure)?;
    let Some(id) = algorithm.take(OBJECT_ID) else {
        // A certificate begins with a sequence as well, of other things.
        return Err(if outer.tag() == Some(SEQUENCE) { PemError::Certificate } else { PemError::Structure });
    };
    if id != RSA_ENCRYPTION {
        return Err(PemError::NotRsa);
    }
    let parameters = algorithm.is_done() || (algorithm.take(NULL) == Some(&[]) && algorithm.is_done());
    // All of its bits count, so the first byte says that none is unused.
    let Some([0, key @ ..]) = outer.take(BIT_STRING).filter(|_| parameters && outer.is_done()) else {
        return Err(PemError::Structure);
    };
    let mut key = Der(key);
    let inner = key.sequence().filter(|_| key.is_done()).ok_or(PemError::Structure)?;
    rsa_key(inner)
}

fn rsa_key(mut numbers: Der<'_>) -> Result<RsaPublicKey, PemError> {
    let modulus = numbers.unsigned().ok_or(PemError::Structure)?;
    if modulus.is_empty() {
        // Private keys begin with their version, which is 0.
        return Err(PemError::PrivateKey);
    }
    let exponent = numbers.unsigned().filter(|_| numbers.is_done()).ok_or(PemError::Structure)?;
    Ok(RsaPublicKey::new(modulus, exponent)?)
}
