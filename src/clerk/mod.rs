//! Clerk, and waiting: the Backend API's operations over the primitives of `core` and a host from `runtime`.
//!
//! `policy` says what may be kept and what a write makes stale, `pipeline` is the only place where cache, flights,
//! limiter, pool, retry and metrics meet, `api` speaks Clerk's HTTP, and `client` with its areas (`users`, `sessions`,
//! `tokens`), `verifier`, `webhooks` (with `event`) and `gateway` are what the shells convert to and from.
//!
//! A session token goes from `auth` (who is a request from) or `forward` (the same for a proxy) through `verifier` (what is
//! to be done for a token), which asks `keys`, and keeps what came of it as `verified` under its bytes (`spelled`);
//! `machines` has the tokens that are no session's.

pub mod api;
pub mod auth;
pub mod client;
pub mod event;
pub mod forward;
pub mod gateway;
mod keys;
mod machines;
pub mod operations;
pub mod pipeline;
pub mod policy;
pub mod query;
pub mod sessions;
pub mod spelled;
pub mod tokens;
pub mod users;
pub mod verified;
pub mod verifier;
pub mod webhooks;
