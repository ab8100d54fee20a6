//! Requests and answers as plain data.

use std::fmt;

/// The methods Clerk's Backend API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a closed set: every policy must decide about each of them")]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The method with this name, in upper case as HTTP has it (RFC 9110 section 9.1: names are case-sensitive).
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "DELETE" => Some(Self::Delete),
            "GET" => Some(Self::Get),
            "PATCH" => Some(Self::Patch),
            "POST" => Some(Self::Post),
            "PUT" => Some(Self::Put),
            _ => None,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }

    /// Whether doing it twice equals doing it once (RFC 9110 section 9.2.2). `PATCH` is not counted in.
    #[must_use]
    pub const fn is_idempotent(self) -> bool {
        matches!(self, Self::Delete | Self::Get | Self::Put)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request or response body, held the way the host holds it. Cloning copies a handle, not the bytes.
pub trait Body: Clone + fmt::Debug + 'static {
    /// A body with a copy of these bytes.
    fn from_bytes(bytes: &[u8]) -> Self;
    /// A body of these bytes.
    #[must_use]
    fn from_vec(bytes: Vec<u8>) -> Self {
        Self::from_bytes(&bytes)
    }
    /// Its length in bytes.
    fn len(&self) -> usize;
    /// A copy of its bytes.
    fn to_vec(&self) -> Vec<u8>;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Header names are lower case; a name occurs once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value under the lower-case `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Sets `name` (lower case), replacing what was there.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// Every name and value, in the order they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Bytes of all names and values together.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.len()).sum()
    }
}

impl<'a> FromIterator<(&'a str, String)> for Headers {
    fn from_iter<I: IntoIterator<Item = (&'a str, String)>>(pairs: I) -> Self {
        let mut headers = Self::new();
        for (name, value) in pairs {
            headers.set(name, value);
        }
        headers
    }
}

/// A request, ready to be sent. `Debug` shows neither headers nor URL, which hold credentials and people's data.
#[derive(Clone)]
pub struct Request<B> {
    /// Its method.
    pub method: Method,
    /// Absolute, `https:` or (for a local stand-in) `http:`.
    pub url: String,
    /// Its headers, credentials included; never logged.
    pub headers: Headers,
    /// What to send, if anything.
    pub body: Option<B>,
    /// The response headers to keep, in lower case; others need not be read.
    pub wanted: &'static [&'static str],
    /// The largest answer to accept, in bytes.
    pub max_response_bytes: usize,
}

impl<B> fmt::Debug for Request<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Response<B> {
    /// Its status, 200 to 599.
    pub status: u16,
    /// Its headers.
    pub headers: Headers,
    /// The whole body, decoded.
    pub body: B,
}
