//! What may be kept, for how long, under which tags, and what a write makes stale.
//!
//! Decided by operation (method and path template of Clerk's `OpenAPI` document), never by looking at an answer. What is
//! not decided here is never kept, and a write that is not decided here drops everything.

use super::operations::Match;
use crate::config::Config;
use crate::core::projection::Shape;
use crate::core::time::Duration;
use crate::runtime::http::Method;

/// How long the gateway serves a key set. Clerk's own SDK keeps it as long (facts 1.2).
const JWKS_TTL: Duration = Duration::from_mins(5);

/// Every list and count of users.
pub(super) const USER_LISTS: &str = "users";
/// Everything that tells of users.
pub(super) const EVERY_USER: &str = "users/*";
/// Everything that tells of sessions.
pub(super) const EVERY_SESSION: &str = "sessions/*";
/// Every list of organizations, and organizations asked for by slug.
const ORGANIZATION_LISTS: &str = "organizations";
/// Everything that tells of organizations.
pub(super) const EVERY_ORGANIZATION: &str = "organizations/*";
/// Everything that tells of memberships.
pub(super) const MEMBERSHIPS: &str = "memberships";

/// How long an answer to this read is kept, and under which tags; `None`: never.
#[must_use]
pub fn keep(found: &Match<'_>, config: &Config) -> Option<(Duration, Vec<String>)> {
    if found.operation.method != Method::Get {
        return None;
    }
    let id = found.params().next().map(|(_, value)| value).unwrap_or_default();
    let (ttl, tags) = match found.operation.path {
        // Also by membership, because users can be asked for by organization.
        "/users" | "/users/count" => (config.user_ttl, vec![USER_LISTS.into(), EVERY_USER.into(), MEMBERSHIPS.into()]),
        "/users/{user_id}" => (config.user_ttl, user_tags(id).into()),
        "/users/{user_id}/organization_memberships" => {
            (config.organization_ttl, vec![format!("users/{id}"), MEMBERSHIPS.into(), EVERY_ORGANIZATION.into()])
        }
        "/sessions/{session_id}" => (config.session_ttl, session_tags(id).into()),
        "/organizations" => (config.organization_ttl, vec![ORGANIZATION_LISTS.into(), EVERY_ORGANIZATION.into()]),
        // An organization asked for by slug is dropped with the lists: a write names it by id.
        "/organizations/{organization_id}" if !id.starts_with("org_") => {
            (config.organization_ttl, vec![ORGANIZATION_LISTS.into(), EVERY_ORGANIZATION.into()])
        }
        "/organizations/{organization_id}" => (config.organization_ttl, organization_tags(id).into()),
        "/organizations/{organization_id}/memberships" => {
            (config.organization_ttl, vec![MEMBERSHIPS.into(), EVERY_ORGANIZATION.into()])
        }
        "/jwks" => (JWKS_TTL, Vec::new()),
        _ => return None,
    };
    (!ttl.is_zero()).then_some((ttl, tags))
}

/// What drops everything that tells of this user.
#[must_use]
pub fn user_tags(id: &str) -> [String; 2] {
    [format!("users/{id}"), EVERY_USER.into()]
}

/// What drops everything that tells of this session, its tokens included.
#[must_use]
pub fn session_tags(id: &str) -> [String; 2] {
    [format!("sessions/{id}"), EVERY_SESSION.into()]
}

/// What drops everything that tells of this organization.
#[must_use]
pub fn organization_tags(id: &str) -> [String; 2] {
    [format!("organizations/{id}"), EVERY_ORGANIZATION.into()]
}

/// The tags that a call of this operation makes stale; empty for reads.
#[must_use]
pub fn stale(found: &Match<'_>) -> Vec<String> {
    if found.operation.method == Method::Get {
        return Vec::new();
    }
    let path = found.operation.path;
    let id = found.params().next().map(|(_, value)| value).unwrap_or_default();
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    match path.split('/').nth(1).unwrap_or_default() {
        "users" => stale_users(found.operation.method, path, id),
        // These belong to a user whom only the body or the answer names.
        "email_addresses" | "phone_numbers" => names(&[EVERY_USER, MEMBERSHIPS]),
        "sessions" => match path {
            "/sessions" | "/sessions/{session_id}/tokens" | "/sessions/{session_id}/tokens/{template_name}" => {
                Vec::new()
            }
            _ => vec![format!("sessions/{id}")],
        },
        "organizations" => stale_organizations(found.operation.method, path, id),
        harmless if HARMLESS.contains(&harmless) => Vec::new(),
        _ => names(&[EVERY_USER, EVERY_SESSION, EVERY_ORGANIZATION]),
    }
}

