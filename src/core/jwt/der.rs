//! As much of DER (X.690) as a public key needs: every value has one encoding, and others are refused.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_ID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// What is left to be read of a value's contents.
#[derive(Clone, Copy)]
pub(super) struct Der<'a>(pub(super) &'a [u8]);

impl<'a> Der<'a> {
    /// The contents of the next value, if it has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (first, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        let (contents, rest) = rest.split_at_checked(length)?;
        if *first != tag {
            return None;
        }
        self.0 = rest;
        Some(contents)
    }

    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Der)
    }

    /// The next value as a number that is not negative: big-endian, without zeros in front.
    pub(super) fn unsigned(&mut self) -> Option<&'a [u8]> {
        match self.take(INTEGER)? {
            [] | [0x80..=0xFF, ..] => None,
            // One zero keeps the next bit from being a sign. Alone, it is the number zero.
            [0, rest @ ..] => rest.first().is_none_or(|next| *next >= 0x80).then_some(rest),
            number => Some(number),
        }
    }

    /// The tag of the next value.
    pub(super) fn tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Whether all was read.
    pub(super) const fn is_done(&self) -> bool {
        self.0.is_empty()
    }
}

/// A definite length of up to 65,535 in its shortest form, and what follows it.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ 0..=0x7F, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, length @ 0x80..=0xFF, rest @ ..] => Some((usize::from(*length), rest)),
        [0x82, high @ 1..=0xFF, low, rest @ ..] => Some((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_one_form() {
        assert_eq!(length(&[0x7F, 1]), Some((127, [1].as_slice())));
        assert_eq!(length(&[0x81, 0x80]), Some((128, [].as_slice())));
        assert_eq!(length(&[0x82, 1, 0]), Some((256, [].as_slice())));
        for bytes in [&[][..], &[0x80], &[0x81], &[0x81, 0x7F], &[0x82, 0, 0xFF], &[0x82, 1], &[0x83, 1, 0, 0], &[0xFF]]
        {
            assert_eq!(length(bytes), None, "{bytes:x?}");
        }
    }

    #[test]
    fn numbers_have_one_form_and_no_sign() {
        let unsigned = |der| Der(der).unsigned();
        assert_eq!(unsigned(&[2, 1, 0x7F]), Some([0x7F].as_slice()));
        assert_eq!(unsigned(&[2, 2, 0, 0x80]), Some([0x80].as_slice()));
        assert_eq!(unsigned(&[2, 1, 0]), Some([].as_slice()));
        for der in
            [&[2, 0][..], &[2, 1, 0x80], &[2, 2, 0, 0x7F], &[2, 3, 0, 0, 0x80], &[2, 2, 0, 0], &[2, 2, 1], &[3, 1, 1]]
        {
            assert_eq!(unsigned(der), None, "{der:x?}");
        }
    }
}
