//! `verifyToken`, in the parts that `verify.js` puts together.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::client::{Client, rejected, until};
use super::{arena, arguments, options};
use crate::clerk::spelled::Spelled;
use crate::clerk::verified::Verified;
use crate::clerk::verifier::{Pending, Step};
use crate::core::jwt::{Proof, Reason, TokenError};
use crate::error::Error;
use crate::js::{JsBody, JsRuntime, promise, to_js};
use crate::runtime::SoftwareKey;

/// [`Client::look`], [`Client::finish`]: the outcome is there, [`Client::begun`] has it.
const KNOWN: f64 = -1.0;
/// [`Client::look`]: keys must be loaded, [`Client::verify_token`] does. [`Client::finish`]: start again, there.
const SLOWLY: f64 = -2.0;
/// [`Client::look`]: a signature is to be checked, and the figures say which.
const SIGN: f64 = -3.0;

/// What a verification came to.
pub(super) type Verdict = Result<Rc<Verified<JsBody>>, TokenError>;

#[wasm_bindgen(module = "/src/esm/verify.js")]
extern "C" {
    pub(super) fn tokens() -> JsValue;
    #[wasm_bindgen(js_name = arena)]
    fn views(memory: &JsValue, bytes: usize, length: usize, figures: usize) -> JsValue;
}

/// What makes views of the arena.
pub(super) fn arena() -> JsValue {
    let [bytes, length, figures] = arena::addresses();
    views(&wasm_bindgen::memory(), bytes, length, figures)
}

#[wasm_bindgen]
impl Client {
    /// The number of the policy that these options of `verifyToken` ask for.
    ///
    /// # Errors
    /// `invalid_argument` or `invalid_config`.
    pub fn policy(&self, options: &JsValue) -> Result<u32, JsValue> {
        let made = || {
            let (checks, key) = options::token_options(options)?.parse(&self.config().checks)?;
            Ok(self.verifier().other_policy(checks, key).id())
        };
        made().map_err(|error: Error| to_js(&error))
    }

    /// Forgets all policies but the configured one.
    #[wasm_bindgen(js_name = forgetPolicies)]
    pub fn forget_policies(&self) {
        self.verifier().forget_policies();
    }

    /// Looks at the token in the arena's first `length` bytes. A number from 0: the slot of its claims, which was verified
    /// before and may be believed under this policy. After `SIGN`, the figures are the ticket for [`Client::finish`], the
    /// key's slot, where the signature is, how long it is and how long the signed part.
    #[must_use]
    pub fn look(&self, length: u32, policy: u32, reading: f64) -> f64 {
        let (now, unix) = (self.host().observe(reading), JsRuntime::unix_of(reading));
        arena::with(length as usize, |token| {
            let slot = |verified: &Verified<JsBody>| verified.body().slot();
            match self.verifier().recall(token, policy, now, unix, slot) {
                Some(slot) => f64::from(slot),
                None => self.begin(token, policy, reading),
            }
        })
    }

    /// The outcome after `KNOWN`.
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

    /// Goes on with a ticket once the signature was checked: 1 good, 0 bad, -1 the engine failed. A number from 0 is the
    /// slot of the claims; `SLOWLY` if the ticket is not known any more.
    #[must_use]
    pub fn finish(&self, ticket: u32, verdict: i32, reading: f64) -> f64 {
        let Some(pending) = self.tickets.redeem(ticket) else { return SLOWLY };
        let proof = match verdict {
            1 => Proof::Good,
            0 => Proof::Bad,
            _ => Proof::Failed,
        };
        self.conclude(*pending, proof, reading)
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
        let claims = async move {
            let claims = verifier.verify(&rt, &token, &policy).await.map_err(|error| to_js(&error))?;
            claims.body().parsed()
        };
        promise(until(signal, Box::pin(claims)))
    }
}

impl Client {
    fn begin(&self, token: Spelled<'_>, policy: u32, reading: f64) -> f64 {
        let (now, unix) = (self.host().observe(reading), JsRuntime::unix_of(reading));
        let Some(policy) = self.verifier().policy(policy) else { return SLOWLY };
        match self.verifier().begin_spelled(token, &policy, now, unix) {
            Some(Err(error)) => self.leave(Err(error)),
            None | Some(Ok(Step::Load(_))) => SLOWLY,
            Some(Ok(Step::Known(verified))) => self.leave(Ok(verified)),
            Some(Ok(Step::Sign(pending))) => {
                self.verifier().refresh_ahead(self.host(), &policy);
                let verdict = |key: &SoftwareKey| key.verify(pending.signature(), pending.signed());
                match (pending.key().slot(), pending.key().software().map(verdict)) {
                    (Some(slot), _) => self.ticket(pending, slot),
                    (None, Some(true)) => self.conclude(*pending, Proof::Good, reading),
                    (None, _) => self.conclude(*pending, Proof::Bad, reading),
                }
            }
        }
    }

    fn ticket(&self, pending: Box<Pending<JsRuntime>>, slot: u32) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "addresses of 32 bits")]
        let place = |bytes: &[u8]| (bytes.as_ptr() as usize as f64, bytes.len() as f64);
        let ((at, length), (signed, signed_length)) = (place(pending.signature()), place(pending.signed()));
        let ticket = self.tickets.issue(pending);
        arena::leave(&[f64::from(ticket), f64::from(slot), at, length, signed, signed_length]);
        SIGN
    }

    fn conclude(&self, pending: Pending<JsRuntime>, proof: Proof, reading: f64) -> f64 {
        let (now, unix) = (self.host().observe(reading), JsRuntime::unix_of(reading));
        self.leave(self.verifier().finish(pending, proof, now, unix))
    }

    /// The slot of verified claims, or the outcome left for [`Client::begun`].
    fn leave(&self, outcome: Verdict) -> f64 {
        // What nobody else keeps gives its slot back at the end of this.
        if let Ok(verified) = &outcome
            && Rc::strong_count(verified) > 1
            && let Some(slot) = verified.body().hold()
        {
            return f64::from(slot);
        }
        self.outcome.replace(Some(outcome));
        KNOWN
    }
}
