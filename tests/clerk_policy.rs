//! `clerk::policy`: for every operation of the Backend API, whether its answer is kept, and what it makes stale.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "the helpers of tests may panic")]

use std::collections::{BTreeMap, BTreeSet};

use clerk_edge::clerk::operations::{Match, OPERATIONS, find};
use clerk_edge::clerk::policy::{keep, stale};
use clerk_edge::config::{Config, Host, Options};
use clerk_edge::core::time::Duration;
use clerk_edge::runtime::http::Method;

const SESSION: u64 = 900;
const MINUTE: u64 = 60;

/// Every read that is kept: an address, for how many seconds, under which tags. Whatever is not here is never kept.
const KEPT: &[(&str, u64, &[&str])] = &[
    ("/jwks", 300, &[]),
    ("/organizations", MINUTE, &["organizations", "organizations/*"]),
    ("/organizations/org_1", MINUTE, &["organizations/*", "organizations/org_1"]),
    ("/organizations/org_1/memberships", MINUTE, &["memberships", "organizations/*"]),
    ("/sessions/sess_1", SESSION, &["sessions/*", "sessions/sess_1"]),
    ("/users", MINUTE, &["memberships", "users", "users/*"]),
    ("/users/count", MINUTE, &["memberships", "users", "users/*"]),
    ("/users/user_1", MINUTE, &["users/*", "users/user_1"]),
    ("/users/user_1/organization_memberships", MINUTE, &["memberships", "organizations/*", "users/user_1"]),
];

fn config() -> Config {
    Config::new(&Options::default(), Host::Other).unwrap()
}

fn found(method: Method, path: &str) -> Match<'_> {
    find(method, path).unwrap_or_else(|| panic!("{method} {path}"))
}

/// An address that leads to an operation with this template.
fn address(template: &str) -> String {
    let value = |segment: &str| match segment {
        "{user_id}" => "user_1".to_owned(),
        "{session_id}" => "sess_1".to_owned(),
        "{organization_id}" => "org_1".to_owned(),
        _ if segment.starts_with('{') => "x_1".to_owned(),
        literal => literal.to_owned(),
    };
    template.split('/').map(value).collect::<Vec<_>>().join("/")
}

fn kept(method: Method, path: &str) -> Option<(u64, BTreeSet<String>)> {
    let (ttl, tags) = keep(&found(method, path), &config())?;
    Some((ttl.as_secs(), tags.into_iter().collect()))
}

fn stale_by(method: Method, path: &str) -> BTreeSet<String> {
    stale(&found(method, path)).into_iter().collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Which of [`KEPT`] a write drops.
fn dropped_by(method: Method, path: &str) -> Vec<&'static str> {
    let stale = stale_by(method, path);
    let is_stale = |tags: &[&str]| tags.iter().any(|tag| stale.contains(*tag));
    KEPT.iter().filter(|(_, _, tags)| is_stale(tags)).map(|(path, ..)| *path).collect()
}

const EVERY_USER: [&str; 4] = ["/users", "/users/count", "/users/user_1", "/users/user_1/organization_memberships"];

#[test]
fn r19_what_is_kept_is_on_the_list_and_nothing_else() {
    let listed: BTreeMap<_, _> = KEPT.iter().map(|(path, ttl, tags)| (*path, (*ttl, set(tags)))).collect();
    for operation in OPERATIONS {
        let path = address(operation.path);
        let expected = listed.get(path.as_str()).filter(|_| operation.method == Method::Get);
        assert_eq!(kept(operation.method, &path).as_ref(), expected, "{} {path}", operation.method);
    }
}

