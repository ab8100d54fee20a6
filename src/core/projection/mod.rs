//! Field selection: the named fields of a JSON text, copied out in one pass over its bytes.
//!
//! Nothing here builds a tree or allocates per value, and nothing that was not named ever reaches the output. Input is
//! JSON as RFC 8259 has it and not one byte more: the same rules hold for [`validate`], for the parts that [`project`]
//! copies and for the parts it skips. No input panics.

mod fields;
mod select;

pub use crate::core::json::{JsonError as ProjectionError, JsonErrorKind as ProjectionErrorKind};
pub use crate::core::json::{MAX_JSON_DEPTH, validate};
pub use fields::{FieldSet, FieldSetError, MAX_FIELD_BYTES, MAX_FIELD_DEPTH, MAX_FIELDS};
pub use select::{Shape, project};
