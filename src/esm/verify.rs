//! `verifyToken`, in the parts that `verify.js` puts together.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::client::{Client, rejected};
use super::{arena, arguments};
use crate::clerk::verified::Verified;
use crate::clerk::verifier::{Pending, Step};
use crate::config::TokenOptions;
use crate::core::cache::Handle;
use crate::core::jwt::{Proof, Reason, TokenError};
use crate::error::Error;
use crate::js::{JsBody, JsRuntime, to_js, until_gone};

/// [`Client::begin`]: the outcome is there, [`Client::begun`] has it.
const KNOWN: f64 = -1.0;
/// [`Client::begin`]: keys must be loaded, [`Client::verify_token`] does.
const SLOWLY: f64 = -2.0;

/// What a verification came to.
pub(super) type Verdict = Result<Rc<Verified<JsBody>>, TokenError>;

#[wasm_bindgen(module = "/src/esm/verify.js")]
extern "C" {
    pub(super) fn tokens() -> JsValue;
    #[wasm_bindgen(js_name = arena)]
    fn views(memory: &JsValue, bytes: usize, length: usize, figures: usize) -> JsValue;
}

fn token_options(json: &str) -> Result<TokenOptions, Error> {
    serde_json::from_str(json).map_err(|why| Error::InvalidArgument(format!("options: {why}")))
}

/// What makes views of the arena.
pub(super) fn arena() -> JsValue {
    let [bytes, length, figures] = arena::addresses();
    views(&wasm_bindgen::memory(), bytes, length, figures)
}

#[wasm_bindgen]
impl Client {
    /// The number of the policy that these options of `verifyToken`, as JSON, ask for.
    ///
    /// # Errors
    /// `invalid_argument` or `invalid_config`.
    pub fn policy(&self, options: &str) -> Result<u32, JsValue> {
        let made = || {
            let (checks, key) = token_options(options)?.parse(&self.config().checks)?;
            Ok(self.verifier().other_policy(checks, key).id())
        };
        made().map_err(|error: Error| to_js(&error))
    }

    /// Whether the policy with this number is still known.
    #[wasm_bindgen(js_name = hasPolicy)]
    #[must_use]
    pub fn has_policy(&self, policy: u32) -> bool {
        self.verifier().policy(policy).is_some()
    }

