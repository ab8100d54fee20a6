//! Claims, once the signature was found good.

use super::{PAYLOAD, proven, refusal};
use clerk_edge::core::jwt::{Checks, Reason};
use clerk_edge::core::time::{Duration, UnixTime};

const NOW: u64 = 1_730_000_000_000;
const SKEW: Duration = Duration::from_secs(5);

fn at(millis: u64) -> UnixTime {
    UnixTime::from_millis(millis)
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// Why a token with these members, besides a good `sub` and `exp`, is refused.
fn with(members: &str, checks: &Checks) -> Option<Reason> {
    let payload = format!(r#"{{"sub":"user_1","exp":1730000060{members}}}"#);
    refusal(proven(&payload).check(checks, at(NOW)))
}

fn time(members: &str, skew: Duration, now: u64) -> Option<Reason> {
    refusal(proven(&format!(r#"{{"sub":"user_1",{members}}}"#)).check_time(skew, at(now)))
}

#[test]
fn the_subject_is_a_string() {
    let subject = |payload: &str| refusal(proven(payload).check_static(&Checks::default()));
    for payload in [r#"{"sub":"user_1"}"#, r#"{"sub":""}"#, r#"{"sub":5,"sub":"a"}"#, r#"{"\u0073ub":"a"}"#] {
        assert_eq!(subject(payload), None, "{payload}");
    }
    for payload in
        ["{}", r#"{"sub":null}"#, r#"{"sub":5}"#, r#"{"sub":["a"]}"#, r#"{"sub":"a","sub":5}"#, r#"{"sub":"\ud800"}"#]
    {
        assert_eq!(subject(payload), Some(Reason::VerificationFailed), "{payload}");
    }
}

#[test]
fn one_audience_must_be_one_that_is_asked_for() {
    let checks = Checks { audience: texts(&["a", "b", ""]), ..Checks::default() };
    let aud = |json: &str| with(&format!(r#","aud":{json}"#), &checks);
    assert_eq!(with("", &checks), None, "absent");
    for json in
        ["\"a\"", "\"b\"", "\"\\u0061\"", "[\"x\",\"b\"]", "[\"\",\"a\"]", "\"\"", "[]", "[\"\"]", "[\"\",\"\"]"]
    {
        assert_eq!(aud(json), None, "{json}");
    }
    // Of these, Clerk's SDK accepts 5 and every array that is not one of strings only.
    for json in [
        "\"x\"",
        "\"A\"",
        "\"a \"",
        "[\"x\"]",
        "[\"x\",\"\"]",
        "5",
        "0",
        "true",
        "null",
        "{}",
        "{\"a\":\"a\"}",
        "[\"a\",5]",
        "[5,\"a\"]",
        "[null]",
        "[[\"a\"]]",
        "[\"a\",{}]",
        "[\"a\",\"\\ud800\"]",
    ] {
        assert_eq!(aud(json), Some(Reason::VerificationFailed), "{json}");
    }
    for nothing in [texts(&[]), texts(&[""])] {
        let checks = Checks { audience: nothing, ..Checks::default() };
        assert_eq!(with(r#","aud":5"#, &checks), None, "nothing is asked for");
    }
}

#[test]
fn the_authorized_party_is_on_the_list() {
    let checks = Checks { authorized_parties: texts(&["https://a.test", ""]), ..Checks::default() };
    let azp = |json: &str| with(&format!(r#","azp":{json}"#), &checks);
    assert_eq!(azp("\"https://a.test\""), None);
    assert_eq!(azp("\"https:\\/\\/a.test\""), None);
    for json in ["\"https://b.test\"", "\"https://a.test/\"", "\"\"", "null", "5", "[\"https://a.test\"]"] {
        assert_eq!(azp(json), Some(Reason::InvalidAuthorizedParties), "{json}");
    }
    assert_eq!(with("", &checks), Some(Reason::InvalidAuthorizedParties), "absent");
    assert_eq!(with("", &Checks::default()), None);
    let nobody = Checks { authorized_parties: texts(&[""]), ..Checks::default() };
    assert_eq!(with(r#","azp":"""#, &nobody), Some(Reason::InvalidAuthorizedParties));
}

#[test]
fn the_issuer_is_on_the_list() {
    let checks = Checks { issuer: texts(&["https://clerk.a.test", ""]), ..Checks::default() };
    let iss = |json: &str| with(&format!(r#","iss":{json}"#), &checks);
    assert_eq!(iss("\"https://clerk.a.test\""), None);
    for json in ["\"https://clerk.a.test/\"", "\"\"", "null", "[\"https://clerk.a.test\"]", "\"\\ud800\""] {
        assert_eq!(iss(json), Some(Reason::InvalidIssuer), "{json}");
    }
    assert_eq!(with("", &checks), Some(Reason::InvalidIssuer), "absent");
    let nothing = Checks { issuer: texts(&[""]), ..Checks::default() };
    assert_eq!(with(r#","iss":5"#, &nothing), None);
}

#[test]
fn r11_boundaries_are_exact_to_the_millisecond() {
    use Reason::{Expired, IatInTheFuture, NotActiveYet};
    let claim = NOW / 1_000;
    for (name, skew, late) in [("exp", 5_000, Expired), ("exp", 0, Expired), ("exp", 1, Expired)] {
        let check = |now| time(&format!(r#""{name}":{claim}"#), Duration::from_millis(skew), now);
        assert_eq!(check(NOW + skew - 1), None);
        assert_eq!(check(NOW + skew), Some(late));
        assert_eq!(check(NOW + skew + 1), Some(late));
    }
    for (name, early) in [("nbf", NotActiveYet), ("iat", IatInTheFuture)] {
        for skew in [5_000, 0, 1] {
            let members = format!(r#""exp":9000000000,"{name}":{claim}"#);
            let check = |now| time(&members, Duration::from_millis(skew), now);
            assert_eq!(check(NOW - skew - 1), Some(early));
            assert_eq!(check(NOW - skew), None);
            assert_eq!(check(NOW - skew + 1), None);
        }
    }
}

#[test]
fn r11_fractions_of_seconds_are_cut_off() {
    for exp in ["1730000000.999", "1730000000.0", "1.730000000999e9", "1730000000999e-3"] {
        let check = |now| time(&format!(r#""exp":{exp}"#), Duration::ZERO, now);
        assert_eq!((check(NOW - 1), check(NOW)), (None, Some(Reason::Expired)), "{exp}");
    }
    assert_eq!(time(r#""exp":9000000000,"nbf":1730000000.999"#, Duration::ZERO, NOW), None);
    assert_eq!(time(r#""exp":9000000000,"iat":1730000000.999"#, Duration::ZERO, NOW), None);
}

#[test]
fn r11_what_is_no_point_in_time_is_refused() {
    let wrong = [
        "\"1730000060\"",
        "null",
        "true",
        "[1730000060]",
        "{}",
        "1e400",
        "-1e400",
        "1e20",
        "9007199254740993",
        "-1",
        "-0.5",
    ];
    for number in wrong {
        for members in [
            format!(r#""exp":{number}"#),
            format!(r#""exp":9000000000,"nbf":{number}"#),
            format!(r#""exp":9000000000,"iat":{number}"#),
            format!(r#""exp":9000000000,"nbf":1,"iat":{number}"#),
        ] {
            assert_eq!(time(&members, SKEW, NOW), Some(Reason::VerificationFailed), "{members}");
        }
    }
    assert_eq!(refusal(proven(r#"{"sub":"a"}"#).check_time(SKEW, at(NOW))), Some(Reason::VerificationFailed), "absent");
    assert_eq!(time(r#""exp":9007199254740992"#, SKEW, NOW), None, "far, but a point in time");
    assert_eq!(time(r#""exp":9000000000,"nbf":9007199254740992"#, SKEW, NOW), Some(Reason::NotActiveYet));
    assert_eq!(time(r#""exp":-0"#, SKEW, NOW), Some(Reason::Expired));
    assert_eq!(time(r#""exp":0"#, SKEW, 4_999), None);
}

#[test]
fn no_clock_and_no_skew_overflows() {
    assert_eq!(time(r#""exp":9007199254740992"#, Duration::MAX, u64::MAX - 1), None);
    assert_eq!(time(r#""exp":1,"nbf":9007199254740992"#, Duration::MAX, 0), None);
    assert_eq!(time(r#""exp":1"#, Duration::ZERO, u64::MAX), Some(Reason::Expired));
    assert_eq!(proven(PAYLOAD).expires_at(Duration::MAX), at(u64::MAX));
}

#[test]
fn r05_checks_come_in_clerks_order_and_name_nothing_that_is_configured() {
    let checks = Checks {
        authorized_parties: texts(&["https://secret.test"]),
        audience: texts(&["secret-audience"]),
        issuer: texts(&["https://secret-issuer.test"]),
        skew: SKEW,
    };
    let good = [
        r#""sub":"user_1""#,
        r#""aud":"secret-audience""#,
        r#""azp":"https://secret.test""#,
        r#""iss":"https://secret-issuer.test""#,
        r#""exp":1730000060"#,
        r#""nbf":1730000000"#,
        r#""iat":1730000000"#,
    ];
    let bad = [
        (r#""sub":null"#, Reason::VerificationFailed, "sub"),
        (r#""aud":"their-audience""#, Reason::VerificationFailed, "aud"),
        (r#""azp":"their-party""#, Reason::InvalidAuthorizedParties, "azp"),
        (r#""iss":"their-issuer""#, Reason::InvalidIssuer, "iss"),
        (r#""exp":1"#, Reason::Expired, "expired"),
        (r#""nbf":2000000000"#, Reason::NotActiveYet, "nbf"),
        (r#""iat":2000000000"#, Reason::IatInTheFuture, "iat"),
    ];
    // Everything before `first` is good, everything from there on is bad.
    for (first, (_, reason, word)) in bad.iter().enumerate() {
        let members: Vec<_> =
            good[..first].iter().copied().chain(bad[first..].iter().map(|(member, ..)| *member)).collect();
        let error = proven(&format!("{{{}}}", members.join(","))).check(&checks, at(NOW)).unwrap_err();
        assert_eq!(error.reason, *reason, "{word}");
        assert!(error.to_string().contains(word), "{error}");
        assert!(!error.to_string().contains("secret") && !error.to_string().contains("their"), "{error}");
    }
    assert_eq!(proven(&format!("{{{}}}", good.join(","))).check(&checks, at(NOW)), Ok(()));
}

#[test]
fn a_type_error_of_a_later_claim_waits_for_the_earlier_one() {
    assert_eq!(time(r#""exp":1,"nbf":"x""#, SKEW, NOW), Some(Reason::Expired));
    assert_eq!(time(r#""exp":9000000000,"nbf":8000000000,"iat":"x""#, SKEW, NOW), Some(Reason::NotActiveYet));
    let both = r#"{"sub":"a","azp":"x","exp":"x"}"#;
    let checks = Checks { authorized_parties: texts(&["y"]), ..Checks::default() };
    assert_eq!(refusal(proven(both).check(&checks, at(NOW))), Some(Reason::InvalidAuthorizedParties));
}

#[test]
fn r12_the_same_claims_are_checked_again_for_every_use() {
    let claims = proven(r#"{"sub":"user_1","azp":"https://a.test","exp":1730000060,"nbf":1730000000}"#);
    let party = |party| Checks { authorized_parties: texts(&[party]), ..Checks::default() };
    assert_eq!(claims.check(&party("https://a.test"), at(NOW)), Ok(()));
    assert_eq!(refusal(claims.check(&party("https://b.test"), at(NOW))), Some(Reason::InvalidAuthorizedParties));
    assert_eq!(refusal(claims.check(&party("https://a.test"), at(NOW + 65_000))), Some(Reason::Expired));
    assert_eq!(refusal(claims.check(&party("https://a.test"), at(NOW - 6_000))), Some(Reason::NotActiveYet));
    assert_eq!(claims.check(&party("https://a.test"), at(NOW)), Ok(()));
}

#[test]
fn r12_claims_expire_when_they_say_so() {
    let claims = proven(PAYLOAD);
    let end = claims.expires_at(SKEW);
    assert_eq!(end, at(1_730_000_065_000));
    assert_eq!(claims.check_time(SKEW, at(end.as_millis() - 1)), Ok(()));
    assert_eq!(refusal(claims.check_time(SKEW, end)), Some(Reason::Expired));
    assert_eq!(proven("{}").expires_at(SKEW), at(0));
}

#[test]
fn facts_are_kept_apart_from_the_json() {
    let payload =
        r#"{"sub":"user_\u0031","sid":"sess_1","azp":"a","iss":"i","sts":"pending","iat":7,"exp":8.5,"x":[{}]}"#;
    let mut claims = proven(payload);
    let held = claims.heap_bytes();
    assert_eq!(claims.take_payload(), payload);
    assert!(claims.heap_bytes() < held && claims.payload().is_empty());
    assert_eq!((claims.sub(), claims.sid(), claims.azp()), (Some("user_1"), Some("sess_1"), Some("a")));
    assert_eq!((claims.iss(), claims.sts()), (Some("i"), Some("pending")));
    assert_eq!((claims.issued(), claims.expires()), (Some(at(7_000)), Some(at(8_000))));
    let none = proven(r#"{"sid":5,"azp":null,"sts":["active"],"sid":"x","sid":{}}"#);
    assert_eq!((none.sub(), none.sid(), none.azp(), none.iss(), none.sts()), (None, None, None, None, None));
}