#[test]
fn r19_no_credential_is_ever_kept() {
    let secret = ["token", "secret", "api_key", "invitation", "oauth", "machine", "saml", "scim", "client", "webhook"];
    let mut seen = 0;
    for operation in OPERATIONS.iter().filter(|operation| secret.iter().any(|word| operation.path.contains(word))) {
        assert_eq!(kept(operation.method, &address(operation.path)), None, "{}", operation.path);
        seen += 1;
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn an_organization_by_slug_is_dropped_with_the_lists() {
    let tags = kept(Method::Get, "/organizations/acme").unwrap().1;
    assert_eq!(tags, set(&["organizations", "organizations/*"]));
    assert!(tags.iter().any(|tag| stale_by(Method::Patch, "/organizations/org_1").contains(tag)));
}

#[test]
fn a_write_by_slug_drops_the_organization_by_id_too() {
    for (method, path) in [
        (Method::Patch, "/organizations/acme"),
        (Method::Delete, "/organizations/acme"),
        (Method::Post, "/organizations/acme/invitations"),
        (Method::Post, "/organizations/acme/memberships"),
    ] {
        assert!(dropped_by(method, path).contains(&"/organizations/org_1"), "{method} {path}");
    }
}

#[test]
fn every_ttl_is_an_option_and_zero_keeps_nothing() {
    let mut options = Options::default();
    options.cache.session_ttl_ms = Some(1.0);
    options.cache.user_ttl_ms = Some(0.0);
    options.cache.organization_ttl_ms = Some(3.0);
    let config = Config::new(&options, Host::Other).unwrap();
    let ttl = |path| keep(&found(Method::Get, path), &config).map(|(ttl, _)| ttl);
    assert_eq!(ttl("/sessions/sess_1"), Some(Duration::from_millis(1)));
    assert_eq!(ttl("/users/user_1"), None);
    assert_eq!(ttl("/users"), None);
    assert_eq!(ttl("/users/user_1/organization_memberships"), Some(Duration::from_millis(3)));
    assert_eq!(ttl("/organizations"), Some(Duration::from_millis(3)));
}

#[test]
fn reads_make_nothing_stale() {
    for operation in OPERATIONS.iter().filter(|operation| operation.method == Method::Get) {
        assert_eq!(stale_by(Method::Get, &address(operation.path)), set(&[]), "{}", operation.path);
    }
}

#[test]
fn r19_every_write_below_a_kept_resource_drops_it_and_its_lists_unless_it_is_listed_here() {
    // What these change is in none of the answers that are kept.
    let harmless = [
        "/sessions",
        "/sessions/sess_1/tokens",
        "/sessions/sess_1/tokens/x_1",
        "/users/user_1/verify_password",
        "/users/user_1/verify_totp",
        "/organizations/org_1/domains",
        "/organizations/org_1/domains/x_1",
        "/organizations/org_1/domains/x_1/verify_ownership",
    ];
    for operation in OPERATIONS.iter().filter(|operation| operation.method != Method::Get) {
        let path = address(operation.path);
        let dropped = dropped_by(operation.method, &path);
        let expected: &[&str] = match path.split('/').nth(1).unwrap() {
            _ if harmless.contains(&path.as_str()) => &[],
            "users" if path == "/users" => &["/users"],
            "users" => &["/users/user_1", "/users", "/users/count"],
            "sessions" => &["/sessions/sess_1"],
            "organizations" if path == "/organizations" => &["/organizations"],
            "organizations" => &["/organizations/org_1", "/organizations"],
            _ => continue,
        };
        assert!(expected.iter().all(|path| dropped.contains(path)), "{} {path}: {dropped:?}", operation.method);
        assert_eq!(dropped.is_empty(), expected.is_empty(), "{} {path}: {dropped:?}", operation.method);
    }
}

#[test]
fn r19_a_write_to_one_resource_leaves_the_others() {
    assert_eq!(stale_by(Method::Patch, "/users/user_1/metadata"), set(&["memberships", "users", "users/user_1"]));
    assert_eq!(stale_by(Method::Post, "/sessions/sess_1/revoke"), set(&["sessions/sess_1"]));
    let organization = set(&["memberships", "organizations", "organizations/org_1"]);
    assert_eq!(stale_by(Method::Patch, "/organizations/org_1"), organization);
    assert_eq!(stale_by(Method::Post, "/users"), set(&["users"]));
}

#[test]
fn r19_whatever_may_end_sessions_drops_sessions() {
    for (method, path) in [
        (Method::Delete, "/users/user_1"),
        (Method::Post, "/users/user_1/ban"),
        (Method::Post, "/users/ban"),
        (Method::Patch, "/users/user_1"),                // sign_out_of_other_sessions
        (Method::Post, "/users/user_1/remove_password"), // sign_out_of_other_sessions
        (Method::Post, "/users/user_1/password/set_compromised"), // revoke_all_sessions
        (Method::Post, "/sessions/sess_1/revoke"),
        (Method::Delete, "/organizations/org_1"), // the active organization of sessions
        (Method::Delete, "/organizations/org_1/memberships/user_1"),
        (Method::Post, "/instance/change_domain"),
    ] {
        assert!(dropped_by(method, path).contains(&"/sessions/sess_1"), "{method} {path}");
    }
    assert!(!dropped_by(Method::Patch, "/users/user_1/metadata").contains(&"/sessions/sess_1"), "bulk jobs do this");
}

#[test]
fn r19_a_write_to_a_membership_drops_lists_of_users_by_organization() {
    for (method, path) in [
        (Method::Post, "/organizations/org_1/memberships"),
        (Method::Patch, "/organizations/org_1/memberships/user_1"),
        (Method::Delete, "/organizations/org_1/memberships/user_1"),
        (Method::Delete, "/organizations/org_1"),
    ] {
        let dropped = dropped_by(method, path);
        for list in
            ["/users", "/users/count", "/users/user_1/organization_memberships", "/organizations/org_1/memberships"]
        {
            assert!(dropped.contains(&list), "{method} {path}: {dropped:?}");
        }
    }
}

#[test]
fn r19_a_write_to_an_invitation_drops_the_count_of_pending_ones() {
    for path in ["/organizations/org_1/invitations", "/organizations/org_1/invitations/x_1/revoke"] {
        assert_eq!(dropped_by(Method::Post, path), ["/organizations", "/organizations/org_1"], "{path}");
    }
}

#[test]
fn r19_contacts_belong_to_a_user_whom_the_path_does_not_name() {
    for (method, path) in [
        (Method::Post, "/email_addresses"),
        (Method::Delete, "/email_addresses/x_1"),
        (Method::Patch, "/phone_numbers/x_1"),
    ] {
        let dropped = dropped_by(method, path);
        assert!(EVERY_USER.iter().all(|path| dropped.contains(path)), "{method} {path}: {dropped:?}");
    }
}

#[test]
fn a_write_that_nobody_thought_about_drops_everything_but_keys() {
    for path in ["/instance", "/billing/prices", "/sign_ups/x_1", "/scim_directories", "/organization_roles/x_1"] {
        let method = if path.contains("sign_ups") || path == "/instance" || path.contains("roles/") {
            Method::Patch
        } else {
            Method::Post
        };
        assert_eq!(dropped_by(method, path).len(), KEPT.len() - 1, "{path}");
    }
}
