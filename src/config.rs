//! Options as a caller gives them, made into a [`Config`] that cannot be wrong.
//!
//! Every default and every bound of the product is in this file.

use serde::Deserialize;

use crate::core::base64;
use crate::core::jwt::Checks;
use crate::core::time::Duration;
use crate::core::webhook::Secret;
use crate::error::Error;

/// Clerk's own host.
pub const DEFAULT_API_URL: &str = "https://api.clerk.com";
/// The dated version every request names, unless its caller names another (facts 1.6).
pub const API_VERSION_DATE: &str = "2026-05-12";
/// The longest a call may take in all. Below the 30 s that Workers grant after a client has left
/// (<https://developers.cloudflare.com/workers/runtime-apis/context/#waituntil>).
pub const MAX_DEADLINE: Duration = Duration::from_secs(28);
/// Clerk's limit window (system limits, 2026-08-21).
pub const CLERK_WINDOW: Duration = Duration::from_secs(10);
/// Requests per window for one production instance.
pub const CLERK_LIMIT_LIVE: u32 = 1_000;
/// Requests per window for one development instance.
pub const CLERK_LIMIT_TEST: u32 = 100;

/// What a caller may set; lengths of time are milliseconds.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
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
    /// Where the Backend API is: an origin, `https:` unless it is a local stand-in. Default [`DEFAULT_API_URL`].
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
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
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

/// One text or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
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
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
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
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
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

/// What kind of host runs this; decides defaults only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "decides defaults only")]
pub enum Host {
    /// Cloudflare Workers: six connections at once.
    Workers,
    /// Anything else.
    #[default]
    Other,
}

/// Options that have been checked. Two equal configs share one cache, one limiter, one pool.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Config {
    /// The secret key, if there is one.
    pub secret_key: Option<SecretKey>,
    /// The publishable key, if there is one.
    pub publishable_key: Option<PublishableKey>,
    /// The public key as PEM, if there is one.
    pub jwt_key: Option<String>,
    /// What tokens are checked for unless a call says otherwise.
    pub checks: Checks,
    /// What webhooks are signed with.
    pub webhook_signing_secret: Option<Secret>,
    /// The instance whose webhooks are accepted.
    pub instance_id: Option<String>,
    /// Where every request goes and the secret key with it: `https://api.clerk.com`.
    pub origin: String,
    /// The first path segment, `v1`.
    pub api_version: String,
    /// The cache's bounds.
    pub cache_bytes: usize,
    /// The cache's bounds.
    pub cache_entries: usize,
    /// How long sessions are served.
    pub session_ttl: Duration,
    /// How long users are served.
    pub user_ttl: Duration,
    /// How long organizations are served.
    pub organization_ttl: Duration,
    /// How long fetched tokens are served.
    pub token_ttl: Duration,
    /// Verified tokens that are remembered.
    pub max_verified_tokens: usize,
    /// How long the key set is served.
    pub jwks_ttl: Duration,
    /// How much longer when Clerk cannot be reached.
    pub jwks_stale: Duration,
    /// The least time between fetches for unknown keys.
    pub jwks_cooldown: Duration,
    /// Requests per window.
    pub limit: u32,
    /// The limit's window.
    pub window: Duration,
    /// Callers that may wait.
    pub max_queue: usize,
    /// The longest wait for a turn.
    pub max_wait: Duration,
    /// Calls at once.
    pub max_connections: usize,
    /// Attempts in all.
    pub max_attempts: u32,
    /// Retries per hundred requests.
    pub retry_percent: u32,
    /// One attempt.
    pub timeout: Duration,
    /// The whole call.
    pub deadline: Duration,
    /// The largest answer.
    pub max_response_bytes: usize,
}

/// A secret key. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

impl SecretKey {
    /// `text` if it looks like one: `sk_test_` or `sk_live_`, then visible ASCII, 512 bytes at most.
    fn parse(text: &str) -> Result<Self, Error> {
        let tail = text.strip_prefix("sk_live_").or_else(|| text.strip_prefix("sk_test_"));
        match tail {
            Some(tail) if !tail.is_empty() && text.len() <= 512 && tail.bytes().all(|b| b.is_ascii_graphic()) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Error::InvalidConfig("secretKey must start with sk_test_ or sk_live_".into())),
        }
    }

    /// The key itself, for the `Authorization` header and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether it belongs to a production instance.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.0.starts_with("sk_live_")
    }
}

