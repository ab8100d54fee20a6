//! Forward auth: a proxy asks who a request is from, and takes the answer's status and headers over.

use super::auth::{SignedIn, State};
use crate::core::json::write::ObjectWriter;
use crate::core::jwt::Reason;
use crate::core::session::{Auth, PendingSessions, SignedOut, SignedOutReason};
use crate::runtime::http::Body;

/// What the proxy is told.
#[derive(Debug)]
#[non_exhaustive]
pub struct Verdict<B> {
    /// 200, 401, or 503 if it could not be found out: that a key set cannot be had is nobody's fault who asks.
    pub status: u16,
    /// Headers for the proxy to hand on; each value is visible ASCII.
    pub headers: Vec<(&'static str, String)>,
    /// The claims as JSON, if somebody is signed in.
    pub claims: Option<B>,
    /// Why nobody is, in Clerk's words.
    pub reason: Option<&'static str>,
}

/// Only these stand in a header, so that nothing a token says can be read as something else.
fn fits_a_header(value: &str) -> bool {
    !value.is_empty() && value.len() <= 512 && value.bytes().all(|byte| byte.is_ascii_graphic())
}

impl<B: Body> From<State<B>> for Verdict<B> {
    fn from(state: State<B>) -> Self {
        match state {
            State::SignedOut(nobody) => Self::refused(nobody),
            State::SignedIn(SignedIn { verified: Some(verified), .. }) => Self::of(verified.body().clone()),
            State::SignedIn(_) => Self::refused(SignedOut::unexpected()),
        }
    }
}

impl<B: Body> Verdict<B> {
    fn of(claims: B) -> Self {
        let payload = claims.to_vec();
        let auth = Auth::from_claims(&payload).filter(|auth| auth.is_signed_in(PendingSessions::AreSignedOut));
        let user = auth.as_ref().and_then(Auth::user_id).filter(|id| fits_a_header(id));
        // Without an id that can be told, 200 would say that somebody is there and not who.
        let (Some(auth), Some(user)) = (&auth, user) else { return Self::refused(SignedOut::unexpected()) };
        let told = [
            ("x-clerk-session-id", auth.session_id()),
            ("x-clerk-org-id", auth.org_id()),
            ("x-clerk-org-role", auth.org_role()),
            ("x-clerk-org-slug", auth.org_slug()),
        ];
        let told = told.into_iter().filter_map(|(name, value)| Some((name, value?.into_owned())));
        let told = told.filter(|(_, value)| fits_a_header(value));
        let headers = std::iter::once(("x-clerk-user-id", user.into_owned())).chain(told).collect();
        Self { status: 200, headers, claims: Some(claims), reason: None }
    }

    fn refused(nobody: SignedOut) -> Self {
        let reason = nobody.reason.as_str();
        let headers = vec![("x-clerk-auth-reason", reason.to_owned())];
        Self { status: status(nobody.reason), headers, claims: None, reason: Some(reason) }
    }
}

impl<B> Verdict<B> {
    /// Clerk's form of an error, with the reason beside it; for a verdict without claims.
    #[must_use]
    pub fn refusal(&self) -> String {
        let message = match self.status {
            401 => "The request is not signed in.",
            _ => "Who the request is from could not be found out.",
        };
        let (mut item, mut meta) = (ObjectWriter::new(), ObjectWriter::new());
        meta.text("reason", self.reason.unwrap_or_default());
        item.text("code", "token_verification_failed");
        item.text("long_message", message);
        item.text("message", message);
        item.json("meta", Some(&meta.finish()));
        format!(r#"{{"errors":[{}]}}"#, item.finish())
    }
}

/// Whether it is the caller who lacks something, or we.
const fn status(reason: SignedOutReason) -> u16 {
    let is_ours = matches!(
        reason,
        SignedOutReason::UnexpectedError
            | SignedOutReason::Token(
                Reason::JwkRemoteFailedToLoad | Reason::JwkFailedToResolve | Reason::SecretKeyInvalid
            )
    );
    if is_ours { 503 } else { 401 }
}
