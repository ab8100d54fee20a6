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

/// Appends what `text` stands for in the URL-safe alphabet to `out`. Any number of `=` at the end does not count, as for
/// Clerk's own decoder; a group of one letter, bits beyond the last byte and any other character, white space included,
/// are refused. O(length), at most one allocation.
///
/// `None`, with `out` in any state, if it is refused.
pub fn decode_url(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    decode(bare(text), &URL, out)
}

/// The same for the standard alphabet, where no more than two `=` are padding, and none where the length asks for none.
pub fn decode_standard(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    decode(unpadded(text), &STANDARD, out)
}

fn decode(text: &[u8], values: &[u8; 256], out: &mut Vec<u8>) -> Option<()> {
    let value = |letter: &u8| u32::from(values.get(usize::from(*letter)).copied().unwrap_or(INVALID));
    let (groups, rest) = text.as_chunks::<4>();
    let start = out.len();
    out.reserve(groups.len() * 3 + 2);
    out.resize(start + groups.len() * 3, 0);
    let (whole, _) = out.get_mut(start..)?.as_chunks_mut::<3>();
    let mut seen = 0;
    for ([a, b, c, d], bytes) in groups.iter().zip(whole) {
        let (a, b, c, d) = (value(a), value(b), value(c), value(d));
        seen |= a | b | c | d;
        let [_, group @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
        *bytes = group;
    }
    let bits = rest.iter().map(value).inspect(|value| seen |= value).fold(0, |bits, value| bits << 6 | value);
    if seen >= u32::from(INVALID) {
        return None;
    }
    match rest.len() {
        0 => {}
        2 if bits % 16 == 0 => out.push((bits >> 4).to_be_bytes()[3]),
        3 if bits % 4 == 0 => out.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
        _ => return None,
    }
    Some(())
}

/// Without the `=` at its end.
fn bare(mut text: &[u8]) -> &[u8] {
    while let Some(shorter) = text.strip_suffix(b"=") {
        text = shorter;
    }
    text
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

    fn standard(text: &str) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        decode_standard(text.as_bytes(), &mut out).map(|()| out)
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
        assert_eq!(standard("+/+/"), Some(vec![0xFB, 0xFF, 0xBF]));
    }

    #[test]
    fn what_is_decoded_goes_behind_what_is_there() {
        let mut out = b"a".to_vec();
        assert_eq!(decode_url(b"Zm9vYg", &mut out), Some(()));
        assert_eq!(out, b"afoob");
    }

    #[test]
    fn padding_counts_in_the_standard_alphabet_only() {
        for (text, bytes) in [("Zm9v=", "foo"), ("Zg=", "f"), ("Zg=====", "f"), ("====", ""), ("=", "")] {
            assert_eq!(url(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        for text in ["Zm9v=", "====", "=", "Zg==="] {
            assert_eq!(standard(text), None, "{text}");
        }
        for text in ["Zg", "Zg==", "Zg="] {
            assert_eq!(standard(text).as_deref(), Some(b"f".as_slice()), "{text}");
        }
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for text in ["Z", "Zh", "Zm9", "Zm9vY", "Zg=g", " Zm9v", "Zm9v\n", "Zé", "Zm9v Zg", "Zm9v.", "Z\0"] {
            assert_eq!((url(text), standard(text)), (None, None), "{text}");
        }
        assert_eq!((url("Zm+v"), url("Zm/v")), (None, None));
        assert_eq!((standard("Zm-v"), standard("Zm_v")), (None, None));
    }
}