/// A publishable key and what it says: the host of the instance's Frontend API.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishableKey {
    /// The key.
    pub text: String,
    /// `clerk.example.com`, without scheme; a port only on this machine.
    pub frontend_api: String,
}

impl PublishableKey {
    /// `pk_test_` or `pk_live_`, then base64 of a host and one `$` (facts 1.2).
    fn parse(text: &str) -> Result<Self, Error> {
        let host = || {
            let encoded = text.strip_prefix("pk_live_").or_else(|| text.strip_prefix("pk_test_"))?;
            let mut decoded = Vec::new();
            base64::decode_standard(encoded.as_bytes(), &mut decoded)?;
            let host = String::from_utf8(decoded).ok()?.strip_suffix('$')?.to_owned();
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
            let whole = host.contains('.') && host.bytes().all(is_plain);
            (text.len() <= 512 && (whole || is_local(&host))).then_some(host)
        };
        let wrong =
            || Error::InvalidConfig("publishableKey must start with pk_test_ or pk_live_ and name a host".into());
        let frontend_api = host().ok_or_else(wrong)?;
        Ok(Self { text: text.to_owned(), frontend_api })
    }

    /// Whether it belongs to a production instance.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.text.starts_with("pk_live_")
    }

    /// Where the instance's public key set is: `https:`, or `http:` on this machine.
    #[must_use]
    pub fn jwks_url(&self) -> String {
        let scheme = if is_local(&self.frontend_api) { "http" } else { "https" };
        format!("{scheme}://{}/.well-known/jwks.json", self.frontend_api)
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_live() { "sk_live_…" } else { "sk_test_…" })
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let secret_key = self.secret_key.as_ref().map(|_| "…");
        f.debug_struct("Options").field("secret_key", &secret_key).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("secret_key", &self.secret_key).finish_non_exhaustive()
    }
}

impl Config {
    /// Checks `options` and fills in the defaults of `host`.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] naming the first option that is wrong.
    pub fn new(options: &Options, host: Host) -> Result<Self, Error> {
        let secret_key = options.secret_key.as_deref().filter(|key| !key.is_empty()).map(SecretKey::parse);
        let secret_key = secret_key.transpose()?;
        let live = secret_key.as_ref().is_some_and(SecretKey::is_live);
        let (cache, rate, retry) = (&options.cache, &options.rate_limit, &options.retry);
        let deadline =
            length("retry.deadlineMs", retry.deadline_ms, Duration::from_secs(25), Duration::from_millis(1))?;
        let publishable_key = given(options.publishable_key.as_ref()).map(PublishableKey::parse).transpose()?;
        Ok(Self {
            secret_key,
            publishable_key,
            jwt_key: given(options.jwt_key.as_ref()).map(str::to_owned),
            checks: checks(options)?,
            webhook_signing_secret: options.webhook_signing_secret.as_deref().map(signing_secret).transpose()?,
            instance_id: given(options.instance_id.as_ref()).map(str::to_owned),
            origin: origin(options)?,
            api_version: api_version(options)?,
            cache_bytes: size("cache.maxBytes", cache.max_bytes, 32 << 20, 0, 1 << 30)?,
            cache_entries: size("cache.maxEntries", cache.max_entries, 100_000, 0, 10_000_000)?,
            session_ttl: length("cache.sessionTtlMs", cache.session_ttl_ms, Duration::from_mins(15), Duration::ZERO)?,
            user_ttl: length("cache.userTtlMs", cache.user_ttl_ms, Duration::from_mins(1), Duration::ZERO)?,
            organization_ttl: length(
                "cache.organizationTtlMs",
                cache.organization_ttl_ms,
                Duration::from_mins(1),
                Duration::ZERO,
            )?,
            token_ttl: length("cache.tokenTtlMs", cache.token_ttl_ms, Duration::from_hours(1), Duration::ZERO)?,
            max_verified_tokens: size("cache.maxVerifiedTokens", cache.max_verified_tokens, 10_000, 0, 1_000_000)?,
            jwks_ttl: length("cache.jwksTtlMs", cache.jwks_ttl_ms, Duration::from_mins(5), Duration::from_secs(1))?,
            jwks_stale: length(
                "cache.jwksStaleIfErrorMs",
                cache.jwks_stale_if_error_ms,
                Duration::from_hours(1),
                Duration::ZERO,
            )?,
            jwks_cooldown: length(
                "cache.jwksCooldownMs",
                cache.jwks_cooldown_ms,
                Duration::from_secs(30),
                Duration::from_secs(1),
            )?,
            limit: count(
                "rateLimit.limit",
                rate.limit,
                if live { CLERK_LIMIT_LIVE } else { CLERK_LIMIT_TEST },
                100_000,
            )?,
            window: length("rateLimit.windowMs", rate.window_ms, CLERK_WINDOW, Duration::from_millis(1))?,
            max_queue: size("rateLimit.maxQueue", rate.max_queue, 1_000, 0, 1_000_000)?,
            max_wait: length("rateLimit.maxWaitMs", rate.max_wait_ms, Duration::from_secs(15), Duration::ZERO)?,
            max_connections: size(
                "maxConnections",
                options.max_connections,
                if host == Host::Workers { 6 } else { 10 },
                1,
                1_000,
            )?,
            max_attempts: count("retry.maxAttempts", retry.max_attempts, 3, 10)?,
            retry_percent: percent("retry.budget", retry.budget, 0.2)?,
            timeout: length("retry.timeoutMs", retry.timeout_ms, Duration::from_secs(10), Duration::from_millis(1))?,
            deadline: deadline.min(MAX_DEADLINE),
            max_response_bytes: size("maxResponseBytes", options.max_response_bytes, 16 << 20, 1, 256 << 20)?,
        })
    }

