//! The JSON scanner: strict RFC 8259, no recursion, no allocation.

use super::text::Text;
use thiserror::Error;

/// How deep objects and arrays may lie in each other, the outermost included.
pub const MAX_JSON_DEPTH: u32 = u128::BITS;

/// Why and where a text is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{kind} at byte {offset}")]
pub struct JsonError {
    /// The first byte that cannot belong to an accepted text, counted from 0; the length if it ends too early.
    pub offset: usize,
    /// What is wrong there.
    pub kind: JsonErrorKind,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// It ends inside a value.
    #[error("unexpected end")]
    UnexpectedEnd,
    /// A byte that JSON does not allow there.
    #[error("unexpected byte")]
    UnexpectedByte,
    /// A byte below 0x20 in a string, which JSON wants escaped.
    #[error("control character in a string")]
    ControlCharacter,
    /// A backslash followed by what is no escape.
    #[error("invalid escape")]
    InvalidEscape,
    /// Bytes in a string that are not UTF-8.
    #[error("invalid UTF-8")]
    InvalidUtf8,
    /// More than [`MAX_JSON_DEPTH`] levels.
    #[error("nested too deep")]
    TooDeep,
    /// Something after the value.
    #[error("trailing data")]
    TrailingData,
    /// Valid so far, but a number, string, literal or null where fields were to be selected.
    #[error("not an object or an array")]
    UnexpectedShape,
}

/// Checks that `json` is one JSON value: RFC 8259, in UTF-8, without a byte order mark, [`MAX_JSON_DEPTH`] levels deep.
///
/// Duplicate keys, any size of number and escapes of lone surrogates are valid, as they are for `JSON.parse`. One pass,
/// O(length), no allocation.
///
/// # Errors
/// Where the text stops being JSON.
pub fn validate(json: &[u8]) -> Result<(), JsonError> {
    let mut scanner = Scanner::new(json);
    scanner.skip_value()?;
    scanner.finish()
}

type Result<T, E = JsonError> = std::result::Result<T, E>;

/// A cursor over a JSON text that knows which containers it is in.
pub(in crate::core) struct Scanner<'a> {
    json: &'a [u8],
    at: usize,
    depth: u32,
    /// One bit per open container, the innermost lowest: 1 for an object, 0 for an array.
    objects: u128,
}

