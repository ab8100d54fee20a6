//! Session tokens: from a text to claims that may be believed.
//!
//! [`Verifier::begin`] says what is to be done: nothing (the token was verified before, or is refused), a signature to be
//! checked, or keys to be loaded. Who calls does that and goes on with [`Verifier::finish`]; [`Verifier::verify`] is the
//! loop that does all of it. The shells drive the first two by themselves where a future would cost more than the work.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::keys::{Found, Keys};
use super::pipeline::Pipeline;
use super::spelled::{Name, Spelled};
use super::verified::Verified;
use crate::config::Config;
use crate::core::cache::{Epoch, Freshness, Lookup, NewEntry};
use crate::core::jwt::{
    Algorithm, Checks, Claims, LastHeader, Proof, Reason, RsaPublicKey, TokenError, Types, Unverified,
};
use crate::core::metrics::Verification;
use crate::core::session::Instance;
use crate::core::time::{Duration, Instant, UnixTime};
use crate::error::Error;
use crate::runtime::http::Body;
use crate::runtime::{CryptoError, Runtime};

/// Policies besides the configured one that are remembered; past it all are forgotten, and come back when asked for.
/// Shells that remember numbers forget earlier, by [`Verifier::forget_policies`].
const MAX_POLICIES: usize = 512;
/// How often keys are loaded for one token: once because there are none, once because its `kid` is not among them.
const MAX_LOADS: usize = 2;

/// What one call asks of tokens: checks, and the keys that sign them.
pub struct Policy<K> {
    id: u32,
    checks: Checks,
    keys: Rc<Keys<K>>,
}

impl<K> fmt::Debug for Policy<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<K> Policy<K> {
    /// What it asks.
    pub(super) const fn checks(&self) -> &Checks {
        &self.checks
    }

    /// Its number, for [`Verifier::policy`].
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }
}

/// The keys and policies of one instance. What it verified lies in the pipeline's cache. Clones share it.
pub struct Verifier<R: Runtime>(Rc<Inner<R>>);

struct Inner<R: Runtime> {
    pipeline: Pipeline<R>,
    /// Whose cookies requests carry.
    instance: Instance,
    configured: Rc<Policy<R::Key>>,
    policies: RefCell<Vec<Rc<Policy<R::Key>>>>,
    next: Cell<u32>,
    last_header: RefCell<LastHeader>,
}

impl<R: Runtime> Clone for Verifier<R> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<R: Runtime> fmt::Debug for Verifier<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("policies", &self.0.policies.borrow().len()).finish_non_exhaustive()
    }
}

/// What is to be done for a token.
#[expect(clippy::exhaustive_enums, reason = "whoever drives a verification must know every step")]
pub enum Step<R: Runtime> {
    /// Nothing: it was verified before, and passes the checks of this call.
    Known(Rc<Verified<R::Body>>),
    /// Its signature is to be checked.
    Sign(Box<Pending<R>>),
    /// Keys are to be loaded, or one to be imported: [`Verifier::verify`] does.
    Load(Unloaded),
}

impl<R: Runtime> fmt::Debug for Step<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Known",
            Self::Sign(_) => "Sign",
            Self::Load(_) => "Load",
        })
    }
}

/// A token whose signature is being checked.
pub struct Pending<R: Runtime> {
    token: Unverified,
    /// What it is kept under: the whole of it.
    name: Name,
    key: R::Key,
    policy: Rc<Policy<R::Key>>,
    since: Epoch,
}

impl<R: Runtime> fmt::Debug for Pending<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pending")
    }
}

impl<R: Runtime> Pending<R> {
    /// The key that the token claims to be signed with.
    #[must_use]
    pub const fn key(&self) -> &R::Key {
        &self.key
    }

    /// The signature to check.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.token.signature()
    }

    /// The part of the token, from its start, that is signed.
    #[must_use]
    pub fn signed(&self) -> &[u8] {
        self.name.token().as_bytes().get(..self.token.signed_len()).unwrap_or_default()
    }
}

/// What a token needs that is not at hand.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unloaded {
    kid: Option<String>,
    /// There is such a key, and the host has yet to import it.
    import: Option<Algorithm>,
}

