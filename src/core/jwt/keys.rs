//! The public keys that tokens are verified with, and the sets that Clerk publishes them in (RFC 7517).

use super::{Algorithm, Reason, TokenError};
use crate::core::base64;
use crate::core::json::{JsonError, JsonErrorKind, Text, Value, each_item, each_member};
use thiserror::Error;

/// A longer key set is refused unread, in bytes of JSON.
pub const MAX_KEY_SET_BYTES: usize = 65_536;
/// A key set lists no more keys, usable or not.
pub const MAX_KEYS: usize = 64;

/// An RSA key of 2048 to 8192 bits: both numbers big-endian and without zeros in front.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RsaPublicKey {
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

/// Why two numbers are no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The modulus has fewer than 2048 or more than 8192 bits: unsafe, or a way to keep a verifier busy.
    #[error("the RSA key has {bits} bits; 2048 to 8192 are accepted")]
    Size {
        /// How many it has.
        bits: usize,
    },
    /// The modulus is even, so it is no product of two odd primes.
    #[error("the RSA modulus is even")]
    Even,
    /// The exponent is even, below 3 or longer than 32 bits.
    #[error("the RSA exponent is not an odd number from 3 on with at most 32 bits")]
    Exponent,
}

impl RsaPublicKey {
    /// A key of these numbers, big-endian; zeros in front do not count.
    ///
    /// # Errors
    /// If they are out of bounds.
    pub fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let (modulus, exponent) = (significant(modulus), significant(exponent));
        let bits = bits(modulus);
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::Size { bits });
        }
        if !is_odd(modulus) {
            return Err(KeyError::Even);
        }
        if !is_odd(exponent) || exponent.len() > 4 || exponent == [1] {
            return Err(KeyError::Exponent);
        }
        Ok(Self { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
    }

    /// The modulus, n.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The public exponent, e.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// How long the modulus is, in bits.
    #[must_use]
    pub fn bits(&self) -> usize {
        bits(&self.modulus)
    }
}

fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn bits(significant: &[u8]) -> usize {
    significant.first().map_or(0, |first| significant.len() * 8 - first.leading_zeros() as usize)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last % 2 == 1)
}

/// A key of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwkKey {
    kid: Box<str>,
    declared: Declared,
    key: RsaPublicKey,
}

/// What a key says it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Declared {
    /// Any algorithm that fits an RSA key.
    Nothing,
    Algorithm(Algorithm),
    /// None that is accepted here.
    Other,
}

impl JwkKey {
    /// Its name, by which a token's header asks for it. A Clerk `kid` is the instance's id, so it is no name for a key
    /// outside of its set.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key itself.
    #[must_use]
    pub const fn key(&self) -> &RsaPublicKey {
        &self.key
    }

    /// Whether tokens signed with `algorithm` may be verified with it (R7): a key that declares one is for that one.
    ///
    /// # Errors
    /// [`Reason::VerificationFailed`]
    pub fn check_algorithm(&self, algorithm: Algorithm) -> Result<(), TokenError> {
        match self.declared {
            Declared::Nothing => Ok(()),
            Declared::Algorithm(declared) if declared == algorithm => Ok(()),
            Declared::Algorithm(_) | Declared::Other => {
                Err(TokenError::new(Reason::VerificationFailed, "The key is not for the token's algorithm (alg)."))
            }
        }
    }
}

/// The usable keys of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<JwkKey>,
}

/// Why a text is no key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// Longer than [`MAX_KEY_SET_BYTES`].
    #[error("the key set is longer than {MAX_KEY_SET_BYTES} bytes")]
    TooLong,
    /// More than [`MAX_KEYS`] keys.
    #[error("the key set has more than {MAX_KEYS} keys")]
    TooMany,
    /// Not JSON.
    #[error("the key set is not JSON: {0}")]
    Json(JsonError),
    /// JSON, but not an object with an array of `keys`.
    #[error("the key set is not an object with an array of keys")]
    NoKeys,
}

