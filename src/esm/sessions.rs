//! `sessions.cache`: what is kept of sessions, in the caller's hand.

use wasm_bindgen::prelude::*;

use super::arguments;
use super::client::{Client, value};
use crate::core::metrics::Lookup;
use crate::error::Error;
use crate::js::{JsBody, to_js};

#[wasm_bindgen]
impl Client {
    /// `sessions.cache.get(id)`
    ///
    /// # Errors
    /// `invalid_argument`.
    #[wasm_bindgen(js_name = cachedSession)]
    pub fn cached_session(&self, id: &JsValue) -> Result<JsValue, JsValue> {
        let found = || {
            let kept = self.client().kept_session(&arguments::string("sessionId", id)?)?;
            if kept.is_none() {
                self.pipeline().metrics().borrow_mut().record_lookup(Lookup::Miss);
            }
            kept.map_or(Ok(JsValue::UNDEFINED), |answer| value(&answer))
        };
        found().map_err(|error: Error| to_js(&error))
    }

    /// `sessions.cache.set(id, session, options)`
    ///
    /// # Errors
    /// `invalid_argument`.
    #[wasm_bindgen(js_name = cacheSession)]
    pub fn cache_session(&self, id: &JsValue, session: &JsValue, options: &JsValue) -> Result<(), JsValue> {
        let set = || {
            arguments::object_or_nothing(options)?;
            let (id, ttl) = (arguments::string("sessionId", id)?, arguments::ttl(options)?);
            self.client().keep_session(&id, JsBody::written(session), ttl)
        };
        set().map_err(|error: Error| to_js(&error))
    }

    /// `sessions.cache.invalidate(id)`
    ///
    /// # Errors
    /// `invalid_argument`.
    #[wasm_bindgen(js_name = invalidateSession)]
    pub fn invalidate_session(&self, id: &JsValue) -> Result<bool, JsValue> {
        let dropped = || self.client().invalidate_session(&arguments::string("sessionId", id)?);
        dropped().map_err(|error: Error| to_js(&error))
    }

    /// `sessions.cache.clearExpired()`
    #[wasm_bindgen(js_name = clearExpiredSessions)]
    pub fn clear_expired_sessions(&self) -> usize {
        self.client().clear_expired_sessions()
    }
}
