//! What a caller may set, as it arrives.

use super::{given, whole};
use crate::core::jwt::{Checks, PemError, RsaPublicKey, parse_pem};
use crate::core::time::{Duration, millis};
use crate::error::Error;

/// What a caller may set; lengths of time are milliseconds.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// `sk_test_…` or `sk_live_…`. Needed for everything that calls the Backend API.
    pub secret_key: Option<String>,
    /// `pk_test_…` or `pk_live_…`.
    pub publishable_key: Option<String>,
    /// The instance's public key as PEM, from Clerk's dashboard. With it, verifying tokens needs no network.
    pub jwt_key: Option<String>,
    /// Origins whose tokens are accepted: `azp` must be one of them. Default: not checked.
    pub authorized_parties: Option<OneOrMany>,
    /// Audiences that are accepted in `aud`, if a token has one. Default: not checked.
    pub audience: Option<OneOrMany>,
    /// Issuers that are accepted in `iss`. Default: not checked.
    pub issuer: Option<OneOrMany>,
    /// How far Clerk's clock may be from this one, up to an hour. Default 5,000.
    pub clock_skew_in_ms: Option<f64>,
    /// `whsec_…`, to verify webhooks with.
    pub webhook_signing_secret: Option<String>,
    /// `ins_…`: webhooks of any other instance are refused. Default: not checked.
    pub instance_id: Option<String>,
    /// Where the Backend API is: an origin, `https:` unless it is a local stand-in. Default [`DEFAULT_API_URL`](super::DEFAULT_API_URL).
    pub api_url: Option<String>,
    /// The first path segment. Default `v1`.
    pub api_version: Option<String>,
    /// See [`CacheOptions`].
    pub cache: CacheOptions,
    /// See [`RateLimitOptions`].
    pub rate_limit: RateLimitOptions,
    /// Upstream calls at once, 1 to 1,000. Default 6 on Workers (all that one request may have open there), else 10.
    pub max_connections: Option<f64>,
    /// See [`RetryOptions`].
    pub retry: RetryOptions,
    /// The largest answer to accept, in bytes. Default 16 MiB.
    pub max_response_bytes: Option<f64>,
}

/// How much is kept and for how long.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CacheOptions {
    /// All entries together, in bytes, 0 (keep nothing) to 1 GiB. Default 32 MiB: a quarter of a Workers isolate.
    pub max_bytes: Option<f64>,
    /// Number of entries. Default 100,000.
    pub max_entries: Option<f64>,
    /// Sessions. Default 900,000 (15 min).
    pub session_ttl_ms: Option<f64>,
    /// Users, their lists and counts. Default 60,000.
    pub user_ttl_ms: Option<f64>,
    /// Organizations, memberships and their lists. Default 60,000.
    pub organization_ttl_ms: Option<f64>,
    /// Tokens of `tokens.getOrFetch` and of `sessions.getToken`, at most until they expire. Default 3,600,000 (1 h).
    pub token_ttl_ms: Option<f64>,
    /// Verified tokens, each for as long as it is valid: how many. Default 10,000.
    pub max_verified_tokens: Option<f64>,
    /// The key set that tokens are verified with. Default 300,000 (5 min).
    pub jwks_ttl_ms: Option<f64>,
    /// How much longer the key set is used when Clerk cannot be reached. Default 3,600,000 (1 h).
    pub jwks_stale_if_error_ms: Option<f64>,
    /// The least time between two fetches of the key set for the sake of keys that are not in it. Default 30,000.
    pub jwks_cooldown_ms: Option<f64>,
}

/// What one call may ask of a token in place of what is configured.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct TokenOptions {
    /// See [`Options::jwt_key`].
    pub jwt_key: Option<String>,
    /// See [`Options::authorized_parties`].
    pub authorized_parties: Option<OneOrMany>,
    /// See [`Options::audience`].
    pub audience: Option<OneOrMany>,
    /// See [`Options::issuer`].
    pub issuer: Option<OneOrMany>,
    /// See [`Options::clock_skew_in_ms`].
    pub clock_skew_in_ms: Option<f64>,
}

impl std::fmt::Debug for TokenOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenOptions").finish_non_exhaustive()
    }
}

impl TokenOptions {
    /// What is checked, and the key it is checked with if the call brings one along; `configured` where nothing is said.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] naming the first option that is wrong.
    pub fn parse(&self, configured: &Checks) -> Result<(Checks, Option<RsaPublicKey>), Error> {
        let list = |name: &str, given: &Option<OneOrMany>, configured: &Vec<String>| match given {
            None => Ok(configured.clone()),
            Some(given) => match given.clone().texts() {
                // It would check nothing, which nobody means who names it.
                texts if texts.is_empty() => Err(Error::InvalidConfig(format!(
                    "{name} is there but names nothing; leave it out to check nothing"
                ))),
                texts => Ok(texts),
            },
        };
        let skew = whole("clockSkewInMs", self.clock_skew_in_ms, millis(configured.skew), 0, 3_600_000)?;
        let checks = Checks {
            authorized_parties: list("authorizedParties", &self.authorized_parties, &configured.authorized_parties)?,
            audience: list("audience", &self.audience, &configured.audience)?,
            issuer: list("issuer", &self.issuer, &configured.issuer)?,
            skew: Duration::from_millis(skew),
        };
        let wrong = |why: PemError| {
            Error::InvalidConfig(format!("jwtKey: {why}; wanted is the JWKS public key of the dashboard, in PEM"))
        };
        let key = given(self.jwt_key.as_ref()).map(parse_pem).transpose().map_err(wrong)?;
        Ok((checks, key))
    }
}

/// One text or several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what JavaScript callers may give")]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Any number.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All that are not empty.
    #[must_use]
    pub fn texts(self) -> Vec<String> {
        let texts = match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        };
        texts.into_iter().filter(|text| !text.is_empty()).collect()
    }
}

/// How fast Clerk is called.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RateLimitOptions {
    /// Requests per window, 1 to 100,000. Default from the secret key: 1,000 for `sk_live_`, 100 for `sk_test_`.
    pub limit: Option<f64>,
    /// The window. Default 10,000.
    pub window_ms: Option<f64>,
    /// Callers that may wait for their turn. Default 1,000.
    pub max_queue: Option<f64>,
    /// The longest wait for a turn. Default 15,000: longer than Clerk's window, so that a full one is waited out.
    pub max_wait_ms: Option<f64>,
}

/// How failures are met.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RetryOptions {
    /// Attempts in all, the first included, 1 to 10. Default 3.
    pub max_attempts: Option<f64>,
    /// Retries per request that may be made over time, 0 to 1: the retry budget. Default 0.2.
    pub budget: Option<f64>,
    /// One attempt. Default 10,000.
    pub timeout_ms: Option<f64>,
    /// The whole call, waits and retries included; at most 28,000. Default 25,000.
    pub deadline_ms: Option<f64>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let secret_key = self.secret_key.as_ref().map(|_| "…");
        f.debug_struct("Options").field("secret_key", &secret_key).finish_non_exhaustive()
    }
}

impl Options {
    pub(super) fn token_options(&self) -> TokenOptions {
        TokenOptions {
            jwt_key: self.jwt_key.clone(),
            authorized_parties: self.authorized_parties.clone(),
            audience: self.audience.clone(),
            issuer: self.issuer.clone(),
            clock_skew_in_ms: self.clock_skew_in_ms,
        }
    }
}
