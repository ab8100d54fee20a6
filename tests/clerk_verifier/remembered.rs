//! R12: a token that was verified before passes every check of the call at hand.

use std::cell::Cell;

use clerk_edge::clerk::api::Manner;
use clerk_edge::clerk::client::Client;
use clerk_edge::clerk::query::Query;
use clerk_edge::clerk::spelled::Spelled;
use clerk_edge::config::TokenOptions;
use clerk_edge::core::jwt::Reason;
use clerk_edge::core::time::{Instant, UnixTime};
use clerk_edge::runtime::Clock;
use clerk_edge::runtime::http::Method;

use crate::world::{ISSUED, World, vector, with_party};

/// A token as JavaScript wrote it, over another that was longer.
fn cells(token: &str) -> Vec<Cell<u64>> {
    let mut bytes = token.as_bytes().to_vec();
    bytes.resize(bytes.len() / 8 * 8 + 16, b'x');
    bytes.as_chunks().0.iter().map(|word| Cell::new(u64::from_le_bytes(*word))).collect()
}

/// Whether the token is found without being parsed, and believed under the policy with this number.
fn is_recalled(world: &World, token: &str, policy: u32) -> bool {
    world
        .verifier
        .recall(Spelled::new(&cells(token), token.len()), policy, world.rt.now(), world.rt.unix(), |_| Some(()))
        .is_some()
}

/// Whether the token is at hand: answered without a signature check.
fn is_at_hand(world: &World, token: &str) -> bool {
    let policy = world.verifier.configured();
    let recalled = is_recalled(world, token, 0);
    let step = world.verifier.begin(token, &policy, world.rt.now(), world.rt.unix());
    let known = matches!(step, Ok(clerk_edge::clerk::verifier::Step::Known(_)));
    assert_eq!(recalled, known, "both ways to it agree");
    known
}

#[test]
fn r12_a_hit_checks_the_time_to_the_millisecond() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    assert!(is_at_hand(&world, &token));
    world.at(64_999);
    assert_eq!(world.verify(&token).as_deref(), Ok("user_1"));
    world.at(65_000);
    assert_eq!(world.verify(&token), Err(Reason::Expired));
    assert!(!is_at_hand(&world, &token));
}

#[test]
fn r12_a_wall_clock_that_steps_back_is_believed() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.later");
    world.at(25_000);
    world.verify(&token).unwrap();
    let recall = |unix| {
        let now = Instant::from_millis(ISSUED + 25_000);
        world
            .verifier
            .recall(Spelled::new(&cells(&token), token.len()), 0, now, UnixTime::from_millis(ISSUED + unix), |_| {
                Some(())
            })
            .is_some()
    };
    assert!(recall(25_000));
    assert!(!recall(24_999), "issued in the future again");
}

#[test]
fn r12_other_options_are_evaluated_on_a_hit() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    for _ in 0..2 {
        assert_eq!(world.verify_with(&token, &with_party("https://app.example.com")).as_deref(), Ok("user_1"));
        assert_eq!(
            world.verify_with(&token, &with_party("https://evil.example.com")),
            Err(Reason::InvalidAuthorizedParties)
        );
        assert_eq!(world.verify(&token).as_deref(), Ok("user_1"));
    }
    let mut strict = TokenOptions::default();
    strict.clock_skew_in_ms = Some(0.0);
    world.at(60_000);
    assert_eq!(world.verify_with(&token, &strict), Err(Reason::Expired));
    assert_eq!(world.verify(&token).as_deref(), Ok("user_1"), "within the skew of this call");
}

#[test]
fn r12_the_short_way_does_not_get_around_the_options_of_the_call() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    let policy = |options: &TokenOptions| {
        let (checks, key) = options.parse(&world.pipeline.config().checks).unwrap();
        world.verifier.other_policy(checks, key).id()
    };
    let recall = |id| is_recalled(&world, &token, id);
    assert!(recall(0));
    assert!(recall(policy(&with_party("https://app.example.com"))));
    assert!(!recall(policy(&with_party("https://evil.example.com"))));
    assert!(!recall(policy(&crate::world::with_key("b.pem"))), "verified by other keys");
    assert!(!recall(policy(&crate::world::with_key("a.pem"))), "even if they are the same: another source");
    assert!(!recall(9_999), "no such policy");
}

#[test]
fn r12_any_other_byte_is_another_token() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    let start = token.rfind('.').unwrap() + 1;
    for at in start..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(bytes).unwrap();
        assert!(!is_at_hand(&world, &tampered), "byte {at}");
    }
    assert_eq!(world.verify(&format!("{token}=")), Ok("user_1".into()), "the same signature, padded");
}

#[test]
fn r12_the_short_way_compares_every_byte_and_the_length() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    assert!(is_recalled(&world, &token, 0));
    for at in 0..token.len() {
        let mut tampered = token.clone().into_bytes();
        tampered[at] ^= 1;
        assert!(!is_recalled(&world, std::str::from_utf8(&tampered).unwrap(), 0), "byte {at}");
        assert!(!is_recalled(&world, &token[at + 1..], 0), "without what comes before byte {at}");
        assert!(!is_recalled(&world, &token[..at], 0), "up to byte {at}");
    }
    for longer in [format!("{token}="), format!("{token}A"), format!("0 {token}"), format!(" {token}")] {
        assert!(!is_recalled(&world, &longer, 0), "{longer}");
    }
}

