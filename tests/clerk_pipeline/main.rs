//! `clerk::pipeline` and `clerk::client` on the fake host: whole calls, in virtual time, with an upstream that misbehaves.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the helpers of tests may panic"
)]

mod caching;
mod failures;
mod invalidation;
mod limits;
mod minted;
mod pauses;
mod retries;
mod sessions;
mod sharing;
mod tokens;
mod world;