    /// The secret key, for a call that needs it.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] if none was given.
    pub fn require_secret_key(&self) -> Result<&SecretKey, Error> {
        let missing = || Error::InvalidConfig("secretKey is missing; calls to the Backend API need it".into());
        self.secret_key.as_ref().ok_or_else(missing)
    }
}

/// An option that was given; an empty text counts as not given.
fn given(option: Option<&String>) -> Option<&str> {
    option.map(String::as_str).filter(|text| !text.is_empty())
}

/// What webhooks are signed with. An empty one would take anybody's signature, so it does not count as left out.
///
/// # Errors
/// [`Error::InvalidConfig`] if it is none.
pub fn signing_secret(text: &str) -> Result<Secret, Error> {
    let wrong = || Error::InvalidConfig("webhookSigningSecret must be whsec_ and base64, and not empty".into());
    Secret::parse(text).ok_or_else(wrong)
}

/// What tokens are checked for. A list that was given and has nothing in it is a mistake: it would check nothing.
fn checks(options: &Options) -> Result<Checks, Error> {
    let list = |name: &str, given: &Option<OneOrMany>| match given.clone().map(OneOrMany::texts) {
        Some(texts) if texts.is_empty() => {
            Err(Error::InvalidConfig(format!("{name} is there but names nothing; leave it out to check nothing")))
        }
        texts => Ok(texts.unwrap_or_default()),
    };
    let skew = whole("clockSkewInMs", options.clock_skew_in_ms, 5_000, 0, 3_600_000)?;
    Ok(Checks {
        authorized_parties: list("authorizedParties", &options.authorized_parties)?,
        audience: list("audience", &options.audience)?,
        issuer: list("issuer", &options.issuer)?,
        skew: Duration::from_millis(skew),
    })
}

/// The origin, checked: no credentials, path, query or fragment may hide in it.
fn origin(options: &Options) -> Result<String, Error> {
    let api_url = options.api_url.as_deref().filter(|url| !url.is_empty()).unwrap_or(DEFAULT_API_URL);
    let origin = api_url.strip_suffix('/').unwrap_or(api_url);
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://").filter(|host| is_local(host)));
    let is_plain = |host: &str| {
        !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_'))
    };
    if host.is_some_and(is_plain) {
        return Ok(origin.to_owned());
    }
    Err(Error::InvalidConfig("apiUrl must be an origin: https://host[:port], or http:// for localhost".into()))
}

fn api_version(options: &Options) -> Result<String, Error> {
    let version = options.api_version.as_deref().filter(|v| !v.is_empty()).unwrap_or("v1");
    if version.len() <= 16 && version.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(version.to_owned());
    }
    Err(Error::InvalidConfig("apiVersion must be a short name such as v1".into()))
}

/// Whether `host[:port]` is this machine: the only place a secret key may travel to unencrypted.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix("[::1]") {
        Some(rest) => return rest.is_empty() || rest.starts_with(':'),
        None => host.split(':').next().unwrap_or_default(),
    };
    let v4_loopback = || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    name == "localhost" || name.ends_with(".localhost") || v4_loopback()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a whole number in range")]
