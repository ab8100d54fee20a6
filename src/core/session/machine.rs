//! What Clerk answers when it is asked about a machine's token, and how long that may be believed.
//!
//! An answer of 200 does not mean that the token is valid: it says so of revoked and expired ones, too (facts 1.3). So all
//! of it is looked at, and what is not understood is not valid.

use super::decide::MachineReason;
use super::kinds::TokenKind;
use crate::core::json::raw::{Raw, each_member};
use crate::core::json::write::ObjectWriter;
use crate::core::time::{Duration, UnixTime};

/// A machine's token that Clerk calls valid. Borrows Clerk's answer.
#[derive(Clone, Debug)]
pub struct Machine<'a> {
    kind: TokenKind,
    answer: Answer<'a>,
    expires: Option<UnixTime>,
}

#[derive(Clone, Debug, Default)]
struct Answer<'a> {
    id: Option<Raw<'a>>,
    subject: Option<Raw<'a>>,
    name: Option<Raw<'a>>,
    claims: Option<Raw<'a>>,
    scopes: Option<Raw<'a>>,
    client_id: Option<Raw<'a>>,
    aud: Option<Raw<'a>>,
    revoked: Option<Raw<'a>>,
    expired: Option<Raw<'a>>,
    active: Option<Raw<'a>>,
    expiration: Option<Raw<'a>>,
}

impl<'a> Machine<'a> {
    /// Judges the answer to a question about a token of this kind. `audience` is what an OAuth token's `aud` is checked
    /// for; empty asks nothing. O(length).
    ///
    /// # Errors
    /// [`MachineReason::TokenInvalid`] for 404, and for an answer that lacks `id` or `subject` or says that the token is
    /// revoked, expired (by `expired`, or by an `expiration` that `now` has reached) or not active, or says any of it in
    /// a way that cannot be understood. [`MachineReason::TokenVerificationFailed`] if the audience is another's.
    /// [`MachineReason::SecretKeyInvalid`] for 401. [`MachineReason::UnexpectedError`] for everything else: it says
    /// nothing about the token.
    pub fn judge(
        kind: TokenKind,
        status: u16,
        body: &'a [u8],
        audience: &[String],
        now: UnixTime,
    ) -> Result<Self, MachineReason> {
        match status {
            200 => {}
            401 => return Err(MachineReason::SecretKeyInvalid),
            404 => return Err(MachineReason::TokenInvalid),
            _ => return Err(MachineReason::UnexpectedError),
        }
        let answer = Answer::read(body).ok_or(MachineReason::UnexpectedError)?;
        let expires = answer.valid_until(now).ok_or(MachineReason::TokenInvalid)?;
        if kind == TokenKind::OAuth && !is_meant_for(answer.aud, audience) {
            return Err(MachineReason::TokenVerificationFailed);
        }
        Ok(Self { kind, answer, expires })
    }

    /// How long the answer may be kept, at most `cap` and never past the token's own end (R19).
    #[must_use]
    pub fn lifetime(&self, cap: Duration, now: UnixTime) -> Duration {
        let left = |end: UnixTime| Duration::from_millis(end.as_millis().saturating_sub(now.as_millis()));
        self.expires.map_or(cap, |end| left(end).min(cap))
    }

    /// Who the token speaks for: `user_…`, `org_…` or `mch_…`.
    #[must_use]
    pub fn subject(&self) -> String {
        self.answer.subject.and_then(Raw::text).unwrap_or_default().into_owned()
    }

    /// What `toAuth()` holds besides its functions, as JSON: Clerk's names for each kind.
    #[must_use]
    pub fn to_json(&self) -> String {
        let answer = &self.answer;
        let mut json = ObjectWriter::new();
        json.text("tokenType", self.kind.as_str());
        json.json("isAuthenticated", Some("true"));
        json.raw("id", answer.id);
        json.raw("subject", answer.subject);
        json.raw("scopes", answer.scopes);
        let subject = self.subject();
        let of_user = |prefix: &str| {
            let subject = answer.subject.map(Raw::as_json).filter(|_| subject.starts_with(prefix));
            Some(subject.unwrap_or("null"))
        };
        match self.kind {
            TokenKind::ApiKey => {
                json.raw("name", answer.name);
                json.raw("claims", answer.claims);
                json.json("userId", of_user("user_"));
                json.json("orgId", of_user("org_"));
            }
            TokenKind::M2m => {
                json.raw("claims", answer.claims);
                json.raw("machineId", answer.subject);
            }
            TokenKind::OAuth => {
                json.raw("userId", answer.subject);
                json.raw("clientId", answer.client_id);
            }
            TokenKind::Session => {}
        }
        json.finish()
    }
}

impl<'a> Answer<'a> {
    fn read(body: &'a [u8]) -> Option<Self> {
        let mut answer = Self::default();
        each_member(body, |name, value| {
            let place = match name {
                "id" => &mut answer.id,
                "subject" => &mut answer.subject,
                "name" => &mut answer.name,
                "claims" => &mut answer.claims,
                "scopes" => &mut answer.scopes,
                "client_id" => &mut answer.client_id,
                "aud" => &mut answer.aud,
                "revoked" => &mut answer.revoked,
                "expired" => &mut answer.expired,
                "active" => &mut answer.active,
                "expiration" => &mut answer.expiration,
                _ => return,
            };
            *place = Some(value);
        })?;
        Some(answer)
    }

    /// Until when the token is valid, if it is: `Some(None)` for ever.
    #[expect(clippy::option_option, reason = "valid or not, and then for ever or not")]
    fn valid_until(&self, now: UnixTime) -> Option<Option<UnixTime>> {
        let is_named = |value: Option<Raw<'_>>| value.and_then(Raw::some_text).is_some();
        let is_unset = |value: Option<Raw<'_>>| value.is_none_or(Raw::is_false);
        let alive = is_unset(self.revoked) && is_unset(self.expired) && self.active.is_none_or(Raw::is_true);
        if !alive || !is_named(self.id) || !is_named(self.subject) {
            return None;
        }
        match self.expiration.filter(|end| !end.is_null()) {
            None => Some(None),
            Some(end) => end.number().and_then(instant).filter(|end| *end > now).map(Some),
        }
    }
}

/// Whether `aud` names one of `audience`. Stricter than for sessions, as Clerk's SDK is: who asks for an audience takes no
/// token without one.
pub(super) fn is_meant_for(aud: Option<Raw<'_>>, audience: &[String]) -> bool {
    let mut wanted = audience.iter().filter(|wanted| !wanted.is_empty()).peekable();
    if wanted.peek().is_none() {
        return true;
    }
    let Some(claim) = aud else { return false };
    let mut said = Vec::new();
    if claim.each_item(|item| said.push(item.some_text())).is_none() {
        said.push(claim.some_text());
    }
    !said.contains(&None) && wanted.any(|wanted| said.iter().any(|said| said.as_deref() == Some(wanted.as_str())))
}

/// An `expiration`: milliseconds since 1970. The specification says so, and shows seconds; a number that in milliseconds
/// would be long before there were tokens is seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked; casts from float saturate")]
fn instant(number: f64) -> Option<UnixTime> {
    /// 1973 in milliseconds, 5138 in seconds.
    const SECONDS_BELOW: f64 = 1e11;
    let millis = if number < SECONDS_BELOW { number * 1_000.0 } else { number };
    (millis >= 0.0).then(|| UnixTime::from_millis(millis as u64))
}
