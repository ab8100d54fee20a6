//! What a `Retry-After` header asks for, whatever is in it.

use crate::core::time::Duration;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Seconds of a day.
const DAY: u64 = 86_400;

/// What [`days_since_year_0`] says for 1 January 1970.
const DAYS_BEFORE_1970: u64 = 719_469;

/// How long to wait, from the header's text and the wall clock in milliseconds since 1970; at most `cap`.
///
/// Understands seconds (a fraction counts as a whole one; below zero is zero) and HTTP dates in all three shapes of RFC
/// 9110 (one that is past is zero; the weekday is not checked). Without a header, and for anything else, `otherwise`.
#[must_use]
pub fn retry_after(header: Option<&str>, unix_now_millis: u64, otherwise: Duration, cap: Duration) -> Duration {
    let asked = header.and_then(|text| seconds(text.trim()).or_else(|| until_date(text, unix_now_millis)));
    asked.unwrap_or(otherwise).min(cap)
}

fn seconds(text: &str) -> Option<Duration> {
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if text.len() != number.len() {
        return Some(Duration::ZERO);
    }
    let whole: u64 = whole.parse().unwrap_or(u64::MAX); // nothing but digits: it can only be too large
    let begun = u64::from(fraction.bytes().any(|byte| byte != b'0'));
    Some(Duration::from_secs(whole.saturating_add(begun)))
}

fn until_date(text: &str, unix_now_millis: u64) -> Option<Duration> {
    let millis = http_date(text)?.saturating_mul(1_000);
    Some(Duration::from_millis(millis.saturating_sub(unix_now_millis)))
}

/// Seconds since 1970; zero for any time before.
fn http_date(text: &str) -> Option<u64> {
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    // Sun, 06 Nov 1994 08:49:37 GMT; Sunday, 06-Nov-94 08:49:37 GMT; Sun Nov  6 08:49:37 1994
    let ([_, day, month, year, time, "GMT"] | [_, month, day, time, year]) = *words.as_slice() else { return None };
    let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == month)?.1;
    let day = number(day, 31).filter(|day| *day > 0)?;
    let days = days_since_year_0(full_year(year)?, month, day);
    Some((days * DAY + second_of_day(time)?).saturating_sub(DAYS_BEFORE_1970 * DAY))
}

/// Two digits are taken to mean 1970 to 2069.
fn full_year(text: &str) -> Option<u64> {
    let year = number(text, 9_999)?;
    Some(match text.len() {
        2 if year < 70 => 2_000 + year,
        2 => 1_900 + year,
        _ => year,
    })
}

fn second_of_day(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let (hour, minute) = (number(parts.next()?, 23)?, number(parts.next()?, 59)?);
    let second = number(parts.next()?, 60)?; // 60: a leap second
    parts.next().is_none().then_some(hour * 3_600 + minute * 60 + second)
}

fn number(text: &str, most: u64) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|value| digits && *value <= most)
}

/// Days from 1 March of the year 0 to a date of the Gregorian calendar, the first one counted.
///
/// Counts years from March, so that the leap day is the last of its year, and months from March in 153 days per five.
fn days_since_year_0(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.saturating_sub(1), month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    year * 365 + leap_days + (153 * month + 2) / 5 + day
}
