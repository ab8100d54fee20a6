//! What is decided before a key is looked for, and what the signature decides.

use super::{HEADER, PAYLOAD, encode, parse, reason, refusal, token};
use clerk_edge::core::jwt::{Algorithm, Category, MAX_TOKEN_BYTES, Proof, Reason, Types, Unverified, expiry_of};
use clerk_edge::core::time::UnixTime;

/// A token with this header, and what checks 5 and 6 say of it.
fn checked(header: &str, types: Types<'_>) -> Result<Algorithm, Reason> {
    reason(parse(header, PAYLOAD).and_then(|token| token.check_header(types)))
}

#[test]
fn a_token_is_taken_apart() {
    let text = token(HEADER, PAYLOAD);
    let token = Unverified::parse(&text).unwrap();
    assert_eq!(token.kid(), Some("ins_1"));
    assert_eq!(token.signature(), b"signature");
    assert_eq!(&text[..token.signed_len()], text.rsplit_once('.').unwrap().0);
    assert_eq!(token.check_header(Types::Default), Ok(Algorithm::Rs256));
    let claims = token.proven(Proof::Good).unwrap();
    assert_eq!((claims.sub(), claims.payload()), (Some("user_1"), PAYLOAD));
}

#[test]
fn a_token_has_three_parts_of_base64url() {
    let text = token(HEADER, PAYLOAD);
    let (signed, signature) = text.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    assert!(Unverified::parse(&format!("{signed}.Zg")).is_ok());
    for text in [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        signed.to_owned(),
        format!("{text}."),
        format!(".{text}"),
        format!("{text}.{signature}"),
        format!("{text} "),
        format!(" {text}"),
        format!("{text}\n"),
        format!("Bearer {text}"),
        format!("{signed}.Zg+"),
        format!("{signed}.Zg/"),
        format!("{signed}.Z"),
        format!("{signed}.Zh"),
        format!("{signed}.Zg=g"),
        format!("{signed}.é"),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{header} .{payload}.{signature}"),
    ] {
        assert_eq!(refusal(Unverified::parse(&text)), Some(Reason::Invalid), "{text:?}");
    }
    for padded in ["Zg=", "Zg==", "Zg===", "Zm9v=", "", "="] {
        assert!(Unverified::parse(&format!("{header}=.{payload}==.{padded}")).is_ok(), "{padded}");
    }
}

#[test]
fn r18_header_and_payload_are_objects_in_json() {
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    for json in
        ["null", "true", "5", "\"text\"", "[]", "[{}]", "", " ", "{", "{}{}", "{\"a\":1,}", "{'a':1}", "\u{feff}{}"]
    {
        assert_eq!(refusal(parse(json, PAYLOAD)), Some(Reason::Invalid), "header {json}");
        assert_eq!(refusal(parse(HEADER, json)), Some(Reason::Invalid), "payload {json}");
    }
    assert!(parse(HEADER, &deep(127)).is_ok());
    assert_eq!(refusal(parse(HEADER, &deep(128))), Some(Reason::Invalid));
    assert_eq!(refusal(parse(&deep(128), PAYLOAD)), Some(Reason::Invalid));
    assert_eq!(refusal(parse(HEADER, &deep(5_000))), Some(Reason::Invalid));
    assert!(parse(" {\n} ", "{}").is_ok());
}

#[test]
fn r18_bytes_that_are_not_utf_8_are_refused() {
    for bytes in [&b"{\"sub\":\"\xff\"}"[..], b"{\"sub\":\"\xc3\"}", b"{\"\xed\xa0\x80\":1}", b"\xff{}"] {
        let [header, payload, odd] = [HEADER.as_bytes(), PAYLOAD.as_bytes(), bytes].map(encode);
        assert_eq!(refusal(Unverified::parse(&format!("{header}.{odd}.Zg"))), Some(Reason::Invalid));
        assert_eq!(refusal(Unverified::parse(&format!("{odd}.{payload}.Zg"))), Some(Reason::Invalid));
    }
}

#[test]
fn r18_tokens_have_a_length() {
    let signed = token(HEADER, PAYLOAD).rsplit_once('.').unwrap().0.to_owned();
    let of = |bytes: usize| {
        let letters = bytes - signed.len() - 1;
        refusal(Unverified::parse(&format!("{signed}.{}", "A".repeat(letters))))
    };
    let fits = if (MAX_TOKEN_BYTES - signed.len() - 1) % 4 == 1 { MAX_TOKEN_BYTES - 1 } else { MAX_TOKEN_BYTES };
    assert_eq!(of(fits), None);
    for length in [MAX_TOKEN_BYTES + 1, MAX_TOKEN_BYTES + 2, 1 << 20] {
        assert_eq!(of(length), Some(Reason::Invalid));
    }
}