/// A value that was passed over.
pub(in crate::core) enum Value<'a> {
    Text(Text<'a>),
    /// As it is written.
    Number(&'a [u8]),
    /// As it is written, brackets included.
    Array(&'a [u8]),
    /// As it is written, braces included.
    Object(&'a [u8]),
    /// `true`, `false` or `null`.
    Literal,
}

/// Hands each member of the object that `json` is to `each`, in order, duplicates too.
///
/// # Errors
/// Where the text stops being JSON, possibly after `each` has seen a part of it; [`JsonErrorKind::UnexpectedShape`] if
/// it is no object.
pub(in crate::core) fn each_member<'a>(json: &'a [u8], mut each: impl FnMut(&Text<'a>, Value<'a>)) -> Result<()> {
    let mut scanner = Scanner::new(json);
    let mut more = scanner.enter_only(b'{')?;
    while more {
        let key = scanner.key()?;
        each(&key, scanner.value()?);
        more = scanner.more()?;
    }
    scanner.finish()
}

/// The same for the items of an array. Stops early, and then unchecked, where `each` says `false`.
pub(in crate::core) fn each_item<'a>(json: &'a [u8], mut each: impl FnMut(Value<'a>) -> bool) -> Result<()> {
    let mut scanner = Scanner::new(json);
    let mut more = scanner.enter_only(b'[')?;
    while more {
        if !each(scanner.value()?) {
            return Ok(());
        }
        more = scanner.more()?;
    }
    scanner.finish()
}

impl<'a> Scanner<'a> {
    pub(in crate::core) const fn new(json: &'a [u8]) -> Self {
        Self { json, at: 0, depth: 0, objects: 0 }
    }

    /// Skips white space; the byte after it, which starts a value if the text is valid.
    pub(in crate::core) fn peek(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.byte()
    }

    /// The text of the value that starts here, which is passed over.
    pub(in crate::core) fn take_value(&mut self) -> Result<&'a [u8]> {
        self.peek();
        let start = self.at;
        self.skip_value()?;
        Ok(self.since(start))
    }

    /// The same for a value of any depth.
    pub(in crate::core) fn take_deep_value(&mut self) -> Result<&'a [u8]> {
        self.peek();
        let start = self.at;
        self.skip_deep_value()?;
        Ok(self.since(start))
    }

    /// Passes over a value and says what it is.
    pub(in crate::core) fn value(&mut self) -> Result<Value<'a>> {
        Ok(match self.peek() {
            Some(b'"') => Value::Text(self.string()?),
            Some(b'[') => Value::Array(self.take_value()?),
            Some(b'{') => Value::Object(self.take_value()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.take_value()?),
            _ => self.skip_value().map(|()| Value::Literal)?,
        })
    }

    /// Enters the value that starts here if it opens with `bracket`. False if it is empty, and then already left.
    fn enter_only(&mut self, bracket: u8) -> Result<bool> {
        match self.peek() {
            Some(byte) if byte == bracket => self.enter(),
            Some(_) => Err(self.error(JsonErrorKind::UnexpectedShape)),
            None => Err(self.unexpected()),
        }
    }

    /// Passes over a value and everything in it.
    pub(in crate::core) fn skip_value(&mut self) -> Result<()> {
        let floor = self.depth;
        loop {
            let mut inside = match self.peek() {
                Some(b'{' | b'[') => self.enter()?,
                Some(_) => self.scalar().map(|()| false)?,
                None => return Err(self.unexpected()),
            };
            while !inside {
                if self.depth == floor {
                    return Ok(());
                }
                inside = self.more()?;
            }
            if self.objects & 1 == 1 {
                self.key()?;
            }
        }
    }

    /// The same however deep it is, at the cost of 16 bytes for every [`MAX_JSON_DEPTH`] levels.
    fn skip_deep_value(&mut self) -> Result<()> {
        let (floor, mut outer) = (self.depth, Vec::new());
        loop {
            let mut inside = match self.peek() {
                Some(b'{' | b'[') => {
                    if self.depth == MAX_JSON_DEPTH {
                        outer.push(std::mem::take(&mut self.objects));
                        self.depth = 0;
                    }
                    self.enter()?
                }
                Some(_) => self.scalar().map(|()| false)?,
                None => return Err(self.unexpected()),
            };
            while !inside {
                if self.depth == 0
                    && let Some(objects) = outer.pop()
                {
                    (self.depth, self.objects) = (MAX_JSON_DEPTH, objects);
                }
                if self.depth == floor && outer.is_empty() {
                    return Ok(());
                }
                inside = self.more()?;
            }
            if self.objects & 1 == 1 {
                self.key()?;
            }
        }
    }

    /// Enters the object or array that starts here. False if it is empty, and then already left.
    pub(in crate::core) fn enter(&mut self) -> Result<bool> {
        if self.depth == MAX_JSON_DEPTH {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        let object = self.byte() == Some(b'{');
        self.depth += 1;
        self.objects = self.objects << 1 | u128::from(object);
        self.at += 1;
        let empty = self.peek() == Some(if object { b'}' } else { b']' });
        if empty {
            self.leave();
        }
        Ok(!empty)
    }

    /// After an item of the innermost container: whether there is another. If not, the container is left.
    pub(in crate::core) fn more(&mut self) -> Result<bool> {
        let close = if self.objects & 1 == 1 { b'}' } else { b']' };
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(byte) if byte == close => {
                self.leave();
                return Ok(false);
            }
            _ => return Err(self.unexpected()),
        }
        Ok(true)
    }

    /// Reads a key and the colon after it.
    pub(in crate::core) fn key(&mut self) -> Result<Text<'a>> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        let key = self.string()?;
        self.peek();
        self.expect(b':')?;
        Ok(key)
    }

    /// Checks that nothing but white space is left.
    pub(in crate::core) fn finish(mut self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error(JsonErrorKind::TrailingData)),
        }
    }

    pub(in crate::core) const fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { offset: self.at, kind }
    }

    const fn leave(&mut self) {
        self.at += 1;
        self.depth -= 1;
        self.objects >>= 1;
    }

    fn scalar(&mut self) -> Result<()> {
        match self.byte() {
            Some(b'"') => self.string().map(drop),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            _ => self.number(),
        }
    }

    /// Reads the string whose opening quote is here, eight bytes at a time while nothing in them needs a look.
    fn string(&mut self) -> Result<Text<'a>> {
        self.at += 1;
        let (start, mut seen, mut escaped) = (self.at, 0, false);
        loop {
            seen |= self.plain_run();
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0..0x20) => return Err(self.error(JsonErrorKind::ControlCharacter)),
                Some(byte) => {
                    seen |= u64::from(byte);
                    self.at += 1;
                }
                None => return Err(self.unexpected()),
            }
        }
        let raw = self.since(start);
        self.at += 1;
        if seen & HIGH_BITS != 0 {
            check_utf8(raw, start)?;
        }
        Ok(Text { raw, escaped })
    }

    fn escape(&mut self) -> Result<()> {
        self.at += 1;
        match self.byte() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.byte() {
                        Some(byte) if byte.is_ascii_hexdigit() => self.at += 1,
                        Some(_) => return Err(self.error(JsonErrorKind::InvalidEscape)),
                        None => return Err(self.unexpected()),
                    }
                }
            }
            Some(_) => return Err(self.error(JsonErrorKind::InvalidEscape)),
            None => return Err(self.unexpected()),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<()> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected()) } else { Ok(()) }
    }

    fn literal(&mut self, word: &[u8]) -> Result<()> {
        word.iter().try_for_each(|byte| self.expect(*byte))
    }

    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.byte() != Some(byte) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(())
    }

    fn unexpected(&self) -> JsonError {
        self.error(match self.byte() {
            Some(_) => JsonErrorKind::UnexpectedByte,
            None => JsonErrorKind::UnexpectedEnd,
        })
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    /// Passes over whole words of a string until one has a byte that needs a look; all bits that were seen.
    #[inline]
    fn plain_run(&mut self) -> u64 {
        let (words, _) = self.json.get(self.at..).unwrap_or_default().as_chunks();
        let mut seen = 0;
        for word in words {
            let word = u64::from_le_bytes(*word);
            seen |= word;
            let stops = stops(word);
            if stops != 0 {
                self.at += stops.trailing_zeros() as usize / 8;
                break;
            }
            self.at += 8;
        }
        seen
    }

    fn since(&self, start: usize) -> &'a [u8] {
        self.json.get(start..self.at).unwrap_or_default()
    }
}

const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = LOW_BITS << 7;

/// The high bit of every byte that ends a plain run: a quote, a backslash, a control character.
///
/// Bits above the lowest may be wrong, since the subtractions borrow; the lowest never is.
#[inline]
const fn stops(word: u64) -> u64 {
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(LOW_BITS * limit as u64) & !word
    }
    let quote = below(word ^ (LOW_BITS * b'"' as u64), 1);
    let backslash = below(word ^ (LOW_BITS * b'\\' as u64), 1);
    (quote | backslash | below(word, 0x20)) & HIGH_BITS
}

/// Out of line, so that the common string, all ASCII, pays one test.
#[cold]
fn check_utf8(raw: &[u8], start: usize) -> Result<()> {
    std::str::from_utf8(raw)
        .map(drop)
        .map_err(|error| JsonError { offset: start + error.valid_up_to(), kind: JsonErrorKind::InvalidUtf8 })
}
