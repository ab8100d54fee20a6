//! `clerk::gateway`: who is let in, which requests pass, and how answers and refusals look from outside.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "the helpers of tests may panic")]

use std::cell::RefCell;
use std::rc::Rc;

use clerk_edge::clerk::client::Client;
use clerk_edge::clerk::gateway::{Asked, CacheStatus, Gateway, Incoming, MIN_TOKEN_BYTES, Reply};
use clerk_edge::clerk::pipeline::Pipeline;
use clerk_edge::config::{Config, Host, Options};
use clerk_edge::core::time::Duration;
use clerk_edge::error::Error;
use clerk_edge::runtime::fake::{self, Bytes, FakeRuntime};
use clerk_edge::runtime::http::{Body, Headers, Response};

const SECRET: &str = "sk_test_c2VjcmV0";
const TOKEN: &str = "a-token-of-24-characters";
const VERSION: &str = "2026-05-12";

/// The headers of a request; every header that was read is noted.
#[derive(Default)]
struct Sent {
    headers: Vec<(&'static str, &'static str)>,
    read: RefCell<Vec<String>>,
}

impl Incoming for Sent {
    fn header(&self, name: &str) -> Option<String> {
        self.read.borrow_mut().push(name.to_owned());
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }
}

fn config() -> Config {
    let mut options = Options::default();
    options.secret_key = Some(SECRET.into());
    Config::new(&options, Host::Other).unwrap()
}

fn gateway() -> Gateway {
    Gateway::new(&config(), Some(TOKEN.into())).unwrap()
}

fn parse_with(method: &str, url: &str, sent: &Sent) -> Result<Asked<Bytes>, Error> {
    gateway().parse(&config(), method, url, sent)
}

fn parse(method: &str, target: &str) -> Result<Asked<Bytes>, Error> {
    parse_with(method, &format!("https://gateway.example{target}"), &Sent::default())
}

/// The URL that goes to Clerk.
fn forwarded(method: &str, target: &str) -> String {
    parse(method, target).unwrap_or_else(|error| panic!("{target}: {error}")).question.exchange.url
}

// ---- who is let in ----

#[test]
fn r25_a_gateway_without_a_secret_key_does_not_open() {
    let keyless = Config::new(&Options::default(), Host::Other).unwrap();
    assert!(matches!(Gateway::new(&keyless, Some(TOKEN.into())), Err(Error::InvalidConfig(_))));
    assert!(matches!(Gateway::new(&keyless, None), Err(Error::InvalidConfig(_))));
    for authorization in [None, Some("Bearer "), Some(""), Some("Bearer sk_test_c2VjcmV0")] {
        assert!(!Gateway::default().admits(&keyless, authorization), "{authorization:?}");
    }
}

#[test]
fn r25_a_short_token_is_refused_and_an_empty_one_is_none() {
    let of = |length: usize| Gateway::new(&config(), Some("x".repeat(length)));
    for length in 1..MIN_TOKEN_BYTES {
        assert!(matches!(of(length), Err(Error::InvalidConfig(_))), "{length}");
    }
    assert!(of(MIN_TOKEN_BYTES).is_ok());
    let tokenless = of(0).unwrap();
    assert!(!tokenless.admits(&config(), Some("Bearer ")));
    assert!(tokenless.admits(&config(), Some(&format!("Bearer {SECRET}"))));
}

#[test]
fn r25_the_secret_key_and_the_token_are_let_in_and_nothing_else() {
    let admits = |authorization: &str| gateway().admits(&config(), Some(authorization));
    for known in [SECRET, TOKEN] {
        assert!(admits(&format!("Bearer {known}")));
        for wrong in [
            known.to_owned(),
            format!("bearer {known}"),
            format!("BEARER {known}"),
            format!("Bearer  {known}"),
            format!("Bearer {known} "),
            format!("Bearer {known}x"),
            format!("Bearer {}", &known[..known.len() - 1]),
            format!("Bearer {}", &known[1..]),
            format!("Bearer {}", known.to_uppercase()),
            format!("Bearer {known}\0"),
            format!("Bearer {known},Bearer {known}"),
            format!("Basic {known}"),
            format!(" Bearer {known}"),
        ] {
            assert!(!admits(&wrong), "{wrong:?}");
        }
    }
    for wrong in ["", "Bearer", "Bearer ", "Bearer sk_test_", "Bearer undefined"] {
        assert!(!admits(wrong), "{wrong:?}");
    }
    assert!(!gateway().admits(&config(), None));
}

#[test]
fn r2_no_debug_output_shows_the_token() {
    let shown = format!("{:?}", gateway());
    assert!(!shown.contains(TOKEN), "{shown}");
}

