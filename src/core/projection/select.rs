//! Copies the wanted fields of a JSON text to the output while the scanner passes over the rest.

use super::fields::{FieldSet, Node};
use super::{ProjectionError, ProjectionErrorKind};
use crate::core::json::{Scanner, Text};
use std::ops::Range;

const TOTAL_COUNT: &str = "total_count";

/// Where in an answer the objects are that fields are selected from. The caller knows; the text is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape<'a> {
    /// The answer is the object.
    Item,
    /// The answer is an array of the objects, or an object that holds it under the key `items` and their number under
    /// `total_count`. Of such an object both are kept and nothing else.
    List {
        /// The key of the array, a plain name: `data` almost everywhere.
        items: &'a str,
    },
}

/// The answer with only `fields` in it.
///
/// - A wanted value is copied byte for byte, numbers, escapes and white space included. Between selected fields there is
///   no white space. Fields stay in the order of the text (also keys that look like integers, which a JS object would
///   move to its front). With everything wanted the result is the text.
/// - Keys count for what they spell: `"\u0069d"` is `id`, and is written so.
/// - Of duplicate keys the last value wins, at the place of the first key: what `JSON.parse` and `JSON.stringify` give.
/// - A path that goes on at an array goes on in each of its elements. Where it goes on at anything else but an object,
///   that value is left out, an element of an array too; an empty object or array stays.
///
/// The result is never longer than the text. O(length): every key of an object that is selected from is compared with
/// the wanted ones, every byte is read once, and where wanted keys repeat, what was kept of that object is copied once
/// more. Besides the result, a few words for each wanted field are allocated, and room for such a copy.
///
/// # Errors
/// Where the text stops being JSON, by the rules of [`validate`](super::validate) also for what is not selected; or
/// [`ProjectionErrorKind::UnexpectedShape`] if it is neither an object nor an array, unless everything is wanted.
pub fn project(json: &[u8], fields: &FieldSet, shape: Shape<'_>) -> Result<Vec<u8>, ProjectionError> {
    let mut selection =
        Selection { scanner: Scanner::new(json), out: Vec::new(), members: Vec::new(), spare: Vec::new() };
    if fields.is_full() {
        selection.scanner.skip_value()?;
        selection.scanner.finish()?;
        return Ok(json.to_vec());
    }
    let wanted = match (shape, selection.scanner.peek()) {
        (Shape::List { items }, Some(b'{')) => Wanted::Envelope { items, fields: fields.root() },
        _ => Wanted::Fields(fields.root()),
    };
    let before = selection.scanner.error(ProjectionErrorKind::UnexpectedShape);
    let written = selection.value(wanted)?;
    selection.scanner.finish()?;
    if written { Ok(selection.out) } else { Err(before) }
}

/// What to take of the value at hand.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    Everything,
    Fields(&'a Node),
    Envelope { items: &'a str, fields: &'a Node },
}

struct Selection<'a> {
    scanner: Scanner<'a>,
    out: Vec<u8>,
    /// The members written so far of every open object, the innermost last.
    members: Vec<Member>,
    /// Where an object with duplicate keys is put together again; empty otherwise.
    spare: Vec<u8>,
}

/// A wanted member of an object: which of the wanted, and where its latest text is in the output.
struct Member {
    index: usize,
    text: Range<usize>,
}

impl<'a> Selection<'a> {
    /// Copies what is wanted of the value that starts here; false if that is nothing.
    fn value(&mut self, wanted: Wanted<'a>) -> Result<bool, ProjectionError> {
        if let Wanted::Everything = wanted {
            let text = self.scanner.take_value()?;
            self.out.extend_from_slice(text);
            return Ok(true);
        }
        match self.scanner.peek() {
            Some(b'{') => self.object(wanted).map(|()| true),
            Some(b'[') => self.array(wanted).map(|()| true),
            _ => self.scanner.skip_value().map(|()| false),
        }
    }

    fn array(&mut self, wanted: Wanted<'a>) -> Result<(), ProjectionError> {
        self.out.push(b'[');
        let mut more = self.scanner.enter()?;
        while more {
            if self.value(wanted)? {
                self.out.push(b',');
            }
            more = self.scanner.more()?;
        }
        self.close(b']');
        Ok(())
    }

    fn object(&mut self, wanted: Wanted<'a>) -> Result<(), ProjectionError> {
        self.out.push(b'{');
        let (start, first, mut repeated) = (self.out.len(), self.members.len(), false);
        let mut more = self.scanner.enter()?;
        while more {
            let key = self.scanner.key()?;
            match wanted.find(&key) {
                None => self.scanner.skip_value()?,
                Some(field) => repeated |= self.member(field, first)?,
            }
            more = self.scanner.more()?;
        }
        if repeated {
            self.restore_order(start, first);
        }
        self.members.truncate(first);
        self.close(b'}');
        Ok(())
    }

    /// Copies a wanted member, its comma included. True if the object had it before.
    fn member(&mut self, field: Field<'a>, first: usize) -> Result<bool, ProjectionError> {
        let start = self.out.len();
        self.out.push(b'"');
        self.out.extend_from_slice(field.name.as_bytes());
        self.out.extend_from_slice(b"\":");
        if self.value(field.value)? {
            self.out.push(b',');
        } else {
            self.out.truncate(start);
        }
        let text = start..self.out.len();
        let earlier = self.members.iter_mut().skip(first).find(|member| member.index == field.index);
        let repeated = earlier.is_some();
        match earlier {
            Some(member) => member.text = text,
            None => self.members.push(Member { index: field.index, text }),
        }
        Ok(repeated)
    }

    /// Keeps of each member of the innermost object its latest text only, at the place of the first.
    ///
    /// Once for an object, however many duplicates it has, so that they cannot make the work quadratic.
    fn restore_order(&mut self, start: usize, first: usize) {
        for member in self.members.iter().skip(first) {
            self.spare.extend_from_slice(self.out.get(member.text.clone()).unwrap_or_default());
        }
        self.out.truncate(start);
        self.out.append(&mut self.spare);
    }

    /// Ends a container; every item in it was written with a comma behind it.
    fn close(&mut self, bracket: u8) {
        if self.out.last() == Some(&b',') {
            self.out.pop();
        }
        self.out.push(bracket);
    }
}

/// A wanted field: which of its siblings it is, its name, and what to take of its value.
#[derive(Clone, Copy)]
struct Field<'a> {
    index: usize,
    name: &'a str,
    value: Wanted<'a>,
}

impl<'a> Wanted<'a> {
    const fn of(node: &'a Node) -> Self {
        if node.takes_all() { Self::Everything } else { Self::Fields(node) }
    }

    /// The wanted field that has this key.
    fn find(self, key: &Text<'_>) -> Option<Field<'a>> {
        match self {
            Self::Everything => None,
            Self::Fields(node) => {
                let (index, child) = node.children.iter().enumerate().find(|(_, child)| key.spells(&child.name))?;
                Some(Field { index, name: &child.name, value: Self::of(child) })
            }
            Self::Envelope { items, fields } if key.spells(items) => {
                Some(Field { index: 0, name: items, value: Self::Fields(fields) })
            }
            Self::Envelope { .. } => {
                key.spells(TOTAL_COUNT).then_some(Field { index: 1, name: TOTAL_COUNT, value: Self::Everything })
            }
        }
    }
}
