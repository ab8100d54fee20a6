//! What is kept, for how long, and for whom.

use clerk_edge::clerk::api::Manner;
use clerk_edge::clerk::pipeline::Source;
use clerk_edge::clerk::query::Query;
use clerk_edge::core::projection::FieldSet;
use clerk_edge::core::time::{Duration, Instant};
use clerk_edge::error::Error;
use clerk_edge::runtime::fake::FakeRuntime;
use clerk_edge::runtime::http::Method;

use crate::world::{LATENCY, SECRET, World, body, echo, json, ms};

#[test]
fn a_hit_after_a_miss_makes_one_upstream_call() {
    let world = World::new(|_| {});
    let miss = world.get("/users/user_1");
    world.rt.advance(ms(7));
    let hit = world.get("/users/user_1");
    assert_eq!(miss.as_ref().unwrap().source, Source::Miss);
    assert_eq!(hit.as_ref().unwrap().source, Source::Hit(ms(7)));
    assert_eq!(body(&miss), body(&hit));
    assert_eq!(world.calls().len(), 1);
}

#[test]
fn an_answer_is_served_until_its_ttl_and_not_at_it() {
    let world = World::new(|options| options.cache.user_ttl_ms = Some(1_000.0));
    world.get("/users/user_1").unwrap();
    world.rt.advance(ms(999));
    assert_eq!(world.get("/users/user_1").unwrap().source, Source::Hit(ms(999)));
    world.rt.advance(ms(1));
    assert_eq!(world.get("/users/user_1").unwrap().source, Source::Miss);
    assert_eq!(world.calls().len(), 2);
}

#[test]
fn every_kind_of_object_has_its_own_ttl() {
    let world = World::new(|options| {
        options.cache.session_ttl_ms = Some(3_000.0);
        options.cache.organization_ttl_ms = Some(2_000.0);
        options.cache.user_ttl_ms = Some(1_000.0);
    });
    let paths = ["/users/user_1", "/organizations/org_1", "/sessions/sess_1"];
    let hits = |expected: [bool; 3]| {
        let found = paths.map(|path| world.client.peek(&world.question(Method::Get, path)).is_some());
        assert_eq!(found, expected);
    };
    for path in paths {
        world.get(path).unwrap();
    }
    hits([true, true, true]);
    world.rt.advance(ms(1_000));
    hits([false, true, true]);
    world.rt.advance(ms(1_000));
    hits([false, false, true]);
    world.rt.advance(ms(1_000));
    hits([false, false, false]);
}

#[test]
fn a_ttl_of_zero_keeps_nothing() {
    let world = World::new(|options| options.cache.user_ttl_ms = Some(0.0));
    assert_eq!(world.get("/users/user_1").unwrap().source, Source::Pass);
    assert_eq!(world.get("/users/user_1").unwrap().source, Source::Pass);
    assert_eq!(world.live().entries, 0);
}

#[test]
fn a_ttl_for_one_call_keeps_what_policy_keeps_and_nothing_else() {
    let world = World::new(|_| {});
    let with = |path: &str, ttl| {
        let manner = Manner { ttl: Some(ttl), ..Manner::default() };
        world.rt.run(world.client.request(Method::Get, path, &Query::new(), manner)).unwrap();
    };
    with("/users/user_1", ms(10));
    world.rt.advance(ms(10));
    assert_eq!(world.get("/users/user_1").unwrap().source, Source::Miss);
    with("/users/user_2", Duration::ZERO);
    with("/invitations", ms(10));
    assert_eq!(world.live().entries, 2, "user_1 twice: for that call, and for everybody else");
}

#[test]
fn a_cache_of_zero_bytes_keeps_nothing_and_everything_else_works() {
    let world = World::new(|options| options.cache.max_bytes = Some(0.0));
    assert_eq!(body(&world.get("/users/user_1")), body(&world.get("/users/user_1")));
    assert_eq!(world.calls().len(), 2);
    assert_eq!((world.live().entries, world.live().bytes), (0, 0));
}

