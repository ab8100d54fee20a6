//! The keys that one instance's tokens are verified with: where they come from, how long they are good, when to ask again.
//!
//! Keys belong to a source (a PEM, or the key set of one instance), never to a `kid` alone: a `kid` names an instance of
//! Clerk and anybody may write it into a token (facts 1.2). A key set is fetched once for everybody who waits for it, is
//! refreshed ahead of its end without anybody waiting, is fetched at most once per cooldown for the sake of a `kid` it
//! does not have, and is used for longer while Clerk cannot be reached.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::api::success;
use super::pipeline::{Access, Answer, Exchange, Outcome, Pipeline};
use crate::config::{API_VERSION_DATE, Config};
use crate::core::jwt::{Algorithm, KeySet, Reason, RsaPublicKey, TokenError};
use crate::core::time::{Duration, Instant};
use crate::error::Error;
use crate::runtime::http::{Body, Headers, Method};
use crate::runtime::{Crypto, CryptoError, Hash, Raced, Runtime, race};

/// After a failed fetch the next one waits this long, while there are keys to go on with.
const PAUSE_WITH_KEYS: Duration = Duration::from_secs(10);
/// And this long, while there are none.
const PAUSE_WITHOUT: Duration = Duration::from_secs(1);
/// How long a caller waits for a set that is over to be renewed before it goes on with the old one.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where keys come from.
enum Source {
    /// A key that was configured.
    Pem(RsaPublicKey),
    /// A key set: how to ask for it, and whether the secret key goes along.
    Remote { url: String, access: Access },
    /// Nothing was configured.
    Nowhere,
}

/// One source of keys and what came of it.
pub(super) struct Keys<K> {
    /// Tells sources apart: what one verified says nothing about another.
    id: u32,
    /// The same as the start of a name in the cache.
    prefix: Box<str>,
    source: Source,
    ttl: Duration,
    stale: Duration,
    cooldown: Duration,
    set: RefCell<Option<Rc<Fetched>>>,
    imported: RefCell<Vec<Imported<K>>>,
    /// When a fetch last began.
    attempted: Cell<Option<Instant>>,
    /// A failed fetch is not repeated before this, and what it failed with.
    failed: RefCell<Option<(Instant, TokenError)>>,
}

struct Fetched {
    keys: KeySet,
    at: Instant,
}

struct Imported<K> {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    key: K,
}

/// What there is for a token's `kid`.
pub(super) enum Found<K> {
    /// A key that is ready for use.
    Ready(K),
    /// A key that the host has yet to import.
    Import,
    /// Nothing, and a fetch may bring it.
    Fetch,
    /// Nothing, and a fetch would not help.
    Refused(TokenError),
}

impl<K> fmt::Debug for Keys<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

impl<K> Keys<K> {
    /// Its number.
    pub(super) const fn id(&self) -> u32 {
        self.id
    }

    /// What the names of all that it verified begin with. No token has a space in it, so no other name begins so.
    pub(super) const fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl<K: Clone + 'static> Keys<K> {
    /// The keys of `config`: its PEM, else the instance's key set by secret key, else by publishable key.
    pub(super) fn new(id: u32, config: &Config) -> Self {
        let secret = config.secret_key.as_ref();
        let api =
            || Source::Remote { url: format!("{}/{}/jwks", config.origin, config.api_version), access: Access::Keys };
        let public = config.publishable_key.as_ref();
        let public = || public.map(|key| Source::Remote { url: key.jwks_url(), access: Access::PublicKeys });
        let source = config.jwt_key.clone().map(Source::Pem);
        let source = source.or_else(|| secret.map(|_| api())).or_else(public).unwrap_or(Source::Nowhere);
        Self {
            id,
            prefix: format!("{id} ").into(),
            source,
            ttl: config.jwks_ttl,
            stale: config.jwks_stale,
            cooldown: config.jwks_cooldown,
            set: RefCell::new(None),
            imported: RefCell::default(),
            attempted: Cell::new(None),
            failed: RefCell::new(None),
        }
    }