#[test]
fn r07_only_rsa_signatures_are_accepted() {
    for (name, algorithm) in [("RS256", Algorithm::Rs256), ("RS384", Algorithm::Rs384), ("RS512", Algorithm::Rs512)] {
        assert_eq!(checked(&format!(r#"{{"alg":"{name}"}}"#), Types::Default), Ok(algorithm));
        assert_eq!(algorithm.as_str(), name);
    }
    for alg in [
        "\"none\"",
        "\"HS256\"",
        "\"PS256\"",
        "\"ES256\"",
        "\"rs256\"",
        "\"RS256 \"",
        "\"\"",
        "null",
        "5",
        "[\"RS256\"]",
    ] {
        let header = format!(r#"{{"alg":{alg}}}"#);
        assert_eq!(checked(&header, Types::Default), Err(Reason::InvalidAlgorithm), "{alg}");
    }
    assert_eq!(checked("{}", Types::Default), Err(Reason::InvalidAlgorithm));
    assert_eq!(checked(r#"{"toString":1,"__proto__":{"alg":"RS256"}}"#, Types::Default), Err(Reason::InvalidAlgorithm));
}

#[test]
fn the_type_is_compared_as_it_is_and_before_the_algorithm() {
    let typ = |typ: &str, types| checked(&format!(r#"{{"alg":"RS256","typ":{typ}}}"#), types);
    let accepted = Ok(Algorithm::Rs256);
    let refused = Err(Reason::Invalid);
    assert_eq!(typ("\"JWT\"", Types::Default), accepted);
    assert_eq!(typ("\"\\u004aWT\"", Types::Default), accepted);
    assert_eq!(checked(r#"{"alg":"RS256"}"#, Types::Default), accepted);
    for other in ["\"jwt\"", "\"at+jwt\"", "\"\"", "\"JWT \"", "null", "5", "[\"JWT\"]"] {
        assert_eq!(typ(other, Types::Default), refused, "{other}");
    }
    assert_eq!(checked(r#"{"alg":"none","typ":"jwt"}"#, Types::Default), refused);
    for oauth in ["\"at+jwt\"", "\"application/at+jwt\""] {
        assert_eq!(typ(oauth, Types::OAUTH), accepted);
        assert!(parse(&format!(r#"{{"typ":{oauth}}}"#), PAYLOAD).unwrap().is_oauth());
    }
    assert_eq!(typ("\"JWT\"", Types::OAUTH), refused);
    assert_eq!(typ("\"JWT\"", Types::OneOf(&["x", "JWT"])), accepted);
    assert_eq!(typ("\"JWT\"", Types::OneOf(&[])), refused);
    assert_eq!(typ("null", Types::OneOf(&["null"])), refused);
    assert_eq!(checked(r#"{"alg":"RS256"}"#, Types::OAUTH), refused);
    assert!(!parse(HEADER, PAYLOAD).unwrap().is_oauth());
}

#[test]
fn categories_are_told_apart_and_machines_refused() {
    let header = |cat: &str| token(&format!(r#"{{"alg":"RS256","cat":{cat}}}"#), PAYLOAD);
    for (cat, category, session) in [
        ("\"cl_B7d4PD111AAA\"", Category::Session, true),
        ("\"cl_B7d4PD222AAA\"", Category::Template, false),
        ("\"cl_I7d4PD111III\"", Category::Ignore, true),
        ("\"cl_B7d4PD444AAA\"", Category::Other, false),
        ("\"\"", Category::Other, false),
        ("null", Category::Other, false),
        ("[\"cl_B7d4PD333AAA\"]", Category::Other, false),
    ] {
        let token = Unverified::parse(&header(cat)).unwrap();
        assert_eq!((token.category(), token.category().is_session()), (category, session), "{cat}");
    }
    let absent = parse(HEADER, PAYLOAD).unwrap().category();
    assert_eq!((absent, absent.is_session()), (Category::Absent, true));
    let machine = header("\"cl_B7d4PD333AAA\"");
    assert_eq!(refusal(Unverified::parse(&machine)), Some(Reason::Invalid));
    let machine = Unverified::parse_any(&machine).unwrap().category();
    assert_eq!((machine, machine.is_session()), (Category::Machine, false));
}

#[test]
fn machines_are_recognised_by_their_subject() {
    for (payload, machine) in [
        (r#"{"sub":"mch_1"}"#, true),
        (r#"{"sub":"\u006dch_1"}"#, true),
        (r#"{"sub":"user_1","sub":"mch_1"}"#, true),
        (r#"{"sub":"mch_1","sub":5}"#, false),
        (r#"{"sub":"user_mch_"}"#, false),
        (r#"{"sub":["mch_"]}"#, false),
        ("{}", false),
    ] {
        assert_eq!(parse(HEADER, payload).unwrap().looks_like_machine(), machine, "{payload}");
    }
}

#[test]
fn critical_extensions_are_refused_because_none_is_understood() {
    for crit in ["[\"exp\"]", "[]", "null", "[\"b64\"],\"b64\":false"] {
        let header = format!(r#"{{"alg":"RS256","crit":{crit}}}"#);
        assert_eq!(refusal(parse(&header, PAYLOAD)), Some(Reason::Invalid), "{crit}");
    }
    assert_eq!(refusal(parse(r#"{"alg":"RS256","\u0063rit":[]}"#, PAYLOAD)), Some(Reason::Invalid));
}

#[test]
fn a_kid_is_a_string_or_none() {
    let kid = |json: &str| parse(&format!(r#"{{"kid":{json}}}"#), PAYLOAD).unwrap().kid().map(str::to_owned);
    assert_eq!(kid("\"ins_1\"").as_deref(), Some("ins_1"));
    assert_eq!(kid("\"__proto__\"").as_deref(), Some("__proto__"));
    assert_eq!(kid("\"\"").as_deref(), Some(""));
    assert_eq!(kid("\"a\\n\\u00e9\"").as_deref(), Some("a\né"));
    for none in ["5", "null", "[\"ins_1\"]", "\"\\ud800\""] {
        assert_eq!(kid(none), None, "{none}");
    }
    assert_eq!(parse("{}", PAYLOAD).unwrap().kid(), None);
}

#[test]
fn of_duplicate_names_in_a_header_the_last_counts() {
    let header = r#"{"alg":"none","kid":"a","typ":"x","cat":"cl_B7d4PD333AAA","alg":"RS512","kid":"b","typ":"JWT","cat":"cl_B7d4PD111AAA"}"#;
    let token = parse(header, PAYLOAD).unwrap();
    assert_eq!(token.check_header(Types::Default), Ok(Algorithm::Rs512));
    assert_eq!((token.kid(), token.category()), (Some("b"), Category::Session));
    assert_eq!(checked(r#"{"alg":"RS256","alg":"none"}"#, Types::Default), Err(Reason::InvalidAlgorithm));
    assert_eq!(parse(r#"{"kid":"a","kid":null}"#, PAYLOAD).unwrap().kid(), None);
}

#[test]
fn r05_a_bad_signature_is_all_that_a_bad_token_is_told() {
    for payload in ["{}", r#"{"sub":5,"aud":"x","azp":"x","iss":"x","exp":"x","nbf":1e400,"iat":-1}"#, PAYLOAD] {
        let proven = |proof| refusal(parse(HEADER, payload).unwrap().proven(proof));
        assert_eq!(proven(Proof::Good), None);
        assert_eq!(proven(Proof::Bad), Some(Reason::InvalidSignature));
        assert_eq!(proven(Proof::Failed), Some(Reason::VerificationFailed));
    }
    let token = parse(HEADER, PAYLOAD).unwrap();
    assert_eq!(format!("{token:?}"), "Unverified { .. }");
    assert_eq!(format!("{:?}", token.proven(Proof::Good)), "Ok(Claims { .. })");
}

#[test]
fn the_expiry_of_a_text_is_what_its_payload_says() {
    let of = |payload: &str| expiry_of(&token("not even json", payload));
    assert_eq!(of(PAYLOAD), Some(UnixTime::from_millis(1_730_000_060_000)));
    assert_eq!(of(r#"{"exp":1.9}"#), Some(UnixTime::from_millis(1_000)));
    for payload in ["{}", "null", r#"{"exp":"1"}"#, r#"{"exp":-1}"#, r#"{"exp":1e400}"#, r#"{"exp":1"#] {
        assert_eq!(of(payload), None, "{payload}");
    }
    for text in ["", "opaque", "a.b", "a.b.c", "oat_abc.def", "....."] {
        assert_eq!(expiry_of(text), None, "{text}");
    }
}
