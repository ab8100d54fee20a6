//! Session tokens, case by case: what is refused, for which reason and in which order. The cases of Clerk's SDK that
//! were observed (`@clerk/backend` 3.25.0) are here, and so is every place where this is stricter.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "the helpers of tests may panic")]

mod claims;
mod header;
mod model;

use clerk_edge::core::jwt::{Claims, Proof, Reason, TokenError, Unverified};

const HEADER: &str = r#"{"alg":"RS256","kid":"ins_1","typ":"JWT"}"#;
const PAYLOAD: &str = r#"{"sub":"user_1","exp":1730000060}"#;

/// Base64url without padding.
fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letters = |group: &[u8]| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        (0..=group.len()).map(|at| char::from(LETTERS[bits >> (18 - 6 * at) & 63])).collect::<String>()
    };
    bytes.chunks(3).map(letters).collect()
}

fn token(header: &str, payload: &str) -> String {
    format!("{}.{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()), encode(b"signature"))
}

fn parse(header: &str, payload: &str) -> Result<Unverified, TokenError> {
    Unverified::parse(&token(header, payload))
}

/// The claims of a payload whose signature is good.
fn proven(payload: &str) -> Claims {
    parse(HEADER, payload).unwrap().proven(Proof::Good).unwrap()
}

fn reason<T>(result: Result<T, TokenError>) -> Result<T, Reason> {
    result.map_err(|error| error.reason)
}

fn refusal<T>(result: Result<T, TokenError>) -> Option<Reason> {
    result.err().map(|error| error.reason)
}
