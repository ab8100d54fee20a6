//! From headers to a state.

use clerk_edge::core::session::{
    Accepts, Cookies, Extracted, Headers, Instance, Machine, MachineReason, SignedOut, SignedOutReason, Source, Step,
    TokenKind, Verification, cookie_suffix,
};
use clerk_edge::core::time::UnixTime;

use crate::vectors::{RequestCase, Vectors, accepts, reason};

fn machine_reason(word: &str) -> MachineReason {
    let all = [MachineReason::TokenInvalid, MachineReason::TokenVerificationFailed, MachineReason::UnexpectedError];
    all.into_iter().find(|reason| reason.as_str() == word).unwrap_or_else(|| panic!("{word}"))
}

/// What a shell would come to that verifies tokens as @clerk/backend did.
fn settle(vectors: &Vectors, extracted: &Extracted<'_>, case: &RequestCase) -> Result<TokenKind, SignedOut> {
    let RequestCase(_, method, kinds, ..) = case;
    let verification = match extracted.step(&accepts(kinds)) {
        Step::SignedOut(state) => return Err(state),
        Step::Verify(verification) => verification,
    };
    let token = extracted.token().unwrap();
    let name = vectors.name_of(token);
    match verification {
        Verification::Session => match vectors.outcomes[name].as_str() {
            "ok" => Ok(TokenKind::Session),
            word => Err(extracted.session_refused(reason(word), method)),
        },
        Verification::MachineJwt(kind) => match vectors.machine_outcomes[name].as_str() {
            "ok" => Ok(kind),
            word => Err(SignedOut::machine(kind, machine_reason(word))),
        },
        Verification::Opaque(kind) => {
            let (status, body) = vectors.answers.get(token).cloned().unwrap_or((404, serde_json::json!({})));
            let judged = Machine::judge(kind, status, body.to_string().as_bytes(), &[], vectors.now()).map(|_| kind);
            judged.map_err(|reason| SignedOut::machine(kind, reason))
        }
    }
}

/// As what we say that nobody is signed in, where that is something else than @clerk/backend says: a token that starts
/// like an API key's or an OAuth token and has the form of a JWT. It calls every JWT that it cannot read a machine's.
fn divergence(case: &RequestCase) -> Option<&'static str> {
    let RequestCase(_, _, _, authorization, _, _, said, kind) = case;
    match (authorization.as_deref(), said.as_str(), kind.as_deref()) {
        (Some("Bearer {keyForm}" | "Bearer {opaqueDots}"), "token-invalid", Some("m2m_token")) => Some("api_key"),
        (Some("Bearer {oauthForm}"), "token-invalid", Some("m2m_token")) => Some("oauth_token"),
        _ => None,
    }
}

#[test]
fn requests_come_to_the_state_that_clerk_says() {
    let vectors = Vectors::read();
    let mut wrong = Vec::new();
    for case in &vectors.requests {
        let RequestCase(key, _, _, authorization, cookie, status, said, kind) = case;
        let authorization = authorization.as_deref().map(|text| vectors.filled(text, key).trim().to_owned());
        let cookie = cookie.as_deref().map(|text| vectors.filled(text, key).trim().to_owned());
        let headers = Headers { authorization: authorization.as_deref(), cookie: cookie.as_deref() };
        let instance = vectors.instance(key);
        let extracted = Extracted::from(headers, &instance, vectors.now());
        let ours = match settle(&vectors, &extracted, case) {
            Ok(kind) => ("signed-in", vectors.name_of(extracted.token().unwrap()).to_owned(), Some(kind)),
            Err(state) => ("signed-out", state.reason.as_str().to_owned(), state.kind),
        };
        let kind = divergence(case).or(kind.as_deref());
        if (ours.0, ours.1.as_str(), ours.2.map(TokenKind::as_str)) != (status, said, kind) {
            wrong.push(format!("{case:?}: {ours:?}"));
        }
    }
    assert!(vectors.requests.len() > 1_500);
    assert!(wrong.is_empty(), "{} of {}: {:#?}", wrong.len(), vectors.requests.len(), &wrong[..wrong.len().min(20)]);
}

