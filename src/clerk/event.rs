//! Clerk's events: what one says, what it makes stale, and whose access ended with it.
//!
//! An event drops what may be out of date and stores nothing. So events that come late, twice or out of order do no harm:
//! what is read afterwards comes from Clerk as it is then.

use std::borrow::Cow;

use super::api::id_segment;
use super::policy::{self, EVERY_ORGANIZATION, EVERY_SESSION, EVERY_USER, MEMBERSHIPS, USER_LISTS};
use crate::core::json::raw::{Raw, each_deep_member};
use crate::core::time::UnixTime;
use crate::error::Error;
use crate::runtime::http::Method;

/// Larger events are refused, in bytes. Svix sends at most 1 MiB.
pub const MAX_EVENT_BYTES: usize = 1 << 20;

/// As much of an event as anything here depends on.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// `svix-id` of the delivery it came with; the same for every attempt to deliver it.
    pub delivery: Option<String>,
    /// `user.updated` and the like. Clerk has 45 types and may have more.
    pub kind: String,
    /// The instance it is from.
    pub instance: Option<String>,
    /// When it happened.
    pub at: Option<UnixTime>,
    data: Subject,
}

/// Who or what it is about.
#[derive(Clone, Debug, Default, PartialEq)]
struct Subject {
    /// `data.id`
    id: Option<String>,
    /// `data.organization_id`, or of a membership `data.organization.id`
    organization: Option<String>,
    /// `data.banned`
    banned: bool,
}

/// Whose tokens are to be refused from now on, although they have not expired.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revoked {
    /// Sessions that ended.
    pub sessions: Vec<String>,
    /// Users who were deleted or banned.
    pub users: Vec<String>,
}

impl Revoked {
    /// The tags of their tokens.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        let sessions = self.sessions.iter().map(|id| format!("sessions/{id}"));
        sessions.chain(self.users.iter().map(|id| format!("users/{id}"))).collect()
    }
}

/// An object's members, not looked into: what an event holds beside what is needed may be of any shape and depth.
///
/// A user chooses the depth of their own metadata, and sessions come with their users: a bound on it would let a user keep
/// the end of a session from being heard.
struct Members<'a>(Vec<(String, Raw<'a>)>);

impl<'a> Members<'a> {
    /// None if `json` is no object.
    fn of(json: &'a [u8]) -> Option<Self> {
        let mut members = Vec::new();
        each_deep_member(json, |name, value| members.push((name.to_owned(), value)))?;
        Some(Self(members))
    }

    /// Of duplicates the last counts, as for `JSON.parse`.
    fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    fn object(&self, name: &str) -> Option<Self> {
        Self::of(self.get(name)?.as_json().as_bytes())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.text().map(Cow::into_owned)
    }

    /// An id that can be part of a tag; anything else counts as none.
    fn id(&self, name: &str) -> Option<String> {
        self.text(name).filter(|id| id_segment("id", id).is_ok())
    }
}

impl Event {
    /// Reads an event. Of its type nothing is asked but that there is one: what is not known drops what its name says, or
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Webhook`] if it is not an object with a type, or [`Error::RequestTooLarge`].
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        if json.len() > MAX_EVENT_BYTES {
            return Err(Error::RequestTooLarge { limit: MAX_EVENT_BYTES });
        }
        if json.is_empty() {
            return Err(Error::Webhook("the body is empty"));
        }
        let event = Members::of(json).ok_or(Error::Webhook("the body is not a JSON object"))?;
        Ok(Self {
            delivery: None,
            kind: event.text("type").ok_or(Error::Webhook("the event has no type"))?,
            instance: event.text("instance_id"),
            at: event.get("timestamp").and_then(Raw::number).and_then(time),
            data: event.object("data").map(|data| Subject::of(&data)).unwrap_or_default(),
        })
    }

    /// The same event, of the delivery with this id.
    #[must_use]
    pub fn delivered_as(self, id: &str) -> Self {
        Self { delivery: Some(id.to_owned()), ..self }
    }

    /// The tags that it makes stale, as if the change had been made through here. Empty for what is never kept.
    ///
    /// The type counts up to its dot, so that `user.renamed` drops that user should Clerk ever have it; `user.created` and
    /// the deletions do more, or less. Without an id everything of that kind is dropped.
    #[must_use]
    pub fn stale(&self) -> Vec<String> {
        let (about, what) = self.kind.split_once('.').unwrap_or((&self.kind, ""));
        let method = if what == "deleted" { Method::Delete } else { Method::Patch };
        let organization = self.data.organization.as_deref().unwrap_or_default();
        match about {
            "user" => self.stale_user(what),
            "session" => vec![self.data.id.as_ref().map_or(EVERY_SESSION.into(), |id| format!("sessions/{id}"))],
            "organization" => {
                let id = self.data.id.as_deref().unwrap_or_default();
                policy::stale_organizations(method, "/organizations/{organization_id}", id)
            }
            "organizationMembership" => {
                policy::stale_organizations(method, "/organizations/{organization_id}/memberships", organization)
            }
            // Organizations tell how many invitations are pending.
            "organizationInvitation" => {
                policy::stale_organizations(method, "/organizations/{organization_id}/invitations", organization)
            }
            // Memberships tell their permissions.
            "role" | "permission" => vec![EVERY_ORGANIZATION.into(), MEMBERSHIPS.into()],
            // Domains, e-mails, messages, the waitlist and billing: nothing of them is ever kept.
            _ => Vec::new(),
        }
    }

    fn stale_user(&self, what: &str) -> Vec<String> {
        let Some(id) = &self.data.id else {
            return [EVERY_USER, EVERY_SESSION, EVERY_ORGANIZATION, MEMBERSHIPS].map(str::to_owned).into();
        };
        match what {
            "created" => vec![format!("users/{id}"), USER_LISTS.into()],
            "deleted" => policy::stale_users(Method::Delete, "/users/{user_id}", id),
            // Clerk has no event of its own for a ban.
            _ if self.data.banned => policy::stale_users(Method::Post, "/users/{user_id}/ban", id),
            // Sessions that an update ends have events of their own.
            _ => vec![format!("users/{id}"), USER_LISTS.into(), MEMBERSHIPS.into()],
        }
    }

    /// Whose access it ends.
    #[must_use]
    pub fn revoked(&self) -> Revoked {
        let mut revoked = Revoked::default();
        let subject = self.data.id.iter().cloned();
        match self.kind.as_str() {
            "session.ended" | "session.removed" | "session.revoked" => revoked.sessions.extend(subject),
            "user.deleted" => revoked.users.extend(subject),
            "user.updated" if self.data.banned => revoked.users.extend(subject),
            _ => {}
        }
        revoked
    }
}

impl Subject {
    fn of(data: &Members<'_>) -> Self {
        let organization = || data.object("organization");
        Self {
            id: data.id("id"),
            organization: data.id("organization_id").or_else(|| organization()?.id("id")),
            banned: data.get("banned").is_some_and(Raw::is_true),
        }
    }
}

/// Clerk's guides say milliseconds, its `OpenAPI` document shows seconds: whichever lies in this age of the world.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be positive; casts saturate")]
fn time(reading: f64) -> Option<UnixTime> {
    const SECONDS_END: f64 = 1e11; // the year 5138 in seconds, 1973 in milliseconds
    let ms = if reading < SECONDS_END { reading * 1_000.0 } else { reading };
    (ms > 0.0).then(|| UnixTime::from_millis(ms as u64))
}
