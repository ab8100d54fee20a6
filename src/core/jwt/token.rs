//! A token as it comes in: taken apart, and nothing of it believed.

use super::header::Header;
use super::{Algorithm, Category, Claims, LastHeader, MAX_TOKEN_BYTES, Reason, TokenError, Types, malformed};
use crate::core::base64;
use crate::core::time::UnixTime;
use std::fmt;
use std::rc::Rc;

/// A token whose signature nobody has looked at yet.
///
/// Its claims are inside and out of reach until [`Unverified::proven`] hears that the signature is good.
pub struct Unverified {
    header: Rc<Header>,
    claims: Claims,
    signature: Vec<u8>,
    signed: usize,
}

/// What became of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth")]
pub enum Proof {
    /// It fits.
    Good,
    /// It does not.
    Bad,
    /// It could not be tried: the key does not import, or the host's cryptography failed.
    Failed,
}

impl Unverified {
    /// Takes a session token apart: checks 1 to 3 of facts 1.1, and `crit`. O(length), a handful of allocations.
    ///
    /// # Errors
    /// [`Reason::Invalid`] if it is longer than [`MAX_TOKEN_BYTES`] (then nothing is decoded), does not have three
    /// parts, if one is not base64url, if the header or the payload is not an object in JSON and UTF-8, if the header
    /// has `crit`, or if it is a machine's token.
    pub fn parse(token: &str) -> Result<Self, TokenError> {
        Self::parse_after(&mut LastHeader::default(), token)
    }

    /// The same, and a header that is the last token's again is not read again.
    ///
    /// # Errors
    /// As [`Unverified::parse`].
    pub fn parse_after(last: &mut LastHeader, token: &str) -> Result<Self, TokenError> {
        let token = Self::take_apart(last, token)?;
        if token.category() == Category::Machine {
            return Err(TokenError::new(Reason::Invalid, "The token is a machine's, not a session's."));
        }
        Ok(token)
    }

    /// The same for tokens of every category.
    ///
    /// # Errors
    /// As [`Unverified::parse`], but a machine's token is taken.
    pub fn parse_any(token: &str) -> Result<Self, TokenError> {
        Self::take_apart(&mut LastHeader::default(), token)
    }

    fn take_apart(last: &mut LastHeader, token: &str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::new(Reason::Invalid, "The token is longer than any Clerk makes."));
        }
        let [header, payload, signature] = parts(token).ok_or_else(|| {
            TokenError::new(Reason::Invalid, "The token does not have three parts with dots between.")
        })?;
        let decode = |part: &str, out: &mut Vec<u8>| base64::decode_url(part.as_bytes(), out).ok_or_else(malformed);
        let signed = header.len() + 1 + payload.len();
        let header = last.read(header)?;
        let (mut json, mut bytes) = (Vec::new(), Vec::new());
        decode(payload, &mut json)?;
        let claims = Claims::parse(json)?;
        decode(signature, &mut bytes)?;
        Ok(Self { header, claims, signature: bytes, signed })
    }

    /// Which key the token asks for, if it says so in a string.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// What Clerk made it for, by its own account: to choose who looks at it, never to trust it.
    #[must_use]
    pub fn category(&self) -> Category {
        self.header.category
    }

    /// Whether its `typ` is that of an OAuth access token: to choose who looks at it, never to trust it.
    #[must_use]
    pub fn is_oauth(&self) -> bool {
        self.header.is_oauth()
    }

    /// Whether its `sub` is a machine's: to choose who looks at it, never to trust it.
    #[must_use]
    pub fn looks_like_machine(&self) -> bool {
        self.claims.is_machine()
    }

    /// Checks 5 and 6 of facts 1.1: the `typ`, then the algorithm, which it returns.
    ///
    /// # Errors
    /// [`Reason::Invalid`] or [`Reason::InvalidAlgorithm`].
    pub fn check_header(&self, types: Types<'_>) -> Result<Algorithm, TokenError> {
        self.header.check(types)
    }

    /// The decoded signature, of any length.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// How many bytes of the token's text, from its start, are signed.
    #[must_use]
    pub const fn signed_len(&self) -> usize {
        self.signed
    }

    /// The claims, if the signature is good. Only now may one of them be looked at, so that no error about a claim ever
    /// answers to who cannot sign (R5).
    ///
    /// # Errors
    /// [`Reason::InvalidSignature`] or [`Reason::VerificationFailed`].
    pub fn proven(self, signature: Proof) -> Result<Claims, TokenError> {
        match signature {
            Proof::Good => Ok(self.claims),
            Proof::Bad => Err(TokenError::new(Reason::InvalidSignature, "The token's signature is not valid.")),
            Proof::Failed => {
                Err(TokenError::new(Reason::VerificationFailed, "The token's signature could not be verified."))
            }
        }
    }
}

/// Says nothing of the token: its claims are out of reach this way too.
impl fmt::Debug for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified").finish_non_exhaustive()
    }
}

/// When anything that looks like a token says it is over: `exp` of its payload, in whole seconds, unverified.
///
/// For shortening how long it is kept, and for nothing else. `None` if it says nothing that can be understood. O(length),
/// of any length.
#[must_use]
pub fn expiry_of(text: &str) -> Option<UnixTime> {
    let [_, payload, _] = parts(text)?;
    let mut json = Vec::new();
    base64::decode_url(payload.as_bytes(), &mut json)?;
    Claims::parse(json).ok()?.expires()
}

/// What is between exactly two dots.
fn parts(token: &str) -> Option<[&str; 3]> {
    let (header, rest) = token.split_once('.')?;
    let (payload, signature) = rest.split_once('.')?;
    (!signature.contains('.')).then_some([header, payload, signature])
}
