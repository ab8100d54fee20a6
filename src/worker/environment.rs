//! Vars and secrets of the Worker, made into options. Each is an option of the ES module in upper snake case.

use worker::Env;

use crate::config::{OneOrMany, Options};
use crate::error::Error;

/// What the Worker is configured with.
pub(super) struct Environment {
    pub(super) options: Options,
    pub(super) gateway_token: Option<String>,
}

impl Environment {
    /// Reads every var once. Empty ones count as not there.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] naming a var that should be a number and is not.
    pub(super) fn read(env: &Env) -> Result<Self, Error> {
        // Secrets and vars are strings alike.
        let text = |name: &str| env.var(name).ok().map(|var| var.to_string()).filter(|text| !text.is_empty());
        let number = |name: &str| {
            let wrong = || Error::InvalidConfig(format!("{name} must be a number"));
            text(name).map(|text| text.trim().parse::<f64>().map_err(|_| wrong())).transpose()
        };
        // One that is there and empty names nobody, and is refused: it would check nothing.
        let list = |name: &str| {
            let all = env.var(name).ok().map(|var| var.to_string());
            all.map(|all| OneOrMany::Many(all.split(',').map(|one| one.trim().to_owned()).collect()))
        };
        let mut options = Options {
            secret_key: text("CLERK_SECRET_KEY"),
            publishable_key: text("CLERK_PUBLISHABLE_KEY"),
            jwt_key: text("CLERK_JWT_KEY"),
            authorized_parties: list("CLERK_AUTHORIZED_PARTIES"),
            audience: list("CLERK_AUDIENCE"),
            issuer: list("CLERK_ISSUER"),
            clock_skew_in_ms: number("CLERK_CLOCK_SKEW_IN_MS")?,
            webhook_signing_secret: text("CLERK_WEBHOOK_SIGNING_SECRET"),
            instance_id: text("CLERK_INSTANCE_ID"),
            api_url: text("CLERK_API_URL"),
            api_version: text("CLERK_API_VERSION"),
            max_connections: number("MAX_CONNECTIONS")?,
            max_response_bytes: number("MAX_RESPONSE_BYTES")?,
            ..Options::default()
        };
        options.cache.max_bytes = number("CACHE_MAX_BYTES")?;
        options.cache.max_entries = number("CACHE_MAX_ENTRIES")?;
        options.cache.session_ttl_ms = number("CACHE_SESSION_TTL_MS")?;
        options.cache.user_ttl_ms = number("CACHE_USER_TTL_MS")?;
        options.cache.organization_ttl_ms = number("CACHE_ORGANIZATION_TTL_MS")?;
        options.cache.token_ttl_ms = number("CACHE_TOKEN_TTL_MS")?;
        options.cache.max_verified_tokens = number("CACHE_MAX_VERIFIED_TOKENS")?;
        options.cache.jwks_ttl_ms = number("CACHE_JWKS_TTL_MS")?;
        options.cache.jwks_stale_if_error_ms = number("CACHE_JWKS_STALE_IF_ERROR_MS")?;
        options.cache.jwks_cooldown_ms = number("CACHE_JWKS_COOLDOWN_MS")?;
        options.rate_limit.limit = number("RATE_LIMIT_LIMIT")?;
        options.rate_limit.window_ms = number("RATE_LIMIT_WINDOW_MS")?;
        options.rate_limit.max_queue = number("RATE_LIMIT_MAX_QUEUE")?;
        options.rate_limit.max_wait_ms = number("RATE_LIMIT_MAX_WAIT_MS")?;
        options.retry.max_attempts = number("RETRY_MAX_ATTEMPTS")?;
        options.retry.budget = number("RETRY_BUDGET")?;
        options.retry.timeout_ms = number("RETRY_TIMEOUT_MS")?;
        options.retry.deadline_ms = number("RETRY_DEADLINE_MS")?;
        Ok(Self { options, gateway_token: text("GATEWAY_TOKEN") })
    }
}
