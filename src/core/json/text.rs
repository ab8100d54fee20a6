//! Strings of a JSON text: what is between the quotes, and what it spells.

use std::borrow::Cow;

/// What is between the quotes of a string, checked.
pub(in crate::core) struct Text<'a> {
    pub(in crate::core) raw: &'a [u8],
    pub(in crate::core) escaped: bool,
}

impl<'a> Text<'a> {
    /// Whether this says `name`, escapes understood. O(length), no allocation.
    pub(in crate::core) fn spells(&self, name: &str) -> bool {
        if self.escaped { spells_escaped(self.raw, name.as_bytes()) } else { self.raw == name.as_bytes() }
    }

    /// What this says, borrowed if nothing in it is escaped.
    ///
    /// `None` if it has half a surrogate pair: JavaScript has such strings, Unicode does not.
    pub(in crate::core) fn decode(&self) -> Option<Cow<'a, str>> {
        if self.escaped {
            return decode_escaped(self.raw).map(Cow::Owned);
        }
        std::str::from_utf8(self.raw).ok().map(Cow::Borrowed)
    }
}

#[cold]
fn decode_escaped(mut raw: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    while let Some(at) = raw.iter().position(|byte| *byte == b'\\') {
        let (plain, escape) = raw.split_at_checked(at)?;
        out.push_str(std::str::from_utf8(plain).ok()?);
        let (char, rest) = unescape(escape.get(1..)?)?;
        out.push(char);
        raw = rest;
    }
    out.push_str(std::str::from_utf8(raw).ok()?);
    Some(out)
}

#[cold]
fn spells_escaped(mut raw: &[u8], mut name: &[u8]) -> bool {
    while let Some((&byte, rest)) = raw.split_first() {
        let mut buffer = [byte; 4];
        let spelled: &[u8] = if byte == b'\\' {
            let Some((decoded, rest)) = unescape(rest) else { return false };
            raw = rest;
            decoded.encode_utf8(&mut buffer).as_bytes()
        } else {
            raw = rest;
            buffer.first_chunk::<1>().map_or(&[], |one| one.as_slice())
        };
        match name.strip_prefix(spelled) {
            Some(rest) => name = rest,
            None => return false,
        }
    }
    name.is_empty()
}

/// The character that a checked escape stands for, and what follows it. None for a lone surrogate, which no name has.
fn unescape(after_backslash: &[u8]) -> Option<(char, &[u8])> {
    let (kind, rest) = after_backslash.split_first()?;
    let plain = match kind {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unescape_unicode(rest),
        other => char::from(*other),
    };
    Some((plain, rest))
}

fn unescape_unicode(digits: &[u8]) -> Option<(char, &[u8])> {
    let (first, rest) = code_unit(digits)?;
    if let Some(char) = char::from_u32(u32::from(first)) {
        return Some((char, rest));
    }
    let (second, rest) = code_unit(rest.strip_prefix(b"\\u")?)?;
    let char = char::decode_utf16([first, second]).next()?.ok()?;
    Some((char, rest))
}

fn code_unit(digits: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = digits.split_at_checked(4)?;
    let unit = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((unit, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(raw: &str) -> Option<String> {
        Text { raw: raw.as_bytes(), escaped: raw.contains('\\') }.decode().map(Cow::into_owned)
    }

    #[test]
    fn escapes_are_understood() {
        assert_eq!(decode("plain é").as_deref(), Some("plain é"));
        assert_eq!(decode(r#"\"\\\/\b\f\n\r\t"#).as_deref(), Some("\"\\/\u{8}\u{c}\n\r\t"));
        assert_eq!(decode(r"a\u0073é\ud83d\ude00z").as_deref(), Some("asé😀z"));
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text() {
        for raw in [r"\ud83d", r"\ude00", r"\ud83d\n", r"\ud83dx", r"\ud83d\u0041"] {
            assert_eq!(decode(raw), None, "{raw}");
        }
    }
}
