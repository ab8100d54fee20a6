//! Session tokens: what they say, whether they may be believed, and why not.
//!
//! A token's claims cannot be reached before its signature was found good. Nothing here waits or computes signatures:
//! who calls hands the signed bytes to the host's cryptography and comes back with its verdict.

mod checks;
mod claims;
mod date;
mod der;
mod header;
mod keys;
mod pem;
mod reason;
mod revocations;
mod token;

pub use checks::Checks;
pub use claims::Claims;
pub use header::{Algorithm, Category, LastHeader, Types};
pub use keys::{JwkKey, KeyError, KeySet, KeySetError, MAX_KEY_SET_BYTES, MAX_KEYS, RsaPublicKey};
pub use pem::{MAX_PEM_BYTES, PemError, parse_pem};
pub use reason::{Reason, TokenError};
pub use revocations::Revocations;
pub use token::{Proof, Unverified, expiry_of};

/// How the subjects of machines begin.
pub const MACHINE_PREFIX: &str = "mch_";
/// Longer tokens are refused before anything of them is decoded, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16_384;

/// The error for what cannot be read as a token.
const fn malformed() -> TokenError {
    let message = "The token's header, payload or signature cannot be decoded.";
    TokenError { reason: Reason::Invalid, message: std::borrow::Cow::Borrowed(message) }
}