// ---- which requests pass ----

#[test]
fn an_operation_passes_with_its_query_in_canonical_form() {
    assert_eq!(forwarded("GET", "/v1/users"), "https://api.clerk.com/v1/users");
    assert_eq!(
        forwarded("GET", "/v1/users?query=a+b&limit=5&email_address=x%40y.z&email_address=a"),
        "https://api.clerk.com/v1/users?email_address=x%40y.z&email_address=a&limit=5&query=a%20b"
    );
    assert_eq!(forwarded("DELETE", "/v1/users/user_1"), "https://api.clerk.com/v1/users/user_1");
}

#[test]
fn r24_whatever_host_a_request_names_it_goes_to_the_configured_one() {
    for url in [
        "https://evil.example/v1/users",
        "https://api.clerk.com@evil.example/v1/users",
        "https://evil.example:443/v1/users",
        "http://xn--e1afmkfd.example/v1/users",
        "https://gateway.example/v1/users#//evil.example/",
    ] {
        let asked = parse_with("GET", url, &Sent::default()).unwrap();
        assert_eq!(asked.question.exchange.url, "https://api.clerk.com/v1/users", "{url}");
    }
}

#[test]
fn r24_r27_paths_that_two_readers_could_read_in_two_ways_are_refused() {
    for target in [
        "//evil.example/v1/users",
        "/\\evil.example/v1/users",
        "/v1//users",
        "/v1/users/",
        "/v1/users//user_1",
        "/v1/./users",
        "/v1/../v1/users",
        "/v1/users/..",
        "/v1/users/user_1/../../jwks",
        "/v1/users/%2e%2e",
        "/v1/users/%2E%2E/jwks",
        "/v1/users/.%2e",
        "/v1/users/user_1%2f..%2f..%2fjwks",
        "/v1/%2f%2fevil.example",
        "/%2f%2fevil.example/v1/users",
        "/v1/users/user_1;x=1",
        "/v1/users/a%3Bb",
        "/v1/users/a%5Cb",
        "/v1/users/a\\b",
        "/v1/users/a%0d%0aX-Y:1",
        "/v1/users/a\r\nX: 1",
        "/v1/users/a%00",
        "/v1/users/a%",
        "/v1/users/a%4",
        "/v1/users/a%zz",
        "/v1/users/%75ser_1",
        "/v1/%75sers",
        "/v1/users/a%3fb",
        "/v1/users/a%23b",
        "/v1/users/a%2525",
        "/v1/users/é",
        "/v1/users/a b",
        "/v1/users/<a>",
        "/v1/users/a%ef%bc%8fb",
    ] {
        let refused = parse("GET", target);
        assert!(matches!(refused, Err(Error::InvalidPath(_))), "{target}: {refused:?}");
    }
}

#[test]
fn r24_an_address_without_a_path_is_no_request() {
    for url in [
        "https://gateway.example",
        "https://gateway.example?x=/v1/users",
        "https://gateway.example#/v1/users",
        "",
        "v1",
    ] {
        let refused = parse_with("GET", url, &Sent::default());
        assert!(matches!(refused, Err(Error::InvalidPath(_))), "{url}: {refused:?}");
    }
}

#[test]
fn r25_what_the_backend_api_has_no_operation_for_is_refused() {
    for (method, target) in [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/nothing"),
        ("GET", "/v1/v1/users"),
        ("GET", "/v2/users"),
        ("GET", "/V1/users"),
        ("GET", "/users"),
        ("GET", "/v1beta/users"),
        ("POST", "/v1/users/user_1"),
        ("GET", "/v1/sessions/sess_1/tokens"),
        ("HEAD", "/v1/users"),
        ("OPTIONS", "/v1/users"),
        ("get", "/v1/users"),
        ("TRACE", "/v1/users"),
        ("", "/v1/users"),
        ("GET", "/v1/Users"),
        ("GET", "/oauth_applications"),
        ("POST", "/oauth_applications/x/revoke_token"),
        ("GET", "/v1/__sim/stats"),
        ("GET", "/metrics"),
    ] {
        let refused = parse(method, target);
        assert_eq!(refused.err(), Some(Error::OperationNotAllowed), "{method} {target}");
    }
}

#[test]
fn machine_operations_pass_without_a_version_as_clerks_sdk_sends_them() {
    for (method, path) in [
        ("POST", "/m2m_tokens"),
        ("POST", "/m2m_tokens/verify"),
        ("POST", "/api_keys/verify"),
        ("GET", "/api_keys/ak_1"),
        ("POST", "/oauth_applications/access_tokens/verify"),
    ] {
        assert_eq!(forwarded(method, path), format!("https://api.clerk.com{path}"));
        assert_eq!(forwarded(method, &format!("/v1{path}")), format!("https://api.clerk.com/v1{path}"));
        assert_eq!(parse(method, path).unwrap().question.keep, None, "{path}");
    }
}