    /// One key that a call brings along.
    pub(super) fn of_pem(id: u32, key: RsaPublicKey, config: &Config) -> Self {
        Self { source: Source::Pem(key), ..Self::new(id, config) }
    }

    /// How long what they verified is believed without asking them again. A key that was taken out of a set, because
    /// somebody else has it, must not go on vouching for tokens that live long; a configured one stays what it is.
    pub(super) fn vouch_for(&self) -> Duration {
        if matches!(self.source, Source::Remote { .. }) { self.ttl } else { Duration::MAX }
    }

    /// Whether they are this one key.
    pub(super) fn is_pem(&self, key: &RsaPublicKey) -> bool {
        matches!(&self.source, Source::Pem(own) if own == key)
    }

    /// Whether there is a key for a token with this `kid`. Never waits, never says [`Found::Import`].
    pub(super) fn find(&self, kid: Option<&str>, now: Instant) -> Found<()> {
        match &self.source {
            // Nobody but the configuration says which key a PEM is; the token's kid is not looked at.
            Source::Pem(_) => Found::Ready(()),
            Source::Nowhere => Found::Refused(TokenError::new(
                Reason::JwkFailedToResolve,
                "there is no key to verify with: set jwtKey, secretKey or publishableKey",
            )),
            Source::Remote { .. } => self.find_in_set(kid, now),
        }
    }

    /// The key that was found, for this algorithm. Never waits, never says [`Found::Fetch`].
    pub(super) fn ready(&self, kid: Option<&str>, algorithm: Algorithm) -> Found<K> {
        let kid = kid.filter(|_| matches!(self.source, Source::Remote { .. }));
        let set = self.set.borrow();
        let declared = set.as_ref().zip(kid).and_then(|(set, kid)| set.keys.get(Some(kid)));
        if let Some(Err(error)) = declared.map(|key| key.check_algorithm(algorithm)) {
            return Found::Refused(error);
        }
        let imported = self.imported.borrow();
        let known = imported.iter().find(|one| one.kid.as_deref() == kid && one.algorithm == algorithm);
        known.map_or(Found::Import, |one| Found::Ready(one.key.clone()))
    }

    fn find_in_set(&self, kid: Option<&str>, now: Instant) -> Found<()> {
        let set = self.set.borrow();
        let Some(set) = set.as_ref().filter(|set| self.is_usable(set, now)) else {
            return match self.failed.borrow().as_ref() {
                Some((until, error)) if now < *until => Found::Refused(error.clone()),
                _ => Found::Fetch,
            };
        };
        match kid.and_then(|kid| set.keys.get(Some(kid))) {
            Some(_) => Found::Ready(()),
            None if self.rests(now) => Found::Refused(mismatch()),
            None => Found::Fetch,
        }
    }

    /// Whether a set may be used without waiting for another: it is not over, or Clerk was just found unreachable.
    fn is_usable(&self, set: &Fetched, now: Instant) -> bool {
        let age = now.since(set.at);
        let paused = || self.failed.borrow().as_ref().is_some_and(|(until, _)| now < *until);
        age < self.ttl || (age < self.ttl + self.stale && paused())
    }

    /// Whether there is a set, over or not, that may be used while Clerk cannot be reached.
    fn to_go_on_with(&self, now: Instant) -> bool {
        self.set.borrow().as_ref().is_some_and(|set| now.since(set.at) < self.ttl + self.stale)
    }

    /// Whether a fetch began so lately that an unknown `kid` is no reason for another.
    fn rests(&self, now: Instant) -> bool {
        self.attempted.get().is_some_and(|at| now.since(at) < self.cooldown)
    }

