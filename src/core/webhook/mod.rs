//! Webhooks: whether a delivery is genuine, and whether it was seen before.
//!
//! The scheme is that of Svix and Standard Webhooks, which Clerk uses: HMAC-SHA256 over id, time and the raw body, with a
//! secret both sides know. Nothing here looks into a body.

mod replay;
mod secret;
mod signature;

pub use replay::Replays;
pub use secret::Secret;
pub use signature::{Delivery, Refusal, TOLERANCE, verify};
