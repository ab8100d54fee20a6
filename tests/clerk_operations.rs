//! `clerk::operations`: the table is sound, requests find their operation, and nothing differs from Clerk's document.
#![allow(clippy::expect_used, clippy::panic, reason = "the helpers of tests may panic")]

use clerk_edge::clerk::operations::{Match, OPERATIONS, Operation, find};
use clerk_edge::core::projection::Shape;
use clerk_edge::runtime::http::Method;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;
use std::path::PathBuf;

const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

fn found(method: Method, path: &str) -> Match<'_> {
    find(method, path).unwrap_or_else(|| panic!("{method:?} {path}"))
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

// ---- the table ----

#[test]
fn the_table_is_sorted_without_duplicates_and_complete() {
    let keys: Vec<_> = OPERATIONS.iter().map(|op| (op.path.split('/').collect::<Vec<_>>(), op.method)).collect();
    assert!(keys.is_sorted_by(|one, next| one < next));
    let count = |method| OPERATIONS.iter().filter(|op| op.method == method).count();
    assert_eq!(METHODS.map(count), [78, 95, 10, 29, 37]);
    assert_eq!(OPERATIONS.len(), 249);
}

#[test]
fn templates_are_made_of_plain_segments_and_parameters() {
    for op in OPERATIONS {
        let segments = op.path.strip_prefix('/').expect("a slash first").split('/');
        for segment in segments {
            let name = segment.strip_prefix('{').map_or(Some(segment), |name| name.strip_suffix('}'));
            let plain = |name: &str| {
                name.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            };
            assert!(name.is_some_and(plain), "{segment} in {}", op.path);
        }
    }
}

#[test]
fn a_parameter_has_one_name_wherever_paths_part() {
    // the search takes all parameters of a place for one
    let mut names = BTreeMap::<String, &str>::new();
    for op in OPERATIONS {
        let mut place = String::new();
        for segment in op.path.split('/') {
            if is_parameter(segment) {
                assert_eq!(*names.entry(place.clone()).or_insert(segment), segment, "{}", op.path);
            }
            place.push('/');
            place.push_str(segment);
        }
    }
}

#[test]
fn answers_are_items_or_one_of_two_kinds_of_lists() {
    let shape = |method, path| found(method, path).operation.answer;
    assert_eq!(shape(Method::Get, "/users"), Shape::List { items: "data" }, "a bare array");
    assert_eq!(shape(Method::Get, "/organizations"), Shape::List { items: "data" }, "an envelope");
    assert_eq!(shape(Method::Get, "/m2m_tokens"), Shape::List { items: "m2m_tokens" });
    assert_eq!(shape(Method::Get, "/users/count"), Shape::Item);
    assert_eq!(shape(Method::Get, "/jwks"), Shape::Item);
    assert_eq!(shape(Method::Post, "/users"), Shape::Item);
}

// ---- the search ----

#[test]
fn every_operation_is_found_by_its_own_path() {
    for op in OPERATIONS {
        let path = op.path.replace(['{', '}'], "~");
        let found = found(op.method, &path);
        assert_eq!(found.operation, op);
        let expected: Vec<_> = op.path.split('/').filter(|segment| is_parameter(segment)).collect();
        let params: Vec<_> = found.params().map(|(name, value)| (format!("{{{name}}}"), value)).collect();
        assert_eq!(params.len(), expected.len());
        for ((name, value), segment) in params.into_iter().zip(expected) {
            assert_eq!((name.as_str(), value), (segment, &*segment.replace(['{', '}'], "~")));
        }
    }
}

#[test]
fn parameters_are_read_by_name() {
    let membership = found(Method::Patch, "/organizations/org_1/memberships/user%2F1/metadata");
    assert_eq!(membership.operation.path, "/organizations/{organization_id}/memberships/{user_id}/metadata");
    assert_eq!(membership.param("organization_id"), Some("org_1"));
    assert_eq!(membership.param("user_id"), Some("user%2F1"), "as the path spells it");
    assert_eq!(membership.param("metadata"), None);
}

#[test]
fn literal_segments_win_over_parameters() {
    for (method, path, template) in [
        (Method::Get, "/users/count", "/users/count"),
        (Method::Get, "/users/counts", "/users/{user_id}"),
        (Method::Post, "/users/ban", "/users/ban"),
        (Method::Get, "/organizations/o/invitations/pending", "/organizations/{organization_id}/invitations/pending"),
        (Method::Post, "/api_keys/verify", "/api_keys/verify"),
    ] {
        assert_eq!(found(method, path).operation.path, template);
    }
}

