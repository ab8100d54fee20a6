//! The traits a host implements.

use std::future::Future;

use super::http::{Body, Request, Response};
use crate::core::time::{Duration, Instant, UnixTime};

/// What time it is, for ages, lifetimes and claims.
///
/// May stand still between I/O (Cloudflare stops the clock while code runs), never steps back: hosts pass their wall
/// clock through [`crate::core::time::Monotonic`]. Callers read it once per step and hand the reading down.
pub trait Clock {
    /// The current instant.
    fn now(&self) -> Instant;

    /// The wall clock's own reading, which may step back: what claims are compared with.
    fn unix(&self) -> UnixTime;
}

/// Waiting, on a timer that belongs to whoever waits.
///
/// A bell is the only thing one request may use to wake another: ringing touches no Rust waker, it only resolves the
/// waiter's own host promise, so the waiter goes on in its own request context. Every bell also rings by itself, so a
/// waiter that everybody forgot still wakes.
pub trait Timer {
    /// Completes when rung or when its time is over. Dropping it frees the timer.
    type Bell: Future<Output = ()> + Unpin;
    /// The handle that rings it, kept in shared state by others.
    type Ring: Ring;

    /// A new bell that rings by itself after `within` (whole milliseconds, at least one).
    fn bell(&self, within: Duration) -> (Self::Bell, Self::Ring);

    /// The clock that timers run by. Unlike [`Clock::now`] nobody sets it by hand, so waits are bounded by it.
    fn elapsed(&self) -> Instant;
}

/// Wakes the owner of one bell. Ringing twice, or after the owner left, does nothing.
pub trait Ring {
    /// Wakes it.
    fn ring(&self);
}

/// One HTTP exchange, body included. Dropping the future aborts the exchange.
pub trait Fetch {
    /// How this host holds a body. Bodies stay where the host can use them; only decisions cross into this crate.
    type Body: Body;

    /// Sends `request` and reads the whole answer. Redirects are answers, never followed.
    ///
    /// # Errors
    /// [`FetchError::Network`] if no complete answer arrived, [`FetchError::TooLarge`] if its body passes the bound.
    fn fetch(&self, request: Request<Self::Body>) -> impl Future<Output = Result<Response<Self::Body>, FetchError>>;
}

/// Why an exchange gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchError {
    /// The connection failed, or ended before the body did. The text is the host's own, without URL or headers.
    Network(String),
    /// The body is larger than the request allows, in bytes.
    TooLarge(usize),
}

/// Chance.
pub trait Entropy {
    /// 64 bits nobody can foresee.
    fn random(&self) -> u64;
}

/// The hashes that Clerk's signatures use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 7518 section 3.3 has these three")]
pub enum Hash {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

/// What the host's cryptography could not do: the key is unusable, or there is no such algorithm here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CryptoError;

/// RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2), by the fastest engine of the host. Public-key operations only.
pub trait Crypto {
    /// A public key, ready for use and kept. Cloning copies a handle.
    type Key: Clone + 'static;

    /// Makes a key of a modulus and an exponent, both big-endian, for signatures with this hash.
    ///
    /// # Errors
    /// [`CryptoError`] if [`PublicNumbers`](super::PublicNumbers) or the host does not take them.
    fn import(
        &self,
        modulus: &[u8],
        exponent: &[u8],
        hash: Hash,
    ) -> impl Future<Output = Result<Self::Key, CryptoError>>;

    /// Whether `signature` over `message` is `key`'s.
    ///
    /// # Errors
    /// [`CryptoError`] if the host could not tell.
    fn verify(
        &self,
        key: &Self::Key,
        signature: &[u8],
        message: &[u8],
    ) -> impl Future<Output = Result<bool, CryptoError>>;
}

/// Work that goes on after its caller has left.
pub trait Tasks {
    /// Runs `task` to its end, even if the request that spawned it is answered or its client goes away, for as long as
    /// the host allows (Workers: 30 s).
    fn spawn(&self, task: impl Future<Output = ()> + 'static);
}

/// A host: everything above, cheap to clone, handed in with every call because some of it belongs to one request.
pub trait Runtime: Clock + Timer + Fetch + Crypto + Entropy + Tasks + Clone + 'static {}

impl<T: Clock + Timer + Fetch + Crypto + Entropy + Tasks + Clone + 'static> Runtime for T {}
