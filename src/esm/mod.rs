//! The ES module: `createClerkClient` and what it makes. Converts and nothing else.
//!
//! `client.js` builds the plain object that callers see, so that its methods can be taken off it and passed around;
//! [`Client`] is what those methods call. The types are in `pkg/index.d.ts`, written by hand.

mod arena;
mod arguments;
mod authenticate;
mod client;
mod engine;
mod options;
mod sessions;
mod tickets;
mod tokens;
mod verify;
mod webhooks;

pub use client::{Client, create_clerk_client};
