//! Verified tokens: what drops them, and what keeps them from coming back.

use std::cell::RefCell;
use std::rc::Rc;

use super::{BodyOf, Cache, Pipeline};
use crate::clerk::verified::Verified;
use crate::core::jwt::{Claims, Reason, TokenError};
use crate::core::time::{Duration, UnixTime};
use crate::runtime::Runtime;

/// The names of the session and the user that a token is for, as the cache's tags have them.
pub(in crate::clerk) fn tags_of(claims: &Claims) -> [String; 2] {
    [["sessions/", claims.sid().unwrap_or_default()].concat(), ["users/", claims.sub().unwrap_or_default()].concat()]
}

impl<R: Runtime> Pipeline<R> {
    /// Tokens that were verified.
    pub(in crate::clerk) fn verified(&self) -> &RefCell<Cache<Rc<Verified<BodyOf<R>>>>> {
        &self.0.verified
    }

    /// Drops everything under these tags (`sessions/…`, `users/…`) and refuses tokens that were issued for them up to now.
    pub fn revoke(&self, tags: &[String], now: UnixTime) {
        self.invalidate(tags);
        for tag in tags {
            self.0.revocations.borrow_mut().revoke(tag, now);
        }
    }

    /// Refuses claims of a session or a user, by their tags, that was revoked after they were issued.
    pub(in crate::clerk) fn refuse_revoked(
        &self,
        claims: &Claims,
        tags: &[String; 2],
        skew: Duration,
    ) -> Result<(), TokenError> {
        let revocations = self.0.revocations.borrow();
        // One that does not say when it was issued may be as old as any.
        let issued = claims.issued().unwrap_or_default();
        if tags.iter().any(|tag| revocations.covers(tag, issued, skew)) {
            return Err(TokenError::new(Reason::VerificationFailed, "the token's session has ended"));
        }
        Ok(())
    }
}