#[test]
fn cookies_are_read_as_clerk_reads_them() {
    let vectors = Vectors::read();
    for (header, found) in &vectors.cookies {
        for name in ["a", "b", "A", "__proto__", "constructor", "a%3Db", "a=b", "toString"] {
            let ours = Cookies::new(header).get(name);
            assert_eq!(ours.as_deref(), found.get(name).map(String::as_str), "{header}: {name}");
        }
    }
}

#[test]
fn suffixes_are_those_of_clerk() {
    let vectors = Vectors::read();
    for key in ["live", "test"] {
        assert_eq!(cookie_suffix(vectors.key(key)), vectors.suffixes[key]);
    }
}

fn step_of(headers: Headers<'_>, accepts: &Accepts) -> Step {
    let vectors = Vectors::read();
    Extracted::from(headers, &vectors.instance("live"), vectors.now()).step(accepts)
}

const fn mismatch(kind: Option<TokenKind>) -> (SignedOutReason, Option<TokenKind>) {
    (SignedOutReason::TokenTypeMismatch, kind)
}

fn signed_out(step: &Step) -> (SignedOutReason, Option<TokenKind>) {
    match step {
        Step::SignedOut(state) => (state.reason, state.kind),
        Step::Verify(how) => panic!("{how:?}"),
    }
}

#[test]
fn r08_tokens_of_another_kind_are_no_session_in_the_header_nor_in_a_cookie() {
    let vectors = Vectors::read();
    for name in
        ["m2m", "m2mCatless", "m2mAsSession", "oauth", "oauthLong", "template", "unknownCat", "numberCat", "nullCat"]
    {
        // The padding of a signature is not signed, so whoever presents the token may add it. What Clerk reads only
        // without is refused for its `typ` later on.
        let paddings: &[&str] = if name.starts_with("oauth") { &[""] } else { &["", "=", "=="] };
        for token in paddings.iter().map(|padding| format!("{}{padding}", vectors.tokens[name])) {
            let (bearer, cookie) = (format!("Bearer {token}"), format!("__session={token}; __client_uat=1"));
            for headers in [
                Headers { authorization: Some(&bearer), cookie: None },
                Headers { authorization: None, cookie: Some(&cookie) },
            ] {
                let step = step_of(headers, &Accepts::default());
                assert_eq!(signed_out(&step), mismatch(Some(TokenKind::Session)), "{name}");
            }
        }
    }
    for name in ["fresh", "catless", "ignored"] {
        let bearer = format!("Bearer {}", vectors.tokens[name]);
        let headers = Headers { authorization: Some(&bearer), cookie: None };
        assert_eq!(step_of(headers, &Accepts::default()), Step::Verify(Verification::Session), "{name}");
    }
}

#[test]
fn r09_a_cookie_cannot_be_forged_inside_another() {
    let token = &Vectors::read().tokens["fresh"];
    let cookie = format!("theme=x%3B%20__session={token}%3B%20__client_uat=1; lang=%3B__client_uat%3D1");
    let step = step_of(Headers { authorization: None, cookie: Some(&cookie) }, &Accepts::default());
    assert_eq!(signed_out(&step).0, SignedOutReason::SessionTokenAndUatMissing);
}

#[test]
fn r09_an_issuer_that_is_no_text_is_another_instances() {
    let vectors = Vectors::read();
    let (odd, fresh) = (&vectors.tokens["oddIssuer"], &vectors.tokens["fresh"]);
    let suffix = &vectors.suffixes["live"];
    let cookie = format!("__session={odd}; __session_{suffix}={fresh}; __client_uat_{suffix}=1");
    let instance = vectors.instance("live");
    let headers = Headers { authorization: None, cookie: Some(&cookie) };
    assert_eq!(Extracted::from(headers, &instance, vectors.now()).token(), Some(fresh.as_str()));
}

