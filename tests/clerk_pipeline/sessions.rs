//! The session cache in a caller's hand: what it sets is what reads are answered from.

use clerk_edge::clerk::pipeline::Source;
use clerk_edge::core::time::Duration;
use clerk_edge::error::Error;
use clerk_edge::runtime::fake::Bytes;
use clerk_edge::runtime::http::{Body, Method};

use crate::world::{World, body, ms};

const ACTIVE: &str = r#"{"id":"sess_1","status":"active"}"#;

fn set(world: &World, session: &str, ttl: Option<Duration>) -> Result<(), Error> {
    world.client.keep_session("sess_1", Bytes::from_bytes(session.as_bytes()), ttl)
}

fn kept(world: &World) -> Option<String> {
    let kept = world.client.kept_session("sess_1").unwrap()?;
    Some(String::from_utf8(kept.body.to_vec()).unwrap())
}

#[test]
fn a_set_is_a_hit_of_the_next_read_and_a_read_of_the_next_get() {
    let world = World::new(|_| {});
    assert_eq!(kept(&world), None);
    set(&world, ACTIVE, None).unwrap();
    assert_eq!(kept(&world).as_deref(), Some(ACTIVE));
    let read = world.get("/sessions/sess_1");
    assert_eq!((body(&read).as_str(), read.unwrap().source), (ACTIVE, Source::Hit(Duration::ZERO)));
    assert_eq!(world.calls().len(), 0);
    let asked = world.client.invalidate_session("sess_1").unwrap();
    assert!(asked && kept(&world).is_none());
    world.get("/sessions/sess_1").unwrap();
    assert_eq!(world.calls().len(), 1);
    assert!(kept(&world).is_some());
}

#[test]
fn a_session_is_kept_for_fifteen_minutes_unless_its_caller_says_otherwise() {
    for (ttl, until) in [(None, 900_000), (Some(ms(500)), 500)] {
        let world = World::new(|_| {});
        set(&world, ACTIVE, ttl).unwrap();
        world.rt.advance(ms(until - 1));
        assert!(kept(&world).is_some());
        world.rt.advance(ms(1));
        assert!(kept(&world).is_none());
    }
    let world = World::new(|_| {});
    set(&world, ACTIVE, None).unwrap();
    set(&world, ACTIVE, Some(Duration::ZERO)).unwrap();
    assert_eq!(kept(&world), None, "zero keeps nothing, what was there neither");
}

#[test]
fn what_is_no_session_with_this_id_is_refused_and_changes_nothing() {
    let world = World::new(|_| {});
    set(&world, ACTIVE, None).unwrap();
    for bad in ["", "null", "[]", "\"sess_1\"", "{}", r#"{"id":"sess_2"}"#, r#"{"id":1}"#, r#"{"id":"sess_1""#] {
        assert!(matches!(set(&world, bad, None), Err(Error::InvalidArgument(_))), "{bad}");
    }
    for bad in ["", "..", "a/b"] {
        let session = Bytes::from_bytes(format!(r#"{{"id":"{bad}"}}"#).as_bytes());
        assert!(matches!(world.client.keep_session(bad, session, None), Err(Error::InvalidArgument(_))), "{bad}");
        assert!(world.client.kept_session(bad).is_err() && world.client.invalidate_session(bad).is_err(), "{bad}");
    }
    assert_eq!(kept(&world).as_deref(), Some(ACTIVE));
}

#[test]
fn r19b_a_set_wins_over_a_read_under_way_and_an_invalidation_does() {
    let world = World::new(|_| {});
    let reading = world.begun(Method::Get, "/sessions/sess_1");
    set(&world, ACTIVE, None).unwrap();
    world.rt.run(reading).unwrap();
    assert_eq!(kept(&world).as_deref(), Some(ACTIVE));
    world.client.invalidate_session("sess_1").unwrap();
    let reading = world.begun(Method::Get, "/sessions/sess_1");
    world.client.invalidate_session("sess_1").unwrap();
    world.rt.run(reading).unwrap();
    assert_eq!(kept(&world), None);
}

#[test]
fn a_write_to_the_session_drops_what_was_set() {
    let world = World::new(|_| {});
    for (method, path) in [(Method::Post, "/sessions/sess_1/revoke"), (Method::Delete, "/users/user_1")] {
        set(&world, ACTIVE, None).unwrap();
        world.request(method, path).unwrap();
        assert_eq!(kept(&world), None, "{path}");
    }
}

#[test]
fn clearing_drops_expired_sessions_and_nothing_else() {
    let world = World::new(|options| options.cache.user_ttl_ms = Some(500.0));
    set(&world, ACTIVE, Some(ms(500))).unwrap();
    world.get("/users/user_1").unwrap();
    world.get("/sessions/sess_2").unwrap();
    assert_eq!(world.client.clear_expired_sessions(), 0);
    world.rt.advance(ms(1_000));
    assert_eq!(world.client.clear_expired_sessions(), 1);
    assert_eq!(world.live().entries, 2, "the other session, and the user");
}