impl<R: Runtime> Verifier<R> {
    /// The verifier of one instance.
    #[must_use]
    pub fn new(pipeline: Pipeline<R>) -> Self {
        let config = pipeline.config();
        let configured = Rc::new(Policy { id: 0, checks: config.checks.clone(), keys: Rc::new(Keys::new(0, config)) });
        let public = config.publishable_key.as_ref();
        let instance = public.map_or_else(Instance::unnamed, |key| Instance::new(&key.text, &key.frontend_api));
        Self(Rc::new(Inner {
            pipeline,
            instance,
            configured,
            policies: RefCell::default(),
            next: Cell::new(1),
            last_header: RefCell::default(),
        }))
    }

    /// What the configuration asks of tokens; its number is 0.
    #[must_use]
    pub fn configured(&self) -> Rc<Policy<R::Key>> {
        Rc::clone(&self.0.configured)
    }

    /// The policy with this number, if it is remembered.
    #[must_use]
    pub fn policy(&self, id: u32) -> Option<Rc<Policy<R::Key>>> {
        if id == 0 {
            return Some(self.configured());
        }
        self.0.policies.borrow().iter().rev().find(|policy| policy.id == id).cloned()
    }

    /// The policy of a call that asks for something else: these checks, and this key in place of the configured ones.
    #[must_use]
    pub fn other_policy(&self, checks: Checks, jwt_key: Option<RsaPublicKey>) -> Rc<Policy<R::Key>> {
        let keys = jwt_key.map_or_else(|| Rc::clone(&self.0.configured.keys), |key| self.keys_of(key));
        let mut policies = self.0.policies.borrow_mut();
        let known = policies.iter().find(|policy| policy.checks == checks && policy.keys.id() == keys.id());
        if let Some(known) = known {
            return Rc::clone(known);
        }
        if policies.len() >= MAX_POLICIES {
            policies.clear();
        }
        let policy = Rc::new(Policy { id: self.number(), checks, keys });
        policies.push(Rc::clone(&policy));
        policy
    }

    /// Forgets all policies but the configured one, and with them the keys that calls brought along.
    pub fn forget_policies(&self) {
        self.0.policies.borrow_mut().clear();
    }

    /// One source for one key, for as long as a policy remembers it.
    fn keys_of(&self, key: RsaPublicKey) -> Rc<Keys<R::Key>> {
        let known = |policy: &Rc<Policy<R::Key>>| policy.keys.is_pem(&key).then(|| Rc::clone(&policy.keys));
        let found = known(&self.0.configured).or_else(|| self.0.policies.borrow().iter().find_map(known));
        found.unwrap_or_else(|| Rc::new(Keys::of_pem(self.number(), key, self.config())))
    }

    fn number(&self) -> u32 {
        let number = self.0.next.get();
        self.0.next.set(number.wrapping_add(1).max(1));
        number
    }

    pub(super) fn pipeline(&self) -> &Pipeline<R> {
        &self.0.pipeline
    }

    pub(super) fn instance(&self) -> &Instance {
        &self.0.instance
    }

    fn config(&self) -> &Config {
        self.0.pipeline.config()
    }

    /// What was verified before, if it passes the checks of this policy now; `look` takes what it needs. `token` is the
    /// whole of it, every byte is compared, and nothing is copied or allocated.
    #[inline]
    pub fn recall<T>(
        &self,
        token: Spelled<'_>,
        policy: u32,
        now: Instant,
        unix: UnixTime,
        look: impl FnOnce(&Verified<R::Body>) -> Option<T>,
    ) -> Option<T> {
        let other = if policy == 0 { None } else { Some(self.policy(policy)?) };
        let policy = other.as_ref().unwrap_or(&self.0.configured);
        let (prefix, end) = (policy.keys.prefix(), token.end()?);
        let is = |name: &str| name.strip_prefix(prefix).is_some_and(|text| token.says(text));
        let mut tokens = self.0.pipeline.verified().borrow_mut();
        let verified = tokens.get_ending(&end, prefix.len() + token.len(), is, now)?;
        let is_good = verified.check(policy.id, &policy.checks, unix).is_ok();
        let found = if is_good { look(verified) } else { None };
        if found.is_some() {
            self.record(Verification::Known);
        }
        found
    }

