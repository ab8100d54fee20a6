//! The host, when it is JavaScript: the traits of [`crate::runtime`] by web-sys, js-sys, gloo-timers and `host.js`.
//!
//! What crosses the boundary and how was measured (`npm run bench boundary`); every path here follows from it:
//!
//! - Bodies and parsed objects never cross. They stay in JavaScript as [`body::JsBody`], a handle here; a hit hands the
//!   same object or bytes out again. Only who needs to look inside (validation and field selection, on a miss) copies.
//! - Keys cross as short strings by the default glue, once per call.
//! - A hit makes no Rust future and no `JsFuture`: it is a plain function call that returns a resolved promise.
//! - Everything with more than one header or option crosses as one array in one call.

mod abort;
mod body;
#[cfg(feature = "esm")]
mod error;
mod glue;
mod runtime;
mod timer;

pub(crate) use abort::until_gone;
pub(crate) use body::JsBody;
#[cfg(feature = "esm")]
pub(crate) use error::to_js;
#[cfg(feature = "esm")]
pub(crate) use glue::slots;
pub(crate) use runtime::{JsRuntime, memory_bytes};