    /// The slot of the claims that a handle leads to, if they may be believed under this policy; else -1.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a handle; anything else finds nothing"
    )]
    pub fn recall(&self, handle: f64, policy: u32, reading: f64) -> f64 {
        let (now, unix) = (self.host().observe(reading), JsRuntime::unix_of(reading));
        let handle = Handle::from_bits(handle as u64);
        let slot = self.verifier().recall(handle, policy, now, unix, |verified| verified.body().slot());
        slot.map_or(-1.0, f64::from)
    }

    /// Begins with the token in the arena's first `length` bytes. A number from 0: a ticket for [`Client::finish`], and the
    /// figures say the key's slot, and where the signature and what is signed are and how long. Both as they were read
    /// here, never the arena again: whatever of the caller's runs meanwhile may have put another token there.
    #[must_use]
    pub fn begin(&self, length: u32, policy: u32, reading: f64) -> f64 {
        let (now, unix) = (self.host().observe(reading), JsRuntime::unix_of(reading));
        let (Some(token), Some(policy)) = (arena::text(length as usize), self.verifier().policy(policy)) else {
            return SLOWLY;
        };
        match self.verifier().begin(&token, &policy, now, unix) {
            Err(error) => self.leave(Err(error), None),
            Ok(Step::Load(_)) => SLOWLY,
            Ok(Step::Known(verified)) => {
                let handle = self.verifier().handle(&token, &policy);
                self.leave(Ok(verified), handle)
            }
            Ok(Step::Sign(pending)) => {
                self.verifier().refresh_ahead(self.host(), &policy);
                let (key, signature) = (pending.key(), pending.signature());
                match (key.slot(), key.software().map(|key| key.verify(signature, pending.signed()))) {
                    (Some(slot), _) => self.ticket(pending, slot),
                    (None, Some(true)) => self.conclude(pending, Proof::Good, reading),
                    (None, _) => self.conclude(pending, Proof::Bad, reading),
                }
            }
        }
    }

    /// What [`Client::begin`] found at once.
    ///
    /// # Errors
    /// Why the token is refused.
    pub fn begun(&self) -> Result<JsValue, JsValue> {
        let outcome = self.outcome.take();
        match outcome {
            Some(Ok(verified)) => verified.body().parsed(),
            Some(Err(error)) => Err(to_js(&Error::Token(error))),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// Goes on with a ticket once the signature was checked: 1 good, 0 bad, -1 the engine failed. [`Client::begun`] has the
    /// outcome then. False if the ticket is not known any more.
    pub fn finish(&self, ticket: u32, verdict: i32, reading: f64) -> bool {
        let Some(pending) = self.tickets.redeem(ticket) else { return false };
        let proof = match verdict {
            1 => Proof::Good,
            0 => Proof::Bad,
            _ => Proof::Failed,
        };
        self.conclude(pending, proof, reading);
        true
    }

    /// `verifyToken(token, options)` in full, keys fetched if they must be.
    #[wasm_bindgen(js_name = verifyToken)]
    pub fn verify_token(&self, token: &JsValue, policy: u32, options: &JsValue) -> Promise {
        let signal = arguments::object_or_nothing(options).and_then(|()| arguments::signal(options));
        // A token that is missing is no mistake of the program's: whoever asks has none.
        let token =
            token.as_string().ok_or_else(|| Error::Token(TokenError::new(Reason::Invalid, "The token is no string.")));
        let forgotten = || Error::InvalidArgument("options: too many different ones at once".into());
        let policy = self.verifier().policy(policy).ok_or_else(forgotten);
        let (token, signal, policy) = match token.and_then(|token| Ok((token, signal?, policy?))) {
            Ok((token, signal, policy)) => (token, signal.or_else(|| self.signal()), policy),
            Err(error) => return rejected(&error),
        };
        let (verifier, rt) = (self.verifier().clone(), self.host().clone());
        future_to_promise(async move {
            let outcome = until_gone(signal, verifier.verify(&rt, &token, &policy)).await;
            let claims = outcome.unwrap_or(Err(Error::Aborted)).map_err(|error| to_js(&error))?;
            claims.body().parsed()
        })
    }
}

impl Client {
    fn ticket(&self, pending: Box<Pending<JsRuntime>>, slot: u32) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "addresses of 32 bits")]
        let place = |bytes: &[u8]| (bytes.as_ptr() as usize as f64, bytes.len() as f64);
        let ((signature, length), (signed, signed_length)) = (place(pending.signature()), place(pending.signed()));
        arena::leave(&[-1.0, f64::from(slot), signature, length, signed, signed_length]);
        f64::from(self.tickets.issue(pending))
    }

    fn conclude(&self, pending: Box<Pending<JsRuntime>>, proof: Proof, reading: f64) -> f64 {
        let (now, unix) = (self.host().observe(reading), JsRuntime::unix_of(reading));
        match self.verifier().finish(*pending, proof, now, unix) {
            Ok(kept) => self.leave(Ok(kept.verified), kept.handle),
            Err(error) => self.leave(Err(error), None),
        }
    }

    /// Leaves an outcome for [`Client::begun`], and the handle of where it is kept.
    fn leave(&self, outcome: Verdict, handle: Option<Handle>) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a handle's number is below 2^53")]
        let handle = handle.map_or(-1.0, |handle| handle.to_bits() as f64);
        arena::leave(&[handle]);
        self.outcome.replace(Some(outcome));
        KNOWN
    }
}