#[test]
fn the_api_version_is_taken_from_the_header_or_the_query_and_not_from_both() {
    let version = |target: &str, headers: &[(&'static str, &'static str)]| {
        let sent = Sent { headers: headers.to_vec(), ..Sent::default() };
        let asked = parse_with("GET", &format!("https://gateway.example{target}"), &sent)?;
        let exchange = asked.question.exchange;
        assert_eq!(exchange.url, "https://api.clerk.com/v1/users", "it is not forwarded in the query");
        Ok::<_, Error>(exchange.version)
    };
    let header = [("clerk-api-version", "2025-04-10")];
    assert_eq!(version("/v1/users", &[]).as_deref(), Ok(VERSION));
    assert_eq!(version("/v1/users", &header).as_deref(), Ok("2025-04-10"));
    assert_eq!(version("/v1/users?__clerk_api_version=2024-10-01", &[]).as_deref(), Ok("2024-10-01"));
    for (target, headers) in [
        ("/v1/users?__clerk_api_version=2025-04-10", &header[..]),
        ("/v1/users?__clerk_api_version=", &[]),
        ("/v1/users?__clerk_api_version=2025%2004", &[]),
        ("/v1/users", &[("clerk-api-version", "a\r\nb")]),
        ("/v1/users", &[("clerk-api-version", "")]),
    ] {
        assert!(matches!(version(target, headers), Err(Error::InvalidArgument(_))), "{target} {headers:?}");
    }
}

#[test]
fn r26_of_the_callers_headers_only_the_version_is_read_and_none_is_forwarded() {
    let sent = Sent {
        headers: vec![("authorization", "Bearer other"), ("clerk-secret-key", "x"), ("x-clerk-user-id", "user_9")],
        ..Sent::default()
    };
    parse_with("GET", "https://gateway.example/v1/users", &sent).unwrap();
    assert_eq!(*sent.read.borrow(), ["clerk-api-version"]);
}

#[test]
fn fields_are_taken_from_the_query_and_select() {
    let asked = parse("GET", "/v1/users/user_1?fields=id,username").unwrap().question;
    assert_eq!(asked.exchange.url, "https://api.clerk.com/v1/users/user_1");
    assert!(asked.fields.is_some());
    assert!(parse("GET", "/v1/users?fields=full").unwrap().question.fields.is_none());
    for bad in ["fields=a..b", "fields=."] {
        let refused = parse("GET", &format!("/v1/users?{bad}"));
        assert!(matches!(refused, Err(Error::InvalidArgument(_))), "{bad}: {refused:?}");
    }
}

#[test]
fn a_page_becomes_the_offset_it_stands_for() {
    assert_eq!(forwarded("GET", "/v1/users?page=3&limit=20"), "https://api.clerk.com/v1/users?limit=20&offset=40");
    assert_eq!(forwarded("GET", "/v1/organizations?page=2"), "https://api.clerk.com/v1/organizations?offset=10");
    for bad in
        ["page=0", "page=x", "page=-1", "page=1.5", "page=", "page=1&offset=5", "page=2&limit=501", "page=2&limit=0"]
    {
        let refused = parse("GET", &format!("/v1/users?{bad}"));
        assert!(matches!(refused, Err(Error::InvalidArgument(_))), "{bad}: {refused:?}");
    }
}

#[test]
fn r18_broken_queries_are_refused() {
    for bad in ["a=%", "a=%zz", "a=%ff", "a=%00", "a=%0d%0aX:1"] {
        assert!(matches!(parse("GET", &format!("/v1/users?{bad}")), Err(Error::InvalidPath(_))), "{bad}");
    }
    let long = format!("/v1/users?query={}", "a".repeat(20_000));
    assert!(matches!(parse("GET", &long), Err(Error::InvalidPath(_))));
}

// ---- what comes back ----

