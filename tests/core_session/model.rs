//! Whatever comes in: no panic, valid JSON out, and cookies as a naive reader finds them.

use clerk_edge::core::session::{
    Accepts, Auth, Cookies, Extracted, HasQuery, Headers, Instance, Machine, PendingSessions, Step, TokenKind,
};
use clerk_edge::core::time::{Duration, UnixTime};
use proptest::prelude::*;

/// RFC 6265, 5.4, without decoding.
fn naive<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    for pair in header.split(';') {
        let mut words = pair.splitn(2, '=');
        let (key, value) = (words.next()?, words.next());
        if let Some(value) = value.filter(|_| key.trim_matches([' ', '\t']) == name) {
            return Some(value.trim_matches([' ', '\t']));
        }
    }
    None
}

/// Claims that are nearly right: names that count, values of every type.
fn claims() -> impl Strategy<Value = String> {
    let name =
        prop::sample::select(vec!["sub", "v", "o", "fea", "pla", "fva", "sts", "org_id", "org_permissions", "id"]);
    let value = prop_oneof![
        Just("null".to_owned()),
        Just("2".to_owned()),
        "\"[ou]{0,2}:?[a-c,:]{0,6}\"",
        "[0-9]{1,40}(e-?[0-9]{1,2})?".prop_filter("JSON has no leading zeros", |n| !n.starts_with('0') || n == "0"),
        Just("[5,-1]".to_owned()),
        r#"\{"id":"org_1","per":"[a-c,]{0,6}","fpm":"[0-9,]{0,60}"\}"#,
    ];
    prop::collection::vec((name, value), 0..8).prop_map(|members| {
        let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

proptest! {
    #[test]
    fn r09_cookies_are_those_that_a_naive_reader_finds(header in "[ab=; \tx]{0,30}") {
        for name in ["a", "b", "ab", ""] {
            let ours = Cookies::new(&header).get(name);
            prop_assert_eq!(ours.as_deref(), naive(&header, name), "{}: {}", header, name);
        }
    }

    #[test]
    fn r18_headers_of_any_kind_come_to_a_step(authorization in ".{0,40}", cookie in "(__session=|__client_uat=|[%a-f0-9;. =]){0,40}") {
        let headers = Headers { authorization: Some(&authorization), cookie: Some(&cookie) };
        let extracted = Extracted::from(headers, &Instance::new("pk_test_x", "a.b"), UnixTime::default());
        let steps = [Accepts::default(), Accepts::Any, Accepts::OneOf(vec![TokenKind::ApiKey])].map(|kinds| extracted.step(&kinds));
        let verified = steps.iter().filter(|step| matches!(step, Step::Verify(_))).count();
        prop_assert!(verified == 0 || authorization.contains('_'), "only an opaque token can come of this");
    }

    #[test]
    fn r18_claims_of_any_kind_are_shown_as_json(json in claims(), question in claims()) {
        let auth = Auth::from_claims(json.as_bytes()).unwrap();
        for pending in [PendingSessions::AreSignedIn, PendingSessions::AreSignedOut] {
            let shown: Result<serde_json::Value, _> = serde_json::from_str(&auth.to_json(pending));
            prop_assert!(shown.is_ok(), "{}: {}", json, auth.to_json(pending));
        }
        let query = HasQuery::from_json(question.as_bytes()).unwrap();
        prop_assert!(!auth.has(&query, PendingSessions::AreSignedIn), "it asks for nothing");
    }

    #[test]
    fn r18_bytes_of_any_kind_are_taken_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let machine = Machine::judge(TokenKind::OAuth, 200, &bytes, &[], UnixTime::default());
        prop_assert!(machine.map_or(Duration::ZERO, |machine| machine.lifetime(Duration::ZERO, UnixTime::default())).is_zero());
        prop_assert_eq!(Auth::from_claims(&bytes).is_some(), serde_json::from_slice::<serde_json::Map<_, _>>(&bytes).is_ok());
        prop_assert_eq!(HasQuery::from_json(&bytes).is_some(), Auth::from_claims(&bytes).is_some());
    }
}
