//! `has()`: may whoever is signed in do this?
//!
//! Everything that is asked must be granted. What cannot be told, a claim that is missing or of the wrong type or a
//! question that makes no sense, is denied (R13), and so is a question that asks nothing.

use std::borrow::Cow;

use super::auth::{Auth, PendingSessions};
use crate::core::json::raw::{Raw, each_member};

/// What is asked for. All of it must hold.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "made by literal")]
pub struct HasQuery<'a> {
    /// A role in the active organization, with or without `org:`.
    pub role: Asked<'a>,
    /// A permission there, with or without `org:`.
    pub permission: Asked<'a>,
    /// A feature, with or without a scope: `articles`, `org:articles`, `user:articles`.
    pub feature: Asked<'a>,
    /// A plan, in the same way.
    pub plan: Asked<'a>,
    /// How recently the user must have proven who they are.
    pub reverification: Reverification,
}

/// One thing that may be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "made by its variants")]
pub enum Asked<'a> {
    /// It is not.
    #[default]
    Nothing,
    /// This.
    For(Cow<'a, str>),
    /// Something that is no text, which nobody has.
    Nonsense,
}

/// How recently the user must have proven who they are, if that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "made by its constructors")]
pub enum Reverification {
    /// It is not.
    #[default]
    Nothing,
    /// With these factors, less than so many minutes ago.
    Within {
        /// The factors.
        level: Level,
        /// Minutes; more than none.
        after_minutes: f64,
    },
    /// Something that makes no sense, which nobody fulfils.
    Nonsense,
}

/// Which factors must be fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Clerk has three")]
pub enum Level {
    /// The first.
    FirstFactor,
    /// The second, or the first of a user who has no second.
    SecondFactor,
    /// Both, or the first of a user who has no second.
    MultiFactor,
}

impl Level {
    /// The level with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "first_factor" => Some(Self::FirstFactor),
            "second_factor" => Some(Self::SecondFactor),
            "multi_factor" => Some(Self::MultiFactor),
            _ => None,
        }
    }
}

impl Reverification {
    /// One of Clerk's presets: `strict_mfa`, `strict`, `moderate`, `lax`.
    #[must_use]
    pub fn preset(name: &str) -> Self {
        let (level, after_minutes) = match name {
            "strict_mfa" => (Level::MultiFactor, 10.0),
            "strict" => (Level::SecondFactor, 10.0),
            "moderate" => (Level::SecondFactor, 60.0),
            "lax" => (Level::SecondFactor, 1_440.0),
            _ => return Self::Nonsense,
        };
        Self::Within { level, after_minutes }
    }

    /// `{ level, afterMinutes }`.
    #[must_use]
    pub fn custom(level: &str, after_minutes: f64) -> Self {
        match Level::named(level) {
            Some(level) if after_minutes > 0.0 => Self::Within { level, after_minutes },
            _ => Self::Nonsense,
        }
    }

    fn of(value: Raw<'_>) -> Self {
        if let Some(name) = value.text() {
            return Self::preset(&name);
        }
        let (mut level, mut after_minutes) = (None, None);
        let whole = value.each_member(|name, value| match name {
            "level" => level = value.text().map(Cow::into_owned),
            "afterMinutes" => after_minutes = value.number(),
            _ => {}
        });
        match (whole, level, after_minutes) {
            (Some(()), Some(level), Some(minutes)) => Self::custom(&level, minutes),
            _ => Self::Nonsense,
        }
    }

    /// `None` if it is not asked for.
    fn holds(self, ages: Option<Raw<'_>>) -> Option<bool> {
        match self {
            Self::Nothing => None,
            Self::Nonsense => Some(false),
            Self::Within { level, after_minutes } => {
                Some(ages.and_then(Factors::read).is_some_and(|factors| factors.fresh(level, after_minutes)))
            }
        }
    }
}

impl<'a> HasQuery<'a> {
    /// The argument of `has()` as JSON. What is not there is not asked for; what is there and of the wrong type is asked
    /// for and nobody has it. So whoever makes the JSON must write functions, symbols and the like as `null`, and must
    /// not drop them.
    ///
    /// `None` if it is no object: that is denied.
    #[must_use]
    pub fn from_json(json: &'a [u8]) -> Option<Self> {
        let mut query = Self::default();
        let text = |value: Raw<'a>| value.text().map_or(Asked::Nonsense, Asked::For);
        each_member(json, |name, value| match name {
            "role" => query.role = text(value),
            "permission" => query.permission = text(value),
            "feature" => query.feature = text(value),
            "plan" => query.plan = text(value),
            "reverification" => query.reverification = Reverification::of(value),
            _ => {}
        })?;
        Some(query)
    }
}

impl Asked<'_> {
    /// Whether `grants` says yes to it; `None` if it is not asked for.
    fn holds(&self, grants: impl FnOnce(&str) -> bool) -> Option<bool> {
        match self {
            Self::Nothing => None,
            Self::For(text) => Some(grants(text)),
            Self::Nonsense => Some(false),
        }
    }
}

impl Auth<'_> {
    /// Whether somebody is signed in and all that is asked for holds. O(claims), a handful of allocations.
    #[must_use]
    pub fn has(&self, query: &HasQuery<'_>, pending: PendingSessions) -> bool {
        if !self.is_signed_in(pending) || self.user_id().is_none() {
            return false;
        }
        let verdicts = [
            query.role.holds(|role| self.has_role(role)),
            query.permission.holds(|permission| self.has_org_permission(permission)),
            query.feature.holds(|feature| self.features().has(feature)),
            query.plan.holds(|plan| self.plans().has(plan)),
            query.reverification.holds(self.factor_ages),
        ];
        verdicts.contains(&Some(true)) && !verdicts.contains(&Some(false))
    }

    fn has_role(&self, role: &str) -> bool {
        let held = self.org_role().filter(|_| self.org_id().is_some());
        held.is_some_and(|held| without_org(&held) == without_org(role))
    }

    fn has_org_permission(&self, permission: &str) -> bool {
        self.org_id().is_some() && self.has_permission(&format!("org:{}", without_org(permission)))
    }
}

fn without_org(name: &str) -> &str {
    name.trim_start_matches("org:")
}

/// How many minutes ago each factor was used; `None` if never.
struct Factors {
    first: Option<f64>,
    second: Option<f64>,
}

impl Factors {
    /// `fva`: two ages, each -1 (never) or more.
    fn read(claim: Raw<'_>) -> Option<Self> {
        let mut ages = Vec::with_capacity(2);
        claim.each_item(|age| ages.push(age.number().and_then(age_of)))?;
        match ages.as_slice() {
            [Some(first), Some(second)] => Some(Self { first: *first, second: *second }),
            _ => None,
        }
    }

    fn fresh(&self, level: Level, after_minutes: f64) -> bool {
        let fresh = |age: f64| after_minutes > age;
        match (level, self.first, self.second) {
            (_, None, None) | (Level::FirstFactor | Level::MultiFactor, None, Some(_)) => false,
            (Level::FirstFactor, Some(first), _) | (_, Some(first), None) => fresh(first),
            (Level::SecondFactor, _, Some(second)) => fresh(second),
            (Level::MultiFactor, Some(first), Some(second)) => fresh(first) && fresh(second),
        }
    }
}

/// `None` if it is no age.
#[expect(clippy::option_option, reason = "an age, or no age, or nonsense")]
fn age_of(minutes: f64) -> Option<Option<f64>> {
    match minutes {
        -1.0 => Some(None),
        _ if minutes >= 0.0 && minutes.is_finite() => Some(Some(minutes)),
        _ => None,
    }
}
