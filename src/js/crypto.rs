//! Signatures by the fastest engine of the host, which `host.js` chooses: `WebCrypto`, `node:crypto`, or this module.

use std::rc::Rc;

use wasm_bindgen_futures::JsFuture;

use super::JsRuntime;
use super::glue;
use crate::runtime::{Crypto, CryptoError, Hash, PublicNumbers, SoftwareKey};

/// A public key, imported once and kept for as long as anybody has it.
#[derive(Clone, Debug)]
pub(crate) struct JsKey(Rc<Engine>);

#[derive(Debug)]
enum Engine {
    Host(Slot),
    Software(SoftwareKey),
}

/// A key's place in the table of `host.js`, given back when dropped.
#[derive(Debug)]
struct Slot(u32);

impl Drop for Slot {
    fn drop(&mut self) {
        glue::release_key(self.0);
    }
}

#[cfg(feature = "esm")]
impl JsKey {
    /// What `verifySignature` of `host.js` knows the key by, if the host checks signatures with it.
    pub(crate) fn slot(&self) -> Option<u32> {
        match &*self.0 {
            Engine::Host(slot) => Some(slot.0),
            Engine::Software(_) => None,
        }
    }

    /// The key, if this module checks signatures with it.
    pub(crate) fn software(&self) -> Option<&SoftwareKey> {
        match &*self.0 {
            Engine::Host(_) => None,
            Engine::Software(key) => Some(key),
        }
    }
}

impl Crypto for JsRuntime {
    type Key = JsKey;

    async fn import(&self, modulus: &[u8], exponent: &[u8], hash: Hash) -> Result<JsKey, CryptoError> {
        let numbers = PublicNumbers::new(modulus, exponent)?;
        let made = glue::import_key(numbers.modulus(), &numbers.exponent(), bits(hash));
        // Nothing is in the table before this goes on, so a caller who leaves takes up no place in it.
        let key = JsFuture::from(made).await.map_err(|_| CryptoError)?;
        let engine = if key.is_undefined() {
            Engine::Software(SoftwareKey::new(modulus, exponent, hash)?)
        } else {
            Engine::Host(Slot(glue::keep_key(&key)))
        };
        Ok(JsKey(Rc::new(engine)))
    }

    async fn verify(&self, key: &JsKey, signature: &[u8], message: &[u8]) -> Result<bool, CryptoError> {
        let slot = match &*key.0 {
            Engine::Software(key) => return Ok(key.verify(signature, message)),
            Engine::Host(slot) => slot.0,
        };
        let said = glue::verify_signature(slot, signature, message).map_err(|_| CryptoError)?;
        if let Some(verdict) = said.as_bool() {
            return Ok(verdict);
        }
        let said = JsFuture::from(js_sys::Promise::resolve(&said)).await.map_err(|_| CryptoError)?;
        said.as_bool().ok_or(CryptoError)
    }
}

const fn bits(hash: Hash) -> u32 {
    match hash {
        Hash::Sha256 => 256,
        Hash::Sha384 => 384,
        Hash::Sha512 => 512,
    }
}
