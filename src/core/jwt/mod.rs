//! Session tokens: what they say, whether they may be believed, and why not.
//!
//! A token's claims cannot be reached before its signature was found good. Nothing here waits or computes signatures:
//! who calls hands the signed bytes to the host's cryptography and comes back with its verdict.

mod checks;
mod reason;

pub use checks::Checks;
pub use reason::{Reason, TokenError};

/// Longer tokens are refused before anything of them is decoded, in bytes.
pub const MAX_TOKEN_BYTES: usize = 16_384;
