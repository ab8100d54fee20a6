//! The verdicts of @clerk/backend.

use std::collections::HashMap;

use clerk_edge::core::jwt::Reason;
use clerk_edge::core::session::{Accepts, Instance, TokenKind};
use clerk_edge::core::time::UnixTime;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Vectors {
    now: u64,
    host: String,
    keys: HashMap<String, String>,
    pub(crate) suffixes: HashMap<String, String>,
    pub(crate) tokens: HashMap<String, String>,
    /// What `verifyToken` says to each token: `ok` or a reason.
    pub(crate) outcomes: HashMap<String, String>,
    /// What `verifyMachineAuthToken` says: `ok` or a code.
    pub(crate) machine_outcomes: HashMap<String, String>,
    /// What the Backend API says about opaque tokens: status and body.
    pub(crate) answers: HashMap<String, (u16, Value)>,
    pub(crate) questions: Vec<Value>,
    pub(crate) auths: Vec<AuthCase>,
    pub(crate) cookies: Vec<(String, HashMap<String, String>)>,
    pub(crate) requests: Vec<RequestCase>,
}

#[derive(Deserialize)]
pub(crate) struct AuthCase {
    pub(crate) label: String,
    pub(crate) payload: String,
    /// Nothing where @clerk/backend throws.
    pub(crate) auth: Option<Value>,
    /// The same where pending sessions are signed out, if that makes a difference.
    pub(crate) strict: Option<Value>,
    /// Which questions `has()` says yes to.
    pub(crate) yes: Vec<usize>,
}

/// Key, method, `acceptsToken`, `Authorization`, `Cookie`; status, reason or token, kind.
#[derive(Deserialize, Debug)]
pub(crate) struct RequestCase(
    pub(crate) String,
    pub(crate) String,
    pub(crate) Value,
    pub(crate) Option<String>,
    pub(crate) Option<String>,
    pub(crate) String,
    pub(crate) String,
    pub(crate) Option<String>,
);

impl Vectors {
    pub(crate) fn read() -> Self {
        serde_json::from_str(include_str!("../vectors/authenticate-request.json")).unwrap()
    }

    pub(crate) fn now(&self) -> UnixTime {
        UnixTime::from_millis(self.now * 1_000)
    }

    pub(crate) fn instance(&self, key: &str) -> Instance {
        Instance::new(&self.keys[key], &self.host)
    }

    pub(crate) fn key(&self, key: &str) -> &str {
        &self.keys[key]
    }

    /// A header with its tokens in place of their names, and the instance's suffix in place of `$`.
    pub(crate) fn filled(&self, text: &str, key: &str) -> String {
        let mut text = text.replace('$', &self.suffixes[key]);
        for (name, token) in &self.tokens {
            text = text.replace(&format!("{{{name}}}"), token);
        }
        text
    }

    pub(crate) fn name_of(&self, token: &str) -> &str {
        self.tokens.iter().find(|(_, known)| *known == token).map_or("?", |(name, _)| name)
    }
}

pub(crate) fn accepts(value: &Value) -> Accepts {
    let kind = |name: &Value| TokenKind::named(name.as_str().unwrap()).unwrap();
    if let Some(kinds) = value.as_array() {
        return Accepts::OneOf(kinds.iter().map(kind).collect());
    }
    if value == "any" { Accepts::Any } else { Accepts::Only(kind(value)) }
}

pub(crate) fn reason(word: &str) -> Reason {
    let all = [
        Reason::Expired,
        Reason::Invalid,
        Reason::InvalidSignature,
        Reason::NotActiveYet,
        Reason::IatInTheFuture,
        Reason::VerificationFailed,
    ];
    all.into_iter().find(|reason| reason.as_str() == word).unwrap_or_else(|| panic!("{word}"))
}
