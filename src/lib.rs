//! Clerk from edge runtimes: session tokens, users and webhooks, cached, coalesced and paced.
//!
//! ```text
//! esm, worker ──► clerk ──► core                 shells convert · clerk waits · core decides
//!     │            └─────► runtime ──► core::time      one-method traits over plain data
//!     └────────► js ─────► runtime                     implements those traits
//! ```
//!
//! - [`core`] decides: state in, `now` in, decision out. It knows no JavaScript, HTTP, Clerk, clock or randomness.
//! - [`runtime`] is what the product needs from its host, as small traits, and a fake of them that tests drive by hand.
//! - [`clerk`] knows Clerk's API and waits; `clerk::pipeline` is the only place where the primitives of `core` meet.
//! - `js` (feature) implements the traits in JavaScript hosts; `esm` and `worker` (features that exclude each other) are
//!   the two shells, the ES module and the Cloudflare Worker, and only convert.
//!
//! The default build has no features and runs natively, so most tests are plain `cargo test`.

#[cfg(all(feature = "esm", feature = "worker"))]
compile_error!(
    "`esm` and `worker` exclude each other: worker-build turns every exported function into a Worker method"
);

pub mod clerk;
pub mod config;
pub mod core;
pub mod error;
#[cfg(feature = "esm")]
pub mod esm;
#[cfg(feature = "js")]
#[cfg_attr(not(feature = "esm"), expect(dead_code, reason = "options and parsed values are the ES module's"))]
mod js;
pub mod runtime;
#[cfg(feature = "worker")]
pub mod worker;
