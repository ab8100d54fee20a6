//! `tokens.getOrFetch` and Clerk's own tokens: fetched once, kept until their end, gone when told so.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use clerk_edge::clerk::client::Answered;
use clerk_edge::clerk::tokens::TokenKey;
use clerk_edge::config::Options;
use clerk_edge::core::time::{Duration, Instant};
use clerk_edge::error::{Error, Thrown};
use clerk_edge::runtime::Timer;
use clerk_edge::runtime::fake::{Bytes, FakeRuntime};
use clerk_edge::runtime::http::Body;

use crate::minted::{jwt, mint, minted, move_to};
use crate::world::{LATENCY, World, all, at, ms, poll};

type Outcome = Answered<FakeRuntime>;
type Asking = Pin<Box<dyn Future<Output = Outcome>>>;

/// `retry.deadlineMs` and the second that a flight's lease outlives it.
const DEADLINE: Duration = Duration::from_secs(25);
const LEASE: Duration = Duration::from_secs(26);

/// What a `fetchFn` does, and how often it was called.
#[derive(Clone)]
struct Source {
    calls: Rc<Cell<usize>>,
    gives: Rc<RefCell<Gives>>,
}

#[derive(Clone)]
enum Gives {
    Json(String),
    Throws(Error),
    Never,
}

impl Source {
    fn of(gives: Gives) -> Self {
        Self { calls: Rc::default(), gives: Rc::new(RefCell::new(gives)) }
    }

    fn json(text: &str) -> Self {
        Self::of(Gives::Json(text.into()))
    }

    fn throws<T: 'static>(value: T) -> Self {
        Self::of(Gives::Throws(Error::Callback(Thrown::new(value))))
    }

    fn becomes(&self, gives: Gives) {
        *self.gives.borrow_mut() = gives;
    }

    fn calls(&self) -> usize {
        self.calls.get()
    }
}

fn key(text: &str) -> TokenKey {
    TokenKey::new(text).unwrap()
}

/// A call of `getOrFetch` that has not begun, by a caller of its own; `source` takes [`LATENCY`].
fn asking_for(world: &World, name: &str, ttl: Option<Duration>, source: &Source) -> Asking {
    let (client, rt, name, source) = (world.client.clone(), world.rt.clone(), key(name), source.clone());
    Box::pin(async move {
        let fetch = || {
            source.calls.set(source.calls.get() + 1);
            let (rt, gives) = (rt.clone(), source.gives.borrow().clone());
            async move {
                rt.bell(LATENCY).0.await;
                match gives {
                    Gives::Json(text) => Ok(Bytes::from_bytes(text.as_bytes())),
                    Gives::Throws(error) => Err(error),
                    Gives::Never => std::future::pending().await,
                }
            }
        };
        client.token(name, ttl, fetch).await
    })
}

fn asking(world: &World, source: &Source) -> Asking {
    asking_for(world, "key", None, source)
}

fn begun(world: &World, source: &Source) -> Asking {
    let mut asking = asking(world, source);
    assert!(poll(&mut asking).is_pending());
    asking
}

fn ask(world: &World, source: &Source) -> Outcome {
    world.rt.run(asking(world, source))
}

fn text(outcome: &Outcome) -> String {
    String::from_utf8(outcome.as_ref().unwrap().body.to_vec()).unwrap()
}

/// A string of JSON.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// Until when what `source` gives is served, if it is fetched at `began` and nobody asks for another `limit`.
fn served_until(gives: &str, began: Instant, limit: Duration) -> Option<Duration> {
    let (world, source) = (World::new(|_| {}), Source::json(gives));
    world.rt.advance(began.since(Instant::ZERO));
    ask(&world, &source).unwrap();
    let fetched = world.now();
    let kept = || world.client.kept_token(&key("key"), None).is_some();
    while world.now() < fetched.after(limit) {
        if !kept() {
            return Some(world.now().since(fetched));
        }
        world.rt.advance(ms(50));
    }
    None
}