impl KeySet {
    /// Reads `{"keys":[…]}`.
    ///
    /// Keys that cannot verify a token are left out and do no harm: what is not RSA, is for encryption, has private
    /// parts, no `kid`, or numbers out of bounds. Of two with the same `kid` the last counts, as for Clerk's SDK.
    /// O(length).
    ///
    /// # Errors
    /// If the text is no key set, or too large.
    pub fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        if json.len() > MAX_KEY_SET_BYTES {
            return Err(KeySetError::TooLong);
        }
        let mut list = None;
        each_member(json, |name, value| {
            if name.spells("keys") {
                list = match value {
                    Value::Array(json) => Some(json),
                    Value::Text(_) | Value::Number(_) | Value::Object(_) | Value::Literal => None,
                };
            }
        })
        .map_err(|error| {
            if error.kind == JsonErrorKind::UnexpectedShape { KeySetError::NoKeys } else { KeySetError::Json(error) }
        })?;
        let mut set = Self::default();
        let mut seen = 0_usize;
        each_item(list.ok_or(KeySetError::NoKeys)?, |item| {
            seen += 1;
            if let Value::Object(json) = item
                && let Some(key) = Jwk::read(json)
            {
                set.keys.retain(|known| known.kid != key.kid);
                set.keys.push(key);
            }
            seen <= MAX_KEYS
        })
        .map_err(KeySetError::Json)?;
        if seen > MAX_KEYS { Err(KeySetError::TooMany) } else { Ok(set) }
    }

    /// The key that a token asks for, byte for byte. A token that asks for none gets none, even of a set with one key:
    /// so it is with Clerk's SDK. O(keys).
    #[must_use]
    pub fn get(&self, kid: Option<&str>) -> Option<&JwkKey> {
        let kid = kid?;
        self.keys.iter().find(|key| &*key.kid == kid)
    }

    /// The keys, in the order of the text.
    #[must_use]
    pub fn keys(&self) -> &[JwkKey] {
        &self.keys
    }

    /// Whether there is no usable key at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// The members of a JSON Web Key that matter (RFC 7517, 4; RFC 7518, 6.3).
#[derive(Default)]
struct Jwk<'a> {
    kid: Option<Box<str>>,
    is_rsa: bool,
    /// Has something in it that forbids to verify with it.
    unfit: bool,
    declared: Option<Declared>,
    n: Option<Text<'a>>,
    e: Option<Text<'a>>,
}

impl<'a> Jwk<'a> {
    fn read(json: &'a [u8]) -> Option<JwkKey> {
        let mut jwk = Self::default();
        each_member(json, |name, value| jwk.member(name, value)).ok()?;
        if !jwk.is_rsa || jwk.unfit {
            return None;
        }
        let key = RsaPublicKey::new(&number(&jwk.n?)?, &number(&jwk.e?)?).ok()?;
        Some(JwkKey { kid: jwk.kid?, declared: jwk.declared.unwrap_or(Declared::Nothing), key })
    }

    fn member(&mut self, name: &Text<'a>, value: Value<'a>) {
        let Some(name) = name.decode() else { return };
        match (&*name, value) {
            ("kid", value) => self.kid = string(&value).map(Into::into),
            ("kty", value) => self.is_rsa = string(&value).as_deref() == Some("RSA"),
            ("alg", value) => self.declared = Some(declared(&value)),
            ("n", Value::Text(text)) => self.n = Some(text),
            ("e", Value::Text(text)) => self.e = Some(text),
            ("use", value) => self.unfit |= string(&value).as_deref() != Some("sig"),
            ("key_ops", value) => self.unfit |= !can_verify(&value),
            // Private parts, and the key of `oct`: who publishes those has no secret left to sign with.
            ("n" | "e" | "d" | "p" | "q" | "dp" | "dq" | "qi" | "oth" | "k", _) => self.unfit = true,
            _ => {}
        }
    }
}

fn string(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Text(text) => text.decode().map(Into::into),
        Value::Number(_) | Value::Array(_) | Value::Object(_) | Value::Literal => None,
    }
}

fn declared(value: &Value<'_>) -> Declared {
    string(value).and_then(|name| Algorithm::named(&name)).map_or(Declared::Other, Declared::Algorithm)
}

fn can_verify(key_ops: &Value<'_>) -> bool {
    let Value::Array(json) = key_ops else { return false };
    let mut found = false;
    let read = each_item(json, |item| {
        found |= string(&item).as_deref() == Some("verify");
        true
    });
    read.is_ok() && found
}

fn number(text: &Text<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    base64::decode_url(text.decode()?.as_bytes(), &mut out)?;
    Some(out)
}
