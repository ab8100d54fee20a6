//! JSON as bytes: RFC 8259 and not one byte more, in one pass, without recursion and without a tree.
//!
//! What [`validate`] accepts is what everything here accepts. No input panics.

pub(crate) mod raw;
mod scan;
mod text;
pub(crate) mod write;

pub use scan::{JsonError, JsonErrorKind, MAX_JSON_DEPTH, validate};
pub(in crate::core) use scan::{Scanner, Value, each_item, each_member};
pub(in crate::core) use text::Text;