    /// What is to be done for `token`. Never waits. Costs one look-up and one reading of the token.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn begin(
        &self,
        token: &str,
        policy: &Rc<Policy<R::Key>>,
        now: Instant,
        unix: UnixTime,
    ) -> Result<Step<R>, TokenError> {
        self.begin_named(Name::new(policy.keys.prefix(), token), policy, now, unix)
    }

    /// The same for a token in words. `None` if it is not UTF-8.
    #[must_use]
    pub fn begin_spelled(
        &self,
        token: Spelled<'_>,
        policy: &Rc<Policy<R::Key>>,
        now: Instant,
        unix: UnixTime,
    ) -> Option<Result<Step<R>, TokenError>> {
        Some(self.begin_named(Name::spelled(policy.keys.prefix(), token)?, policy, now, unix))
    }

    fn begin_named(
        &self,
        name: Name,
        policy: &Rc<Policy<R::Key>>,
        now: Instant,
        unix: UnixTime,
    ) -> Result<Step<R>, TokenError> {
        let step = self.step(name, policy, now, unix);
        match &step {
            Ok(Step::Known(_)) => self.record(Verification::Known),
            Ok(Step::Sign(_) | Step::Load(_)) => {}
            Err(_) => self.record(Verification::Refused),
        }
        step
    }

    fn record(&self, verdict: Verification) {
        self.0.pipeline.metrics().borrow_mut().record_verification(verdict);
    }

    fn step(
        &self,
        name: Name,
        policy: &Rc<Policy<R::Key>>,
        now: Instant,
        unix: UnixTime,
    ) -> Result<Step<R>, TokenError> {
        let since = self.0.pipeline.verified().borrow().epoch();
        let known = self.0.pipeline.verified().borrow_mut().get(name.as_str(), now);
        if let Lookup::Hit { value: verified, .. } = known {
            verified.check(policy.id, &policy.checks, unix)?;
            return Ok(Step::Known(verified));
        }
        let token = Unverified::parse_after(&mut self.0.last_header.borrow_mut(), name.token())?;
        let kid = token.kid();
        let load = |import| Step::Load(Unloaded { kid: kid.map(str::to_owned), import });
        // Clerk looks for the key before it looks at the header. Where that takes a fetch, a token that would be refused
        // in any case causes none.
        let found = policy.keys.find(kid, now);
        if let Found::Refused(error) = found {
            return Err(error);
        }
        let algorithm = token.check_header(Types::Default)?;
        if let Found::Fetch = found {
            return Ok(load(None));
        }
        match policy.keys.ready(kid, algorithm) {
            Found::Ready(key) => {
                let policy = Rc::clone(policy);
                Ok(Step::Sign(Box::new(Pending { token, name, key, policy, since })))
            }
            Found::Refused(error) => Err(error),
            Found::Import | Found::Fetch => Ok(load(Some(algorithm))),
        }
    }

    /// The end of what [`Verifier::begin`] began, once the signature was checked: the claims.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn finish(
        &self,
        pending: Pending<R>,
        proof: Proof,
        now: Instant,
        unix: UnixTime,
    ) -> Result<Rc<Verified<R::Body>>, TokenError> {
        let end = self.end(pending, proof, now, unix);
        self.record(if end.is_ok() { Verification::Verified } else { Verification::Refused });
        end
    }

    fn end(
        &self,
        pending: Pending<R>,
        proof: Proof,
        now: Instant,
        unix: UnixTime,
    ) -> Result<Rc<Verified<R::Body>>, TokenError> {
        let Pending { token, name, policy, since, .. } = pending;
        let category = token.category();
        let mut claims = token.proven(proof)?;
        claims.check(&policy.checks, unix)?;
        let tags = super::pipeline::tags_of(&claims);
        self.0.pipeline.refuse_revoked(&claims, &tags, policy.checks.skew)?;
        let body = R::Body::from_vec(claims.take_payload().into_bytes());
        let left = claims.expires_at(policy.checks.skew).as_millis().saturating_sub(unix.as_millis());
        let ttl = Duration::from_millis(left).min(policy.keys.vouch_for());
        let freshness = Freshness { ttl, stale: Duration::ZERO };
        // Once as text and once as what a shell makes of it.
        let weight = 2 * body.len() + claims.heap_bytes();
        let value = Rc::new(Verified::new(claims, category, body));
        let entry =
            NewEntry { value: Rc::clone(&value), weight, freshness, tags: &tags.each_ref().map(String::as_str), since };
        self.0.pipeline.verified().borrow_mut().put(name, entry, now);
        Ok(value)
    }

    /// The claims of `token`, if they may be believed under this policy. Fetches keys if it must.
    ///
    /// # Errors
    /// [`Error::Token`] with the reason, whatever it is.
    pub async fn verify(
        &self,
        rt: &R,
        token: &str,
        policy: &Rc<Policy<R::Key>>,
    ) -> Result<Rc<Verified<R::Body>>, Error> {
        for load in 0..=MAX_LOADS {
            let pending = match self.begin(token, policy, rt.now(), rt.unix()).map_err(Error::Token)? {
                Step::Known(verified) => return Ok(verified),
                Step::Sign(pending) => pending,
                Step::Load(unloaded) => {
                    if load < MAX_LOADS {
                        let loaded = self.load(rt, policy, &unloaded).await;
                        loaded.inspect_err(|_| self.record(Verification::Refused)).map_err(Error::Token)?;
                    }
                    continue;
                }
            };
            let proof = proof_of(rt.verify(pending.key(), pending.signature(), pending.signed()).await);
            policy.keys.refresh_ahead(rt, &self.0.pipeline);
            return self.finish(*pending, proof, rt.now(), rt.unix()).map_err(Error::Token);
        }
        Err(Error::Token(TokenError::new(Reason::JwkKidMismatch, "no key of this instance has the token's kid")))
    }

    /// The claims of a token that is no session's, verified with the keys of `policy` and by these checks. Not remembered.
    pub(super) async fn verify_unkept(
        &self,
        rt: &R,
        policy: &Rc<Policy<R::Key>>,
        (text, token): (&str, Unverified),
        types: Types<'_>,
        checks: &Checks,
    ) -> Result<Claims, TokenError> {
        let kid = token.kid().map(str::to_owned);
        let algorithm = token.check_header(types)?;
        if let Found::Fetch = policy.keys.find(kid.as_deref(), rt.now()) {
            policy.keys.load(rt, &self.0.pipeline).await?;
        }
        if let Found::Refused(error) = policy.keys.find(kid.as_deref(), rt.now()) {
            return Err(error);
        }
        let key = match policy.keys.ready(kid.as_deref(), algorithm) {
            Found::Ready(key) => key,
            Found::Refused(error) => return Err(error),
            Found::Import | Found::Fetch => policy.keys.import(rt, kid.as_deref(), algorithm).await?,
        };
        let signed = text.as_bytes().get(..token.signed_len()).unwrap_or_default();
        let verdict = rt.verify(&key, token.signature(), signed).await;
        policy.keys.refresh_ahead(rt, &self.0.pipeline);
        let claims = token.proven(proof_of(verdict))?;
        claims.check(checks, rt.unix())?;
        Ok(claims)
    }

    async fn load(&self, rt: &R, policy: &Policy<R::Key>, unloaded: &Unloaded) -> Result<(), TokenError> {
        let kid = unloaded.kid.as_deref();
        match unloaded.import {
            Some(algorithm) => policy.keys.import(rt, kid, algorithm).await.map(drop),
            None => policy.keys.load(rt, &self.0.pipeline).await,
        }
    }

    /// Renews the keys of a policy in the background if it is time; for shells that drive a verification by themselves.
    pub fn refresh_ahead(&self, rt: &R, policy: &Policy<R::Key>) {
        policy.keys.refresh_ahead(rt, &self.0.pipeline);
    }
}

const fn proof_of(verdict: Result<bool, CryptoError>) -> Proof {
    match verdict {
        Ok(true) => Proof::Good,
        Ok(false) => Proof::Bad,
        Err(_) => Proof::Failed,
    }
}
