//! Verifying session tokens on a fake host: keys, policies, and what is remembered.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod instances;
mod keys;
mod remembered;
mod world;
