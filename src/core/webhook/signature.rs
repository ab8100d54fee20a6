//! The signature of a delivery: HMAC-SHA256 over `{id}.{timestamp}.{body}` (Standard Webhooks 1.0.0, "Signature scheme").
//!
//! As lenient as Clerk's own SDK where its senders are (a fraction of the timestamp is cut off, as its tests send one),
//! and stricter where none of them goes: an id has no dot, a signature nothing behind it, a timestamp no letters.

use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Secret;
use crate::core::base64;
use crate::core::time::{Duration, UnixTime, millis};

/// How far a delivery's timestamp may be from now, to either side, inclusive, in whole seconds.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// Longer ids are refused, in bytes; Svix's have 31.
const MAX_ID: usize = 256;
/// Longer lists of signatures are refused, in bytes. There is one, and one more while a secret is rotated.
const MAX_HEADER: usize = 4_096;
/// Signatures of our version that are looked at.
const MAX_SIGNATURES: usize = 16;
/// 32 bytes in base64, with padding.
const SIGNATURE_LETTERS: usize = 44;

/// A delivery as it came: three header values, empty if missing, and the raw bytes of the body.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by literal")]
pub struct Delivery<'a> {
    /// `svix-id`
    pub id: &'a str,
    /// `svix-timestamp`
    pub timestamp: &'a str,
    /// `svix-signature`
    pub signatures: &'a str,
    /// The body, as it came.
    pub body: &'a [u8],
}

/// Why a delivery is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A header is missing or empty.
    MissingHeader,
    /// The id is none.
    InvalidId,
    /// The timestamp is not a number of seconds.
    InvalidTimestamp,
    /// The timestamp is too long ago.
    TooOld,
    /// The timestamp is too far in the future.
    TooNew,
    /// No signature of this version fits.
    InvalidSignature,
}

impl Refusal {
    /// What a person reads.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingHeader => "svix-id, svix-timestamp or svix-signature is missing",
            Self::InvalidId => "svix-id is not an id",
            Self::InvalidTimestamp => "svix-timestamp is not a number of seconds",
            Self::TooOld => "svix-timestamp is too old",
            Self::TooNew => "svix-timestamp is too new",
            Self::InvalidSignature => "no signature fits",
        }
    }
}

/// Whether `delivery` was signed with `secret` within [`TOLERANCE`] of `now`; its id, trimmed. O(length of the body).
///
/// # Errors
/// Why it is not to be believed.
pub fn verify<'a>(secret: &Secret, delivery: &Delivery<'a>, now: UnixTime) -> Result<&'a str, Refusal> {
    let [id, timestamp, signatures] = [delivery.id, delivery.timestamp, delivery.signatures].map(str::trim);
    if id.is_empty() || timestamp.is_empty() || signatures.is_empty() {
        return Err(Refusal::MissingHeader);
    }
    // The delimiter in an id would let one signature stand for several contents.
    if id.len() > MAX_ID || !id.bytes().all(|b| b.is_ascii_graphic() && b != b'.') {
        return Err(Refusal::InvalidId);
    }
    let seconds = seconds(timestamp).ok_or(Refusal::InvalidTimestamp)?;
    in_time(seconds, now)?;
    if signatures.len() > MAX_HEADER {
        return Err(Refusal::InvalidSignature);
    }
    let expected = sign(secret, id, seconds, delivery.body).ok_or(Refusal::InvalidSignature)?;
    let mut presented = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")).take(MAX_SIGNATURES);
    // `CtOutput` compares in constant time; how many are compared is no secret.
    if presented.any(|one| decoded(one).is_some_and(|one| one == expected)) {
        Ok(id)
    } else {
        Err(Refusal::InvalidSignature)
    }
}

/// Whole seconds of `1730000000` or `1730000000.123`: at most twelve digits, and a fraction that does not count.
fn seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (digits(whole, 12) && digits(fraction, 20)).then(|| whole.parse().ok()).flatten()
}

fn in_time(seconds: u64, now: UnixTime) -> Result<(), Refusal> {
    let (now, tolerance) = (now.as_millis() / 1_000, millis(TOLERANCE) / 1_000);
    if now > seconds.saturating_add(tolerance) {
        return Err(Refusal::TooOld);
    }
    if seconds > now.saturating_add(tolerance) {
        return Err(Refusal::TooNew);
    }
    Ok(())
}

/// What is signed has the timestamp as a whole number, whatever the header's spelling: what Clerk's SDK does.
fn sign(secret: &Secret, id: &str, seconds: u64, body: &[u8]) -> Option<CtOutput<Hmac<Sha256>>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.key()).ok()?;
    Some(mac.chain_update(format!("{id}.{seconds}.")).chain_update(body).finalize())
}

/// A signature's bytes, if it is exactly what a signer writes.
fn decoded(text: &str) -> Option<CtOutput<Hmac<Sha256>>> {
    let mut bytes = Vec::new();
    if text.len() != SIGNATURE_LETTERS {
        return None;
    }
    base64::decode_standard(text.as_bytes(), &mut bytes)?;
    let bytes: [u8; 32] = bytes.try_into().ok()?;
    Some(CtOutput::new(bytes.into()))
}
