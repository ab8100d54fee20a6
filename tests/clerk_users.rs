//! `clerk::users`, `clerk::sessions` and `clerk::api`: arguments, fields, and error answers of every kind.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "the helpers of tests may panic")]

use std::cell::Cell;
use std::rc::Rc;

use clerk_edge::clerk::client::Client;
use clerk_edge::clerk::pipeline::Pipeline;
use clerk_edge::clerk::query::Query;
use clerk_edge::clerk::{sessions, users};
use clerk_edge::config::{Config, Host, Options};
use clerk_edge::core::projection::FieldSet;
use clerk_edge::core::time::Duration;
use clerk_edge::error::{ApiError, Error};
use clerk_edge::runtime::fake::{Bytes, FakeRuntime, Reply};
use clerk_edge::runtime::http::{Body, Headers, Response};
use serde_json::{Value, json};

struct World {
    rt: FakeRuntime,
    client: Client<FakeRuntime>,
    calls: Rc<Cell<usize>>,
}

impl World {
    /// An upstream that always answers this.
    fn answering(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Self {
        let mut options = Options::default();
        options.secret_key = Some("sk_test_c2VjcmV0".into());
        options.retry.max_attempts = Some(1.0);
        let rt = FakeRuntime::new();
        let client = Client::new(Pipeline::new(Config::new(&options, Host::Other).unwrap(), 1), rt.clone());
        let headers: Headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let response = Response { status, headers, body: Bytes::from_bytes(body) };
        let calls = Rc::new(Cell::new(0));
        let counter = Rc::clone(&calls);
        rt.serve(move |_, _| {
            counter.set(counter.get() + 1);
            Reply::After(Duration::from_millis(1), Ok(response.clone()))
        });
        Self { rt, client, calls }
    }

    fn json(value: &Value) -> Self {
        Self::answering(200, &[("content-type", "application/json")], value.to_string().as_bytes())
    }

    fn user(&self, id: &str, fields: Option<&str>) -> Result<Value, Error> {
        let answer = self.rt.run(self.client.user(id, fields.map(|names| FieldSet::parse(names).unwrap())))?;
        Ok(serde_json::from_slice(&answer.body.to_vec()).unwrap())
    }

    fn users(&self, query: &str, fields: Option<&str>) -> Result<Value, Error> {
        let fields = fields.map(|names| FieldSet::parse(names).unwrap());
        let answer = self.rt.run(self.client.users(Query::parse(query).unwrap(), fields))?;
        Ok(serde_json::from_slice(&answer.body.to_vec()).unwrap())
    }
}

fn ada() -> Value {
    json!({
        "id": "user_1", "object": "user", "username": "ada", "first_name": "Ada", "last_name": "Lovelace",
        "email_addresses": [{ "id": "idn_1", "email_address": "ada@example.com" }],
        "public_metadata": { "plan": "pro", "private_metadata": "not this" },
        "private_metadata": { "note": "private" }, "unsafe_metadata": { "theme": "dark" },
        "password_enabled": true, "totp_enabled": true, "backup_code_enabled": true, "two_factor_enabled": true,
    })
}

/// What Clerk says, as the error it becomes.
fn api_error(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> ApiError {
    match World::answering(status, headers, body).user("user_1", None) {
        Err(Error::Api(api)) => (*api).clone(),
        other => panic!("{other:?}"),
    }
}

// ---- arguments ----

#[test]
fn what_is_no_id_is_refused_before_anything_is_sent() {
    let world = World::json(&ada());
    let long = "u".repeat(257);
    let bad =
        ["", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a b", "a%2fb", "é", "a\nb", "../users", "a;b", "a\0", &long];
    for id in bad {
        assert!(
            matches!(world.user(id, None), Err(Error::InvalidArgument(why)) if why.starts_with("userId ")),
            "{id:?}"
        );
        let session = sessions::session::<Bytes>(world.client.pipeline().config(), id);
        assert!(matches!(session, Err(Error::InvalidArgument(why)) if why.starts_with("sessionId ")), "{id:?}");
    }
    assert_eq!(world.calls.get(), 0);
    for id in ["user_1", "...", "a.b", "a-b~c", &"u".repeat(256)] {
        assert!(world.user(id, None).is_ok(), "{id}");
    }
}

#[test]
fn limits_offsets_and_pages_out_of_range_are_refused_before_anything_is_sent() {
    let world = World::json(&json!([]));
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
        ("offset=4294967296", "offset"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("page=1&offset=0", "page"),
    ] {
        let refused = world.users(query, None);
        assert!(matches!(&refused, Err(Error::InvalidArgument(why)) if why.starts_with(name)), "{query}: {refused:?}");
    }
    assert_eq!(world.calls.get(), 0);
    for query in ["limit=1", "limit=500", "offset=0", "page=1", "page=4294967295&limit=500"] {
        assert!(world.users(query, None).is_ok(), "{query}");
    }
}

#[test]
fn a_page_is_the_offset_it_stands_for() {
    let config = Config::new(&Options::default(), Host::Other).unwrap();
    let url = |query: &str| users::users::<Bytes>(&config, Query::parse(query).unwrap(), None).unwrap().exchange.url;
    assert_eq!(url("page=1"), url("offset=0"));
    assert_eq!(url("page=3"), url("offset=20"));
    assert_eq!(url("page=3&limit=500"), url("limit=500&offset=1000"));
    assert_ne!(url("page=2"), url("page=3"));
}

// ---- fields ----

#[test]
fn a_selection_is_made_once_from_one_upstream_call() {
    let world = World::json(&ada());
    assert_eq!(world.user("user_1", Some("id")).unwrap(), json!({ "id": "user_1" }));
    assert_eq!(world.user("user_1", Some("id")).unwrap(), json!({ "id": "user_1" }));
    assert_eq!(world.user("user_1", Some("username")).unwrap(), json!({ "username": "ada" }));
    assert_eq!(world.user("user_1", None).unwrap(), ada());
    assert_eq!(world.user("user_1", Some("full")).unwrap(), ada());
    assert_eq!(world.calls.get(), 1);
}

#[test]
fn presets_are_the_fields_that_they_promise() {
    let world = World::json(&ada());
    let names = |fields: &str| {
        let user = world.user("user_1", Some(fields)).unwrap();
        user.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(names("minimal"), ["email_addresses", "id", "username"]);
    assert_eq!(names("basic"), ["email_addresses", "first_name", "id", "last_name"]);
}

#[test]
fn r17_what_is_private_is_in_no_selection_that_does_not_name_it() {
    let world = World::json(&ada());
    for fields in
        ["minimal", "basic", "id", "public_metadata", "unsafe_metadata.theme", "metadata", "private", "id,username"]
    {
        let text = world.user("user_1", Some(fields)).unwrap().to_string();
        for private in [r#""note""#, "password_enabled", "totp_enabled", "backup_code", "two_factor"] {
            assert!(!text.contains(private), "{fields}: {text}");
        }
    }
    let named = world.user("user_1", Some("private_metadata.note")).unwrap();
    assert_eq!(named, json!({ "private_metadata": { "note": "private" } }));
}

#[test]
fn r16_metadata_named_like_a_prototype_is_data() {
    let text = br#"{"id":"user_1","public_metadata":{"__proto__":{"admin":true},"constructor":{"prototype":1}}}"#;
    let world = World::answering(200, &[("content-type", "application/json")], text);
    let answer = world.rt.run(world.client.user("user_1", Some(FieldSet::parse("public_metadata").unwrap()))).unwrap();
    let expected = br#"{"public_metadata":{"__proto__":{"admin":true},"constructor":{"prototype":1}}}"#;
    assert_eq!(answer.body.to_vec(), expected);
}

#[test]
fn fields_are_selected_in_lists_with_and_without_an_envelope() {
    let few = json!([{ "id": "user_1", "username": "ada" }, { "id": "user_1", "username": "ada" }]);
    let bare = World::json(&json!([ada(), ada()]));
    assert_eq!(bare.users("limit=2", Some("id,username")).unwrap(), few);
    let envelope = World::json(&json!({ "data": [ada(), ada()], "total_count": 2 }));
    assert_eq!(envelope.users("limit=2", Some("id,username")).unwrap(), json!({ "data": few, "total_count": 2 }));
    let empty = World::json(&json!([]));
    assert_eq!(empty.users("", Some("id")).unwrap(), json!([]));
}

#[test]
fn an_error_answer_is_not_selected_from() {
    let world = World::answering(404, &[("content-type", "application/json")], br#"{"errors":[{"code":"x"}]}"#);
    let Err(Error::Api(api)) = world.user("user_1", Some("minimal")) else { panic!("no error") };
    assert_eq!(api.errors[0].code, "x");
}

// ---- error answers ----

#[test]
fn clerks_errors_are_read_in_full() {
    let body = br#"{"errors":[{"message":"not found","long_message":"No user was found","code":"resource_not_found",
        "meta":{"param_name":"user_id"}},{"message":"m","code":"c"}],"meta":{"x":1},"clerk_trace_id":"trace"}"#;
    let api = api_error(404, &[("cf-ray", "ray")], body);
    assert_eq!((api.status, api.trace_id.as_str(), api.retry_after), (404, "trace", None));
    let first = &api.errors[0];
    assert_eq!((first.code.as_str(), first.message.as_str()), ("resource_not_found", "not found"));
    assert_eq!(first.long_message.as_deref(), Some("No user was found"));
    assert_eq!(first.meta.as_deref(), Some(r#"{"param_name":"user_id"}"#));
    assert_eq!((api.errors[1].code.as_str(), &api.errors[1].long_message), ("c", &None));
    assert_eq!(api.to_string(), "Clerk answered with status 404: not found (resource_not_found)");
}

#[test]
fn r29_a_body_that_is_not_clerks_leaves_an_error_with_its_status() {
    let bodies: [&[u8]; 9] =
        [b"", b"<html>blocked</html>", b"null", b"[]", b"42", b"\"x\"", b"{", b"{\"errors\":", &[0xff, 0xfe]];
    for body in bodies {
        for status in [400, 429, 500, 503] {
            let api = api_error(status, &[("content-type", "text/html"), ("cf-ray", "8a-FRA")], body);
            assert_eq!((api.status, api.errors.len(), api.trace_id.as_str()), (status, 0, "8a-FRA"), "{body:?}");
            assert_eq!(api.to_string(), format!("Clerk answered with status {status}"));
        }
    }
}

#[test]
fn of_a_half_broken_error_the_other_half_is_read() {
    let api =
        api_error(422, &[], br#"{"errors":[{"code":7,"message":null,"long_message":[]},{"code":"c","message":"m"}]}"#);
    let codes: Vec<_> = api.errors.iter().map(|item| (item.code.as_str(), item.message.as_str())).collect();
    assert_eq!(codes, [("", ""), ("c", "m")]);
    for errors in ["null", "{}", "7", "\"x\"", "[null, 1]"] {
        let body = format!(r#"{{"errors":{errors},"clerk_trace_id":"t"}}"#);
        assert_eq!(api_error(422, &[], body.as_bytes()).trace_id, "t", "{errors}");
    }
    let api = api_error(422, &[("cf-ray", "ray")], br#"{"errors":[{"code":"c"}],"clerk_trace_id":7}"#);
    assert_eq!((api.errors[0].code.as_str(), api.trace_id.as_str()), ("c", "ray"));
}

#[test]
fn the_trace_id_is_the_bodys_else_the_rays_else_empty() {
    let of = |headers: &[(&'static str, &str)], body: &str| api_error(500, headers, body.as_bytes()).trace_id;
    assert_eq!(of(&[("cf-ray", "ray")], r#"{"clerk_trace_id":"body"}"#), "body");
    assert_eq!(of(&[("cf-ray", "ray")], r#"{"clerk_trace_id":null}"#), "ray");
    assert_eq!(of(&[("cf-ray", "ray")], "{}"), "ray");
    assert_eq!(of(&[], "{}"), "");
}

#[test]
fn retry_after_is_read_in_whole_seconds_only() {
    let of = |value: &str| api_error(429, &[("retry-after", value)], b"{}").retry_after;
    assert_eq!(of("9"), Some(9));
    assert_eq!(of(" 0 "), Some(0));
    for other in ["", "soon", "-1", "1.5", "1e3", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999999"] {
        assert_eq!(of(other), None, "{other}");
    }
}

#[test]
fn r2_no_error_shows_the_secret_key_or_what_was_asked_for() {
    for (status, body) in [(401, "{}"), (500, "<html>"), (200, "<html>"), (302, "")] {
        let world = World::answering(status, &[("content-type", "application/json")], body.as_bytes());
        let error = world.user("user_secret", None).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("sk_test_") && !shown.contains("user_secret"), "{shown}");
    }
}
