//! Which state a request is in: who must look at its token, and what follows from their verdict.
//!
//! Clerk's SDK answers some requests of browsers with a redirect, its *handshake*: the session token is a minute old and a
//! fresh one is to be had at the Frontend API. This crate does no handshake. Where Clerk would answer `handshake`, and
//! where it answers a request that no redirect can help (not a `GET` of a document), the state is `signed-out` with the
//! same reason. What is only ever about the redirect itself, satellite domains and organization sync does not arise.

use super::auth::signed_out_json;
use super::extract::{Extracted, Source};
use super::kinds::{Accepts, TokenKind};
use super::peek::Peek;
use crate::core::json::write::ObjectWriter;
use crate::core::jwt::{MAX_TOKEN_BYTES, Reason};

/// What is to be done with what a request presents.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever acts on it must know every one")]
pub enum Step {
    /// The token is to be verified in this way.
    Verify(Verification),
    /// It is settled.
    SignedOut(SignedOut),
}

/// How a token is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever acts on it must know every one")]
pub enum Verification {
    /// As a session token. Its verdict goes to [`Extracted::session_refused`] if it is bad.
    Session,
    /// As a JWT of this kind, [`TokenKind::M2m`] or [`TokenKind::OAuth`].
    MachineJwt(TokenKind),
    /// By asking Clerk, as a token of this kind.
    Opaque(TokenKind),
}

/// Nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedOut {
    /// Why.
    pub reason: SignedOutReason,
    /// As what, if the request is for one kind of token: Clerk's `tokenType`.
    pub kind: Option<TokenKind>,
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedOutReason {
    /// A token of a kind that is not taken.
    TokenTypeMismatch,
    /// Neither a token nor a trace of a client that is signed in.
    SessionTokenAndUatMissing,
    /// A token, but the client says that it is signed out.
    SessionTokenWithoutClientUat,
    /// No token, though the client says that it is signed in.
    ClientUatWithoutSessionToken,
    /// The client has signed in or out after this token was made.
    SessionTokenIatBeforeClientUat,
    /// The token is over.
    SessionTokenExpired(NoRefresh),
    /// The token is not valid yet.
    SessionTokenNbf,
    /// The token comes from the future.
    SessionTokenIatInTheFuture,
    /// A development instance, and its browser cookie is missing.
    DevBrowserMissing,
    /// Only a machine's token would do, and `Authorization` has none.
    NoTokenInHeader,
    /// The session token is not to be believed, for any other reason.
    Token(Reason),
    /// The machine's token is not to be believed.
    Machine(MachineReason),
    /// The token is valid, and its session has tasks left before it counts. Clerk's SDK says `signed-in` here, and that
    /// nobody is in what `toAuth()` gives.
    SessionPending,
    /// It could not be found out.
    UnexpectedError,
}

/// Why a token that is over was not replaced by a fresh one. This crate never does so itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoRefresh {
    /// The request is no `GET`.
    NotGet,
    /// The request has no refresh token.
    NoCookie,
    /// It could be: here Clerk's SDK asks the Backend API for one, or says this if it has no client to ask with.
    NoClient,
}

/// Why a machine's token is not to be believed: the `code` of Clerk's `MachineTokenVerificationError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MachineReason {
    /// It is no token, or it is over, or it was revoked.
    TokenInvalid,
    /// Clerk does not take our key.
    SecretKeyInvalid,
    /// Its signature or a claim is wrong.
    TokenVerificationFailed,
    /// Clerk could not be asked, or what it answered is no answer.
    UnexpectedError,
}

impl MachineReason {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenInvalid => "token-invalid",
            Self::SecretKeyInvalid => "secret-key-invalid",
            Self::TokenVerificationFailed => "token-verification-failed",
            Self::UnexpectedError => "unexpected-error",
        }
    }
}