fn whole(name: &str, value: Option<f64>, default: u64, min: u64, max: u64) -> Result<u64, Error> {
    let Some(value) = value else { return Ok(default) };
    #[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
    let in_range = value.fract() == 0.0 && value >= min as f64 && value <= max as f64;
    if !in_range {
        return Err(Error::InvalidConfig(format!("{name} must be a whole number from {min} to {max}")));
    }
    Ok(value as u64)
}

fn size(name: &str, value: Option<f64>, default: usize, min: u64, max: u64) -> Result<usize, Error> {
    let checked = whole(name, value, default as u64, min, max)?;
    Ok(usize::try_from(checked).unwrap_or(usize::MAX))
}

fn count(name: &str, value: Option<f64>, default: u32, max: u64) -> Result<u32, Error> {
    let checked = whole(name, value, u64::from(default), 1, max)?;
    Ok(u32::try_from(checked).unwrap_or(u32::MAX))
}

/// A length of time, at most a day.
fn length(name: &str, value: Option<f64>, default: Duration, min: Duration) -> Result<Duration, Error> {
    const DAY: u64 = 86_400_000;
    let millis = crate::core::time::millis;
    whole(name, value, millis(default), millis(min), DAY).map(Duration::from_millis)
}

/// A share from 0 to 1, in hundredths.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be from 0 to 100")]
fn percent(name: &str, value: Option<f64>, default: f64) -> Result<u32, Error> {
    let value = value.unwrap_or(default);
    if (0.0..=1.0).contains(&value) {
        return Ok((value * 100.0).round() as u32);
    }
    Err(Error::InvalidConfig(format!("{name} must be from 0 to 1")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Options)) -> Result<Config, Error> {
        let mut options = Options { secret_key: Some("sk_test_abc".into()), ..Options::default() };
        change(&mut options);
        Config::new(&options, Host::Other)
    }

    #[test]
    fn the_limit_follows_the_kind_of_key() {
        assert_eq!(with(|_| {}).unwrap().limit, 100);
        assert_eq!(with(|o| o.secret_key = Some("sk_live_abc".into())).unwrap().limit, 1_000);
        assert_eq!(with(|o| o.rate_limit.limit = Some(7.0)).unwrap().limit, 7);
    }

    #[test]
    fn workers_get_the_six_connections_that_a_request_may_have_there() {
        assert_eq!(Config::new(&Options::default(), Host::Workers).unwrap().max_connections, 6);
        assert_eq!(Config::new(&Options::default(), Host::Other).unwrap().max_connections, 10);
    }

    #[test]
    fn r24_the_api_url_is_an_origin_and_nothing_else() {
        for url in [
            "api.clerk.com",
            "ftp://api.clerk.com",
            "http://api.clerk.com",
            "https://user@api.clerk.com",
            "https://",
            "https://api.clerk.com/v1",
            "https://api.clerk.com?x",
            "https://api.clerk.com#x",
            "https://a\\b",
            "https://api.clerk.com\r\n",
            "http://localhost.evil.com",
            "http://127.0.0.1.evil.com",
            "http://[::1]evil",
        ] {
            let refused = with(|o| o.api_url = Some(url.into()));
            assert!(matches!(refused, Err(Error::InvalidConfig(_))), "{url}");
        }
        for url in [
            "https://api.clerk.com",
            "https://api.clerk.com/",
            "http://127.0.0.1:8788",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert!(with(|o| o.api_url = Some(url.into())).is_ok(), "{url}");
        }
    }

    #[test]
    fn numbers_out_of_range_name_their_option() {
        for bad in [f64::NAN, f64::INFINITY, -1.0, 1.5, 1e18, 0.0] {
            let Err(Error::InvalidConfig(why)) = with(|o| o.rate_limit.limit = Some(bad)) else { panic!("{bad}") };
            assert!(why.starts_with("rateLimit.limit must be"), "{why}");
        }
    }

    #[test]
    fn r2_a_secret_key_shows_in_no_debug_output() {
        let config = with(|o| o.secret_key = Some("sk_live_verysecret".into())).unwrap();
        assert!(!format!("{config:?}").contains("verysecret"));
        let options = Options { secret_key: Some("sk_live_verysecret".into()), ..Options::default() };
        assert!(!format!("{options:?}").contains("verysecret"));
    }

    #[test]
    fn keys_of_another_kind_are_refused() {
        for key in ["pk_test_abc", "sk_test_", "sk_test_a b", "sk_prod_abc", "sk_live_a\n"] {
            assert!(with(|o| o.secret_key = Some(key.into())).is_err(), "{key}");
        }
    }
}
