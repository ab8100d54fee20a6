//! Clerk from edge runtimes: session tokens, users and bulk work, cached, coalesced and paced.

pub mod core;
pub mod runtime;
