//! `core::projection` against naive models: a selection on a tree, and `serde_json`.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "the helpers of tests may panic")]

use clerk_edge::core::projection::{FieldSet, ProjectionErrorKind, Shape, project, validate};
use proptest::prelude::*;
use serde_json::Value;

const LIST: Shape<'_> = Shape::List { items: "data" };

/// A document as it was spelled: scalars and keys keep their text.
#[derive(Clone, Debug)]
enum Tree {
    Scalar(&'static str),
    Array(Vec<Tree>),
    Object(Vec<(Name, Tree)>),
}

/// A key: what it says and how it is spelled, quotes included.
#[derive(Clone, Copy, Debug)]
struct Name(&'static str, &'static str);

const NAMES: &[Name] = &[
    Name("a", r#""a""#),
    Name("a", r#""\u0061""#),
    Name("b", r#""b""#),
    Name("data", r#""data""#),
    Name("data", r#""dat\u0061""#),
    Name("total_count", r#""total_count""#),
    Name("é😀", r#""é😀""#),
    Name("é😀", r#""\u00E9\ud83d\uDE00""#),
    Name("__proto__", r#""__proto__""#),
    Name("\"\\", r#""\"\\""#),
];
const SCALARS: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1.50",
    "-12e-3",
    "9007199254740993",
    r#""""#,
    r#""a b,:{}[]""#,
    r#""\"\\\/\n""#,
    r#""\ud83d\ude00 é""#,
    r#""0123456789 and more than a word \\""#,
];
const PATHS: &[&str] =
    &["a", "b", "a.a", "a.b", "b.data", "data.a", "data", "a.é😀", "é😀.a", "__proto__", "b.b.b", "total_count.a"];

fn document() -> impl Strategy<Value = Tree> {
    let scalar = prop::sample::select(SCALARS).prop_map(Tree::Scalar);
    let tree = scalar.prop_recursive(5, 60, 6, |inner| {
        let members = || prop::collection::vec((prop::sample::select(NAMES), inner.clone()), 0..6);
        let array = prop::collection::vec(inner.clone(), 0..6).prop_map(Tree::Array);
        prop_oneof![1 => array, 2 => members().prop_map(Tree::Object)]
    });
    tree.prop_filter("an object or an array", |tree| !matches!(tree, Tree::Scalar(_)))
}

fn paths() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(PATHS), 1..5)
}

impl Tree {
    fn write(&self, blank: &mut impl FnMut() -> &'static str, out: &mut String) {
        let (open, close, items) = match self {
            Self::Scalar(text) => return out.push_str(text),
            Self::Array(items) => ('[', ']', items.iter().map(|item| (None, item)).collect::<Vec<_>>()),
            Self::Object(members) => ('{', '}', members.iter().map(|(name, item)| (Some(name), item)).collect()),
        };
        out.push(open);
        for (index, (name, item)) in items.into_iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            out.push_str(blank());
            if let Some(name) = name {
                out.push_str(name.1);
                out.push_str(blank());
                out.push(':');
                out.push_str(blank());
            }
            item.write(blank, out);
            out.push_str(blank());
        }
        out.push(close);
    }

    fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut || "", &mut out);
        out
    }

    fn spaced(&self, blanks: &[usize]) -> String {
        let mut turn = blanks.iter().cycle();
        let mut out = String::new();
        self.write(&mut || ["", " ", "\n\t", "  \r\n"][*turn.next().expect("endless")], &mut out);
        out
    }

    /// The naive model: select on the tree.
    fn select(&self, paths: &[Vec<&str>]) -> Option<Self> {
        if paths.iter().any(Vec::is_empty) {
            return Some(self.clone());
        }
        match self {
            Self::Scalar(_) => None,
            Self::Array(items) => Some(Self::Array(items.iter().filter_map(|item| item.select(paths)).collect())),
            Self::Object(members) => {
                let mut order: Vec<&str> = Vec::new();
                for (name, _) in members {
                    if !order.contains(&name.0) {
                        order.push(name.0);
                    }
                }
                let chosen = order.into_iter().filter_map(|name| {
                    let last = members.iter().rev().find(|(other, _)| other.0 == name)?;
                    Some((canonical(name), last.1.select(&rest(paths, name)?)?))
                });
                Some(Self::Object(chosen.collect()))
            }
        }
    }
}

/// The same selection on `serde_json`'s values, which keep neither order nor duplicates.
fn select_value(value: &Value, paths: &[Vec<&str>]) -> Option<Value> {
    if paths.iter().any(Vec::is_empty) {
        return Some(value.clone());
    }
    match value {
        Value::Array(items) => Some(items.iter().filter_map(|item| select_value(item, paths)).collect()),
        Value::Object(members) => {
            let chosen = members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), select_value(value, &rest(paths, name)?)?)));
            Some(Value::Object(chosen.collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn rest<'a>(paths: &[Vec<&'a str>], name: &str) -> Option<Vec<Vec<&'a str>>> {
    let rest: Vec<_> = paths.iter().filter(|path| path[0] == name).map(|path| path[1..].to_vec()).collect();
    (!rest.is_empty()).then_some(rest)
}

fn canonical(name: &str) -> Name {
    *NAMES.iter().find(|known| known.0 == name).expect("a known name")
}

fn split<'a>(paths: &[&'a str], envelope: bool) -> Vec<Vec<&'a str>> {
    let mut split: Vec<Vec<&str>> = paths.iter().map(|path| path.split('.').collect()).collect();
    if envelope {
        for path in &mut split {
            path.insert(0, "data");
        }
        split.push(vec!["total_count"]);
    }
    split
}

