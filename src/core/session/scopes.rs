//! What a session's owner may use, as version 2 of the claims spells it: comma-separated lists of `scope:slug`.

use std::borrow::Cow;

/// A feature or plan claim: `o:articles,u:editor,ou:export`.
///
/// An element without a colon makes the whole list unreadable: nobody can tell what its writer meant, and masks count
/// by position. Clerk's SDK throws; here such a list grants nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Scoped<'a>(Cow<'a, str>);

/// Whose feature or plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Organization,
    User,
}

impl<'a> Scoped<'a> {
    /// The list in a claim; an empty one if the claim is no text, or unreadable.
    pub(super) fn new(claim: Option<Cow<'a, str>>) -> Self {
        let readable = |claim: &Cow<'_, str>| claim.is_empty() || claim.split(',').all(|element| element.contains(':'));
        Self(claim.filter(readable).unwrap_or_default())
    }

    /// The slugs of one owner, in order.
    pub(super) fn slugs(&self, owner: Owner) -> impl Iterator<Item = &str> {
        let elements = self.0.split(',').filter_map(|element| trim(element).split_once(':'));
        elements.filter(move |(scope, _)| owners(scope).contains(&owner)).map(|(_, slug)| slug)
    }

    /// Whether `asked` is among them: a slug, with or without a scope before it. The scopes are `o`, `org`,
    /// `organization`, `u` and `user`; any other has nothing. What follows a second colon does not count.
    pub(super) fn has(&self, asked: &str) -> bool {
        let mut words = asked.split(':');
        let first = words.next().unwrap_or_default();
        let has = |owner, slug| self.slugs(owner).any(|known| known == slug);
        match (words.next(), first) {
            (None, slug) => has(Owner::Organization, slug) || has(Owner::User, slug),
            // Clerk takes an empty slug for the scope's own name.
            (Some(slug), "o" | "org" | "organization") => has(Owner::Organization, or(slug, first)),
            (Some(slug), "u" | "user") => has(Owner::User, or(slug, first)),
            (Some(_), _) => false,
        }
    }
}

const fn owners(scope: &str) -> &'static [Owner] {
    match scope.as_bytes() {
        b"o" => &[Owner::Organization],
        b"u" => &[Owner::User],
        b"ou" | b"uo" => &[Owner::Organization, Owner::User],
        _ => &[],
    }
}

const fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

/// Without what JavaScript's `trim` takes for white space.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|char: char| char == '\u{feff}' || char.is_whitespace() && char != '\u{85}')
}
