//! The host, when it is JavaScript: the traits of [`crate::runtime`] by web-sys, js-sys, gloo-timers and `host.js`.
//!
//! # What crosses the boundary, and how
//!
//! Measured by `npm run bench boundary` (figures in `bench/README.md`); every path follows from it.
//!
//! - **A hit is a number for a number.** JavaScript keeps a `Map` from what was asked to a *handle*
//!   ([`Handle`](crate::core::cache::Handle)); the handle and a reading of the clock go in, the *slot* of the value comes
//!   out, and the value lies in an array of slots that JavaScript holds. Two plain numbers cost 2 ns; a key of 30 bytes
//!   through the default glue costs 70 to 90, a reference to an object 11. Whether the entry may still be served is
//!   decided here all the same: a handle finds nothing once its entry expired, was dropped or lost its slot.
//! - **A hit makes no Rust future.** An exported `async fn` costs 280 ns in Node and 1,570 in workerd doing nothing, so
//!   hits come from a synchronous call, and a future is made only when there is something to wait for.
//! - **Bodies and parsed values never cross.** They stay in JavaScript as [`JsBody`], a handle here, and go out to every
//!   caller as they are: frozen, and never a view of this memory, which may change or move while it is being sent. Who
//!   must look inside (validation and field selection, on a miss) copies, at some 40 GB/s. Objects are never built from
//!   here: serde takes 8 times as long as `JSON.parse`.
//! - **Options are read where they are.** Presets are told apart in JavaScript; `Reflect.get` costs 600 ns a property and
//!   is for misses.
//! - **What has many parts crosses in one call**: headers as one array, a response by one function with literals in it.

mod abort;
mod body;
#[cfg(feature = "esm")]
mod callback;
mod crypto;
#[cfg(feature = "esm")]
mod error;
mod glue;
mod promise;
mod runtime;
mod timer;

pub(crate) use abort::until_gone;
pub(crate) use body::{JsBody, received};
#[cfg(feature = "esm")]
pub(crate) use callback::attempt;
#[cfg(feature = "esm")]
pub(crate) use error::to_js;
#[cfg(feature = "esm")]
pub(crate) use glue::slots;
#[cfg(feature = "esm")]
pub(crate) use promise::{Settled, Work};
pub(crate) use promise::{at_once, promise};
pub(crate) use runtime::{JsRuntime, memory_bytes};