#[test]
fn r10_nothing_but_authorization_and_cookies_says_who_a_request_is_from() {
    // There is no other field; and names that gateways like in headers mean nothing in a cookie.
    let Headers { authorization: None, cookie: None } = Headers::default() else { panic!("empty by default") };
    let cookie = "x-clerk-user-id=user_1; x-clerk-auth-status=signed-in; x-clerk-auth-token=a; __clerk_uat=1";
    let step = step_of(Headers { authorization: None, cookie: Some(cookie) }, &Accepts::default());
    assert_eq!(signed_out(&step).0, SignedOutReason::SessionTokenAndUatMissing);
    let basic = "Basic dXNlcjE6eA==";
    let step = step_of(Headers { authorization: Some(basic), cookie: Some(cookie) }, &Accepts::default());
    assert_eq!(signed_out(&step).0, SignedOutReason::SessionTokenAndUatMissing);
}

#[test]
fn r18_nothing_that_is_presented_panics() {
    let long = "A".repeat(100_000);
    let odd =
        ["", " ", "Bearer", "Bearer .", "Bearer ..", "Bearer bnVsbA.bnVsbA.", "Bearer é.é.é", "\u{0}", "mt_", &long];
    for text in odd {
        for headers in [
            Headers { authorization: Some(text), cookie: None },
            Headers { authorization: None, cookie: Some(text) },
            Headers { authorization: None, cookie: Some(&format!("__session={text}; __client_uat={text}")) },
        ] {
            let extracted = Extracted::from(headers, &Instance::unnamed(), UnixTime::from_millis(u64::MAX));
            for kinds in [Accepts::default(), Accepts::Any, Accepts::Only(TokenKind::M2m), Accepts::OneOf(vec![])] {
                let step = extracted.step(&kinds);
                assert!(!matches!(step, Step::Verify(Verification::Session | Verification::MachineJwt(_))), "{text}");
            }
        }
    }
}

#[test]
fn an_opaque_token_that_is_too_long_is_not_sent_anywhere() {
    let long = format!("Bearer ak_{}", "a".repeat(20_000));
    let step = step_of(Headers { authorization: Some(&long), cookie: None }, &Accepts::Any);
    assert_eq!(signed_out(&step), (SignedOutReason::Machine(MachineReason::TokenInvalid), Some(TokenKind::ApiKey)));
}

#[test]
fn without_a_publishable_key_the_cookies_without_suffix_count() {
    let vectors = Vectors::read();
    let suffix = &vectors.suffixes["live"];
    let (plain, other) = (&vectors.tokens["older"], &vectors.tokens["fresh"]);
    let cookie = format!("__session={plain}; __client_uat=5; __session_{suffix}={other}; __client_uat_{suffix}=6");
    let headers = Headers { authorization: None, cookie: Some(&cookie) };
    let extracted = Extracted::from(headers, &Instance::unnamed(), vectors.now());
    assert_eq!((extracted.token(), extracted.client_uat()), (Some(plain.as_str()), Some(5)));
    let nameless = format!("__session={}; __client_uat=5", vectors.tokens["issuerless"]);
    let headers = Headers { authorization: None, cookie: Some(&nameless) };
    let extracted = Extracted::from(headers, &Instance::unnamed(), vectors.now());
    assert_eq!((extracted.source(), extracted.client_uat()), (Source::Cookie, Some(5)));
}

#[test]
fn no_token_shows_in_debug_output() {
    let vectors = Vectors::read();
    let token = &vectors.tokens["fresh"];
    let (bearer, cookie) = (format!("Bearer {token}"), format!("__session={token}"));
    let headers = Headers { authorization: Some(&bearer), cookie: Some(&cookie) };
    let extracted = Extracted::from(headers, &vectors.instance("live"), vectors.now());
    for shown in [format!("{headers:?}"), format!("{extracted:?}"), format!("{:?}", Cookies::new(&cookie))] {
        assert!(!shown.contains("eyJ"), "{shown}");
    }
}