    /// Whether the set should be renewed now, while it is still good: nobody then ever waits for it.
    fn is_due(&self, now: Instant) -> bool {
        let set = self.set.borrow();
        let old = set.as_ref().is_some_and(|set| now.since(set.at) >= self.ttl * 4 / 5);
        old && self.attempted.get().is_none_or(|at| now.since(at) >= PAUSE_WITH_KEYS)
    }
}

impl<K: Clone + 'static> Keys<K> {
    /// Renews the set in the background if it is time. Call it when a key was found; costs two comparisons.
    pub(super) fn refresh_ahead<R: Runtime + Crypto<Key = K>>(self: &Rc<Self>, rt: &R, pipeline: &Pipeline<R>) {
        if self.is_due(rt.now()) {
            self.attempted.set(Some(rt.now()));
            let (keys, pipeline, task_rt) = (Rc::clone(self), pipeline.clone(), rt.clone());
            rt.spawn(async move {
                // What comes of it is in `keys`; who needs it finds it there.
                drop(keys.renewed(&task_rt, &pipeline).await);
            });
        }
    }

    /// Fetches the set, or imports the key that was configured, once for everybody who waits.
    ///
    /// # Errors
    /// Why there is no key, if there is none to go on with.
    pub(super) async fn load<R>(self: &Rc<Self>, rt: &R, pipeline: &Pipeline<R>) -> Result<(), TokenError>
    where
        R: Runtime + Crypto<Key = K>,
    {
        if !self.to_go_on_with(rt.now()) {
            return self.renewed(rt, pipeline).await;
        }
        // A Clerk that hangs must not hold everybody up.
        match race(Box::pin(self.renewed(rt, pipeline)), rt.bell(PATIENCE).0).await {
            Raced::First(Ok(())) => {}
            Raced::First(Err(_)) | Raced::Second(()) => {
                self.fail(rt.now(), PAUSE_WITH_KEYS, failed_to_load("Clerk does not answer"));
            }
        }
        Ok(())
    }

    async fn renewed<R>(self: &Rc<Self>, rt: &R, pipeline: &Pipeline<R>) -> Result<(), TokenError>
    where
        R: Runtime + Crypto<Key = K>,
    {
        let name = format!("keys {}", self.id);
        let (keys, task_rt, task_pipeline) = (Rc::clone(self), rt.clone(), pipeline.clone());
        let work = async move { keys.fetch(&task_rt, &task_pipeline).await };
        // What is no error of a token's: the work itself was lost, or there is too much of it.
        pipeline.share(rt, &name, Box::pin(work)).await.map(drop).map_err(|error| why(&error))
    }
}