/// Without white space outside strings.
fn minified(json: &str) -> String {
    let (mut inside, mut escaped) = (false, false);
    let keep = |c: &char| {
        let keep = inside || !c.is_ascii_whitespace();
        inside ^= *c == '"' && !escaped;
        escaped = inside && *c == '\\' && !escaped;
        keep
    };
    json.chars().filter(keep).collect()
}

/// Whether `serde_json` takes it; None where it is known to be stricter than RFC 8259.
fn serde_accepts(json: &[u8]) -> Option<bool> {
    match serde_json::from_slice::<Value>(json) {
        Ok(_) => Some(true),
        Err(error) => {
            let text = error.to_string();
            let stricter = ["surrogate", "hex escape", "out of range"].iter().any(|part| text.contains(part));
            if stricter { None } else { Some(false) }
        }
    }
}

/// `validate`, `project` with and without a selection, and `serde_json` say the same about these bytes.
fn agree(bytes: &[u8], paths: &[&str]) -> Result<(), TestCaseError> {
    let verdict = validate(bytes);
    if let Some(accepted) = serde_accepts(bytes) {
        prop_assert_eq!(verdict.is_ok(), accepted);
    }
    let set = FieldSet::from_names(paths).expect("valid names");
    for (set, shape) in [(&set, Shape::Item), (&set, LIST), (&FieldSet::full(), LIST)] {
        match (verdict, project(bytes, set, shape)) {
            (Ok(()), Ok(result)) => prop_assert!(validate(&result).is_ok()),
            (Ok(()), Err(error)) => prop_assert_eq!(error.kind, ProjectionErrorKind::UnexpectedShape),
            (Err(error), result) => prop_assert_eq!(result, Err(error)),
        }
    }
    Ok(())
}

#[test]
fn every_byte_at_every_place_of_a_word_is_judged_as_serde_json_does() {
    // strings are read by words, with arithmetic that borrows from byte to byte
    for filler in *b" !#[]az\x7f" {
        for at in 0..18 {
            for byte in 0..=u8::MAX {
                let mut json = [&b"[\""[..], &[filler; 18], b"\"]"].concat();
                json[2 + at] = byte;
                let text = String::from_utf8_lossy(&json);
                assert_eq!(Some(validate(&json).is_ok()), serde_accepts(&json), "{byte:#x} at {at} in {text}");
            }
        }
    }
}

proptest! {
    #[test]
    fn selection_agrees_with_the_model_to_the_letter(
        tree in document(), paths in paths(), blanks in prop::collection::vec(0..4_usize, 1..9), list: bool,
    ) {
        let shape = if list { LIST } else { Shape::Item };
        let envelope = list && matches!(tree, Tree::Object(_));
        let expected = tree.select(&split(&paths, envelope)).expect("a container").compact();
        let set = FieldSet::from_names(&paths).expect("valid names");
        let json = tree.spaced(&blanks);
        let result = project(json.as_bytes(), &set, shape).expect("valid JSON");
        prop_assert!(result.len() <= json.len());
        prop_assert_eq!(minified(std::str::from_utf8(&result).expect("UTF-8")), expected);
    }

    #[test]
    fn selection_agrees_with_serde_json_in_meaning(tree in document(), paths in paths()) {
        let json = tree.compact();
        let value: Value = serde_json::from_str(&json).expect("valid JSON");
        let set = FieldSet::from_names(&paths).expect("valid names");
        let result = project(json.as_bytes(), &set, Shape::Item).expect("valid JSON");
        let result: Value = serde_json::from_slice(&result).expect("valid JSON");
        prop_assert_eq!(Some(result), select_value(&value, &split(&paths, false)));
    }

    #[test]
    fn the_canonical_form_stands_for_the_set(mut names in paths(), tree in document()) {
        let set = FieldSet::from_names(&names).expect("valid names");
        let again = FieldSet::parse(set.canonical()).expect("its own form");
        prop_assert_eq!(again.canonical(), set.canonical());
        names.reverse();
        prop_assert_eq!(&FieldSet::from_names(&names).expect("valid names"), &set);
        let json = tree.compact();
        prop_assert_eq!(project(json.as_bytes(), &again, LIST), project(json.as_bytes(), &set, LIST));
    }

    #[test]
    fn every_prefix_of_a_document_is_an_error_at_its_end(tree in document(), paths in paths(), list: bool) {
        let json = tree.spaced(&[1, 0, 2]);
        let set = FieldSet::from_names(&paths).expect("valid names");
        let shape = if list { LIST } else { Shape::Item };
        for end in 0..json.len() {
            let prefix = &json.as_bytes()[..end];
            let error = validate(prefix).expect_err("a prefix");
            prop_assert_eq!((error.offset, error.kind), (end, ProjectionErrorKind::UnexpectedEnd));
            prop_assert_eq!(project(prefix, &set, shape), Err(error));
        }
    }

    #[test]
    fn any_bytes_are_answered_and_all_agree(bytes in prop::collection::vec(any::<u8>(), 0..64), paths in paths()) {
        agree(&bytes, &paths)?;
    }

    #[test]
    fn json_like_bytes_are_answered_and_all_agree(text in r#"[\[\]{}",:\\ u0-9a-fe+.tn-]{0,24}"#, paths in paths()) {
        agree(text.as_bytes(), &paths)?;
    }

    #[test]
    fn a_document_with_one_byte_changed_is_judged_alike(
        tree in document(), at in any::<prop::sample::Index>(), byte: u8, paths in paths(),
    ) {
        let mut json = tree.compact().into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        agree(&json, &paths)?;
    }
}
