//! Why a token is not believed, in Clerk's words.

use std::borrow::Cow;

/// `TokenVerificationError.reason` of Clerk's SDK (its `errors.ts`, 3.25.0). The words are API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It is over.
    Expired,
    /// It is no token, or one of a kind that is not accepted here.
    Invalid,
    /// Its algorithm is not RS256, RS384 or RS512.
    InvalidAlgorithm,
    /// `azp` is not an authorized party.
    InvalidAuthorizedParties,
    /// `iss` is not an expected issuer.
    InvalidIssuer,
    /// Its signature does not fit.
    InvalidSignature,
    /// `nbf` lies in the future.
    NotActiveYet,
    /// `iat` lies in the future.
    IatInTheFuture,
    /// A claim is missing or of the wrong type, or the key cannot be used with this token.
    VerificationFailed,
    /// Clerk says that the secret key is not valid.
    SecretKeyInvalid,
    /// The key set could not be fetched.
    JwkRemoteFailedToLoad,
    /// There is no key to verify with: neither `jwtKey`, `secretKey` nor `publishableKey` is configured.
    JwkFailedToResolve,
    /// The key set has no key with the token's `kid`.
    JwkKidMismatch,
}

impl Reason {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "token-expired",
            Self::Invalid => "token-invalid",
            Self::InvalidAlgorithm => "token-invalid-algorithm",
            Self::InvalidAuthorizedParties => "token-invalid-authorized-parties",
            Self::InvalidIssuer => "token-invalid-issuer",
            Self::InvalidSignature => "token-invalid-signature",
            Self::NotActiveYet => "token-not-active-yet",
            Self::IatInTheFuture => "token-iat-in-the-future",
            Self::VerificationFailed => "token-verification-failed",
            Self::SecretKeyInvalid => "secret-key-invalid",
            Self::JwkRemoteFailedToLoad => "jwk-remote-failed-to-load",
            Self::JwkFailedToResolve => "jwk-failed-to-resolve",
            Self::JwkKidMismatch => "jwk-kid-mismatch",
        }
    }
}

/// Why a token is not believed. The message names no configured party, issuer, key or `kid`, and nothing of the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct TokenError {
    /// What a program acts on.
    pub reason: Reason,
    /// What a person reads.
    pub message: Cow<'static, str>,
}

impl TokenError {
    /// An error with this sentence.
    #[must_use]
    pub fn new(reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, message: message.into() }
    }
}