fn run(replies: &[(u16, &str)], target: &str) -> Vec<Reply<Bytes>> {
    let rt = FakeRuntime::new();
    let replies: Rc<RefCell<Vec<_>>> =
        Rc::new(RefCell::new(replies.iter().rev().map(|(status, body)| (*status, (*body).to_owned())).collect()));
    rt.serve(move |_, _| {
        let Some((status, body)) = replies.borrow_mut().pop() else { return fake::Reply::Hang };
        let headers: Headers =
            [("content-type", "application/json; charset=utf-8".to_owned()), ("retry-after", "7".to_owned())]
                .into_iter()
                .collect();
        fake::Reply::After(Duration::ZERO, Ok(Response { status, headers, body: Bytes::from_bytes(body.as_bytes()) }))
    });
    let client = Client::new(Pipeline::new(config(), 1), rt.clone());
    let ask = || {
        rt.advance(Duration::from_millis(5));
        rt.run(gateway().run(&client, parse("GET", target).unwrap()))
    };
    vec![ask(), ask()]
}

fn seen(reply: &Reply<Bytes>) -> (u16, CacheStatus, Duration, String) {
    let Reply::Answer { answer, status, age } = reply else { panic!("{reply:?}") };
    assert_eq!(answer.headers.get("content-type"), Some("application/json"), "exactly, or SDKs do not parse it");
    (answer.status, *status, *age, String::from_utf8(answer.body.to_vec()).unwrap())
}

#[test]
fn answers_say_where_they_came_from_and_how_old_they_are() {
    let replies = run(&[(200, "{}")], "/v1/users/user_1");
    assert_eq!(seen(&replies[0]), (200, CacheStatus::Miss, Duration::ZERO, "{}".into()));
    assert_eq!(seen(&replies[1]), (200, CacheStatus::Hit, Duration::from_millis(5), "{}".into()));
    let replies = run(&[(200, "[]"), (200, "[1]")], "/v1/invitations");
    assert_eq!(seen(&replies[0]).1, CacheStatus::Pass);
    assert_eq!(seen(&replies[1]), (200, CacheStatus::Pass, Duration::ZERO, "[1]".into()));
    assert_eq!(
        [CacheStatus::Hit, CacheStatus::Miss, CacheStatus::Pass].map(CacheStatus::as_str),
        ["hit", "miss", "pass"]
    );
}

#[test]
fn r28_clerks_errors_pass_with_their_body_and_retry_after() {
    let error = r#"{"errors":[{"code":"resource_not_found","message":"m","long_message":"l"}],"clerk_trace_id":"t"}"#;
    let replies = run(&[(404, error), (200, "{}")], "/v1/users/user_1");
    assert_eq!(seen(&replies[0]), (404, CacheStatus::Miss, Duration::ZERO, error.into()));
    let Reply::Answer { answer, .. } = &replies[0] else { panic!() };
    assert_eq!(answer.headers.get("retry-after"), Some("7"));
    assert_eq!(seen(&replies[1]).0, 200, "and are not kept");
}

#[test]
fn refusals_are_the_json_that_sdks_understand_with_a_status_and_retry_after() {
    let second = Duration::from_secs(1);
    for (error, status, retry_after) in [
        (Error::InvalidPath("x"), 400, None),
        (Error::OperationNotAllowed, 404, None),
        (Error::InvalidArgument("x".into()), 422, None),
        (Error::InvalidConfig("x".into()), 503, None),
        (Error::QueueFull { retry_after: second }, 429, Some(1)),
        (Error::RateLimited { retry_after: Duration::from_millis(1_001) }, 429, Some(2)),
        (Error::RateLimited { retry_after: Duration::ZERO }, 429, Some(1)),
        (Error::TooManyInFlight, 503, Some(1)),
        (Error::Aborted, 503, None),
        (Error::Network("reset \"by\" peer\n".into()), 502, None),
        (Error::InvalidResponse { status: 200, reason: "x".into() }, 502, None),
        (Error::ResponseTooLarge { limit: 1 }, 502, None),
        (Error::Timeout { after: second }, 504, None),
    ] {
        let Reply::Refusal { status: got, json, retry_after: after } = Reply::<Bytes>::refusal(&error) else {
            panic!("{error}")
        };
        assert_eq!((got, after), (status, retry_after), "{error}");
        assert_is_clerks(&json, error.code(), &error.to_string());
    }
}

#[test]
fn r29_who_is_not_let_in_hears_what_clerk_says_to_a_wrong_key() {
    let Reply::Refusal { status, json, retry_after } = Reply::<Bytes>::unauthorized() else { panic!() };
    assert_eq!((status, retry_after), (401, None));
    let message = "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.";
    assert_is_clerks(&json, "clerk_key_invalid", message);
}

/// `ClerkErrors` of Clerk's document: `errors` with `message`, `long_message` and `code`, all of them strings.
fn assert_is_clerks(json: &str, code: &str, message: &str) {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let expected = serde_json::json!({ "errors": [{ "code": code, "message": message, "long_message": message }] });
    assert_eq!(value, expected);
}
