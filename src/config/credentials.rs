//! Keys, parsed where they arrive.

use crate::core::base64;
use crate::error::Error;

/// A secret key. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

impl SecretKey {
    /// `text` if it looks like one: `sk_test_` or `sk_live_`, then visible ASCII, 512 bytes at most.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
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
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
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

/// Whether `host[:port]` is this machine: the only place a secret key may travel to unencrypted.
pub(super) fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix("[::1]") {
        Some(rest) => return rest.is_empty() || rest.starts_with(':'),
        None => host.split(':').next().unwrap_or_default(),
    };
    let v4_loopback = || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    name == "localhost" || name.ends_with(".localhost") || v4_loopback()
}
