//! A `Cookie` header, read one name at a time.

use std::borrow::Cow;

/// A longer header holds no cookies at all, in bytes. A part of it is never read: what is cut off could be the cookie that
/// comes first.
pub const MAX_COOKIE_HEADER_BYTES: usize = 65_536;

/// The cookies of a request, in the order in which they came.
///
/// The header is cut at `;` and `=` as it is written (RFC 6265, 5.4), and only then are values percent-decoded: an
/// encoded `;` or `=` is part of a value and never makes a cookie (R9).
#[derive(Clone, Copy, Default)]
pub struct Cookies<'a>(&'a str);

impl<'a> Cookies<'a> {
    /// The cookies of this header; none if it is longer than [`MAX_COOKIE_HEADER_BYTES`].
    #[must_use]
    pub const fn new(header: &'a str) -> Self {
        Self(if header.len() > MAX_COOKIE_HEADER_BYTES { "" } else { header })
    }

    /// The value of the first cookie with this name, even if it is empty. O(header).
    ///
    /// Names are compared as they are written, case and all. A value that cannot be percent-decoded into UTF-8 is left as
    /// it is written, quotes too.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut pairs = self.0.split(';').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(written, _)| trimmed(written) == name)?;
        Some(decoded(trimmed(value)))
    }
}

impl std::fmt::Debug for Cookies<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cookies({} bytes)", self.0.len())
    }
}

fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn decoded(value: &str) -> Cow<'_, str> {
    if !value.contains('%') {
        return Cow::Borrowed(value);
    }
    percent_decoded(value).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// What JavaScript's `decodeURIComponent` makes of it; `None` where that throws.
fn percent_decoded(value: &str) -> Option<String> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut out = Vec::with_capacity(value.len());
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => u8::try_from(digit(bytes.next()?)? * 16 + digit(bytes.next()?)?).ok()?,
            plain => plain,
        };
        out.push(byte);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(header: &str, name: &str) -> Option<String> {
        Cookies::new(header).get(name).map(Cow::into_owned)
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let header = "__session_abc=1; __session=2;__SESSION=3;\t__client_uat = 4 ";
        for (name, value) in [("__session_abc", "1"), ("__session", "2"), ("__SESSION", "3"), ("__client_uat", "4")] {
            assert_eq!(get(header, name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(get(header, "session"), None);
        assert_eq!(get(header, "__session_"), None);
    }

    #[test]
    fn r09_an_encoded_delimiter_never_makes_a_cookie() {
        let header = "a=1%3B%20__session=forged; b%3D__session=2; c=%3B__session%3Dforged";
        assert_eq!(get(header, "__session"), None);
        assert_eq!(get(header, "a").as_deref(), Some("1; __session=forged"));
        assert_eq!(get(header, "c").as_deref(), Some(";__session=forged"));
    }

    #[test]
    fn r09_of_cookies_with_one_name_the_first_counts_even_if_it_is_empty() {
        assert_eq!(get("a=1; a=2", "a").as_deref(), Some("1"));
        assert_eq!(get("a=; a=2", "a").as_deref(), Some(""));
    }

    #[test]
    fn what_cannot_be_decoded_is_left_as_it_is() {
        for raw in ["100%", "%2", "%zz", "%ff", "%C3", "%C3%28", "%ED%A0%80", "a%20b%"] {
            assert_eq!(get(&format!("a={raw}"), "a").as_deref(), Some(raw));
        }
        assert_eq!(get("a=%C5%81o%C5%9b+%2541", "a").as_deref(), Some("Łoś+%41"));
    }

    #[test]
    fn what_is_no_pair_is_passed_over() {
        for header in ["", ";", "=", "a", ";;a;=x;", "a;b", "=;a"] {
            assert_eq!(get(header, "a"), None, "{header}");
        }
        assert_eq!(get("junk; a=b=c;", "a").as_deref(), Some("b=c"));
        assert_eq!(get("a=\"q\"", "a").as_deref(), Some("\"q\""));
    }

    #[test]
    fn a_header_that_is_too_long_has_no_cookies() {
        let fits = format!("a=1; b={}", "x".repeat(MAX_COOKIE_HEADER_BYTES - 7));
        assert_eq!(get(&fits, "a").as_deref(), Some("1"));
        assert_eq!(get(&(fits + "x"), "a"), None);
    }
}
