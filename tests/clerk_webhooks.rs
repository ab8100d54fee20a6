//! `clerk::webhooks` and `clerk::event`: who is believed, what an event drops, and what it must not.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "the helpers of tests may panic")]

use clerk_edge::clerk::api::{Manner, Question};
use clerk_edge::clerk::client::Client;
use clerk_edge::clerk::event::{Event, MAX_EVENT_BYTES};
use clerk_edge::clerk::gateway::Incoming;
use clerk_edge::clerk::pipeline::{Pipeline, Source};
use clerk_edge::clerk::query::Query;
use clerk_edge::clerk::webhooks::{Applied, Webhooks};
use clerk_edge::config::{Config, Host, Options};
use clerk_edge::core::time::{Duration, UnixTime};
use clerk_edge::core::webhook::Secret;
use clerk_edge::error::Error;
use clerk_edge::runtime::Clock;
use clerk_edge::runtime::fake::{Bytes, FakeRuntime, Reply};
use clerk_edge::runtime::http::{Body, Headers, Method, Response};
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::{Value, json};

const KEY: &[u8] = b"a secret of thirty-three letters!";
const SECRET: &str = "whsec_YSBzZWNyZXQgb2YgdGhpcnR5LXRocmVlIGxldHRlcnMh";
const OTHER: &str = "whsec_b3RoZXI=";
const SENT_AT: u64 = 1_730_000_000;

fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        let letter =
            |at: usize| letters.get((bits >> (18 - 6 * at)) as usize & 63).map_or('?', |&letter| char::from(letter));
        (0..4).map(|at| if at <= group.len() { letter(at) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// A delivery as its sender makes it.
#[derive(Clone)]
struct Sent {
    id: String,
    timestamp: String,
    signature: String,
    body: Vec<u8>,
}

impl Incoming for Sent {
    fn header(&self, name: &str) -> Option<String> {
        let value = match name {
            "svix-id" => &self.id,
            "svix-timestamp" => &self.timestamp,
            "svix-signature" => &self.signature,
            _ => return None,
        };
        Some(value.clone()).filter(|value| !value.is_empty())
    }
}

fn sent(id: &str, body: &[u8]) -> Sent {
    let mac = Hmac::<sha2::Sha256>::new_from_slice(KEY).unwrap();
    let tag = mac.chain_update(format!("{id}.{SENT_AT}.")).chain_update(body).finalize();
    let signature = format!("v1,{}", base64(tag.as_bytes()));
    Sent { id: id.into(), timestamp: SENT_AT.to_string(), signature, body: body.into() }
}

fn event(kind: &str, data: &Value) -> Value {
    json!({ "type": kind, "object": "event", "data": data, "timestamp": 1_716_883_200_000_u64, "instance_id": "ins_1" })
}

/// Everything that can be cached, with the tags that the tests are about.
const PATHS: [&str; 9] = [
    "/users/user_1",
    "/users/user_2",
    "/users",
    "/users/user_1/organization_memberships",
    "/sessions/sess_1",
    "/sessions/sess_2",
    "/organizations/org_1",
    "/organizations",
    "/organizations/org_1/memberships",
];

struct World {
    rt: FakeRuntime,
    client: Client<FakeRuntime>,
    webhooks: Webhooks,
}

impl World {
    fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::default();
        options.secret_key = Some("sk_test_c2VjcmV0".into());
        options.webhook_signing_secret = Some(SECRET.into());
        change(&mut options);
        let config = Config::new(&options, Host::Other).unwrap();
        let rt = FakeRuntime::new();
        let headers: Headers = [("content-type", "application/json".to_owned())].into_iter().collect();
        let response = Response { status: 200, headers, body: Bytes::from_bytes(b"{}") };
        rt.serve(move |_, _| Reply::After(Duration::from_millis(1), Ok(response.clone())));
        let webhooks = Webhooks::new(&config);
        Self { client: Client::new(Pipeline::new(config, 1), rt.clone()), rt, webhooks }
    }

    /// One with all of [`PATHS`] cached.
    fn warm() -> Self {
        let world = Self::with(|_| {});
        for path in PATHS {
            world.rt.run(world.client.ask(world.question(path))).unwrap();
        }
        assert_eq!(world.cached(), PATHS);
        world
    }

    fn question(&self, path: &str) -> Question<Bytes> {
        Question::new(self.client.pipeline().config(), Method::Get, path, &Query::new(), Manner::default()).unwrap()
    }

    fn cached(&self) -> Vec<&'static str> {
        PATHS.into_iter().filter(|path| self.client.peek(&self.question(path)).is_some()).collect()
    }

    fn verify(&self, sent: &Sent) -> Result<Event, Error> {
        self.webhooks.verify(None, sent, &sent.body, UnixTime::from_millis(SENT_AT * 1_000))
    }

    fn apply(&self, event: &Event) -> Applied {
        self.webhooks.apply(self.client.pipeline(), event, &self.rt)
    }
}

