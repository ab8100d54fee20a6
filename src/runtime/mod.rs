//! What the product needs from its host, as small traits over plain data, and a fake of all of them.
//!
//! [`Clock`] says what time it is, [`Timer`] waits, [`Fetch`] talks HTTP, [`Entropy`] gives chance, [`Tasks`] runs what
//! must outlive its caller. A host that implements them is a [`Runtime`]; nothing above this folder touches a host in
//! any other way.

pub mod fake;
pub mod http;
mod montgomery;
mod race;
mod software;
mod traits;

pub use race::{Raced, race};
pub use software::{PublicNumbers, SoftwareKey};
pub use traits::{Clock, Crypto, CryptoError, Entropy, Fetch, FetchError, Hash, Ring, Runtime, Tasks, Timer};