#[test]
fn a_literal_that_leads_nowhere_is_a_value() {
    assert_eq!(found(Method::Delete, "/users/count").param("user_id"), Some("count"));
    assert_eq!(found(Method::Post, "/m2m_tokens/verify/revoke").param("m2m_token_id"), Some("verify"));
}

#[test]
fn anything_else_finds_nothing() {
    for path in [
        "",
        "/",
        "users",
        "//users",
        "/users/",
        "/users//",
        "/users//metadata",
        "/Users",
        "/user",
        "/users/a/b",
        "/v1/users",
        "/users?limit=1",
        "/organizations/o/memberships//metadata",
        "/users/a/metadata/",
        "/{}",
    ] {
        assert_eq!(find(Method::Get, path), None, "{path}");
    }
    assert_eq!(find(Method::Delete, "/users"), None, "not with this method");
    assert_eq!(find(Method::Put, "/jwks"), None);
    assert_eq!(find(Method::Get, &"/users".repeat(100_000)), None);
}

#[test]
fn methods_are_upper_case() {
    for method in METHODS {
        assert_eq!(Method::parse(method.as_str()), Some(method));
    }
    assert_eq!(Method::parse("get"), None);
    assert_eq!(Method::parse("HEAD"), None);
}

/// Compares with every line of the table; of several that match, the one whose first parameter comes latest, and so on.
fn naive(method: Method, path: &str) -> Option<&'static Operation> {
    let fits = |op: &&Operation| {
        let (template, path): (Vec<_>, Vec<_>) = (op.path.split('/').collect(), path.split('/').collect());
        let fit = |(template, value): (&&str, &&str)| template == value || is_parameter(template) && !value.is_empty();
        op.method == method && template.len() == path.len() && template.iter().zip(&path).all(fit)
    };
    OPERATIONS.iter().filter(fits).min_by_key(|op| op.path.split('/').map(is_parameter).collect::<Vec<_>>())
}

fn segment() -> impl Strategy<Value = String> {
    let known: BTreeSet<&str> = OPERATIONS.iter().flat_map(|op| op.path.split('/')).collect();
    let known = known.into_iter().map(str::to_owned).collect::<Vec<_>>();
    prop_oneof![9 => prop::sample::select(known), 1 => "[a-z0-9_{}~.%-]{0,5}"]
}

proptest! {
    #[test]
    fn the_search_agrees_with_a_look_at_every_line(
        start in prop::sample::select(OPERATIONS), changed in 0..9_usize, other in segment(), method in prop::sample::select(&METHODS[..]),
    ) {
        // a known path with one segment replaced, so that near misses and ambiguous paths are common
        let segments = start.path.split('/').enumerate();
        let path: Vec<&str> = segments.map(|(at, segment)| if at > 0 && at == changed { &other } else { segment }).collect();
        let path = path.join("/");
        for method in [start.method, method] {
            prop_assert_eq!(find(method, &path).map(|found| found.operation), naive(method, &path), "{}", path);
        }
    }

    #[test]
    fn any_text_is_answered(path in ".{0,40}") {
        for method in METHODS {
            prop_assert_eq!(find(method, &path).map(|found| found.operation), naive(method, &path));
        }
    }
}

// ---- Clerk's document ----

const DOCUMENT: &str = "bapi-2026-05-12.yml";

/// Clerk's document: in `CLERK_OPENAPI_DIR`, or in the folder of shared material beside this repository.
fn document() -> Option<String> {
    let named = std::env::var_os("CLERK_OPENAPI_DIR").map(PathBuf::from);
    let path =
        named.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/clerk/openapi"));
    let path = path.join(DOCUMENT);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if named.is_some() => panic!("{}: {error}", path.display()),
        Err(_) => {
            // straight to the terminal: what a passing test prints is not shown
            let note = "clerk_operations: NOT compared with Clerk's document, which is not here; set CLERK_OPENAPI_DIR";
            writeln!(std::io::stderr(), "{note} to the folder of {DOCUMENT}").expect("a terminal");
            None
        }
    }
}

