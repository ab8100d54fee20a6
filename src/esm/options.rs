//! Options, read by their names.
//!
//! Not by serde: what it makes of structs with 40 members takes 30 kB of code, and its words for what is wrong do not name
//! the option.

use std::cell::RefCell;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::arguments::get;
use crate::config::{CacheOptions, OneOrMany, Options, RateLimitOptions, RetryOptions, TokenOptions};
use crate::error::Error;

/// An object that is, or may be, in the options.
struct Given {
    /// What its members' names begin with in errors.
    path: &'static str,
    object: JsValue,
    /// What a mistake in them is: one of the configuration, or one of the call.
    mistake: fn(String) -> Error,
    /// The names that were asked for.
    known: RefCell<Vec<String>>,
}

impl Given {
    fn new(options: &JsValue, mistake: fn(String) -> Error) -> Result<Self, Error> {
        if options.is_object() {
            Ok(Self { path: "", object: options.clone(), mistake, known: RefCell::default() })
        } else {
            Err(mistake("options must be an object".into()))
        }
    }

    /// An object of options within this one; empty if it is not there.
    fn inner(&self, name: &str, path: &'static str) -> Result<Self, Error> {
        let object = self.get(name, "an object", |value| value.is_object().then(|| value.clone()))?;
        Ok(Self { path, object: object.unwrap_or_default(), mistake: self.mistake, known: RefCell::default() })
    }

    /// Refuses names that nobody asked for: an option that is misspelt would not be in force. `others` are read elsewhere.
    fn no_more(&self, others: &[&str]) -> Result<(), Error> {
        if !self.object.is_object() {
            return Ok(());
        }
        let known = self.known.borrow();
        let is_strange = |name: &String| !others.contains(&name.as_str()) && !known.contains(name);
        let strange = Object::keys(self.object.unchecked_ref::<Object>())
            .iter()
            .filter_map(|name| name.as_string())
            .find(is_strange);
        strange.map_or(Ok(()), |name| Err((self.mistake)(format!("there is no option {}{name}", self.path))))
    }

    fn text(&self, name: &str) -> Result<Option<String>, Error> {
        self.get(name, "a string", JsValue::as_string)
    }

    fn number(&self, name: &str) -> Result<Option<f64>, Error> {
        self.get(name, "a number", JsValue::as_f64)
    }

    fn texts(&self, name: &str) -> Result<Option<OneOrMany>, Error> {
        self.get(name, "a string or an array of strings", |value| {
            if Array::is_array(value) {
                let texts: Option<_> = Array::from(value).iter().map(|text| text.as_string()).collect();
                return texts.map(OneOrMany::Many);
            }
            value.as_string().map(OneOrMany::One)
        })
    }

    fn get<T>(&self, name: &str, wanted: &str, read: impl FnOnce(&JsValue) -> Option<T>) -> Result<Option<T>, Error> {
        self.known.borrow_mut().push(name.to_owned());
        let Some(value) = get(&self.object, name) else { return Ok(None) };
        let wrong = || (self.mistake)(format!("{}{name} must be {wanted}", self.path));
        read(&value).ok_or_else(wrong).map(Some)
    }
}

/// The options of `createClerkClient`, without what is a function.
pub(super) fn options(given: &JsValue) -> Result<Options, Error> {
    let given = Given::new(given, Error::InvalidConfig)?;
    let TokenOptions { jwt_key, authorized_parties, audience, issuer, clock_skew_in_ms } = of_token(&given)?;
    let options = Options {
        secret_key: given.text("secretKey")?,
        publishable_key: given.text("publishableKey")?,
        jwt_key,
        authorized_parties,
        audience,
        issuer,
        clock_skew_in_ms,
        webhook_signing_secret: given.text("webhookSigningSecret")?,
        instance_id: given.text("instanceId")?,
        api_url: given.text("apiUrl")?,
        api_version: given.text("apiVersion")?,
        cache: cache(&given.inner("cache", "cache.")?)?,
        rate_limit: rate_limit(&given.inner("rateLimit", "rateLimit.")?)?,
        max_connections: given.number("maxConnections")?,
        retry: retry(&given.inner("retry", "retry.")?)?,
        max_response_bytes: given.number("maxResponseBytes")?,
    };
    given.no_more(&["fetch", "now"]).map(|()| options)
}

/// What one call asks of a token.
pub(super) fn token_options(given: &JsValue) -> Result<TokenOptions, Error> {
    let given = Given::new(given, Error::InvalidArgument)?;
    let options = of_token(&given)?;
    given.no_more(&[]).map(|()| options)
}

fn of_token(given: &Given) -> Result<TokenOptions, Error> {
    Ok(TokenOptions {
        jwt_key: given.text("jwtKey")?,
        authorized_parties: given.texts("authorizedParties")?,
        audience: given.texts("audience")?,
        issuer: given.texts("issuer")?,
        clock_skew_in_ms: given.number("clockSkewInMs")?,
    })
}

fn cache(given: &Given) -> Result<CacheOptions, Error> {
    let options = CacheOptions {
        max_bytes: given.number("maxBytes")?,
        max_entries: given.number("maxEntries")?,
        session_ttl_ms: given.number("sessionTtlMs")?,
        user_ttl_ms: given.number("userTtlMs")?,
        organization_ttl_ms: given.number("organizationTtlMs")?,
        token_ttl_ms: given.number("tokenTtlMs")?,
        max_verified_tokens: given.number("maxVerifiedTokens")?,
        jwks_ttl_ms: given.number("jwksTtlMs")?,
        jwks_stale_if_error_ms: given.number("jwksStaleIfErrorMs")?,
        jwks_cooldown_ms: given.number("jwksCooldownMs")?,
    };
    given.no_more(&[]).map(|()| options)
}

fn rate_limit(given: &Given) -> Result<RateLimitOptions, Error> {
    let options = RateLimitOptions {
        limit: given.number("limit")?,
        window_ms: given.number("windowMs")?,
        max_queue: given.number("maxQueue")?,
        max_wait_ms: given.number("maxWaitMs")?,
    };
    given.no_more(&[]).map(|()| options)
}

fn retry(given: &Given) -> Result<RetryOptions, Error> {
    let options = RetryOptions {
        max_attempts: given.number("maxAttempts")?,
        budget: given.number("budget")?,
        timeout_ms: given.number("timeoutMs")?,
        deadline_ms: given.number("deadlineMs")?,
    };
    given.no_more(&[]).map(|()| options)
}
