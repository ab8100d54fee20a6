//! Who may use whom: the rule of the crate's documentation, read from the sources.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "the helpers of tests may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What a part of `src/` may use.
struct Rule {
    /// Where it holds: the start of a path below `src/`. The first rule that fits a file counts.
    part: &'static str,
    /// Modules of this crate, each with all that is in it.
    modules: &'static [&'static str],
    /// Dependencies.
    crates: &'static [&'static str],
}

const JAVASCRIPT: &[&str] =
    &["gloo_timers", "js_sys", "serde_wasm_bindgen", "wasm_bindgen", "wasm_bindgen_futures", "web_sys"];

const RULES: &[Rule] = &[
    Rule { part: "core/webhook/", modules: &["core"], crates: &["hmac", "sha2"] },
    Rule { part: "core/session/suffix.rs", modules: &["core"], crates: &["sha1"] },
    Rule { part: "core/", modules: &["core"], crates: &["foldhash", "hashbrown", "thiserror"] },
    Rule { part: "runtime/software.rs", modules: &["runtime"], crates: &["sha2"] },
    Rule { part: "runtime/", modules: &["runtime", "core::time"], crates: &[] },
    Rule { part: "clerk/", modules: &["clerk", "core", "runtime", "config", "error"], crates: &[] },
    Rule {
        part: "config/",
        modules: &["config", "core::base64", "core::jwt", "core::time", "core::webhook", "error"],
        crates: &[],
    },
    Rule { part: "error.rs", modules: &["error", "core::jwt", "core::time"], crates: &["thiserror"] },
    Rule { part: "js/", modules: &["js", "core::json", "core::time", "runtime", "error"], crates: JAVASCRIPT },
    Rule { part: "esm/", modules: &["esm", "js", "clerk", "core", "runtime", "config", "error"], crates: JAVASCRIPT },
    Rule { part: "worker/", modules: &["worker", "js", "clerk", "core", "runtime", "config", "error"], crates: WORKER },
];

const WORKER: &[&str] = &["js_sys", "wasm_bindgen", "wasm_bindgen_futures", "web_sys", "worker"];

/// The primitives that only meet in `clerk/pipeline/`.
const PRIMITIVES: &[&str] = &["core::cache", "core::flight", "core::limiter", "core::pool"];

const MAX_LINES: usize = 500;

/// A source file: its path below `src/`, and its text.
struct Source {
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources(ending: &str) -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    walk(&root(), &mut paths);
    paths.retain(|path| path.extension().is_some_and(|known| known == ending));
    let source = |path: PathBuf| Source {
        text: fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/"),
    };
    paths.into_iter().map(source).collect()
}

/// The text without comments.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| line.split_once(" // ").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

const fn in_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Every path in the code that has at least two segments, such as `crate::core::time` or `super::query`.
fn paths(code: &str) -> BTreeSet<Vec<String>> {
    let words = code.split(|letter| !in_word(letter) && letter != ':');
    let segments = words.map(|word| word.split("::").map(str::to_owned).collect::<Vec<_>>());
    segments.filter(|path| path.len() > 1).collect()
}

/// The module that a file is: `core::cache` for `core/cache/mod.rs`.
fn module(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap();
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').filter(|name| *name != "lib").map(str::to_owned).collect()
}

/// What a path leads to from the crate's root, if it leads into this crate.
fn resolved(path: &[String], from: &[String]) -> Option<String> {
    let rest = match path.first()?.as_str() {
        "crate" => path.get(1..)?.to_vec(),
        "super" => {
            let up = path.iter().take_while(|segment| *segment == "super").count();
            let mut whole = from.get(..from.len().checked_sub(up)?)?.to_vec();
            whole.extend_from_slice(path.get(up..)?);
            whole
        }
        _ => return None,
    };
    Some(rest.into_iter().filter(|segment| !segment.is_empty()).collect::<Vec<_>>().join("::"))
}

fn is_within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Every module of this crate that a file names.
fn modules_used(source: &Source) -> BTreeSet<String> {
    let from = module(&source.path);
    // `use super::*` of a file's own tests is the file itself.
    let code = code(&source.text).replace("use super::*", "");
    paths(&code).iter().filter_map(|path| resolved(path, &from)).collect()
}

/// Every dependency that a file names, in whatever way.
fn crates_used<'a>(source: &Source, known: &'a BTreeSet<String>) -> BTreeSet<&'a str> {
    let code = code(&source.text);
    let words: BTreeSet<&str> = code.split(|letter| !in_word(letter)).collect();
    // A module of ours with the name of a dependency is named with what it is in.
    let is_ours = |name: &str| module(&source.path).iter().any(|ours| ours == name);
    known.iter().map(String::as_str).filter(|name| words.contains(name) && !is_ours(name)).collect()
}

/// The dependencies of Cargo.toml, as code names them.
fn dependencies() -> BTreeSet<String> {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let section = manifest.split("\n[").find_map(|section| section.strip_prefix("dependencies]\n")).unwrap();
    let names = section.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    names.map(|(name, _)| name.replace('-', "_")).collect()
}

/// What is wrong with a file by the rule of its part.
fn violations(source: &Source, known: &BTreeSet<String>) -> Vec<String> {
    let Some(rule) = RULES.iter().find(|rule| source.path.starts_with(rule.part)) else {
        return vec![format!("{} belongs to no part", source.path)];
    };
    let modules = modules_used(source);
    let modules = modules.iter().filter(|used| !rule.modules.iter().any(|module| is_within(used, module)));
    let crates = crates_used(source, known).into_iter().filter(|name| !rule.crates.contains(name));
    modules.map(String::as_str).chain(crates).map(|used| format!("{} uses {used}", source.path)).collect()
}

