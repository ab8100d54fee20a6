//! `core::session`: what requests present and what follows from it, beside the verdicts of @clerk/backend, which
//! `tests/vectors/authenticate-request.mjs` wrote down.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod claims;
mod machine;
mod requests;
mod vectors;