/// What is no longer cached after this event.
fn dropped(kind: &str, data: &Value) -> Vec<&'static str> {
    let world = World::warm();
    let event = world.verify(&sent("msg_1", event(kind, data).to_string().as_bytes())).unwrap();
    let applied = world.apply(&event);
    let left = world.cached();
    assert_eq!(applied.dropped, PATHS.len() - left.len());
    PATHS.into_iter().filter(|path| !left.contains(path)).collect()
}

fn refusal(outcome: Result<Event, Error>) -> &'static str {
    match outcome {
        Err(Error::Webhook(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_genuine_delivery_is_an_event() {
    let world = World::with(|_| {});
    let body = event("user.updated", &json!({ "id": "user_1" })).to_string();
    let event = world.verify(&sent("msg_1", body.as_bytes())).unwrap();
    assert_eq!((event.kind.as_str(), event.instance.as_deref()), ("user.updated", Some("ins_1")));
    assert_eq!(event.delivery.as_deref(), Some("msg_1"));
}

#[test]
fn r20_what_was_not_signed_is_no_event_and_drops_nothing() {
    let world = World::warm();
    let genuine = sent("msg_1", event("user.deleted", &json!({ "id": "user_1" })).to_string().as_bytes());
    for forged in [
        Sent { signature: String::new(), ..genuine.clone() },
        Sent { signature: "v1,".into(), ..genuine.clone() },
        Sent { signature: genuine.signature.replace("v1,", "v2,"), ..genuine.clone() },
        Sent { id: "msg_2".into(), ..genuine.clone() },
        Sent { timestamp: (SENT_AT + 1).to_string(), ..genuine.clone() },
        Sent { body: b"{}".into(), ..genuine.clone() },
        Sent { timestamp: String::new(), ..genuine.clone() },
    ] {
        refusal(world.verify(&forged));
    }
    let other = Secret::parse(OTHER).unwrap();
    let now = UnixTime::from_millis(SENT_AT * 1_000);
    assert_eq!(refusal(world.webhooks.verify(Some(&other), &genuine, &genuine.body, now)), "no signature fits");
    assert_eq!(world.cached(), PATHS);
}

#[test]
fn r20_a_secret_of_the_call_comes_before_the_configured_one() {
    let world = World::with(|options| options.webhook_signing_secret = None);
    let genuine = sent("msg_1", br#"{"type":"user.updated"}"#);
    let own = Secret::parse(SECRET).unwrap();
    let now = UnixTime::from_millis(SENT_AT * 1_000);
    assert!(world.webhooks.verify(Some(&own), &genuine, &genuine.body, now).is_ok());
}

#[test]
fn r21_a_replay_is_acknowledged_and_not_applied_again() {
    let world = World::warm();
    let genuine = sent("msg_1", event("user.updated", &json!({ "id": "user_1" })).to_string().as_bytes());
    assert!(!world.apply(&world.verify(&genuine).unwrap()).replayed);
    let read_again = world.rt.run(world.client.ask(world.question("/users/user_1"))).unwrap();
    assert_eq!(read_again.source, Source::Miss);
    let again = world.apply(&world.verify(&genuine).unwrap());
    assert_eq!((again.replayed, again.dropped), (true, 0));
    assert!(world.cached().contains(&"/users/user_1"));
    let same_event_later = sent("msg_2", &genuine.body);
    assert!(world.apply(&world.verify(&same_event_later).unwrap()).dropped > 0);
}

#[test]
fn r21_an_id_is_remembered_for_as_long_as_its_delivery_can_be_believed() {
    let world = World::with(|_| {});
    let genuine = world.verify(&sent("msg_1", br#"{"type":"user.updated"}"#)).unwrap();
    let begun = world.rt.now();
    let at = |after: u64| {
        world.rt.set_clock(begun.after_millis(after));
        world.webhooks.apply(world.client.pipeline(), &genuine, &world.rt).replayed
    };
    assert_eq!([at(0), at(600_999), at(601_000), at(601_001)], [false, true, false, true]);
}

#[test]
fn r22_without_a_secret_nothing_is_believed() {
    let world = World::with(|options| options.webhook_signing_secret = None);
    let Err(Error::InvalidConfig(why)) = world.verify(&sent("msg_1", b"{}")) else { panic!() };
    assert!(why.contains("webhookSigningSecret"), "{why}");
}

#[test]
fn r22_a_secret_that_is_empty_or_none_is_refused_at_once_and_not_shown() {
    for secret in ["", "whsec_", "whsec_?", "sk_test_oops"] {
        let mut options = Options::default();
        options.webhook_signing_secret = Some(secret.into());
        let Err(Error::InvalidConfig(why)) = Config::new(&options, Host::Other) else { panic!("{secret}") };
        assert!(why.contains("webhookSigningSecret") && !why.contains("oops"), "{why}");
    }
}

#[test]
fn r22_a_body_that_is_no_event_is_refused_though_it_was_signed() {
    let world = World::with(|_| {});
    for (body, why) in [
        (&b""[..], "the body is empty"),
        (b"[]", "the body is not a JSON object"),
        (b"null", "the body is not a JSON object"),
        (b"{} {}", "the body is not a JSON object"),
        (b"{\"type\":", "the body is not a JSON object"),
        (b"\xEF\xBB\xBF{\"type\":\"user.updated\"}", "the body is not a JSON object"),
        (b"{\"type\":\"\xFF\"}", "the body is not a JSON object"),
        (b"{}", "the event has no type"),
        (b"{\"type\":1}", "the event has no type"),
    ] {
        assert_eq!(refusal(world.verify(&sent("msg_1", body))), why);
    }
}

#[test]
fn r22_a_body_that_is_too_large_is_refused_before_anything_is_computed() {
    let world = World::with(|_| {});
    let padded = |length: usize| format!("{{\"type\":\"x.y\"{}}}", " ".repeat(length - 14)).into_bytes();
    assert!(world.verify(&sent("msg_1", &padded(MAX_EVENT_BYTES))).is_ok());
    let refused = world.verify(&sent("msg_1", &padded(MAX_EVENT_BYTES + 1)));
    assert_eq!(refused, Err(Error::RequestTooLarge { limit: MAX_EVENT_BYTES }));
}

#[test]
fn r23_an_event_of_another_instance_is_refused_where_one_is_configured() {
    let world = World::with(|options| options.instance_id = Some("ins_1".into()));
    let from = |instance: &str| sent("msg_1", format!(r#"{{"type":"user.updated"{instance}}}"#).as_bytes());
    assert!(world.verify(&from(r#","instance_id":"ins_1""#)).is_ok());
    for other in [r#","instance_id":"ins_2""#, "", r#","instance_id":null"#, r#","instance_id":["ins_1"]"#] {
        assert_eq!(refusal(world.verify(&from(other))), "the event is of another instance", "{other}");
    }
}

#[test]
fn r19_users_events_drop_what_tells_of_that_user() {
    let of_user_1 = json!({ "id": "user_1", "first_name": "Ada", "banned": false });
    let shown = [PATHS[0], PATHS[2], PATHS[3], PATHS[8]];
    assert_eq!(dropped("user.updated", &of_user_1), shown);
    assert_eq!(dropped("user.of_a_kind_to_come", &of_user_1), shown);
    assert_eq!(dropped("user.created", &json!({ "id": "user_3" })), [PATHS[2]]);
    let everything_but_user_2: Vec<_> = PATHS.into_iter().filter(|path| *path != PATHS[1]).collect();
    assert_eq!(dropped("user.deleted", &json!({ "id": "user_1", "deleted": true })), everything_but_user_2);
    assert_eq!(dropped("user.updated", &json!({ "id": "user_1", "banned": true })), everything_but_user_2);
    assert_eq!(dropped("user.deleted", &json!({ "deleted": true })), PATHS, "without an id it may be any user");
}

#[test]
fn r19_sessions_events_drop_that_session() {
    for what in ["created", "pending", "ended", "removed", "revoked", "of_a_kind_to_come"] {
        let data = json!({ "id": "sess_1", "user_id": "user_1", "user": { "id": "user_1" } });
        assert_eq!(dropped(&format!("session.{what}"), &data), [PATHS[4]], "{what}");
    }
    assert_eq!(dropped("session.revoked", &json!(null)), [PATHS[4], PATHS[5]]);
}

#[test]
fn r19_organizations_events_drop_what_tells_of_that_organization() {
    let shown = [PATHS[2], PATHS[3], PATHS[6], PATHS[7], PATHS[8]];
    assert_eq!(dropped("organization.updated", &json!({ "id": "org_1" })), shown);
    let another = [PATHS[2], PATHS[3], PATHS[7], PATHS[8]];
    assert_eq!(dropped("organization.created", &json!({ "id": "org_2" })), another);
    let membership = json!({
        "id": "orgmem_1", "organization": { "id": "org_1" }, "public_user_data": { "user_id": "user_1" }
    });
    for what in ["created", "updated"] {
        assert_eq!(dropped(&format!("organizationMembership.{what}"), &membership), shown);
    }
    let with_sessions: Vec<_> = PATHS.into_iter().skip(2).collect();
    assert_eq!(dropped("organization.deleted", &json!({ "id": "org_1", "deleted": true })), with_sessions);
    assert_eq!(dropped("organizationMembership.deleted", &membership), with_sessions);
    let invitation = json!({ "id": "orginv_1", "organization_id": "org_1" });
    assert_eq!(dropped("organizationInvitation.accepted", &invitation), [PATHS[6], PATHS[7]]);
}

#[test]
fn r19_roles_and_permissions_drop_all_that_comes_of_them() {
    for kind in ["role.updated", "permission.deleted"] {
        let expected = [PATHS[2], PATHS[3], PATHS[6], PATHS[7], PATHS[8]];
        assert_eq!(dropped(kind, &json!({ "id": "role_1" })), expected);
    }
}

#[test]
fn what_tells_of_nothing_that_is_kept_drops_nothing() {
    for kind in [
        "email.created",
        "sms.created",
        "organizationDomain.updated",
        "paymentAttempt.created",
        "subscription.active",
        "subscriptionItem.ended",
        "waitlistEntry.created",
        "something.entirely.new",
        "users.updated",
        "",
        ".",
    ] {
        assert_eq!(dropped(kind, &json!({ "id": "user_1" })), [""; 0], "{kind}");
    }
}

#[test]
fn ids_that_are_none_count_as_missing() {
    for id in [json!(7), json!(""), json!("../x"), json!("u".repeat(300)), json!(["user_1"]), json!({})] {
        let all_sessions = dropped("session.ended", &json!({ "id": id }));
        assert_eq!(all_sessions, [PATHS[4], PATHS[5]]);
    }
}

#[test]
fn an_event_says_whose_access_ended() {
    let revoked = |kind: &str, data: &Value| {
        let revoked = Event::parse(event(kind, data).to_string().as_bytes()).unwrap().revoked();
        (revoked.sessions, revoked.users)
    };
    let (session, user) = (json!({ "id": "sess_1", "user_id": "user_1" }), json!({ "id": "user_1" }));
    for kind in ["session.ended", "session.removed", "session.revoked"] {
        assert_eq!(revoked(kind, &session), (vec!["sess_1".to_owned()], vec![]));
    }
    assert_eq!(revoked("user.deleted", &user), (vec![], vec!["user_1".to_owned()]));
    assert_eq!(revoked("user.updated", &json!({ "id": "user_1", "banned": true })).1, ["user_1"]);
    for (kind, data) in [("session.created", &session), ("session.pending", &session), ("user.updated", &user)] {
        assert_eq!(revoked(kind, data), (vec![], vec![]), "{kind}");
    }
}

#[test]
fn timestamps_are_seconds_or_milliseconds() {
    let at = |timestamp: &str| {
        let json = format!(r#"{{"type":"a.b","timestamp":{timestamp}}}"#);
        Event::parse(json.as_bytes()).unwrap().at.map(UnixTime::as_millis)
    };
    assert_eq!(at("1716883200"), Some(1_716_883_200_000));
    assert_eq!(at("1716883200123"), Some(1_716_883_200_123));
    for none in ["0", "-1", "null", "\"1716883200\"", "{}"] {
        assert_eq!(at(none), None, "{none}");
    }
}

#[test]
fn r16_nothing_is_asked_of_what_is_not_needed() {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let strange = r#""\ud800""#;
    let json = format!(
        r#"{{"type":"user.updated","data":{{"id":"user_1","unsafe_metadata":{deep},"x":{strange},"__proto__":{{"id":"user_2"}},"big":1e999}}}}"#
    );
    let event = Event::parse(json.as_bytes()).unwrap();
    assert!(event.stale().contains(&"users/user_1".to_owned()));
    let twice = br#"{"type":"user.deleted","data":{"id":"user_1"},"type":"session.ended","data":{"id":"a","id":"sess_\u0031"}}"#;
    assert_eq!(Event::parse(twice).unwrap().revoked().sessions, ["sess_1"], "the last counts, as for JSON.parse");
}

proptest! {
    #[test]
    fn no_body_panics_and_what_is_dropped_is_named_plainly(
        kind in "(user|session|organization|organizationMembership|role)?[.]?(deleted|updated)?.{0,4}",
        id in "(user_|org_|sess_)?.{0,8}",
        junk: Vec<u8>,
    ) {
        prop_assert!(Event::parse(&junk).is_err());
        let event = Event::parse(event(&kind, &json!({ "id": id, "organization": { "id": id } })).to_string().as_bytes()).unwrap();
        for tag in event.stale().into_iter().chain(event.revoked().tags()) {
            prop_assert!(tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.~/*".contains(&b)), "{tag}");
        }
    }
}

#[test]
fn r19b_an_event_beats_a_read_that_is_under_way() {
    let world = World::with(|_| {});
    let question = || world.question("/users/user_1");
    let mut slow = Box::pin(world.client.ask(question()));
    let waker = std::task::Waker::noop();
    assert!(slow.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    let body = event("user.updated", &json!({ "id": "user_1" })).to_string();
    let applied = world.apply(&world.verify(&sent("msg_1", body.as_bytes())).unwrap());
    assert_eq!(applied.dropped, 0, "nothing was cached yet");
    world.rt.run(slow).unwrap();
    assert!(world.client.peek(&question()).is_none(), "the old answer does not come back");
}
