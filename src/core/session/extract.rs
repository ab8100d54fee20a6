//! What a request presents, and under which names: which token to look at, and what goes with it.

use std::borrow::Cow;

use super::cookies::Cookies;
use super::peek::{Issuer, Peek};
use super::suffix::cookie_suffix;
use crate::core::time::UnixTime;

const SESSION: &str = "__session";
const CLIENT_UAT: &str = "__client_uat";
const REFRESH: &str = "__refresh";
const DEV_BROWSER: &str = "__clerk_db_jwt";

/// Whose cookies are looked for. Made once per client.
#[derive(Clone, Debug)]
pub struct Instance {
    frontend_api: String,
    live: bool,
    /// The names that carry the instance's suffix, if its publishable key is known.
    suffixed: Option<Names<String>>,
}

/// What the cookies are called.
#[derive(Clone, Debug)]
struct Names<T> {
    session: T,
    client_uat: T,
    refresh: T,
    dev_browser: T,
}

const PLAIN: Names<&str> =
    Names { session: SESSION, client_uat: CLIENT_UAT, refresh: REFRESH, dev_browser: DEV_BROWSER };

impl Instance {
    /// The instance with this publishable key, whose Frontend API has this host.
    #[must_use]
    pub fn new(publishable_key: &str, frontend_api: &str) -> Self {
        let suffix = cookie_suffix(publishable_key);
        let name = |plain: &str| format!("{plain}_{suffix}");
        Self {
            frontend_api: frontend_api.to_owned(),
            live: publishable_key.starts_with("pk_live_"),
            suffixed: Some(Names {
                session: name(SESSION),
                client_uat: name(CLIENT_UAT),
                refresh: name(REFRESH),
                dev_browser: name(DEV_BROWSER),
            }),
        }
    }

    /// An instance whose publishable key is not known: a production one, and cookies without suffix only.
    #[must_use]
    pub const fn unnamed() -> Self {
        Self { frontend_api: String::new(), live: true, suffixed: None }
    }
}

/// All that is looked at of a request. Nothing else of it says who it is from: no `x-clerk-…` header, no query (R10).
#[derive(Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "made by literal")]
pub struct Headers<'a> {
    /// `Authorization`.
    pub authorization: Option<&'a str>,
    /// `Cookie`.
    pub cookie: Option<&'a str>,
}

impl std::fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Headers(…)")
    }
}

/// Where a token was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third place")]
pub enum Source {
    /// In `Authorization`.
    Header,
    /// In a cookie.
    Cookie,
}

/// What a request presents. Nothing of it is believed.
#[derive(Clone)]
pub struct Extracted<'a> {
    pub(super) source: Source,
    pub(super) token: Option<Cow<'a, str>>,
    pub(super) peek: Option<Peek>,
    pub(super) client_uat: Option<i64>,
    pub(super) missing_dev_browser: bool,
    pub(super) has_refresh_token: bool,
}

impl<'a> Extracted<'a> {
    /// Reads the token out of `headers`: `Authorization` first, and if that has none, the cookies of `instance`.
    /// O(length of both).
    #[must_use]
    pub fn from(headers: Headers<'a>, instance: &Instance, now: UnixTime) -> Self {
        let cookies = Cookies::new(headers.cookie.unwrap_or_default());
        let jar = Jar { cookies, instance };
        let has_refresh_token = jar.suffixed(|names| &names.refresh).is_some();
        let Some(token) = headers.authorization.and_then(bearer) else {
            return Self { has_refresh_token, ..jar.present(now) };
        };
        Self {
            source: Source::Header,
            peek: Peek::at(token),
            token: Some(Cow::Borrowed(token)),
            client_uat: None,
            missing_dev_browser: false,
            has_refresh_token,
        }
    }

    /// The token, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Where it was looked for last, and found if there is one.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// When the browser's client was last signed in or out, in seconds since 1970, if it is signed in by the account of
    /// its `__client_uat` cookie.
    #[must_use]
    pub const fn client_uat(&self) -> Option<i64> {
        self.client_uat
    }
}

impl std::fmt::Debug for Extracted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let token = self.token.as_ref().map(|token| token.len());
        f.debug_struct("Extracted").field("source", &self.source).field("token_bytes", &token).finish_non_exhaustive()
    }
}