#[test]
fn r19_two_instances_on_one_host_never_share() {
    let rt = FakeRuntime::new();
    let one = World::on(rt.clone(), |_| {});
    let two = World::on(rt, |options| options.secret_key = Some("sk_test_b3RoZXI".into()));
    let whose = |secret: &'static str| {
        move |request: &clerk_edge::runtime::http::Request<_>, _| {
            assert_eq!(request.headers.get("authorization"), Some(format!("Bearer {secret}").as_str()));
            json(200, &format!(r#"{{"of":"{secret}"}}"#))
        }
    };
    one.serve(whose(SECRET));
    assert!(body(&one.get("/users/user_1")).contains(SECRET));
    two.serve(whose("sk_test_b3RoZXI"));
    assert!(body(&two.get("/users/user_1")).contains("sk_test_b3RoZXI"));
    assert!(body(&one.get("/users/user_1")).contains(SECRET));
    assert_eq!((one.calls().len(), two.calls().len()), (1, 1));
}

#[test]
fn r19_what_the_answer_depends_on_is_in_the_key() {
    let world = World::new(|_| {});
    let read = |raw: &str, version: Option<&str>| {
        let manner = Manner { version: version.map(str::to_owned), ..Manner::default() };
        let query = Query::parse(raw).unwrap();
        world.rt.run(world.client.request(Method::Get, "/users", &query, manner)).unwrap();
        world.calls().len()
    };
    assert_eq!(read("limit=5", None), 1);
    assert_eq!(read("limit=6", None), 2, "another query");
    assert_eq!(read("limit=5", Some("2025-11-10")), 3, "another version");
    assert_eq!(read("limit=5", Some("2026-05-12")), 3, "the default version by name");
    assert_eq!(read("limit=%35", None), 3, "another spelling");
}

#[test]
fn a_clock_that_stands_still_serves_hits_and_lets_calls_time_out() {
    let world = World::new(|options| options.retry.max_attempts = Some(1.0));
    world.rt.set_clock(Instant::ZERO);
    world.get("/users/user_1").unwrap();
    world.wait(Duration::from_hours(1));
    assert_eq!(world.get("/users/user_1").unwrap().source, Source::Hit(Duration::ZERO));
    world.serve(|_, _| clerk_edge::runtime::fake::Reply::Hang);
    assert_eq!(world.get("/users/user_2").unwrap_err(), Error::Timeout { after: Duration::from_secs(10) });
}

#[test]
fn r33_a_clock_that_steps_back_neither_panics_nor_keeps_an_answer_for_longer_than_its_ttl_from_then() {
    let world = World::new(|_| {});
    world.rt.set_clock(Instant::from_millis(3_600_000));
    world.get("/users/user_1").unwrap();
    world.rt.set_clock(Instant::from_millis(1_000));
    assert_eq!(world.get("/users/user_1").unwrap().source, Source::Hit(Duration::ZERO));
    world.get("/users/user_2").unwrap();
    world.rt.set_clock(Instant::from_millis(60_999));
    assert_eq!(world.get("/users/user_2").unwrap().source, Source::Hit(ms(59_999)));
    world.rt.set_clock(Instant::from_millis(61_000));
    assert_eq!(world.get("/users/user_2").unwrap().source, Source::Miss);
}

#[test]
fn a_selection_of_fields_is_as_old_as_the_answer_it_was_made_from() {
    let world = World::new(|options| options.cache.user_ttl_ms = Some(1_000.0));
    let some = || {
        let manner = Manner { fields: Some(FieldSet::parse("url").unwrap()), ..Manner::default() };
        let config = world.client.pipeline().config();
        let question =
            clerk_edge::clerk::api::Question::new(config, Method::Get, "/users/user_1", &Query::new(), manner).unwrap();
        world.rt.run(world.client.ask(question)).unwrap().source
    };
    world.get("/users/user_1").unwrap();
    world.rt.advance(ms(600));
    assert_eq!(some(), Source::Hit(ms(600)), "made from the whole answer");
    world.rt.advance(ms(100));
    assert_eq!(some(), Source::Hit(ms(700)), "kept beside it");
    world.rt.advance(ms(300));
    assert_eq!(some(), Source::Miss, "gone with it");
}

#[test]
fn r2_no_debug_output_shows_the_secret_key() {
    let world = World::new(|_| {});
    world.get("/users/user_1").unwrap();
    let question = world.question(Method::Get, "/users/user_1");
    let shown = format!("{:?} {:?} {:?}", world.client, question, world.client.pipeline().config());
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn r24_the_secret_goes_to_the_configured_origin_only() {
    let world = World::new(|_| {});
    world.serve(|request, _| echo(request));
    for url in [
        "https://evil.example/v1/users/user_1",
        "https://api.clerk.com.evil.example/v1/users",
        "https://api.clerk.com@evil.example/v1/users",
        "https://api.clerk.com:8443/v1/users",
        "https://api.clerk.com",
        "http://api.clerk.com/v1/users",
        "//evil.example/v1",
        "",
    ] {
        let mut question = world.question(Method::Post, "/users");
        question.exchange.url = url.into();
        let outcome = world.rt.run(world.client.ask(question));
        assert!(matches!(outcome, Err(Error::InvalidPath(_))), "{url}");
    }
    assert!(world.calls().is_empty());
    assert_eq!(world.get("/users/user_1").unwrap().answer.status, 200);
    assert_eq!(world.now(), Instant::ZERO.after(LATENCY));
}

#[test]
fn without_a_secret_key_nothing_is_sent() {
    let world = World::new(|options| options.secret_key = None);
    assert!(matches!(world.get("/users/user_1"), Err(Error::InvalidConfig(_))));
    assert!(world.calls().is_empty());
    world.assert_no_calls_under_way();
}