impl SignedOutReason {
    /// Clerk's words. They are API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenTypeMismatch => "token-type-mismatch",
            Self::SessionTokenAndUatMissing => "session-token-and-uat-missing",
            Self::SessionTokenWithoutClientUat => "session-token-but-no-client-uat",
            Self::ClientUatWithoutSessionToken => "client-uat-but-no-session-token",
            Self::SessionTokenIatBeforeClientUat => "session-token-iat-before-client-uat",
            Self::SessionTokenExpired(NoRefresh::NotGet) => "session-token-expired-refresh-non-eligible-non-get",
            Self::SessionTokenExpired(NoRefresh::NoCookie) => {
                "session-token-expired-refresh-non-eligible-no-refresh-cookie"
            }
            Self::SessionTokenExpired(NoRefresh::NoClient) => "session-token-expired-refresh-missing-api-client",
            Self::SessionTokenNbf => "session-token-nbf",
            Self::SessionTokenIatInTheFuture => "session-token-iat-in-the-future",
            Self::DevBrowserMissing => "dev-browser-missing",
            Self::NoTokenInHeader => "No token in header",
            Self::Token(reason) => reason.as_str(),
            Self::Machine(reason) => reason.as_str(),
            Self::SessionPending => "session-pending",
            Self::UnexpectedError => "unexpected-error",
        }
    }
}

impl SignedOut {
    /// The session of a valid token has tasks left.
    #[must_use]
    pub const fn pending() -> Self {
        Self::session(SignedOutReason::SessionPending)
    }

    const fn session(reason: SignedOutReason) -> Self {
        Self { reason, kind: Some(TokenKind::Session) }
    }

    /// A machine's token that was not believed.
    #[must_use]
    pub const fn machine(kind: TokenKind, reason: MachineReason) -> Self {
        Self { reason: SignedOutReason::Machine(reason), kind: Some(kind) }
    }

    /// What `toAuth()` holds besides its functions, as JSON: the members of its kind, all `null`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = ObjectWriter::new();
        let members: &[_] = match self.kind {
            Some(TokenKind::Session) => {
                let is_pending = self.reason == SignedOutReason::SessionPending;
                return signed_out_json(if is_pending { "\"pending\"" } else { "null" });
            }
            Some(TokenKind::ApiKey) => &["id", "subject", "scopes", "name", "claims", "userId", "orgId"],
            Some(TokenKind::M2m) => &["id", "subject", "scopes", "claims", "machineId"],
            Some(TokenKind::OAuth) => &["id", "subject", "scopes", "userId", "clientId"],
            None => &[],
        };
        match self.kind {
            Some(kind) => json.text("tokenType", kind.as_str()),
            None => json.nulls(&["tokenType"]),
        }
        json.json("isAuthenticated", Some("false"));
        json.nulls(members);
        json.finish()
    }

    /// Whatever should have been found out about a session could not be.
    #[must_use]
    pub const fn unexpected() -> Self {
        Self::session(SignedOutReason::UnexpectedError)
    }
}

