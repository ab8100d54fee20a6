//! Clerk from edge runtimes: session tokens, users and bulk work, cached, coalesced and paced.

pub mod clerk;
pub mod core;