fn made_up(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.into() }
}

#[test]
fn every_part_uses_only_what_its_rule_allows() {
    let known = dependencies();
    let found: Vec<_> = sources("rs")
        .iter()
        .filter(|source| source.path != "lib.rs")
        .flat_map(|source| violations(source, &known))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_rule_sees_what_breaks_it() {
    let known = dependencies();
    for (path, text, used) in [
        ("core/pool.rs", "use crate::runtime::Timer;", "runtime::Timer"),
        ("core/pool.rs", "use super::super::runtime::Timer;", "runtime::Timer"),
        ("core/cache/mod.rs", "fn f() -> super::super::error::Error {}", "error::Error"),
        ("core/pool.rs", "use crate::{clerk, runtime};", ""),
        ("core/pool.rs", "#[derive(sha2::Sha256)]", "sha2"),
        ("core/retry.rs", "#[wasm_bindgen]", "wasm_bindgen"),
        ("core/metrics/mod.rs", "use hmac::Mac;", "hmac"),
        ("runtime/fake.rs", "let x = crate::core::cache::Cache::new();", "core::cache::Cache::new"),
        ("runtime/race.rs", "use super::super::core::pool;", "core::pool"),
        ("clerk/users.rs", "use crate::js::JsBody;", "js::JsBody"),
        ("clerk/users.rs", "use js_sys::Promise;", "js_sys"),
        ("js/timer.rs", "use crate::clerk::policy;", "clerk::policy"),
        ("js/timer.rs", "use crate::esm::Client;", "esm::Client"),
        ("esm/client.rs", "use crate::worker::entry;", "worker::entry"),
        ("worker/entry.rs", "use crate::esm::Client;", "esm::Client"),
        ("esm/client.rs", "use worker::Env;", "worker"),
    ] {
        assert!(violations(&made_up(path, text), &known).contains(&format!("{path} uses {used}")), "{path}: {text}");
    }
    for (path, text) in [
        ("core/pool.rs", "//! Not [`crate::runtime`].\nuse super::time::Instant; // nor crate::js::JsBody\n"),
        ("core/webhook/mod.rs", "use hmac::Mac;"),
        ("runtime/fake.rs", "use crate::core::time::Instant;"),
        ("clerk/pipeline/turn.rs", "use super::{Pipeline, RingOf};\nuse super::super::policy;"),
        ("config/mod.rs", "mod tests {\n    use super::*;\n}"),
    ] {
        assert_eq!(violations(&made_up(path, text), &known), [""; 0], "{path}: {text}");
    }
}

#[test]
fn core_neither_waits_nor_reads_a_clock_nor_has_globals() {
    let forbidden =
        ["async ", ".await", "thread_local!", "static mut", "std::time::Instant", "SystemTime", "OnceLock", "LazyLock"];
    for source in sources("rs").iter().filter(|source| source.path.starts_with("core/")) {
        let code = code(&source.text);
        for word in forbidden {
            assert!(!code.contains(word), "{} has {word}", source.path);
        }
    }
}

#[test]
fn the_primitives_meet_in_the_pipeline_only() {
    let met = |source: &Source| {
        let used = modules_used(source);
        PRIMITIVES.iter().filter(|primitive| used.iter().any(|used| is_within(used, primitive))).count()
    };
    let outside = |source: &&Source| !source.path.starts_with("core/") && !source.path.starts_with("clerk/pipeline/");
    let sources = sources("rs");
    for source in sources.iter().filter(outside) {
        assert!(met(source) <= 1, "{} uses {} of {PRIMITIVES:?}", source.path, met(source));
    }
    let pipeline = sources.iter().find(|source| source.path == "clerk/pipeline/mod.rs").unwrap();
    assert_eq!(met(pipeline), PRIMITIVES.len());
}

#[test]
fn primitives_do_not_know_each_other() {
    let sources = sources("rs");
    let inside = |source: &Source| {
        PRIMITIVES.iter().position(|primitive| is_within(&module(&source.path).join("::"), primitive))
    };
    for source in &sources {
        let Some(own) = inside(source) else { continue };
        for used in modules_used(source) {
            let other = PRIMITIVES.iter().position(|primitive| is_within(&used, primitive));
            assert!(other.is_none_or(|other| other == own), "{} uses {used}", source.path);
        }
    }
}

#[test]
fn r30_promises_that_others_resolve_are_never_made_by_hand() {
    for source in sources("rs") {
        assert!(
            !code(&source.text).contains("Promise::new("),
            "{}: workerd loses its request once it is compiled",
            source.path
        );
    }
    for source in sources("js") {
        // Node 20 has nothing else, and no request contexts to lose.
        let allowed = usize::from(source.path == "js/host.js");
        assert!(code(&source.text).matches("new Promise(").count() <= allowed, "{}", source.path);
    }
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    for (ending, opening) in [("rs", "//! "), ("js", "// ")] {
        for source in sources(ending) {
            assert!(source.text.starts_with(opening), "{}", source.path);
        }
    }
}

#[test]
fn no_file_is_longer_than_can_be_read_in_one_go() {
    for source in sources("rs").iter().chain(&sources("js")) {
        let lines = source.text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", source.path);
    }
}
