//! `authenticateRequest`: who a request is from, by what it presents.
//!
//! Identity comes from a verified token and nothing else (R10). There is no handshake: a browser whose session token is
//! over is signed out here, with Clerk's reason, and the page renews it.

use std::rc::Rc;

use super::verified::Verified;
use super::verifier::{Policy, Verifier};
use crate::core::jwt::Reason;
use crate::core::session::{
    Accepts, Auth, Extracted, Headers, MachineReason, PendingSessions, SignedOut, SignedOutReason, Step, TokenKind,
    Verification,
};
use crate::error::Error;
use crate::runtime::Runtime;
use crate::runtime::http::Body;

/// What a request presents, and what is made of it.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "made by literal")]
pub struct Asking<'a> {
    /// `Authorization` and `Cookie`.
    pub headers: Headers<'a>,
    /// The request's method.
    pub method: &'a str,
    /// Kinds of token that are taken.
    pub accepts: Accepts,
    /// Whether a session with tasks left counts as signed in.
    pub pending: PendingSessions,
}

/// Who a request is from.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no third state without a handshake")]
pub enum State<B> {
    /// A token was presented and is valid.
    SignedIn(SignedIn<B>),
    /// Nobody that could be told.
    SignedOut(SignedOut),
}

/// A valid token and what it says.
#[derive(Debug)]
#[non_exhaustive]
pub struct SignedIn<B> {
    /// Its kind.
    pub kind: TokenKind,
    /// The token.
    pub token: String,
    /// What `toAuth()` holds, as JSON.
    pub auth: String,
    /// The claims, if it is a session's.
    pub verified: Option<Rc<Verified<B>>>,
}

impl<R: Runtime> Verifier<R> {
    /// Who a request is from. Waits for keys, or for Clerk if the token is an opaque one, and else not at all.
    pub async fn authenticate(&self, rt: &R, policy: &Rc<Policy<R::Key>>, asking: &Asking<'_>) -> State<R::Body> {
        let extracted = Extracted::from(asking.headers, self.instance(), rt.unix());
        let token = extracted.token().unwrap_or_default();
        match extracted.step(&asking.accepts) {
            Step::SignedOut(signed_out) => State::SignedOut(signed_out),
            Step::Verify(Verification::Session) => match self.verify(rt, token, policy).await {
                Ok(verified) => session(token, verified, asking.pending),
                Err(Error::Token(error)) => State::SignedOut(extracted.session_refused(error.reason, asking.method)),
                Err(_) => State::SignedOut(SignedOut::unexpected()),
            },
            Step::Verify(Verification::MachineJwt(kind)) => {
                machine(kind, token, self.machine_jwt(rt, policy, token, kind).await)
            }
            Step::Verify(Verification::Opaque(kind)) => {
                machine(kind, token, self.machine_opaque(rt, policy, token, kind).await)
            }
        }
    }
}

/// Who a verified session token is from.
fn session<B: Body>(token: &str, verified: Rc<Verified<B>>, pending: PendingSessions) -> State<B> {
    // A template's token may look like a session's to everything else, and so may a machine's (R8).
    let is_machine = verified.claims().is_machine();
    // Nor is it one that names no session, whatever its category: nothing could ever end it.
    let has_session = verified.claims().sid().is_some_and(|sid| !sid.is_empty());
    if is_machine || !has_session || !verified.category().is_session() {
        return State::SignedOut(SignedOut {
            reason: SignedOutReason::TokenTypeMismatch,
            kind: Some(TokenKind::Session),
        });
    }
    let payload = verified.body().to_vec();
    let Some(auth) = Auth::from_claims(&payload) else {
        return State::SignedOut(SignedOut {
            reason: SignedOutReason::Token(Reason::Invalid),
            kind: Some(TokenKind::Session),
        });
    };
    if !auth.is_signed_in(pending) {
        return State::SignedOut(SignedOut::pending());
    }
    let auth = auth.to_json(pending);
    State::SignedIn(SignedIn { kind: TokenKind::Session, token: token.to_owned(), auth, verified: Some(verified) })
}

fn machine<B>(kind: TokenKind, token: &str, outcome: Result<String, MachineReason>) -> State<B> {
    match outcome {
        Ok(auth) => State::SignedIn(SignedIn { kind, token: token.to_owned(), auth, verified: None }),
        Err(reason) => State::SignedOut(SignedOut::machine(kind, reason)),
    }
}
