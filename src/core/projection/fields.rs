//! Which fields are wanted: an allow-list of dotted paths in one canonical form.

use std::collections::BinaryHeap;

use thiserror::Error;

/// How many names one [`FieldSet`] is made from, at most.
pub const MAX_FIELDS: usize = 64;
/// How many segments a dotted name has, at most.
pub const MAX_FIELD_DEPTH: usize = 8;
/// How long a dotted name is, at most, in bytes of UTF-8.
pub const MAX_FIELD_BYTES: usize = 128;

const EVERYTHING: &str = "full";
const PRESETS: [(&str, &[&str]); 2] = [
    ("minimal", &["id", "email_addresses", "username"]),
    ("basic", &["id", "email_addresses", "first_name", "last_name"]),
];

/// The fields that may appear in an answer; whatever it does not name stays out.
///
/// A name is a key of the answer's object, or a path of keys joined by dots, which reaches into nested objects and into
/// each element of arrays on the way. Three names stand for others, wherever they appear: `minimal` (`id`,
/// `email_addresses`, `username`), `basic` (`id`, `email_addresses`, `first_name`, `last_name`) and `full` (everything).
/// Any other name, `__proto__` too, is an ordinary key. Keys with a dot, a comma, a quote, a backslash or a control
/// character in them cannot be named one by one; they come along with the object they are in.
#[derive(Clone, Debug)]
pub struct FieldSet {
    canonical: Box<str>,
    root: Node,
}

/// A key on the way to a wanted value. Without children, the whole value is wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    pub(super) name: Box<str>,
    pub(super) children: Vec<Node>,
}

/// A list of fields that cannot be used. `index` counts the names from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FieldSetError {
    /// No name at all.
    #[error("name at least one field")]
    Empty,
    /// More than [`MAX_FIELDS`] names.
    #[error("at most {MAX_FIELDS} fields can be named")]
    TooMany,
    /// A name of more than [`MAX_FIELD_BYTES`] bytes.
    #[error("field {index} is longer than {MAX_FIELD_BYTES} bytes")]
    TooLong {
        /// Which name.
        index: usize,
    },
    /// A name of more than [`MAX_FIELD_DEPTH`] segments.
    #[error("field {index} is deeper than {MAX_FIELD_DEPTH} segments")]
    TooDeep {
        /// Which name.
        index: usize,
    },
    /// An empty name or segment, or one with a comma, a quote, a backslash or a control character in it.
    #[error("field {index} is not a name")]
    BadName {
        /// Which name.
        index: usize,
    },
}

impl FieldSet {
    /// Every field.
    #[must_use]
    pub fn full() -> Self {
        Self { canonical: EVERYTHING.into(), root: Node::default() }
    }

    /// Reads names separated by commas, as in a query string. Blanks around a name do not count.
    ///
    /// # Errors
    /// When a name is not one, or a bound is passed. See [`FieldSetError`].
    pub fn parse(text: &str) -> Result<Self, FieldSetError> {
        if text.trim().is_empty() { Err(FieldSetError::Empty) } else { Self::from_names(text.split(',')) }
    }

    /// Takes one name per item. Costs O(names · their length); stops at the first bad one.
    ///
    /// # Errors
    /// When a name is not one, or a bound is passed. See [`FieldSetError`].
    pub fn from_names<I>(names: I) -> Result<Self, FieldSetError>
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        let mut paths = Paths::default();
        let mut count = 0;
        for name in names {
            if count == MAX_FIELDS {
                return Err(FieldSetError::TooMany);
            }
            paths.add(name.as_ref().trim(), count)?;
            count += 1;
        }
        if count == 0 { Err(FieldSetError::Empty) } else { Ok(paths.finish()) }
    }

    /// The set as text: sorted, each field once, a field inside a wanted one left out; `full` for everything.
    ///
    /// Two sets that select the same from every answer have the same text, so it can be part of a cache key; and
    /// [`FieldSet::parse`] of the text gives the set again.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.root.takes_all()
    }

    pub(super) const fn root(&self) -> &Node {
        &self.root
    }
}

impl PartialEq for FieldSet {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for FieldSet {}

impl Node {
    pub(super) const fn takes_all(&self) -> bool {
        self.children.is_empty()
    }

    /// Adds a path whose parents are not wanted whole. Paths come in order, so only the last child can be shared.
    fn insert(&mut self, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return };
        if self.children.last().is_none_or(|last| &*last.name != *first) {
            self.children.push(Self { name: (*first).into(), children: Vec::new() });
        }
        if let Some(child) = self.children.last_mut() {
            child.insert(rest);
        }
    }
}

/// The names read so far, split at their dots.
#[derive(Default)]
struct Paths {
    all: bool,
    wanted: Vec<Vec<String>>,
}

impl Paths {
    fn add(&mut self, name: &str, index: usize) -> Result<(), FieldSetError> {
        if name == EVERYTHING {
            self.all = true;
        } else if let Some((_, names)) = PRESETS.iter().find(|(preset, _)| *preset == name) {
            self.wanted.extend(names.iter().map(|name| vec![(*name).to_owned()]));
        } else {
            self.wanted.push(split(name, index)?);
        }
        Ok(())
    }

    fn finish(mut self) -> FieldSet {
        if self.all {
            return FieldSet::full();
        }
        self.wanted = BinaryHeap::from(self.wanted).into_sorted_vec(); // less code than any other way
        // a parent sorts before what is inside it, and only what is inside it comes between
        self.wanted.dedup_by(|path, kept| path.starts_with(kept));
        let mut root = Node::default();
        let mut names = Vec::with_capacity(self.wanted.len());
        for path in &self.wanted {
            root.insert(&path.iter().map(String::as_str).collect::<Vec<_>>());
            names.push(path.join("."));
        }
        FieldSet { canonical: names.join(",").into(), root }
    }
}

fn split(name: &str, index: usize) -> Result<Vec<String>, FieldSetError> {
    if name.len() > MAX_FIELD_BYTES {
        return Err(FieldSetError::TooLong { index });
    }
    if name.split('.').count() > MAX_FIELD_DEPTH {
        return Err(FieldSetError::TooDeep { index });
    }
    let bad =
        name.split('.').any(str::is_empty) || name.contains(|c: char| matches!(c, ',' | '"' | '\\') || c.is_control());
    if bad { Err(FieldSetError::BadName { index }) } else { Ok(name.split('.').map(str::to_owned).collect()) }
}