/// A block mapping of the document: its lines, and how far they are indented. Enough of YAML for what is read here.
#[derive(Clone, Copy)]
struct Block<'a> {
    text: &'a str,
    indent: usize,
}

impl<'a> Block<'a> {
    /// The keys of this mapping with what they hold, on the same line or below.
    fn entries(self) -> Vec<(&'a str, &'a str, Block<'a>)> {
        let mut starts: Vec<usize> = Vec::new();
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            if indent == self.indent && !line.trim().is_empty() && !line.trim_start().starts_with(['-', '#']) {
                starts.push(at);
            }
            at += line.len();
        }
        let ends = starts.iter().skip(1).copied().chain([self.text.len()]);
        starts.iter().zip(ends).filter_map(|(start, end)| Self::entry(self.text.get(*start..end)?)).collect()
    }

    fn entry(text: &'a str) -> Option<(&'a str, &'a str, Block<'a>)> {
        let (head, below) = text.split_once('\n')?;
        let (key, value) = head.split_once(": ").or_else(|| Some((head.strip_suffix(':')?, "")))?;
        let first = below.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let indent = first.len() - first.trim_start().len();
        Some((
            key.trim().trim_matches(['\'', '"']),
            value.trim().trim_matches(['\'', '"']),
            Block { text: below, indent },
        ))
    }

    fn get(self, key: &str) -> Option<Block<'a>> {
        self.entries().into_iter().find(|(name, ..)| *name == key).map(|(.., block)| block)
    }

    fn text_of(self, key: &str) -> Option<&'a str> {
        self.entries().into_iter().find(|(name, ..)| *name == key).map(|(_, text, _)| text)
    }

    /// Where the reference of this mapping leads, or the mapping.
    fn resolved(self, components: &Components<'a>) -> Block<'a> {
        let reference = self.text_of("$ref");
        reference.map_or(self, |name| *components.get(name).expect("a reference that leads somewhere"))
    }
}

/// What references can lead to.
type Components<'a> = HashMap<String, Block<'a>>;

fn components(document: Block<'_>) -> Components<'_> {
    let kinds = document.get("components").expect("components").entries().into_iter();
    kinds
        .flat_map(|(kind, _, block)| {
            let named = block.entries().into_iter();
            named.map(move |(name, _, block)| (format!("#/components/{kind}/{name}"), block))
        })
        .collect()
}

/// Where the objects are in the answer of 2xx, by the document.
fn declared<'a>(operation: Block<'a>, components: &Components<'a>) -> Option<Shape<'static>> {
    let responses = operation.get("responses")?.entries();
    let (.., success) = responses.into_iter().find(|(status, ..)| status.starts_with('2'))?;
    let content = success.resolved(components).get("content")?;
    let schema = content.get("application/json")?.get("schema")?.resolved(components);
    if schema.text_of("type") == Some("array") {
        return Some(Shape::List { items: "data" });
    }
    let properties = schema.get("properties")?;
    properties.get("total_count")?;
    let holds_array = |name: &str| {
        properties.get(name).is_some_and(|property| property.resolved(components).text_of("type") == Some("array"))
    };
    let items = ["data", "m2m_tokens"].into_iter().find(|name| holds_array(name))?;
    Some(Shape::List { items })
}

#[test]
fn the_table_is_what_clerks_document_says() {
    let Some(text) = document() else { return };
    let document = Block { text: &text, indent: 0 };
    let components = components(document);
    let mut declarations = BTreeMap::new();
    for (path, _, item) in document.get("paths").expect("paths").entries() {
        for (method, _, operation) in item.entries() {
            let method = Method::parse(&method.to_uppercase()).unwrap_or_else(|| panic!("{method} {path}"));
            declarations.insert((path, method), declared(operation, &components).unwrap_or(Shape::Item));
        }
    }
    assert!(declarations.len() > 200, "the document was read");
    let table: BTreeMap<_, _> = OPERATIONS.iter().map(|op| ((op.path, op.method), op.answer)).collect();
    let missing: Vec<_> = declarations.keys().filter(|key| !table.contains_key(*key)).collect();
    let foreign: Vec<_> = table.keys().filter(|key| !declarations.contains_key(*key)).collect();
    assert!(missing.is_empty() && foreign.is_empty(), "missing: {missing:?}\nforeign: {foreign:?}");
    for (key, shape) in &declarations {
        assert_eq!(table.get(key), Some(shape), "{key:?}");
    }
}
