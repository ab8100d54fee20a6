//! What is decided: state in, `now` in, decision out.
//!
//! Nothing in this folder knows JavaScript, HTTP, Clerk, `async`, a clock, randomness or globals. Everything that grows
//! has a bound given at construction, and every operation is O(1) unless it says otherwise.

pub mod base64;
pub mod cache;
pub mod flight;
pub mod json;
pub mod jwt;
pub mod limiter;
pub mod metrics;
mod order;
pub mod pool;
pub mod projection;
pub mod retry;
pub mod session;
pub mod time;
pub mod webhook;
