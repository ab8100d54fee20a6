//! `authenticateRequest` and `has`: requests as hosts and frameworks hold them, and states as `authenticate.js` takes them.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::arguments::{self, get};
use super::client::{Client, until};
use super::webhooks::Given;
use crate::clerk::auth::{Asking, SignedIn, State};
use crate::clerk::gateway::Incoming;
use crate::core::session::{Accepts, Auth, HasQuery, Headers, PendingSessions, TokenKind};
use crate::error::Error;
use crate::js::{JsBody, Settled, at_once, to_js};

#[wasm_bindgen(module = "/src/esm/authenticate.js")]
extern "C" {
    fn parts(reason: Option<&str>, kind: Option<&str>, auth: &str, token: Option<&str>, claims: &JsValue) -> JsValue;
}

#[wasm_bindgen]
impl Client {
    /// `authenticateRequest(request, options)`: a state, or a promise of it if there is something to wait for.
    ///
    /// # Errors
    /// `invalid_argument`.
    pub fn authenticate(&self, request: &JsValue, policy: u32, options: &JsValue) -> Result<JsValue, JsValue> {
        self.authenticating(request, policy, options).map_err(|error| to_js(&error))
    }

    /// `has(query)` of somebody who is signed in with these claims; both are JSON.
    #[must_use]
    pub fn has(&self, claims: &str, query: &str) -> bool {
        let (auth, query) = (Auth::from_claims(claims.as_bytes()), HasQuery::from_json(query.as_bytes()));
        auth.zip(query).is_some_and(|(auth, query)| auth.has(&query, PendingSessions::AreSignedIn))
    }
}

/// What is taken over of the caller's arguments, so that nothing of them changes while keys are fetched.
struct Request {
    authorization: Option<String>,
    cookie: Option<String>,
    method: String,
    accepts: Accepts,
    pending: PendingSessions,
}

impl Request {
    fn read(request: &JsValue, options: &JsValue) -> Result<Self, Error> {
        let wanted = || Error::InvalidArgument("request must be a Request, or an object with headers".into());
        let headers = Given(get(request, "headers").filter(JsValue::is_object).ok_or_else(wanted)?);
        let sign_out = get(options, "treatPendingAsSignedOut").is_none_or(|value| value.as_bool() != Some(false));
        Ok(Self {
            authorization: headers.header("authorization"),
            cookie: headers.header("cookie"),
            method: get(request, "method").and_then(|method| method.as_string()).unwrap_or_else(|| "GET".into()),
            accepts: get(options, "acceptsToken").map(|given| accepts(&given)).transpose()?.unwrap_or_default(),
            pending: if sign_out { PendingSessions::AreSignedOut } else { PendingSessions::AreSignedIn },
        })
    }

    fn asking(&self) -> Asking<'_> {
        Asking {
            headers: Headers { authorization: self.authorization.as_deref(), cookie: self.cookie.as_deref() },
            method: &self.method,
            accepts: self.accepts.clone(),
            pending: self.pending,
        }
    }
}

/// `options.acceptsToken`: a kind, `any`, or an array of kinds.
fn accepts(given: &JsValue) -> Result<Accepts, Error> {
    let wrong = || {
        let kinds = "session_token, m2m_token, oauth_token, api_key, any or an array of kinds";
        Error::InvalidArgument(format!("acceptsToken must be {kinds}"))
    };
    let kind = |name: &JsValue| name.as_string().and_then(|name| TokenKind::named(&name)).ok_or_else(wrong);
    if given.as_string().as_deref() == Some("any") {
        return Ok(Accepts::Any);
    }
    if Array::is_array(given) {
        let kinds: Result<Vec<_>, _> = Array::from(given).iter().map(|name| kind(&name)).collect();
        return kinds.map(Accepts::OneOf);
    }
    kind(given).map(Accepts::Only)
}

impl Client {
    fn authenticating(&self, request: &JsValue, policy: u32, options: &JsValue) -> Result<JsValue, Error> {
        arguments::object_or_nothing(options)?;
        let signal = arguments::signal(options)?.or_else(|| self.signal());
        let request = Request::read(request, options)?;
        let forgotten = || Error::InvalidArgument("options: too many different ones at once".into());
        let policy = self.verifier().policy(policy).ok_or_else(forgotten)?;
        let (verifier, rt) = (self.verifier().clone(), self.host().clone());
        let state = async move { parted(&verifier.authenticate(&rt, &policy, &request.asking()).await) };
        Ok(at_once(until(signal, Box::pin(state))))
    }
}

/// A state, as `authenticate.js` makes the caller's of it.
fn parted(state: &State<JsBody>) -> Settled {
    match state {
        State::SignedIn(SignedIn { kind, token, auth, verified, .. }) => {
            let claims = verified.as_ref().map(|verified| verified.body().parsed()).transpose()?;
            let claims = claims.unwrap_or(JsValue::NULL);
            Ok(parts(None, Some(kind.as_str()), auth, Some(token), &claims))
        }
        State::SignedOut(nobody) => {
            let (reason, kind) = (nobody.reason.as_str(), nobody.kind.map(TokenKind::as_str));
            Ok(parts(Some(reason), kind, &nobody.to_json(), None, &JsValue::NULL))
        }
    }
}
