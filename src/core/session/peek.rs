//! What a token says before anybody has vouched for it: enough to choose who looks at it, and nothing to act on.

use crate::core::base64;
use crate::core::json::raw::each_member;
use crate::core::jwt::{Category, MACHINE_PREFIX, MAX_TOKEN_BYTES};

/// A token that has the form of a JWT. Nobody has looked at its signature.
#[derive(Clone, Debug)]
pub(super) struct Peek {
    category: Category,
    oauth: bool,
    machine: bool,
    /// No padding in any part: only then does Clerk take it for a machine's.
    bare: bool,
    pub(super) issuer: Issuer,
    pub(super) iat: Option<f64>,
    exp: Option<f64>,
}

/// `iss`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Issuer {
    /// Not there, or nothing that counts as something in JavaScript.
    Absent,
    Text(String),
    /// Something that is no text.
    Other,
}

impl Peek {
    /// Looks into `token`. `None` if it is longer than [`MAX_TOKEN_BYTES`], does not have three parts in base64url, or
    /// its header or payload is not an object in JSON. O(length).
    pub(super) fn at(token: &str) -> Option<Self> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let mut parts = token.split('.');
        let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let bare = [header, payload, signature].iter().all(|part| !part.is_empty() && !part.contains('='));
        let mut peek = Self {
            category: Category::Absent,
            oauth: false,
            machine: false,
            bare,
            issuer: Issuer::Absent,
            iat: None,
            exp: None,
        };
        peek.read_header(&decoded(header)?)?;
        peek.read_payload(&decoded(payload)?)?;
        decoded(signature).map(|_| peek)
    }

    /// Whether it is an OAuth application's.
    pub(super) const fn is_oauth(&self) -> bool {
        self.bare && self.oauth
    }

    /// Whether it is a machine's.
    pub(super) const fn is_m2m(&self) -> bool {
        self.bare && self.machine
    }

    /// Whether its category or its `sub` says that it is something else than a session. Padding is no excuse: that of the
    /// signature is not signed, so anybody may add it to a machine's token.
    pub(super) const fn is_no_session(&self) -> bool {
        self.machine || !self.category.is_session()
    }

    /// Whether its category lets it be a machine's.
    pub(super) const fn may_be_m2m(&self) -> bool {
        matches!(self.category, Category::Machine | Category::Absent)
    }

    /// Whether it was issued by the instance whose Frontend API has this host.
    pub(super) fn is_from(&self, frontend_api: &str) -> bool {
        matches!(&self.issuer, Issuer::Text(issuer) if without_schemes(issuer) == frontend_api)
    }

    /// Whether its time was over by this second, if it says so at all.
    pub(super) fn is_expired(&self, now_seconds: f64) -> bool {
        self.exp.is_some_and(|exp| exp <= now_seconds)
    }

    fn read_header(&mut self, json: &[u8]) -> Option<()> {
        each_member(json, |name, value| match name {
            "typ" => self.oauth = matches!(value.text().as_deref(), Some("at+jwt" | "application/at+jwt")),
            "cat" => self.category = value.text().map_or(Category::Other, |name| Category::named(&name)),
            _ => {}
        })
    }

    fn read_payload(&mut self, json: &[u8]) -> Option<()> {
        each_member(json, |name, value| match name {
            "iss" => {
                self.issuer = match value.text() {
                    Some(text) if !text.is_empty() => Issuer::Text(text.into_owned()),
                    _ if value.is_truthy() => Issuer::Other,
                    _ => Issuer::Absent,
                }
            }
            "sub" => self.machine = value.text().is_some_and(|sub| sub.starts_with(MACHINE_PREFIX)),
            "iat" => self.iat = value.number(),
            "exp" => self.exp = value.number(),
            _ => {}
        })
    }
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    base64::decode_url(part.as_bytes(), &mut out).map(|()| out)
}

/// Without `http://` and `https://`, in any case and wherever they are, as Clerk has it.
fn without_schemes(issuer: &str) -> String {
    let mut out = String::with_capacity(issuer.len());
    let mut rest = issuer;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at);
        let scheme = ["https", "http"].into_iter().find(|scheme| ends_with_ignoring_case(before, scheme));
        let kept = before.len() - scheme.map_or(0, str::len);
        out.push_str(before.get(..kept).unwrap_or_default());
        if scheme.is_none() {
            out.push_str("://");
        }
        rest = after.get("://".len()..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn ends_with_ignoring_case(text: &str, end: &str) -> bool {
    let start = text.len().saturating_sub(end.len());
    text.as_bytes().get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case(end.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_taken_out_wherever_they_are() {
        for (issuer, host) in [
            ("https://clerk.example.com", "clerk.example.com"),
            ("HTTP://clerk.example.com", "clerk.example.com"),
            ("clerk.example.com", "clerk.example.com"),
            ("https://https://a.b", "a.b"),
            ("ftp://a.b", "ftp://a.b"),
            ("https://a.b/http://c", "a.b/c"),
            ("://", "://"),
        ] {
            assert_eq!(without_schemes(issuer), host);
        }
    }

    #[test]
    fn what_is_no_token_says_nothing() {
        let long = format!("e30.e30.{}", "A".repeat(MAX_TOKEN_BYTES));
        for token in ["", "a", "..", "e30.e30", "e30.e30.AA.AA", "bnVsbA.e30.AA", "e30.bnVsbA.AA", "e30.e30.A", &long] {
            assert!(Peek::at(token).is_none(), "{token}");
        }
        assert!(Peek::at("e30.e30.AA").is_some());
    }
}
