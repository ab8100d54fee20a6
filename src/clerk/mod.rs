//! What knows Clerk, and waits.

pub mod operations;