/// The token of an `Authorization` header as Clerk reads it: `Bearer`, case and all, one space, the token, and nothing of
/// what comes after another space. A value without a second word is the token itself; one of any other scheme is none.
fn bearer(value: &str) -> Option<&str> {
    let mut words = value.split(' ');
    let first = words.next()?;
    let token = match words.next() {
        None | Some("") => first,
        Some(token) if first == "Bearer" => token,
        Some(_) => return None,
    };
    (!token.is_empty()).then_some(token)
}

/// The cookies of a request, by the names that an instance gives them.
struct Jar<'a, 'i> {
    cookies: Cookies<'a>,
    instance: &'i Instance,
}

impl<'a> Jar<'a, '_> {
    fn present(&self, now: UnixTime) -> Extracted<'a> {
        let suffixed = self.prefers_suffixed(now);
        let get = |plain: &str, name: for<'n> fn(&'n Names<String>) -> &'n String| {
            if suffixed { self.suffixed(name) } else { self.plain(plain) }
        };
        let token = get(PLAIN.session, |names| &names.session);
        let client_uat = get(PLAIN.client_uat, |names| &names.client_uat);
        let dev_browser = get(PLAIN.dev_browser, |names| &names.dev_browser);
        Extracted {
            source: Source::Cookie,
            peek: token.as_deref().and_then(Peek::at),
            token,
            client_uat: client_uat.as_deref().and_then(seconds),
            missing_dev_browser: !self.instance.live && dev_browser.is_none(),
            has_refresh_token: false,
        }
    }

    /// Whether this instance's cookies are those with its suffix. In Clerk's order (facts 1.5).
    fn prefers_suffixed(&self, now: UnixTime) -> bool {
        if self.instance.suffixed.is_none() {
            return false; // nobody knows which they would be, nor whose Frontend API to expect
        }
        let suffixed_uat = self.suffixed(|names| &names.client_uat);
        let suffixed_session = self.suffixed(|names| &names.session);
        let plain_uat = self.plain(PLAIN.client_uat);
        let plain_session = self.plain(PLAIN.session);
        let plain = plain_session.as_deref().and_then(Peek::at);
        if plain_session.is_some() && plain.as_ref().is_none_or(|plain| plain.issuer == Issuer::Absent) {
            return false;
        }
        if plain.as_ref().is_some_and(|plain| !plain.is_from(&self.instance.frontend_api)) {
            return true;
        }
        if suffixed_uat.is_none() && suffixed_session.is_none() {
            return false;
        }
        let suffixed = suffixed_session.as_deref().and_then(Peek::at);
        let iat = |peek: &Option<Peek>| peek.as_ref().and_then(|peek| peek.iat).unwrap_or(0.0);
        let (suffixed_out, plain_out) = (suffixed_uat.as_deref() == Some("0"), plain_uat.as_deref() == Some("0"));
        if !suffixed_out && !plain_out && iat(&plain) > iat(&suffixed) {
            return false;
        }
        if suffixed_out && !plain_out {
            return false;
        }
        let expired = suffixed.as_ref().is_some_and(|suffixed| suffixed.is_expired(whole_seconds(now)));
        if !self.instance.live && !suffixed_out && plain_out && expired {
            return false;
        }
        suffixed_uat.is_some() || suffixed_session.is_none()
    }

    /// A cookie that is not empty.
    fn plain(&self, name: &str) -> Option<Cow<'a, str>> {
        self.cookies.get(name).filter(|value| !value.is_empty())
    }

    fn suffixed(&self, name: for<'n> fn(&'n Names<String>) -> &'n String) -> Option<Cow<'a, str>> {
        self.instance.suffixed.as_ref().and_then(|names| self.plain(name(names)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
const fn whole_seconds(now: UnixTime) -> f64 {
    (now.as_millis() / 1_000) as f64
}

/// The whole number at the start of `text`, saturating, unless it is 0: what `parseInt` finds there, in decimal.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = digits.bytes().take_while(u8::is_ascii_digit);
    let size = digits.fold(0_i64, |size, digit| size.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    (size != 0).then_some(if text.starts_with('-') { -size } else { size })
}