/// First segments of operations that change nothing that is ever kept.
const HARMLESS: &[&str] = &[
    "actor_tokens",
    "admin_portal_link_tokens",
    "agents",
    "allowlist_identifiers",
    "api_keys",
    "blocklist_identifiers",
    "clients",
    "invitations",
    "jwt_templates",
    "m2m_tokens",
    "machines",
    "oauth_applications",
    "proxy_checks",
    "redirect_urls",
    "sign_in_tokens",
    "templates",
    "testing_tokens",
    "waitlist_entries",
    "webhooks",
];

/// Writes to a user that end the user's sessions if their body says so.
const MAY_SIGN_OUT: &[&str] =
    &["/users/{user_id}", "/users/{user_id}/remove_password", "/users/{user_id}/password/set_compromised"];

/// What a write to a user, or to the users, makes stale.
pub(super) fn stale_users(method: Method, path: &str, id: &str) -> Vec<String> {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    match path {
        "/users" => names(&[USER_LISTS]),
        "/users/ban" | "/users/unban" => names(&[EVERY_USER, EVERY_SESSION]),
        "/users/{user_id}/verify_password" | "/users/{user_id}/verify_totp" => Vec::new(),
        _ => {
            // Lists show users too, and memberships carry their names and pictures.
            let mut tags = vec![format!("users/{id}"), USER_LISTS.into(), MEMBERSHIPS.into()];
            if path == "/users/{user_id}/ban" || (method == Method::Delete && path == "/users/{user_id}") {
                tags.extend([EVERY_SESSION.into(), EVERY_ORGANIZATION.into()]);
            } else if MAY_SIGN_OUT.contains(&path) {
                tags.push(EVERY_SESSION.into());
            }
            tags
        }
    }
}

/// What a write to an organization, or to the organizations, makes stale.
pub(super) fn stale_organizations(method: Method, path: &str, id: &str) -> Vec<String> {
    let organization = || {
        // Should Clerk take a slug here as it does for reads: what is kept under the id is not found by it.
        let kept = if id.starts_with("org_") { format!("organizations/{id}") } else { EVERY_ORGANIZATION.into() };
        vec![kept, ORGANIZATION_LISTS.into()]
    };
    match path {
        "/organizations" => vec![ORGANIZATION_LISTS.into(), MEMBERSHIPS.into()],
        _ if path.contains("/domains") => Vec::new(),
        // Organizations tell how many invitations are pending.
        _ if path.contains("/invitations") => organization(),
        _ => {
            let mut tags = organization();
            tags.push(MEMBERSHIPS.into());
            if method == Method::Delete && !path.ends_with("/logo") {
                tags.push(EVERY_SESSION.into()); // sessions in which the organization was active lose it
            }
            tags
        }
    }
}

/// The same for a path that no operation of the Backend API has: a write may change anything.
#[must_use]
pub fn stale_by_unknown(method: Method) -> Vec<String> {
    match method {
        Method::Get => Vec::new(),
        Method::Delete | Method::Patch | Method::Post | Method::Put => {
            [EVERY_USER, EVERY_SESSION, EVERY_ORGANIZATION].map(str::to_owned).into()
        }
    }
}

/// The sessions and users whose access this call ends, as tags: their tokens have up to a minute left, and are refused
/// here from when the call succeeds. Whoever is banned in bulk is named in the body only, and not found here.
#[must_use]
pub fn ended(found: &Match<'_>) -> Vec<String> {
    let id = found.params().next().map(|(_, value)| value).unwrap_or_default();
    match (found.operation.method, found.operation.path) {
        (Method::Post, "/sessions/{session_id}/revoke") => vec![format!("sessions/{id}")],
        (Method::Post, "/users/{user_id}/ban") | (Method::Delete, "/users/{user_id}") => vec![format!("users/{id}")],
        _ => Vec::new(),
    }
}

/// Whether Clerk counts this operation against a limit of its own (per user, organization or membership, or by the hour),
/// beside that of the instance (system limits, 2026-08-21). A 429 for one such resource must not hold up all others.
#[must_use]
pub fn limited_apart(found: &Match<'_>) -> bool {
    match found.operation.method {
        Method::Patch | Method::Put => matches!(
            found.operation.path,
            "/users/{user_id}"
                | "/users/{user_id}/metadata"
                | "/organizations/{organization_id}"
                | "/organizations/{organization_id}/metadata"
                | "/organizations/{organization_id}/memberships/{user_id}"
                | "/organizations/{organization_id}/memberships/{user_id}/metadata"
        ),
        Method::Post => matches!(
            found.operation.path,
            "/invitations"
                | "/invitations/bulk"
                | "/organizations/{organization_id}/invitations"
                | "/organizations/{organization_id}/invitations/bulk"
        ),
        Method::Delete | Method::Get => false,
    }
}

/// Where in this operation's answer the objects are that `fields` selects from.
#[must_use]
pub fn shape(found: &Match<'_>) -> Shape<'static> {
    found.operation.answer
}
