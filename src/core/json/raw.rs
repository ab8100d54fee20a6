//! Values of a JSON text as they are written, for claims that may be of any type.

use std::borrow::Cow;

use super::{JsonError, Scanner, Text, validate};

/// A value of a checked JSON text, as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw<'a>(&'a str);

/// Hands the members of the object that `json` is to `each`, in order, duplicates too: who keeps the last does as
/// `JSON.parse`. A name with half a surrogate pair is passed over.
///
/// `None`, possibly after `each` has seen a part of it, if `json` is no JSON or no object.
pub(crate) fn each_member<'a>(json: &'a [u8], mut each: impl FnMut(&str, Raw<'a>)) -> Option<()> {
    walk(json, Scanner::take_value, &mut each)
}

/// The same for an object whose members are of any depth, and not looked into.
pub(crate) fn each_deep_member<'a>(json: &'a [u8], mut each: impl FnMut(&str, Raw<'a>)) -> Option<()> {
    walk(json, Scanner::take_deep_value, &mut each)
}

fn walk<'a>(
    json: &'a [u8],
    take: fn(&mut Scanner<'a>) -> Result<&'a [u8], JsonError>,
    each: &mut dyn FnMut(&str, Raw<'a>),
) -> Option<()> {
    let mut scanner = Scanner::new(json);
    let mut more = enter(&mut scanner, b'{')?;
    while more {
        let key = scanner.key().ok()?.decode();
        let value = Raw::new(take(&mut scanner).ok()?)?;
        if let Some(key) = key {
            each(&key, value);
        }
        more = scanner.more().ok()?;
    }
    scanner.finish().ok()
}

/// Enters the value that starts here if it opens with `bracket`: whether there is anything in it.
fn enter(scanner: &mut Scanner<'_>, bracket: u8) -> Option<bool> {
    if scanner.peek()? != bracket {
        return None;
    }
    scanner.enter().ok()
}

impl<'a> Raw<'a> {
    fn new(checked: &'a [u8]) -> Option<Self> {
        std::str::from_utf8(checked).ok().map(Self)
    }

    /// All of a text; `None` if it is no JSON.
    pub(crate) fn document(json: &'a [u8]) -> Option<Self> {
        validate(json).ok()?;
        Self::new(json.trim_ascii())
    }

    /// The member of this name, of duplicates the last; `None` also if this is no object. O(length).
    pub(crate) fn get(self, wanted: &str) -> Option<Self> {
        let mut found = None;
        self.each_member(|name, value| {
            if name == wanted {
                found = Some(value);
            }
        })?;
        found
    }

    pub(crate) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// The value as it is written.
    pub(crate) const fn as_json(self) -> &'a str {
        self.0
    }

    /// What it says, if it is a string that Unicode can spell.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let raw = self.0.strip_prefix('"')?.strip_suffix('"')?;
        Text { raw: raw.as_bytes(), escaped: raw.contains('\\') }.decode()
    }

    /// The same if it says anything.
    pub(crate) fn some_text(self) -> Option<Cow<'a, str>> {
        self.text().filter(|text| !text.is_empty())
    }

    /// Its value, if it is a number: exact for whole numbers up to 2^53, else to within a few units in the last place.
    pub(crate) fn number(self) -> Option<f64> {
        matches!(self.0.bytes().next()?, b'-' | b'0'..=b'9').then(|| number(self.0))
    }

    pub(crate) fn is_true(self) -> bool {
        self.0 == "true"
    }

    pub(crate) fn is_false(self) -> bool {
        self.0 == "false"
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Whether JavaScript's `if` takes it.
    pub(crate) fn is_truthy(self) -> bool {
        !matches!(self.0, "null" | "false" | "\"\"") && self.number() != Some(0.0)
    }

    /// The members, if it is an object; see [`each_member`].
    pub(crate) fn each_member(self, each: impl FnMut(&str, Raw<'a>)) -> Option<()> {
        each_member(self.0.as_bytes(), each)
    }

    /// Hands the items to `each`, if it is an array.
    pub(crate) fn each_item(self, mut each: impl FnMut(Raw<'a>)) -> Option<()> {
        let mut scanner = Scanner::new(self.0.as_bytes());
        let mut more = enter(&mut scanner, b'[')?;
        while more {
            each(Raw::new(scanner.take_value().ok()?)?);
            more = scanner.more().ok()?;
        }
        scanner.finish().ok()
    }
}

/// A JSON number. The library's own parser, exact to the last bit, would add 10 kB of tables for ages and dates.
fn number(json: &str) -> f64 {
    let (mantissa, exponent) = json.split_once(['e', 'E']).unwrap_or((json, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit);
    let value = digits.fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'));
    let places = i32::try_from(fraction.len()).unwrap_or(i32::MAX);
    let exponent = exponent_of(exponent).saturating_sub(places).clamp(-400, 400);
    let scale = 10_f64.powi(exponent.abs());
    let size = match exponent {
        _ if value == 0.0 => 0.0,
        0.. => value * scale,
        _ => value / scale,
    };
    if json.starts_with('-') { -size } else { size }
}

/// An exponent, saturating: no number is written with so many digits that it would matter.
fn exponent_of(text: &str) -> i32 {
    let size = text.bytes().filter(u8::is_ascii_digit);
    let size = size.fold(0_i32, |size, digit| size.saturating_mul(10).saturating_add(i32::from(digit - b'0')));
    if text.starts_with('-') { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Raw<'_> {
        Raw(json)
    }

    #[test]
    fn numbers_are_read() {
        for (json, value) in [
            ("0", 0.0),
            ("-0", 0.0),
            ("2", 2.0),
            ("2.0", 2.0),
            ("20e-1", 2.0),
            ("0.02E+2", 2.0),
            ("-1", -1.0),
            ("9007199254740992", 9_007_199_254_740_992.0),
            ("1e400", f64::INFINITY),
            ("1e99999999999", f64::INFINITY),
            ("0e999", 0.0),
            ("1e-999", 0.0),
            ("10.5", 10.5),
        ] {
            assert_eq!(raw(json).number(), Some(value), "{json}");
        }
        for json in ["\"2\"", "true", "null", "[2]"] {
            assert_eq!(raw(json).number(), None, "{json}");
        }
    }

    #[test]
    fn truth_is_that_of_javascript() {
        for json in ["null", "false", "\"\"", "0", "-0", "0.0e5"] {
            assert!(!raw(json).is_truthy(), "{json}");
        }
        for json in ["true", "\"0\"", "1", "[]", "{}", "-1"] {
            assert!(raw(json).is_truthy(), "{json}");
        }
    }

    #[test]
    fn members_are_found_by_name() {
        let document = Raw::document(br#" {"a":{"b":1,"b":[2]},"c":null} "#).unwrap();
        let inner = document.get("a").and_then(|a| a.get("b")).unwrap();
        assert!(inner.is_array() && !inner.is_object() && inner.get("b").is_none());
        assert!(document.get("c").is_some_and(Raw::is_null) && document.get("d").is_none());
        assert!(Raw::document(b"{").is_none() && Raw::document(b"").is_none());
    }

    #[test]
    fn members_of_any_depth_are_passed_over() {
        for (depth, brackets) in
            [127, 128, 129, 255, 256, 257, 100_000].into_iter().zip(["[]", "{}"].into_iter().cycle())
        {
            let (open, close) = if brackets == "[]" { ("[", "]") } else { ("{\"x\":", "}") };
            let deep = format!("{}7{}", open.repeat(depth), close.repeat(depth));
            let json = format!(r#"{{"deep":{deep},"shallow":[{{}},{{"a":1}}],"deep":{deep}}}"#);
            let mut seen = Vec::new();
            let all =
                each_deep_member(json.as_bytes(), |name, value| seen.push((name.to_owned(), value.as_json().len())));
            assert_eq!(all, Some(()), "{depth}");
            assert_eq!(seen, [("deep".into(), deep.len()), ("shallow".into(), 12), ("deep".into(), deep.len())]);
            for broken in [json.replacen(close, "", 1), json.replacen(close, ")", 1), format!("{json}]")] {
                assert_eq!(each_deep_member(broken.as_bytes(), |_, _| {}), None, "{depth}");
            }
        }
    }

    #[test]
    fn members_come_in_order_and_twice_if_they_are_there_twice() {
        let mut seen = Vec::new();
        let all = each_member(br#" {"a":1,"\u0061" : {"b":[]},"c":"x"} "#, |key, value| {
            seen.push(format!("{key}={}", value.as_json()));
        });
        assert_eq!(all, Some(()));
        assert_eq!(seen, ["a=1", r#"a={"b":[]}"#, "c=\"x\""]);
        for json in ["[]", "null", "", "{", "{}x", r#"{"a"}"#, r#"{"a":tru}"#] {
            assert_eq!(each_member(json.as_bytes(), |_, _| {}), None, "{json}");
        }
    }
}