impl<K: Clone + 'static> Keys<K> {
    /// The work that callers share.
    async fn fetch<R>(&self, rt: &R, pipeline: &Pipeline<R>) -> Outcome<R::Body>
    where
        R: Runtime + Crypto<Key = K>,
    {
        if let Source::Remote { url, access } = &self.source {
            self.attempted.set(Some(rt.now()));
            if let Err(error) = self.fetch_set(rt, pipeline, url.clone(), *access).await {
                let pause = if self.to_go_on_with(rt.now()) { PAUSE_WITH_KEYS } else { PAUSE_WITHOUT };
                self.fail(rt.now(), pause, error.clone());
                return Err(Error::Token(error));
            }
        }
        Ok(Rc::new(Answer { status: 204, headers: Headers::new(), body: R::Body::from_bytes(&[]) }))
    }

    async fn fetch_set<R>(&self, rt: &R, pipeline: &Pipeline<R>, url: String, access: Access) -> Result<(), TokenError>
    where
        R: Runtime + Crypto<Key = K>,
    {
        let version = API_VERSION_DATE.to_owned();
        let exchange = Exchange { method: Method::Get, url, version, body: None, access, limited_apart: false };
        let answer = pipeline.fetch(rt, exchange).await.and_then(success).map_err(|error| why(&error))?;
        let keys = KeySet::parse(&answer.body.to_vec());
        let keys = keys.map_err(|_| failed_to_load("what Clerk answered with is no key set"))?;
        if keys.is_empty() {
            return Err(failed_to_load("the key set has no key that can be used"));
        }
        // Ready before anybody asks: everyone who waits for this set would import the same keys otherwise.
        let mut imported = Vec::new();
        for known in keys.keys() {
            let algorithms = [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512];
            let meant = algorithms.into_iter().find(|algorithm| known.check_algorithm(*algorithm).is_ok());
            let Some(algorithm) = meant else { continue };
            // One that the host does not take is left to be refused when a token asks for it.
            if let Ok(key) = import(rt, known.key(), algorithm).await {
                imported.push(Imported { kid: Some(known.kid().into()), algorithm, key });
            }
        }
        *self.imported.borrow_mut() = imported;
        *self.set.borrow_mut() = Some(Rc::new(Fetched { keys, at: rt.now() }));
        *self.failed.borrow_mut() = None;
        Ok(())
    }

    /// The key that [`Keys::find`] found and that the host had yet to import. Kept, so that this happens once.
    ///
    /// # Errors
    /// The host does not take it.
    pub(super) async fn import<R>(&self, rt: &R, kid: Option<&str>, algorithm: Algorithm) -> Result<K, TokenError>
    where
        R: Runtime + Crypto<Key = K>,
    {
        let public_key = self.public_key(kid).ok_or_else(mismatch)?;
        let unusable = |_| TokenError::new(Reason::VerificationFailed, "the key cannot be used on this host");
        let key = import(rt, &public_key, algorithm).await.map_err(unusable)?;
        if self.public_key(kid).as_ref() != Some(&public_key) {
            return Err(mismatch()); // the set is another by now, and this key may be what was taken out of it
        }
        if let Found::Ready(first) = self.ready(kid, algorithm) {
            return Ok(first); // somebody was quicker
        }
        let kid = kid.filter(|_| matches!(self.source, Source::Remote { .. }));
        let kept = Imported { kid: kid.map(Into::into), algorithm, key: key.clone() };
        self.imported.borrow_mut().push(kept); // at most one for each key and algorithm
        Ok(key)
    }

    /// The key of a token with this `kid`, as it was published or configured.
    fn public_key(&self, kid: Option<&str>) -> Option<RsaPublicKey> {
        match &self.source {
            Source::Pem(key) => Some(key.clone()),
            Source::Remote { .. } => self.set.borrow().as_ref()?.keys.get(Some(kid?)).map(|known| known.key().clone()),
            Source::Nowhere => None,
        }
    }

    fn fail(&self, now: Instant, pause: Duration, error: TokenError) {
        *self.failed.borrow_mut() = Some((now.after(pause), error));
    }
}

async fn import<C: Crypto>(rt: &C, key: &RsaPublicKey, algorithm: Algorithm) -> Result<C::Key, CryptoError> {
    let hash = match algorithm {
        Algorithm::Rs256 => Hash::Sha256,
        Algorithm::Rs384 => Hash::Sha384,
        Algorithm::Rs512 => Hash::Sha512,
    };
    rt.import(key.modulus(), key.exponent(), hash).await
}

/// A failed fetch in Clerk's words.
fn why(error: &Error) -> TokenError {
    if let Error::Token(error) = error {
        return error.clone();
    }
    let refused = matches!(error, Error::Api(api) if api.status == 401 || api.errors.iter().any(|item| item.code == "clerk_key_invalid"));
    if refused {
        return TokenError::new(Reason::SecretKeyInvalid, "Clerk refuses the secret key");
    }
    TokenError::new(Reason::JwkRemoteFailedToLoad, format!("the key set could not be fetched: {}", error.code()))
}

fn failed_to_load(message: &'static str) -> TokenError {
    TokenError::new(Reason::JwkRemoteFailedToLoad, message)
}

/// Says nothing of which keys there are (R3).
fn mismatch() -> TokenError {
    TokenError::new(Reason::JwkKidMismatch, "no key of this instance has the token's kid")
}
