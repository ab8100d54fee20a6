//! What a token says, and whether that is what was asked for.

use super::date::Date;
use super::{Checks, MACHINE_PREFIX, Reason, TokenError, malformed};
use crate::core::json::{Text, Value, each_item, each_member};
use crate::core::time::{Duration, UnixTime, millis};
use std::fmt;

/// The claims of a token whose signature is good.
///
/// What checks and cache keys need is kept apart from the JSON text, in one allocation, so that the text can be given
/// away. Of duplicate claims the last counts, as for `JSON.parse`. A string with half a surrogate pair counts as no
/// string.
pub struct Claims {
    payload: String,
    /// The strings below, one after the other.
    facts: String,
    sub: Fact,
    sid: Fact,
    azp: Fact,
    iss: Fact,
    sts: Fact,
    aud: Audience,
    exp: Date,
    nbf: Date,
    iat: Date,
}

/// Where in `facts` something is.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
}

/// A claim that should be a string; `None` if it is absent or is not.
type Fact = Option<Span>;

#[derive(Clone, Copy, Debug)]
enum Audience {
    Absent,
    One(Span),
    /// The JSON text of an array.
    Many(Span),
    /// Anything else.
    Wrong,
}

impl Claims {
    /// Reads a payload, which must be a JSON object.
    pub(super) fn parse(payload: Vec<u8>) -> Result<Self, TokenError> {
        let mut claims = Self::empty();
        each_member(&payload, |key, value| match key.decode().as_deref() {
            Some("sub") => claims.sub = claims.keep(&value),
            Some("sid") => claims.sid = claims.keep(&value),
            Some("azp") => claims.azp = claims.keep(&value),
            Some("iss") => claims.iss = claims.keep(&value),
            Some("sts") => claims.sts = claims.keep(&value),
            Some("aud") => claims.aud = claims.keep_audience(&value),
            Some("exp") => claims.exp = date(&value),
            Some("nbf") => claims.nbf = date(&value),
            Some("iat") => claims.iat = date(&value),
            _ => {}
        })
        .map_err(|_| malformed())?;
        claims.payload = String::from_utf8(payload).map_err(|_| malformed())?;
        Ok(claims)
    }

    /// All that a token must say for `checks`, at the time `now`: checks 8 to 13 of facts 1.1, in that order.
    ///
    /// Cheap enough for every use of a token that was verified before: comparisons only, nothing is allocated unless a
    /// list of audiences has escapes.
    ///
    /// # Errors
    /// The first that fails.
    pub fn check(&self, checks: &Checks, now: UnixTime) -> Result<(), TokenError> {
        self.check_static(checks)?;
        self.check_time(checks.skew, now)
    }

    /// Checks 8 to 10: what does not change with time.
    ///
    /// # Errors
    /// The first that fails of `sub`, `aud`, `azp` and `iss`.
    pub fn check_static(&self, checks: &Checks) -> Result<(), TokenError> {
        if self.sub.is_none() {
            return Err(failed("The token's subject (sub) is not a string."));
        }
        if !self.is_meant_for(&checks.audience) {
            return Err(failed("The token's audience (aud) is not accepted here."));
        }
        let named = |list: &[String], fact| list.iter().any(|known| Some(known.as_str()) == fact);
        // An empty party is nobody's, even if it is on the list.
        let azp = self.azp().filter(|azp| !azp.is_empty());
        if !checks.authorized_parties.is_empty() && !named(&checks.authorized_parties, azp) {
            let reason = Reason::InvalidAuthorizedParties;
            return Err(TokenError::new(reason, "The token's authorized party (azp) is not accepted here."));
        }
        if asks(&checks.issuer) && !named(&checks.issuer, self.iss().filter(|iss| !iss.is_empty())) {
            return Err(TokenError::new(Reason::InvalidIssuer, "The token's issuer (iss) is not accepted here."));
        }
        Ok(())
    }

    /// Checks 11 to 13: a token is over once `exp` lies `skew` in the past, to the millisecond, and not yet begun while
    /// `nbf` or `iat` lies further ahead than `skew`.
    ///
    /// # Errors
    /// The first that fails of `exp`, `nbf` and `iat`.
    #[inline]
    pub fn check_time(&self, skew: Duration, now: UnixTime) -> Result<(), TokenError> {
        let (skew, now) = (millis(skew), now.as_millis());
        let Some(exp) = self.exp.time() else {
            return Err(failed("The token's expiry (exp) is not a point in time."));
        };
        if exp.as_millis().saturating_add(skew) <= now {
            return Err(TokenError::new(Reason::Expired, "The token is expired."));
        }
        let ahead = |date: Date| match date {
            Date::Absent => Ok(false),
            Date::Seconds(_) => Ok(date.time().is_some_and(|time| time.as_millis() > now.saturating_add(skew))),
            Date::Wrong => Err(()),
        };
        match ahead(self.nbf) {
            Ok(false) => {}
            Ok(true) => return Err(TokenError::new(Reason::NotActiveYet, "The token is not active yet (nbf).")),
            Err(()) => return Err(failed("The token's start (nbf) is not a point in time.")),
        }
        match ahead(self.iat) {
            Ok(false) => Ok(()),
            Ok(true) => Err(TokenError::new(Reason::IatInTheFuture, "The token was issued in the future (iat).")),
            Err(()) => Err(failed("The token's time of issue (iat) is not a point in time.")),
        }
    }

