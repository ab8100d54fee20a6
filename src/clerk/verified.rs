//! A token that was verified, as the cache keeps it.

use std::cell::Cell;
use std::fmt;

use crate::core::jwt::{Category, Checks, Claims, TokenError};
use crate::core::time::UnixTime;

/// Claims whose signature was found good by one source of keys.
///
/// Believing them again takes no cryptography, but every check of the call at hand: time always, and parties, audience
/// and issuer unless the same policy passed them before.
pub struct Verified<B> {
    claims: Claims,
    category: Category,
    /// The last policy whose checks, time apart, passed. Neither claims nor policies ever change.
    passed: Cell<u32>,
    body: B,
}

impl<B> fmt::Debug for Verified<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified").finish_non_exhaustive()
    }
}

impl<B> Verified<B> {
    /// The claims of a token. `body` is their text, as the shell holds it.
    pub(super) const fn new(claims: Claims, category: Category, body: B) -> Self {
        Self { claims, category, passed: Cell::new(u32::MAX), body }
    }

    /// The claims.
    #[must_use]
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The claims' JSON text.
    #[must_use]
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// What kind of token it is.
    #[must_use]
    pub const fn category(&self) -> Category {
        self.category
    }

    /// Whether the claims are believed under this policy now.
    #[inline]
    pub(super) fn check(&self, policy: u32, checks: &Checks, now: UnixTime) -> Result<(), TokenError> {
        if self.passed.get() != policy {
            self.claims.check_static(checks)?;
            self.passed.set(policy);
        }
        self.claims.check_time(checks.skew, now)
    }
}
