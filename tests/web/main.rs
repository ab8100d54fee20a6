//! The ES module's client in a JavaScript host: Node and headless Chrome, with an upstream in the test's hands.
#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the helpers of tests may panic"
)]

mod calls;
mod errors;
mod host;
mod world;
