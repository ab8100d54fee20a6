//! The header of a token: which kind it is and what it claims to be signed with.

use std::fmt;
use std::rc::Rc;

use super::{Reason, TokenError, malformed};
use crate::core::base64;
use crate::core::json::{Text, Value, each_member};

/// The algorithms that are accepted: RSASSA-PKCS1-v1_5 (RFC 7518, 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Clerk signs with nothing else, and whoever signs must know every one")]
pub enum Algorithm {
    /// With SHA-256.
    Rs256,
    /// With SHA-384.
    Rs384,
    /// With SHA-512.
    Rs512,
}

impl Algorithm {
    /// The algorithm with this name in a header or a key.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "RS384" => Some(Self::Rs384),
            "RS512" => Some(Self::Rs512),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }
}

/// What Clerk made a token for: its header's `cat` (facts 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "`Other` is what is not known")]
pub enum Category {
    /// Not said, as before Clerk had categories.
    Absent,
    /// A session.
    Session,
    /// A JWT template.
    Template,
    /// One machine talking to another.
    Machine,
    /// The instance puts this on every token it signs; it says nothing.
    Ignore,
    /// Anything else, of any type.
    Other,
}

impl Category {
    /// Whether it can be a session token.
    #[must_use]
    pub const fn is_session(self) -> bool {
        matches!(self, Self::Absent | Self::Session | Self::Ignore)
    }

    fn of(value: &Value<'_>) -> Self {
        text(value).and_then(Text::decode).map_or(Self::Other, |name| Self::named(&name))
    }

    /// The category that a header names so.
    pub(in crate::core) fn named(name: &str) -> Self {
        match name {
            "cl_B7d4PD111AAA" => Self::Session,
            "cl_B7d4PD222AAA" => Self::Template,
            "cl_B7d4PD333AAA" => Self::Machine,
            "cl_I7d4PD111III" => Self::Ignore,
            _ => Self::Other,
        }
    }
}

/// Which `typ` a token may have. They are compared as they are: `jwt` is not `JWT`.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_enums, reason = "made by its variants")]
pub enum Types<'a> {
    /// `JWT`, or none at all.
    #[default]
    Default,
    /// One of these. A token without `typ` is refused.
    OneOf(&'a [&'a str]),
}

impl Types<'_> {
    /// OAuth access tokens (RFC 9068, 2.1).
    pub const OAUTH: Types<'static> = Types::OneOf(OAUTH);
}

const OAUTH: &[&str] = &["at+jwt", "application/at+jwt"];

/// What a header says. Nobody has vouched for any of it.
#[derive(Clone, Debug)]
pub(super) struct Header {
    algorithm: Option<Algorithm>,
    typ: Typ,
    pub(super) kid: Option<Box<str>>,
    pub(super) category: Category,
}

#[derive(Clone, Debug)]
enum Typ {
    Absent,
    Jwt,
    Named(Box<str>),
    /// Not a string.
    Other,
}

impl Header {
    /// Reads a header. A `kid` that is not a string is none; of duplicate names the last counts.
    pub(super) fn parse(json: &[u8]) -> Result<Self, TokenError> {
        let mut header = Self { algorithm: None, typ: Typ::Absent, kid: None, category: Category::Absent };
        let mut critical = false;
        each_member(json, |key, value| match key.decode().as_deref() {
            Some("alg") => header.algorithm = text(&value).and_then(|name| Algorithm::named(&name.decode()?)),
            Some("typ") => header.typ = Typ::of(&value),
            Some("kid") => header.kid = text(&value).and_then(Text::decode).map(|kid| kid.into_owned().into()),
            Some("cat") => header.category = Category::of(&value),
            Some("crit") => critical = true,
            _ => {}
        })
        .map_err(|_| malformed())?;
        if critical {
            // RFC 7515, 4.1.11: who does not understand what is critical must refuse. Nothing is understood here.
            return Err(TokenError::new(Reason::Invalid, "The token has critical extensions."));
        }
        Ok(header)
    }

    pub(super) fn is_oauth(&self) -> bool {
        matches!(&self.typ, Typ::Named(name) if OAUTH.contains(&&**name))
    }

    /// Checks 5 and 6 of facts 1.1.
    pub(super) fn check(&self, types: Types<'_>) -> Result<Algorithm, TokenError> {
        let allowed = match (types, &self.typ) {
            (Types::Default, typ) => matches!(typ, Typ::Absent | Typ::Jwt),
            (Types::OneOf(allowed), Typ::Jwt) => allowed.contains(&JWT),
            (Types::OneOf(allowed), Typ::Named(name)) => allowed.contains(&&**name),
            (Types::OneOf(_), Typ::Absent | Typ::Other) => false,
        };
        if !allowed {
            return Err(TokenError::new(Reason::Invalid, "The token's type (typ) is not accepted here."));
        }
        self.algorithm.ok_or_else(|| {
            TokenError::new(Reason::InvalidAlgorithm, "The token's algorithm (alg) is not RS256, RS384 or RS512.")
        })
    }
}

/// The last header that was read. Tokens of one instance have the same one, byte for byte, until its key changes.
#[derive(Clone, Default)]
pub struct LastHeader(Option<(Box<str>, Rc<Header>)>);

impl fmt::Debug for LastHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastHeader").finish_non_exhaustive()
    }
}

impl LastHeader {
    /// The header that `text` spells in base64: the last one if that was this text, else decoded and read.
    pub(super) fn read(&mut self, text: &str) -> Result<Rc<Header>, TokenError> {
        if let Some((_, header)) = self.0.as_ref().filter(|(last, _)| **last == *text) {
            return Ok(Rc::clone(header));
        }
        let mut json = Vec::new();
        base64::decode_url(text.as_bytes(), &mut json).ok_or_else(malformed)?;
        let header = Rc::new(Header::parse(&json)?);
        self.0 = Some((text.into(), Rc::clone(&header)));
        Ok(header)
    }
}

const JWT: &str = "JWT";

impl Typ {
    fn of(value: &Value<'_>) -> Self {
        match text(value).and_then(Text::decode) {
            Some(name) if name == JWT => Self::Jwt,
            Some(name) => Self::Named(name.into_owned().into()),
            None => Self::Other,
        }
    }
}

const fn text<'v, 'a>(value: &'v Value<'a>) -> Option<&'v Text<'a>> {
    match value {
        Value::Text(text) => Some(text),
        Value::Number(_) | Value::Array(_) | Value::Object(_) | Value::Literal => None,
    }
}
