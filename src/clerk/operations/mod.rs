//! Which operations Clerk's Backend API has, and which one a request asks for.
//!
//! The table is the allow-list of whatever forwards requests, and where policies hang: it knows nothing of them.

mod search;
mod table;

pub use search::{Match, Operation, find};
pub use table::OPERATIONS;
