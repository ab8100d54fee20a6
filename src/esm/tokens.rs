//! Tokens that are fetched: `tokens`, `sessions.getToken` and `users.getUserOauthAccessToken`.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::arguments;
use super::client::{Client, rejected, resolved, wait};
use crate::clerk::tokens::{self, MAX_KEY_BYTES, TokenKey};
use crate::error::Error;
use crate::js::{attempt, to_js};

#[wasm_bindgen(module = "/src/esm/tokens.js")]
extern "C" {
    pub(super) fn kept() -> JsValue;
}

#[wasm_bindgen]
impl Client {
    /// `tokens.getOrFetch(key, fetchFn, options)`
    #[wasm_bindgen(js_name = getOrFetch)]
    pub fn get_or_fetch(&self, key: &JsValue, fetch: &JsValue, options: &JsValue) -> Promise {
        let asked = || {
            let fetch: &Function =
                fetch.dyn_ref().ok_or_else(|| Error::InvalidArgument("fetchFn must be a function".into()))?;
            Ok((token_key(key)?, fetch.clone(), arguments::ttl(options)?))
        };
        let ((key, fetch, ttl), signal) = match self.admit(asked(), options) {
            Ok(admitted) => admitted,
            Err(error) => return rejected(&error),
        };
        let client = self.client();
        if let Some(answer) = client.kept_token(&key, ttl) {
            return resolved(&answer);
        }
        wait(signal, async move { client.token(key, ttl, || attempt(&fetch)).await })
    }

    /// The handle of what is kept under a key of `tokens`, or -1.
    #[wasm_bindgen(js_name = tokenHandle)]
    #[must_use]
    pub fn token_handle(&self, key: &str) -> f64 {
        TokenKey::new(key).map_or(-1.0, |key| self.handle(key.as_str()))
    }

    /// `tokens.invalidate(key)`
    ///
    /// # Errors
    /// `invalid_argument`.
    #[wasm_bindgen(js_name = invalidateToken)]
    pub fn invalidate_token(&self, key: &JsValue) -> Result<bool, JsValue> {
        let key = token_key(key).map_err(|error| to_js(&error))?;
        Ok(self.client().invalidate_token(&key))
    }

    /// `tokens.clearExpired()`
    #[wasm_bindgen(js_name = clearExpiredTokens)]
    pub fn clear_expired_tokens(&self) -> usize {
        self.client().clear_expired_tokens()
    }

    /// `sessions.getToken(id, template, options)`
    #[wasm_bindgen(js_name = getToken)]
    pub fn session_token(&self, id: &JsValue, template: &JsValue, options: &JsValue) -> Promise {
        let asked = || {
            let id = arguments::string("sessionId", id)?;
            let template = arguments::string_or_nothing("template", template)?;
            tokens::session_token(self.config(), &id, template.as_deref(), arguments::lifetime(options)?)
        };
        self.ask(asked(), options)
    }

    /// The handle of what `getToken` without template and options was answered from, or -1.
    #[wasm_bindgen(js_name = sessionTokenHandle)]
    #[must_use]
    pub fn session_token_handle(&self, id: &str) -> f64 {
        self.handle(&tokens::session_token_key(id))
    }

    /// `users.getUserOauthAccessToken(id, provider, options)`
    #[wasm_bindgen(js_name = getUserOauthAccessToken)]
    pub fn oauth_token(&self, id: &JsValue, provider: &JsValue, options: &JsValue) -> Promise {
        let asked = || {
            let (id, provider) = (arguments::string("userId", id)?, arguments::string("provider", provider)?);
            tokens::oauth_token(self.config(), &id, &provider)
        };
        self.ask(asked(), options)
    }
}

fn token_key(key: &JsValue) -> Result<TokenKey, Error> {
    TokenKey::new(&arguments::text("key", key, MAX_KEY_BYTES)?)
}