#[test]
fn r12_the_short_way_forgets_what_was_revoked_evicted_or_is_over() {
    let world = World::new(|options| options.cache.max_verified_tokens = Some(1.0));
    let (token, other) = (vector("a.tokens.plain"), vector("a.tokens.second"));
    world.verify(&token).unwrap();
    world.verify(&other).unwrap();
    assert_eq!([&token, &other].map(|token| is_recalled(&world, token, 0)), [false, true], "evicted");
    world.pipeline.revoke(&["users/user_2".into()], world.rt.unix());
    assert!(!is_recalled(&world, &other, 0), "revoked");
    world.verify(&token).unwrap();
    world.at(65_000);
    assert!(!is_recalled(&world, &token, 0), "over");
}

#[test]
fn r18_padding_makes_no_two_tokens_collide_and_takes_no_more_than_its_place() {
    let world = World::new(|options| options.cache.max_verified_tokens = Some(8.0));
    let token = vector("a.tokens.plain");
    let padded = |n| format!("{token}{}", "=".repeat(n));
    for n in 0..100 {
        assert_eq!(world.verify(&padded(n)).as_deref(), Ok("user_1"));
        assert!(is_recalled(&world, &padded(n), 0));
    }
    assert!((0..100).filter(|n| is_recalled(&world, &padded(*n), 0)).count() <= 8);
}

#[test]
fn r12_what_is_refused_is_not_remembered() {
    let world = World::new(|_| ());
    world.verify(&vector("b.tokens.plain")).unwrap_err();
    world.verify_with(&vector("a.tokens.plain"), &with_party("https://evil.example.com")).unwrap_err();
    assert!(!is_recalled(&world, &vector("b.tokens.plain"), 0));
    assert!(!is_recalled(&world, &vector("a.tokens.plain"), 0));
}

#[test]
fn r12_a_revoked_session_is_refused_at_hand_or_not_and_a_later_token_is_not() {
    let world = World::new(|_| ());
    let (token, other) = (vector("a.tokens.plain"), vector("a.tokens.second"));
    world.verify(&token).unwrap();
    world.pipeline.revoke(&["sessions/sess_1".into(), "users/user_2".into()], world.rt.unix());
    assert_eq!(world.verify(&token), Err(Reason::VerificationFailed));
    assert_eq!(world.verify(&other), Err(Reason::VerificationFailed), "by its user, never seen before");
    world.at(30_000);
    assert_eq!(world.verify(&vector("a.tokens.later")).as_deref(), Ok("user_1"), "issued after the revocation");
}

#[test]
fn r12_r19b_a_revocation_beats_a_verification_under_way() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&vector("a.tokens.second")).unwrap();
    let policy = world.verifier.configured();
    let step = world.verifier.begin(&token, &policy, world.rt.now(), world.rt.unix()).unwrap();
    let clerk_edge::clerk::verifier::Step::Sign(pending) = step else { panic!("{step:?}") };
    world.pipeline.revoke(&["sessions/sess_1".into()], world.rt.unix());
    let good = clerk_edge::core::jwt::Proof::Good;
    let refused = world.verifier.finish(*pending, good, world.rt.now(), world.rt.unix()).unwrap_err();
    assert_eq!(refused.reason, Reason::VerificationFailed);
    assert!(!is_at_hand(&world, &token));
}

#[test]
fn r12_memory_is_bounded_in_entries() {
    let world = World::new(|options| options.cache.max_verified_tokens = Some(1.0));
    world.verify(&vector("a.tokens.plain")).unwrap();
    world.verify(&vector("a.tokens.second")).unwrap();
    let at_hand = ["plain", "second"].map(|name| is_at_hand(&world, &vector(&format!("a.tokens.{name}"))));
    assert_eq!(at_hand.iter().filter(|known| **known).count(), 1);
}

#[test]
fn r12_who_ends_a_session_through_this_client_need_not_wait_for_the_webhook() {
    for (method, path) in [
        (Method::Post, "/sessions/sess_1/revoke"),
        (Method::Post, "/users/user_1/ban"),
        (Method::Delete, "/users/user_1"),
    ] {
        let world = World::new(|_| ());
        let (token, other) = (vector("a.tokens.plain"), vector("a.tokens.second"));
        world.verify(&token).unwrap();
        let client = Client::new(world.pipeline.clone(), world.rt.clone());
        let none = Query::new();
        let request = || client.request(method, path, &none, Manner::default());
        world.answers(404, "{}");
        world.rt.run(request()).unwrap_err();
        assert_eq!(world.verify(&token).as_deref(), Ok("user_1"), "{path} failed");
        world.answers(200, "{}");
        world.rt.run(request()).unwrap();
        assert_eq!(world.verify(&token), Err(Reason::VerificationFailed), "{path}");
        assert_eq!(world.verify(&other).as_deref(), Ok("user_2"), "{path} is about somebody else");
    }
}

#[test]
fn what_became_of_tokens_is_counted() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    world.verify(&token).unwrap();
    world.verify(&vector("b.tokens.plain")).unwrap_err();
    world.verify(&vector("c.tokens.plain")).unwrap_err();
    world.verify("nonsense").unwrap_err();
    assert!(is_recalled(&world, &token, 0));
    let counted = world.pipeline.metrics().borrow().snapshot().verifications;
    assert_eq!(counted.iter().collect::<Vec<_>>(), [("known", 2), ("verified", 1), ("refused", 3)]);
}
