//! Who is signed in: what the claims of a verified session token say, as Clerk's `toAuth()` has it.

use std::borrow::Cow;

use super::kinds::TokenKind;
use super::permissions::each_permission;
use super::scopes::Scoped;
use crate::core::json::raw::{Raw, each_member};
use crate::core::json::write::ObjectWriter;

/// The state of whoever a session token is about. Borrows its claims; cheap enough to be made again for every question.
///
/// Only what the claims say is in it, and only of a token that was verified: nothing here checks that again.
#[derive(Clone, Debug, Default)]
pub struct Auth<'a> {
    session_id: Option<Raw<'a>>,
    session_status: Option<Raw<'a>>,
    user_id: Option<Raw<'a>>,
    actor: Option<Raw<'a>>,
    pub(super) factor_ages: Option<Raw<'a>>,
    features: Option<Raw<'a>>,
    plans: Option<Raw<'a>>,
    organization: Organization<'a>,
}

/// The active organization in both versions of the claims.
#[derive(Clone, Copy, Debug, Default)]
struct Organization<'a> {
    id: Option<Raw<'a>>,
    slug: Option<Raw<'a>>,
    role: Option<Raw<'a>>,
    permissions: Permissions<'a>,
}

#[derive(Clone, Copy, Debug, Default)]
enum Permissions<'a> {
    #[default]
    None,
    /// Version 1: `org_permissions`. The role is as Clerk shows it.
    Listed(Raw<'a>),
    /// Version 2: masks. The role lacks its `org:`.
    Packed { names: Option<Raw<'a>>, masks: Option<Raw<'a>> },
}

/// Whether a session with tasks left (`sts` is `pending`) counts as one: `treatPendingAsSignedOut`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "yes or no")]
pub enum PendingSessions {
    /// It does not: the user is signed out until the tasks are done.
    #[default]
    AreSignedOut,
    /// It does.
    AreSignedIn,
}

/// Claims of the organization, before it is known which version they are.
#[derive(Default)]
struct OrganizationClaims<'a> {
    version: Option<Raw<'a>>,
    compact: Option<Raw<'a>>,
    plain: Organization<'a>,
}

impl<'a> Auth<'a> {
    /// Reads the payload of a verified session token. Of duplicate claims the last counts. One pass, O(length).
    ///
    /// `None` if it is no JSON object, which a verified token's is.
    #[must_use]
    pub fn from_claims(payload: &'a [u8]) -> Option<Self> {
        let (mut auth, mut organization) = (Self::default(), OrganizationClaims::default());
        each_member(payload, |name, value| {
            let place = match name {
                "sid" => &mut auth.session_id,
                "sts" => &mut auth.session_status,
                "sub" => &mut auth.user_id,
                "act" => &mut auth.actor,
                "fva" => &mut auth.factor_ages,
                "fea" => &mut auth.features,
                "pla" => &mut auth.plans,
                "v" => &mut organization.version,
                "o" => &mut organization.compact,
                "org_id" => &mut organization.plain.id,
                "org_slug" => &mut organization.plain.slug,
                "org_role" => &mut organization.plain.role,
                "org_permissions" => {
                    organization.plain.permissions = Permissions::Listed(value);
                    return;
                }
                _ => return,
            };
            *place = Some(value);
        })?;
        auth.organization = organization.read();
        Some(auth)
    }