    /// From when on [`Claims::check_time`] says that the token is expired; 1970 if it has no usable `exp`.
    #[must_use]
    pub fn expires_at(&self, skew: Duration) -> UnixTime {
        let exp = self.exp.time().map(|exp| exp.as_millis().saturating_add(millis(skew)));
        UnixTime::from_millis(exp.unwrap_or(0))
    }

    /// The user, or whatever else the token is about.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.fact(self.sub)
    }

    /// Whether it is a machine's, by its subject.
    #[must_use]
    pub fn is_machine(&self) -> bool {
        self.sub().is_some_and(|sub| sub.starts_with(MACHINE_PREFIX))
    }

    /// The session.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.fact(self.sid)
    }

    /// The origin that the token was made for.
    #[must_use]
    pub fn azp(&self) -> Option<&str> {
        self.fact(self.azp)
    }

    /// The instance's frontend API.
    #[must_use]
    pub fn iss(&self) -> Option<&str> {
        self.fact(self.iss)
    }

    /// The status of the session: `active`, or `pending` while a task is to be done.
    #[must_use]
    pub fn sts(&self) -> Option<&str> {
        self.fact(self.sts)
    }

    /// `exp` alone, in whole seconds.
    #[must_use]
    pub fn expires(&self) -> Option<UnixTime> {
        self.exp.time()
    }

    /// `iat`, in whole seconds.
    #[must_use]
    pub fn issued(&self) -> Option<UnixTime> {
        self.iat.time()
    }

    /// The claims as JSON, as they were signed. Empty once [`Claims::take_payload`] took them.
    #[must_use]
    pub fn payload(&self) -> &str {
        &self.payload
    }

    /// Gives the JSON away: who has parsed it need not pay for it in a cache. Everything else here goes on working.
    pub fn take_payload(&mut self) -> String {
        std::mem::take(&mut self.payload)
    }

    /// About how many bytes of the heap this holds.
    #[must_use]
    pub const fn heap_bytes(&self) -> usize {
        self.payload.capacity() + self.facts.capacity()
    }

    const fn empty() -> Self {
        Self {
            payload: String::new(),
            facts: String::new(),
            sub: None,
            sid: None,
            azp: None,
            iss: None,
            sts: None,
            aud: Audience::Absent,
            exp: Date::Absent,
            nbf: Date::Absent,
            iat: Date::Absent,
        }
    }

    fn keep(&mut self, value: &Value<'_>) -> Fact {
        match value {
            Value::Text(text) => self.keep_text(text),
            Value::Number(_) | Value::Array(_) | Value::Object(_) | Value::Literal => None,
        }
    }

    fn keep_text(&mut self, text: &Text<'_>) -> Fact {
        text.decode().map(|text| self.append(&text))
    }

    fn keep_audience(&mut self, value: &Value<'_>) -> Audience {
        match value {
            Value::Text(text) => self.keep_text(text).map_or(Audience::Wrong, Audience::One),
            Value::Array(json) => {
                std::str::from_utf8(json).map_or(Audience::Wrong, |json| Audience::Many(self.append(json)))
            }
            Value::Number(_) | Value::Object(_) | Value::Literal => Audience::Wrong,
        }
    }

    fn append(&mut self, text: &str) -> Span {
        let start = self.facts.len();
        if start == 0 {
            self.facts.reserve(USUAL_FACTS);
        }
        self.facts.push_str(text);
        Span { start, end: self.facts.len() }
    }

    fn text(&self, span: Span) -> &str {
        self.facts.get(span.start..span.end).unwrap_or_default()
    }

    fn fact(&self, fact: Fact) -> Option<&str> {
        fact.map(|span| self.text(span))
    }

    /// Check 9. Empty strings count neither among the audiences asked for nor among the token's.
    fn is_meant_for(&self, audience: &[String]) -> bool {
        let wanted = |name: &str| audience.iter().any(|known| known == name);
        if !asks(audience) {
            return true;
        }
        match self.aud {
            Audience::Absent => true,
            Audience::Wrong => false,
            Audience::One(span) => self.text(span).is_empty() || wanted(self.text(span)),
            Audience::Many(span) => {
                let (mut said, mut found, mut texts) = (false, false, true);
                let read = each_item(self.text(span).as_bytes(), |item| {
                    match &item {
                        Value::Text(text) => match text.decode() {
                            Some(name) if name.is_empty() => {}
                            Some(name) => (said, found) = (true, found || wanted(&name)),
                            None => texts = false,
                        },
                        Value::Number(_) | Value::Array(_) | Value::Object(_) | Value::Literal => texts = false,
                    }
                    texts
                });
                read.is_ok() && texts && (found || !said)
            }
        }
    }
}

/// Says nothing of what is claimed: that belongs in no log.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").finish_non_exhaustive()
    }
}

/// Room for the ids, the origin and the issuer of a usual session token, in bytes.
const USUAL_FACTS: usize = 192;

/// Whether a list asks for anything. Empty strings in it do not.
fn asks(list: &[String]) -> bool {
    list.iter().any(|name| !name.is_empty())
}

fn date(value: &Value<'_>) -> Date {
    match value {
        Value::Number(number) => Date::of(number),
        Value::Text(_) | Value::Array(_) | Value::Object(_) | Value::Literal => Date::Wrong,
    }
}

const fn failed(message: &'static str) -> TokenError {
    TokenError { reason: Reason::VerificationFailed, message: std::borrow::Cow::Borrowed(message) }
}
