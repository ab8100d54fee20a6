//! Who a request is from: what it presents, how that is to be verified, and what follows from the verdict.
//!
//! [`Extracted`] is what the headers of a request present, [`Step`] what is to be done with it, [`SignedOut`] why it says
//! nothing about anybody, and [`Auth`] or [`Machine`] who it is from once it is verified. Nothing here verifies a
//! signature or waits, and nothing is kept from one request to the next.

mod auth;
mod cookies;
mod decide;
mod extract;
mod has;
mod kinds;
mod machine;
mod machine_jwt;
mod peek;
mod permissions;
mod scopes;
mod suffix;

pub use auth::{Auth, PendingSessions};
pub use cookies::{Cookies, MAX_COOKIE_HEADER_BYTES};
pub use decide::{MachineReason, NoRefresh, SignedOut, SignedOutReason, Step, Verification};
pub use extract::{Extracted, Headers, Instance, Source};
pub use has::{Asked, HasQuery, Level, Reverification};
pub use kinds::{Accepts, TokenKind};
pub use machine::Machine;
pub use machine_jwt::machine_jwt_json;
pub use permissions::{MAX_MASK_DIGITS, MAX_PERMISSIONS};
pub use suffix::cookie_suffix;
