//! Points in time as claims have them: seconds since 1970, as a JSON number.

use crate::core::time::UnixTime;

/// The largest number of seconds that a claim may have: up to here, JavaScript's numbers are exact.
const MAX_SECONDS: u64 = 1 << 53;

/// A claim that should be a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Date {
    Absent,
    /// Whole seconds since 1970, at most 2^53.
    Seconds(u64),
    /// Not a number, or one that is no point in time: negative, or beyond 2^53 as `1e400` is (R11).
    Wrong,
}

impl Date {
    /// Reads a JSON number as it is written. What is behind the decimal point is cut off, as JavaScript's `Date` does.
    pub(super) fn of(number: &[u8]) -> Self {
        whole_seconds(number).map_or(Self::Wrong, Self::Seconds)
    }

    pub(super) fn time(self) -> Option<UnixTime> {
        match self {
            Self::Seconds(seconds) => Some(UnixTime::from_millis(seconds * 1_000)),
            Self::Absent | Self::Wrong => None,
        }
    }
}

/// The digits before the decimal point once the exponent is applied; exact, without floating point.
fn whole_seconds(number: &[u8]) -> Option<u64> {
    let (mantissa, exponent) = match number.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (number.get(..at)?, exponent(number.get(at + 1..)?)),
        None => (number, 0),
    };
    let digits = mantissa.strip_prefix(b"-").unwrap_or(mantissa);
    let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
    let values = || digits.iter().filter(|byte| **byte != b'.').map(|byte| u64::from(byte - b'0'));
    if values().all(|digit| digit == 0) {
        return Some(0);
    }
    if mantissa.len() != digits.len() {
        return None;
    }
    let whole = i64::try_from(point).ok()?.saturating_add(exponent).clamp(0, i64::from(i32::MAX));
    let mut seconds = 0_u64;
    // Some digit is not zero, and 16 digits behind it is the bound reached: no exponent makes this long.
    for digit in values().chain(std::iter::repeat(0)).take(usize::try_from(whole).ok()?) {
        seconds = seconds * 10 + digit; // below 2^57, because it was at most 2^53
        if seconds > MAX_SECONDS {
            return None;
        }
    }
    Some(seconds)
}

/// An exponent; beyond the length of any number's digits, it does not matter how far.
fn exponent(text: &[u8]) -> i64 {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let size = digits.iter().fold(0_i64, |size, digit| size.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    if text.first() == Some(&b'-') { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: &str) -> Date {
        Date::of(number.as_bytes())
    }

    #[test]
    fn whole_seconds_count_and_fractions_are_cut_off() {
        for (number, seconds) in [
            ("0", 0),
            ("-0", 0),
            ("-0.0e5", 0),
            ("1730000000", 1_730_000_000),
            ("1730000000.999", 1_730_000_000),
            ("1.73e9", 1_730_000_000),
            ("1.73E+9", 1_730_000_000),
            ("17300000009e-1", 1_730_000_000),
            ("0.00173e12", 1_730_000_000),
            ("0.9", 0),
            ("9e-1", 0),
            ("1e-400", 0),
            ("0e99999999999999999999", 0),
            ("9007199254740992", 1 << 53),
            ("9007199254740992.5", 1 << 53),
        ] {
            assert_eq!(of(number), Date::Seconds(seconds), "{number}");
        }
    }

    #[test]
    fn r11_what_is_no_point_in_time_is_wrong() {
        for number in [
            "-1",
            "-0.5",
            "1e16",
            "9007199254740993",
            "1e20",
            "1e400",
            "1e99999999999999999999",
            "99999999999999999999",
        ] {
            assert_eq!(of(number), Date::Wrong, "{number}");
        }
    }

    #[test]
    fn r18_long_numbers_take_no_longer_than_their_digits() {
        let zeros = "0".repeat(100_000);
        assert_eq!(of(&format!("0.{zeros}1e100011")), Date::Seconds(10_000_000_000));
        assert_eq!(of(&format!("0.{zeros}1e-9999999999")), Date::Seconds(0));
        assert_eq!(of(&format!("1{zeros}")), Date::Wrong);
        assert_eq!(of(&format!("1{zeros}e-100000")), Date::Seconds(1));
    }
}
