//! The kinds of token a request can present, and which of them its reader takes.

/// A kind of token, by Clerk's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Clerk has four, and each is verified in its own way")]
pub enum TokenKind {
    /// A user's session.
    Session,
    /// One machine talking to another: `mt_…`, or a JWT whose `sub` is `mch_…`.
    M2m,
    /// A user's consent to an OAuth application: `oat_…`, or a JWT whose `typ` is `at+jwt`.
    OAuth,
    /// A user's or an organization's API key: `ak_…`.
    ApiKey,
}

impl TokenKind {
    /// Its name, as in `acceptsToken` and `tokenType`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session_token",
            Self::M2m => "m2m_token",
            Self::OAuth => "oauth_token",
            Self::ApiKey => "api_key",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Session, Self::M2m, Self::OAuth, Self::ApiKey].into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind of an opaque machine token, by how it starts. What it says is known to Clerk alone.
    #[must_use]
    pub fn of_opaque(token: &str) -> Option<Self> {
        match token {
            token if token.starts_with("mt_") => Some(Self::M2m),
            token if token.starts_with("oat_") => Some(Self::OAuth),
            token if token.starts_with("ak_") => Some(Self::ApiKey),
            _ => None,
        }
    }
}

/// Which kinds are taken: `acceptsToken`. Clerk answers differently for one kind than for a list of one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what callers may give")]
pub enum Accepts {
    /// One kind.
    Only(TokenKind),
    /// Any of these.
    OneOf(Vec<TokenKind>),
    /// All kinds.
    Any,
}

impl Default for Accepts {
    fn default() -> Self {
        Self::Only(TokenKind::Session)
    }
}

impl Accepts {
    /// Whether this kind is taken.
    #[must_use]
    pub fn takes(&self, kind: TokenKind) -> bool {
        match self {
            Self::Only(only) => *only == kind,
            Self::OneOf(kinds) => kinds.contains(&kind),
            Self::Any => true,
        }
    }
}
