//! Who a request is from: what it presents, how that is to be verified, and what follows from the verdict.
//!
//! [`Extracted`] is what the headers of a request present, [`Step`] what is to be done with it, [`SignedOut`] why it says
//! nothing about anybody. Nothing here verifies a signature or waits.

mod cookies;
mod decide;
mod extract;
mod kinds;
mod peek;
mod read;
mod suffix;

pub use cookies::{Cookies, MAX_COOKIE_HEADER_BYTES};
pub use decide::{MachineReason, NoRefresh, SignedOut, SignedOutReason, Step, Verification};
pub use extract::{Extracted, Headers, Instance, Source};
pub use kinds::{Accepts, TokenKind};
pub use suffix::cookie_suffix;