#[test]
fn concurrent_calls_for_one_key_fetch_once() {
    let (world, source) = (World::new(|_| {}), Source::json(r#""tok""#));
    let outcomes = world.rt.run(all((0..200).map(|_| asking(&world, &source)).collect()));
    assert_eq!((source.calls(), world.now()), (1, at(50)));
    assert!(outcomes.iter().all(|outcome| Rc::ptr_eq(outcome.as_ref().unwrap(), outcomes[0].as_ref().unwrap())));
    assert_eq!(text(&ask(&world, &source)), r#""tok""#);
    assert_eq!(source.calls(), 1);
    world.assert_no_calls_under_way();
}

#[test]
fn different_keys_are_different_tokens() {
    let (world, a, b) = (World::new(|_| {}), Source::json("1"), Source::json("2"));
    let outcomes = world.rt.run(all(vec![asking_for(&world, "a", None, &a), asking_for(&world, "b", None, &b)]));
    assert_eq!((text(&outcomes[0]).as_str(), text(&outcomes[1]).as_str()), ("1", "2"));
}

#[test]
fn r19_a_callers_key_never_meets_an_answer_of_clerks() {
    let world = World::new(|_| {});
    world.get("/users/user_1").unwrap();
    world.get("/sessions/sess_1").unwrap();
    mint(&world);
    minted(&world);
    assert_eq!(world.live().entries, 3);
    let names =
        ["2026-05-12 /users/user_1", "=2026-05-12 /users/user_1", "@/sessions/sess_1/tokens 0", "/users/user_1"];
    for name in names {
        assert!(world.client.kept_token(&key(name), None).is_none(), "{name}");
        assert!(!world.client.invalidate_token(&key(name)), "{name}");
    }
    let calls = world.calls().len();
    world.get("/users/user_1").unwrap();
    assert_eq!(world.calls().len(), calls);
}

#[test]
fn r02_two_instances_never_share_a_token() {
    let rt = FakeRuntime::new();
    let (mine, other) = (World::on(rt.clone(), |_| {}), World::on(rt, |o| o.secret_key = Some("sk_test_other".into())));
    ask(&mine, &Source::json("1")).unwrap();
    assert_eq!(text(&ask(&other, &Source::json("2"))), "2");
}

#[test]
fn keys_have_a_bound() {
    assert!(TokenKey::new(&"k".repeat(1_024)).is_ok());
    for bad in ["", &"k".repeat(1_025), &"ü".repeat(513)] {
        assert!(matches!(TokenKey::new(bad), Err(Error::InvalidArgument(_))));
    }
}

#[test]
fn a_token_is_kept_for_an_hour_unless_its_caller_says_otherwise() {
    let hour = Duration::from_hours(1);
    for (change, ttl, until) in [(None, None, hour), (Some(2_000.0), None, ms(2_000)), (None, Some(ms(500)), ms(500))] {
        let (world, source) = (World::new(|o: &mut Options| o.cache.token_ttl_ms = change), Source::json("1"));
        world.rt.run(asking_for(&world, "key", ttl, &source)).unwrap();
        move_to(&world, at(49).after(until));
        ask(&world, &source).unwrap();
        assert_eq!(source.calls(), 1, "within {until:?}");
        world.rt.advance(ms(1));
        ask(&world, &source).unwrap();
        assert_eq!(source.calls(), 2, "after {until:?}");
    }
}

#[test]
fn a_ttl_of_zero_neither_reads_nor_writes_the_cache() {
    let (world, source) = (World::new(|_| {}), Source::json("1"));
    let around = || world.rt.run(asking_for(&world, "key", Some(Duration::ZERO), &source));
    around().unwrap();
    ask(&world, &source).unwrap();
    around().unwrap();
    ask(&world, &source).unwrap();
    assert_eq!(source.calls(), 3);
}

#[test]
fn r19_a_token_is_never_served_at_or_past_its_own_exp() {
    let (world, source) = (World::new(|_| {}), Source::json(&quoted(&jwt(r#"{"exp":60}"#))));
    ask(&world, &source).unwrap();
    move_to(&world, at(59_999));
    ask(&world, &source).unwrap();
    assert_eq!(source.calls(), 1);
    world.rt.advance(ms(1));
    ask(&world, &source).unwrap();
    ask(&world, &source).unwrap();
    assert_eq!(source.calls(), 3, "what is over when it arrives is not kept at all");
}

#[test]
fn r19_every_way_to_say_when_it_expires_counts_and_the_first_end_wins() {
    let began = at(1_700_000_000_000 - 50); // fetched at the round number
    let in_seconds = 1_700_000_002;
    let token = jwt(&format!(r#"{{"exp":{in_seconds}}}"#));
    let late = jwt(r#"{"exp":1700000900}"#);
    for gives in [
        quoted(&token),
        format!(r#"{{"jwt":"{token}"}}"#),
        format!(r#"{{"access_token":"{token}","expires_in":60}}"#),
        format!(r#"{{"token":"{late}","expires_at":{in_seconds}}}"#),
        format!(r#"{{"token":"{late}","expiresAt":{in_seconds}000}}"#),
        format!(r#"{{"exp":{in_seconds}}}"#),
        r#"{"access_token":"opaque","expires_in":2}"#.into(),
        format!(r#"[{{"expires_at":null}},{{"expires_at":{in_seconds}000}},{{"expires_at":1700000900000}}]"#),
        format!(r#"{{"data":[{{"token":"x","expires_at":{in_seconds}000}}],"total_count":1}}"#),
    ] {
        assert_eq!(served_until(&gives, began, Duration::from_mins(1)), Some(ms(2_000)), "{gives}");
    }
    for gives in
        ["\"opaque\"", "\"a.b.c\"", r#"{"id":"x"}"#, r#"{"expires_at":null}"#, "[]", "7", "true", r#"{"exp":"soon"}"#]
    {
        assert_eq!(served_until(gives, began, Duration::from_mins(1)), None, "{gives}");
    }
    for gives in
        [r#"{"exp":-1}"#, r#"{"expires_in":0}"#, &quoted(&jwt(r#"{"exp":0}"#)), &quoted(&jwt(r#"{"exp":1699999999}"#))]
    {
        assert_eq!(served_until(gives, began, Duration::from_mins(1)), Some(ms(0)), "{gives}");
    }
}

#[test]
fn what_a_fetch_fails_with_goes_to_everyone_and_is_not_kept() {
    let (world, source) = (World::new(|_| {}), Source::throws("the very same"));
    let outcomes = world.rt.run(all((0..5).map(|_| asking(&world, &source)).collect()));
    let errors: Vec<Error> = outcomes.into_iter().map(Result::unwrap_err).collect();
    assert!(errors.iter().all(|error| *error == errors[0]), "one and the same");
    let Error::Callback(thrown) = &errors[0] else { panic!("{errors:?}") };
    assert_eq!(thrown.get::<&str>(), Some(&"the very same"));
    assert_eq!(source.calls(), 1);
    source.becomes(Gives::Json("1".into()));
    assert_eq!(text(&ask(&world, &source)), "1");
    world.assert_no_calls_under_way();
}

#[test]
fn nothing_is_no_token() {
    for gives in ["", "null"] {
        let (world, source) = (World::new(|_| {}), Source::json(gives));
        assert!(matches!(ask(&world, &source), Err(Error::InvalidArgument(_))), "{gives:?}");
        ask(&world, &source).unwrap_err();
        assert_eq!(source.calls(), 2, "not kept");
    }
}

#[test]
fn a_token_larger_than_an_answer_may_be_is_refused() {
    let world = World::new(|options| options.max_response_bytes = Some(10.0));
    assert_eq!(ask(&world, &Source::json("123456789012")).unwrap_err(), Error::ResponseTooLarge { limit: 10 });
}

#[test]
fn r30_a_fetch_that_never_ends_is_a_timeout_and_the_next_call_starts_afresh() {
    let (world, source) = (World::new(|_| {}), Source::of(Gives::Never));
    let outcomes = world.rt.run(all((0..3).map(|_| asking(&world, &source)).collect()));
    for outcome in outcomes {
        assert_eq!(outcome.unwrap_err(), Error::Timeout { after: DEADLINE });
    }
    assert_eq!((source.calls(), world.now()), (1, at(0).after(DEADLINE)));
    source.becomes(Gives::Json("1".into()));
    assert_eq!(text(&ask(&world, &source)), "1");
    world.assert_no_calls_under_way();
}

#[test]
fn r30_followers_get_the_token_though_the_leaders_caller_left() {
    let (world, first, second) = (World::new(|_| {}), Source::json("1"), Source::json("2"));
    let (leader, follower) = (begun(&world, &first), begun(&world, &second));
    drop(leader);
    assert_eq!(text(&world.rt.run(follower)), "1");
    assert_eq!((second.calls(), world.now()), (0, at(50)));
    world.assert_no_calls_under_way();
}

#[test]
fn r30_a_follower_fetches_by_its_own_function_when_the_host_ends_the_leaders_task() {
    let (world, first, second) = (World::new(|_| {}), Source::json("1"), Source::json("2"));
    let leader = begun(&world, &first);
    let followers = (0..3).map(|_| begun(&world, &second)).collect();
    drop(leader);
    world.wait(ms(10));
    world.rt.end_tasks();
    let outcomes = world.rt.run(all(followers));
    assert!(outcomes.iter().all(|outcome| text(outcome) == "2"));
    assert_eq!((first.calls(), second.calls(), world.now()), (1, 1, at(10).after(LATENCY)));
    world.assert_nothing_is_left();
}

#[test]
fn r30_the_same_within_the_lease_when_the_task_vanishes_without_destructors() {
    let (world, first, second) = (World::new(|_| {}), Source::json("1"), Source::json("2"));
    drop(begun(&world, &first));
    world.wait(ms(10));
    world.rt.lose_tasks();
    world.wait(Duration::from_secs(5));
    let outcomes = world.rt.run(all((0..3).map(|_| begun(&world, &second)).collect()));
    assert!(outcomes.iter().all(|outcome| text(outcome) == "2"));
    assert_eq!((second.calls(), world.now()), (1, at(0).after(LEASE).after(LATENCY)));
    world.assert_nothing_is_left();
}

#[test]
fn r19b_an_invalidation_beats_the_fetch_that_is_under_way() {
    let (world, source) = (World::new(|_| {}), Source::json("1"));
    let early = begun(&world, &source);
    assert!(!world.client.invalidate_token(&key("key")), "nothing is kept yet");
    source.becomes(Gives::Json("2".into()));
    let late = begun(&world, &source);
    let outcomes = world.rt.run(all(vec![late, early]));
    assert_eq!((text(&outcomes[0]).as_str(), text(&outcomes[1]).as_str()), ("2", "1"));
    assert_eq!(text(&ask(&world, &source)), "2", "the older one was not kept");
    assert_eq!(source.calls(), 2);
    assert!(world.client.invalidate_token(&key("key")));
    ask(&world, &source).unwrap();
    assert_eq!(source.calls(), 3);
}

#[test]
fn clearing_drops_expired_tokens_and_nothing_else() {
    let world = World::new(|options| options.cache.user_ttl_ms = Some(1_000.0));
    let source = Source::json("1");
    for (name, ttl) in [("a", ms(1_000)), ("b", ms(1_000)), ("c", ms(9_000))] {
        world.rt.run(asking_for(&world, name, Some(ttl), &source)).unwrap();
    }
    world.get("/users/user_1").unwrap();
    assert_eq!(world.client.clear_expired_tokens(), 0);
    world.rt.advance(ms(2_000));
    assert_eq!(world.client.clear_expired_tokens(), 2);
    assert_eq!(world.live().entries, 2, "one token, and one user that is not a token though past its time");
    assert_eq!(world.client.clear_expired_tokens(), 0);
}
