//! The Worker in front of Clerk's API. Converts and nothing else: what may pass is decided in [`crate::clerk::gateway`].

mod entry;
mod environment;
mod routes;
mod verify;
mod webhooks;

pub use entry::fetch;