    /// The session's id.
    #[must_use]
    pub fn session_id(&self) -> Option<Cow<'a, str>> {
        self.session_id?.some_text()
    }

    /// The user's id.
    #[must_use]
    pub fn user_id(&self) -> Option<Cow<'a, str>> {
        self.user_id?.some_text()
    }

    /// The active organization's id.
    #[must_use]
    pub fn org_id(&self) -> Option<Cow<'a, str>> {
        self.organization.id?.some_text()
    }

    /// The active organization's slug.
    #[must_use]
    pub fn org_slug(&self) -> Option<Cow<'a, str>> {
        self.organization.slug?.some_text()
    }

    /// The role in it, with the `org:` that version 2 of the claims leaves out.
    #[must_use]
    pub fn org_role(&self) -> Option<Cow<'a, str>> {
        let role = self.organization.role?.some_text()?;
        Some(if self.is_packed() { Cow::Owned(format!("org:{role}")) } else { role })
    }

    /// Whether somebody else acts as this user.
    #[must_use]
    pub fn has_actor(&self) -> bool {
        self.actor.is_some_and(Raw::is_truthy)
    }

    /// Whether the session has tasks left before it counts.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.session_status.and_then(Raw::text).as_deref() == Some("pending")
    }

    /// Whether anybody is signed in, to be told apart from a token that is valid but whose session is pending.
    #[must_use]
    pub fn is_signed_in(&self, pending: PendingSessions) -> bool {
        pending == PendingSessions::AreSignedIn || !self.is_pending()
    }

    /// What `toAuth()` holds besides its functions and the claims themselves, as JSON. What the claims do not say is left
    /// out where Clerk has `undefined`, and `null` where Clerk has `null`.
    #[must_use]
    pub fn to_json(&self, pending: PendingSessions) -> String {
        if !self.is_signed_in(pending) {
            return signed_out_json(self.session_status.map_or("null", Raw::as_json));
        }
        let mut json = ObjectWriter::new();
        json.text("tokenType", TokenKind::Session.as_str());
        json.json("isAuthenticated", Some("true"));
        json.raw("sessionId", self.session_id);
        json.json("sessionStatus", Some(self.session_status.map_or("null", Raw::as_json)));
        json.raw("userId", self.user_id);
        json.raw("actor", self.actor);
        json.raw("orgId", self.organization.id);
        if self.is_packed() {
            if let Some(role) = self.org_role() {
                json.text("orgRole", &role);
            }
        } else {
            json.raw("orgRole", self.organization.role);
        }
        json.raw("orgSlug", self.organization.slug);
        self.write_permissions(&mut json);
        json.json("factorVerificationAge", Some(self.factor_ages.map_or("null", Raw::as_json)));
        json.finish()
    }

    pub(super) fn features(&self) -> Scoped<'a> {
        Scoped::new(self.features.and_then(Raw::text))
    }

    pub(super) fn plans(&self) -> Scoped<'a> {
        Scoped::new(self.plans.and_then(Raw::text))
    }

    /// Whether `wanted`, which starts with `org:`, is among the permissions.
    pub(super) fn has_permission(&self, wanted: &str) -> bool {
        let mut found = false;
        match self.organization.permissions {
            Permissions::None => {}
            Permissions::Listed(list) => {
                let whole = list.each_item(|item| found |= item.text().as_deref() == Some(wanted));
                found &= whole.is_some();
            }
            Permissions::Packed { .. } => self.each_packed(|feature, name| {
                let rest = wanted.strip_prefix("org:").and_then(|rest| rest.strip_prefix(feature));
                found |= rest.and_then(|rest| rest.strip_prefix(':')) == Some(name);
            }),
        }
        found
    }

    fn write_permissions(&self, json: &mut ObjectWriter) {
        match self.organization.permissions {
            Permissions::None => {}
            Permissions::Listed(list) => json.raw("orgPermissions", Some(list)),
            Permissions::Packed { .. } => json.texts("orgPermissions", |each| {
                self.each_packed(|feature, name| each(&["org:", feature, ":", name]));
            }),
        }
    }

    fn each_packed(&self, each: impl FnMut(&str, &str)) {
        let Permissions::Packed { names, masks } = self.organization.permissions else { return };
        let text = |claim: Option<Raw<'a>>| claim.and_then(Raw::text).unwrap_or_default();
        each_permission(&self.features(), &text(names), &text(masks), each);
    }

    const fn is_packed(&self) -> bool {
        matches!(self.organization.permissions, Permissions::Packed { .. })
    }
}

impl<'a> OrganizationClaims<'a> {
    fn read(self) -> Organization<'a> {
        if self.version.and_then(Raw::number) != Some(2.0) {
            return self.plain;
        }
        match self.compact {
            Some(claim) if claim.is_truthy() => Organization::unpacked(claim),
            _ => Organization::default(),
        }
    }
}

impl<'a> Organization<'a> {
    fn unpacked(claim: Raw<'a>) -> Self {
        let (mut organization, mut names, mut masks) = (Self::default(), None, None);
        // What is no object has no members: an organization without an id, so nobody's.
        let _ = claim.each_member(|name, value| {
            let place = match name {
                "id" => &mut organization.id,
                "slg" => &mut organization.slug,
                "rol" => &mut organization.role,
                "per" => &mut names,
                "fpm" => &mut masks,
                _ => return,
            };
            *place = Some(value);
        });
        Self { permissions: Permissions::Packed { names, masks }, ..organization }
    }
}

/// What `toAuth()` holds when nobody is signed in, as JSON. `session_status` is JSON, too.
pub(super) fn signed_out_json(session_status: &str) -> String {
    let mut json = ObjectWriter::new();
    json.text("tokenType", TokenKind::Session.as_str());
    json.json("isAuthenticated", Some("false"));
    json.json("sessionStatus", Some(session_status));
    json.nulls(&["sessionClaims", "sessionId", "userId", "actor", "orgId", "orgRole", "orgSlug", "orgPermissions"]);
    json.nulls(&["factorVerificationAge"]);
    json.finish()
}
