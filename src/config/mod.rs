//! Options as a caller gives them, made into a [`Config`] that cannot be wrong.
//!
//! Every default and every bound of the product is in this file.

mod credentials;
mod options;

use self::credentials::is_local;
pub use self::credentials::{PublishableKey, SecretKey};
pub use self::options::{CacheOptions, OneOrMany, Options, RateLimitOptions, RetryOptions, TokenOptions};
use crate::core::jwt::{Checks, RsaPublicKey};
use crate::core::time::{Duration, millis};
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
    /// The instance's public key, if it was given.
    pub jwt_key: Option<RsaPublicKey>,
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
        let (checks, jwt_key) = options.token_options().parse(&Checks::default())?;
        Ok(Self {
            secret_key,
            publishable_key,
            jwt_key,
            checks,
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
