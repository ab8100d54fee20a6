//! Base64 (RFC 4648), both alphabets, as strict as a signature needs it: one text for one sequence of bytes.

/// The value of every letter, `64` for what is none.
const fn table(extra: [u8; 2]) -> [u8; 256] {
    let mut values = [INVALID; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut at = 0;
    while at < 62 {
        #[expect(
            clippy::indexing_slicing,
            clippy::cast_possible_truncation,
            reason = "below 62; a letter is below 256"
        )]
        {
            values[alphabet[at] as usize] = at as u8;
        }
        at += 1;
    }
    #[expect(clippy::indexing_slicing, reason = "a letter is below 256")]
    {
        values[extra[0] as usize] = 62;
        values[extra[1] as usize] = 63;
    }
    values
}

const INVALID: u8 = 64;
const URL: [u8; 256] = table(*b"-_");
const STANDARD: [u8; 256] = table(*b"+/");

/// Appends what `text` stands for in the URL-safe alphabet to `out`. Padding may be left out; a group of one letter, bits
/// beyond the last byte and any other character, white space included, are refused. O(length).
///
/// `None`, with `out` in any state, if it is refused.
pub fn decode_url(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    decode(text, &URL, out)
}

/// The same for the standard alphabet.
pub fn decode_standard(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    decode(text, &STANDARD, out)
}

fn decode(text: &[u8], values: &[u8; 256], out: &mut Vec<u8>) -> Option<()> {
    let text = unpadded(text);
    out.reserve(text.len() / 4 * 3 + 2);
    let value = |letter: &u8| u32::from(values.get(usize::from(*letter)).copied().unwrap_or(INVALID));
    let mut groups = text.chunks_exact(4);
    for group in &mut groups {
        let [a, b, c, d] = group else { return None };
        let (a, b, c, d) = (value(a), value(b), value(c), value(d));
        if (a | b | c | d) >= u32::from(INVALID) {
            return None;
        }
        let [_, bytes @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
        out.extend_from_slice(&bytes);
    }
    let (bits, letters) = groups.remainder().iter().try_fold((0, 0), |(bits, letters), letter| {
        let value = value(letter);
        (value < u32::from(INVALID)).then_some((bits << 6 | value, letters + 1))
    })?;
    match letters {
        0 => {}
        2 if bits % 16 == 0 => out.push((bits >> 4).to_be_bytes()[3]),
        3 if bits % 4 == 0 => out.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
        _ => return None,
    }
    Some(())
}

/// Without one or two `=` at the end, where the length asks for padding at all.
fn unpadded(text: &[u8]) -> &[u8] {
    let bare = text.strip_suffix(b"=").unwrap_or(text);
    let bare = bare.strip_suffix(b"=").unwrap_or(bare);
    if bare.len().is_multiple_of(4) { text } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        decode_url(text.as_bytes(), &mut out).map(|()| out)
    }

    #[test]
    fn the_vectors_of_rfc_4648_decode() {
        for (text, bytes) in [
            ("", ""),
            ("Zg", "f"),
            ("Zg==", "f"),
            ("Zm8", "fo"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(url(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(url("-_-_"), Some(vec![0xFB, 0xFF, 0xBF]));
        let mut out = Vec::new();
        assert!(decode_standard(b"+/+/", &mut out).is_some());
        assert_eq!(out, [0xFB, 0xFF, 0xBF]);
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for text in ["Z", "Zh", "Zm9", "Zm9vY", "Zm+v", "Zm/v", "Zm9v=", "====", "=", "Zg=g", " Zm9v", "Zm9v\n", "Zé"]
        {
            assert_eq!(url(text), None, "{text}");
        }
    }
}