impl Extracted<'_> {
    /// What is to be done, if tokens of these kinds are taken. O(1).
    #[must_use]
    pub fn step(&self, accepts: &Accepts) -> Step {
        let machine = self.machine_kind();
        let found = machine.unwrap_or(TokenKind::Session);
        if matches!(accepts, Accepts::OneOf(_)) && !accepts.takes(found) {
            return out(SignedOutReason::TokenTypeMismatch, None);
        }
        match (self.source, accepts, machine) {
            (Source::Cookie, Accepts::Only(kind), _) if *kind != TokenKind::Session => {
                out(SignedOutReason::NoTokenInHeader, Some(*kind))
            }
            (Source::Cookie, _, _) => self.cookie_step(),
            (Source::Header, Accepts::Only(TokenKind::Session), _) => self.session_step(),
            (Source::Header, Accepts::Only(kind), found) if found != Some(*kind) => {
                out(SignedOutReason::TokenTypeMismatch, Some(*kind))
            }
            (Source::Header, _, Some(kind)) => self.machine_step(kind),
            (Source::Header, _, None) => self.session_step(),
        }
    }

    /// The state of a request whose session token was refused for this reason. `method` is the request's.
    #[must_use]
    pub fn session_refused(&self, reason: Reason, method: &str) -> SignedOut {
        SignedOut::session(match reason {
            Reason::Expired => SignedOutReason::SessionTokenExpired(self.no_refresh(method)),
            Reason::NotActiveYet => SignedOutReason::SessionTokenNbf,
            Reason::IatInTheFuture => SignedOutReason::SessionTokenIatInTheFuture,
            Reason::Invalid
            | Reason::InvalidAlgorithm
            | Reason::InvalidAuthorizedParties
            | Reason::InvalidIssuer
            | Reason::InvalidSignature
            | Reason::VerificationFailed
            | Reason::SecretKeyInvalid
            | Reason::JwkRemoteFailedToLoad
            | Reason::JwkFailedToResolve
            | Reason::JwkKidMismatch => SignedOutReason::Token(reason),
        })
    }

    const fn no_refresh(&self, method: &str) -> NoRefresh {
        match (method.as_bytes(), self.has_refresh_token) {
            (b"GET", true) => NoRefresh::NoClient,
            (b"GET", false) => NoRefresh::NoCookie,
            _ => NoRefresh::NotGet,
        }
    }

    /// Which kind of machine token is in `Authorization`, if it looks like one.
    fn machine_kind(&self) -> Option<TokenKind> {
        let token = self.token.as_deref().filter(|_| self.source == Source::Header)?;
        let peek = self.peek.as_ref();
        match TokenKind::of_opaque(token) {
            Some(TokenKind::M2m) => Some(TokenKind::M2m),
            _ if peek.is_some_and(Peek::is_m2m) => Some(TokenKind::M2m),
            Some(TokenKind::OAuth) => Some(TokenKind::OAuth),
            _ if peek.is_some_and(Peek::is_oauth) => Some(TokenKind::OAuth),
            kind => kind,
        }
    }

    fn machine_step(&self, kind: TokenKind) -> Step {
        let invalid = Step::SignedOut(SignedOut::machine(kind, MachineReason::TokenInvalid));
        let token = self.token.as_deref().unwrap_or_default();
        match &self.peek {
            Some(peek) if kind == TokenKind::M2m && !peek.may_be_m2m() => invalid,
            Some(_) => Step::Verify(Verification::MachineJwt(kind)),
            None if token.len() > MAX_TOKEN_BYTES || has_form_of_jwt(token) => invalid,
            None => Step::Verify(Verification::Opaque(kind)),
        }
    }

    fn cookie_step(&self) -> Step {
        let reason = match (self.client_uat, &self.token) {
            _ if self.missing_dev_browser => SignedOutReason::DevBrowserMissing,
            (None, None) => SignedOutReason::SessionTokenAndUatMissing,
            (None, Some(_)) => SignedOutReason::SessionTokenWithoutClientUat,
            (Some(_), None) => SignedOutReason::ClientUatWithoutSessionToken,
            (Some(uat), Some(_)) => return self.signed_in_cookie_step(uat),
        };
        out(reason, Some(TokenKind::Session))
    }

    #[expect(clippy::cast_precision_loss, reason = "JavaScript compares them as doubles, too")]
    fn signed_in_cookie_step(&self, uat: i64) -> Step {
        let before = self.peek.as_ref().and_then(|peek| peek.iat).is_some_and(|iat| iat < uat as f64);
        match self.session_step() {
            Step::Verify(_) if before => out(SignedOutReason::SessionTokenIatBeforeClientUat, Some(TokenKind::Session)),
            step @ (Step::Verify(_) | Step::SignedOut(_)) => step,
        }
    }

    /// What has the marks of another kind never gets as far as a verification (R8).
    fn session_step(&self) -> Step {
        match &self.peek {
            Some(peek) if peek.is_oauth() || peek.is_no_session() => {
                out(SignedOutReason::TokenTypeMismatch, Some(TokenKind::Session))
            }
            Some(_) => Step::Verify(Verification::Session),
            None => out(SignedOutReason::Token(Reason::Invalid), Some(TokenKind::Session)),
        }
    }
}

const fn out(reason: SignedOutReason, kind: Option<TokenKind>) -> Step {
    Step::SignedOut(SignedOut { reason, kind })
}

/// Three parts of base64url letters: what starts like an opaque token and has this form is none.
fn has_form_of_jwt(token: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let parts = || token.split('.');
    parts().count() == 3 && parts().all(|part| !part.is_empty() && part.bytes().all(is_letter))
}
