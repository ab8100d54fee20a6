//! R4: when key sets are fetched, and what happens when they cannot be.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use clerk_edge::config::TokenOptions;
use clerk_edge::core::jwt::Reason;
use clerk_edge::core::time::Duration;

use crate::world::{World, vector};

const TTL: u64 = 300_000;
const STALE: u64 = 1_800_000;
/// How late the first set arrives.
const LATENCY: u64 = 50;
const COOLDOWN: u64 = 30_000;

/// A skew of an hour, so that the vectors' tokens outlive key sets.
fn patient(change: impl FnOnce(&mut clerk_edge::config::Options)) -> World {
    World::new(|options| {
        options.clock_skew_in_ms = Some(3_600_000.0);
        options.cache.jwks_stale_if_error_ms = Some(1_800_000.0);
        options.cache.max_verified_tokens = Some(0.0); // every verification looks for its key
        change(options);
    })
}

type Verifying<'a> = Pin<Box<dyn Future<Output = Result<String, Reason>> + 'a>>;

/// All of these at once, in order.
async fn together(mut futures: Vec<Verifying<'_>>) -> Vec<Result<String, Reason>> {
    let mut done: Vec<Option<_>> = futures.iter().map(|_| None).collect();
    poll_fn(move |cx| {
        for (future, slot) in futures.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(cx)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) {
            return Poll::Ready(done.iter_mut().map(|slot| slot.take().unwrap()).collect());
        }
        Poll::Pending
    })
    .await
}

/// The token with another kid in its header: nobody's signature.
fn of_kid(kid: &str) -> String {
    let header = format!(r#"{{"alg":"RS256","kid":"{kid}","typ":"JWT"}}"#);
    let plain = vector("a.tokens.plain");
    let (_, rest) = plain.split_once('.').unwrap();
    format!("{}.{rest}", encoded(header.as_bytes()))
}

fn encoded(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let group = |chunk: &[u8]| {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        (0..=chunk.len())
            .map(|at| char::from(*ALPHABET.get((bits >> (18 - 6 * at)) as usize & 63).unwrap()))
            .collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[test]
fn twenty_cold_verifications_at_once_fetch_once() {
    let world = World::new(|_| ());
    let token = vector("a.tokens.plain");
    let options = TokenOptions::default();
    let all = (0..20).map(|_| Box::pin(world.verifying(&token, &options)) as Verifying<'_>);
    let verdicts = world.rt.run(together(all.collect()));
    assert!(verdicts.iter().all(|verdict| verdict.as_deref() == Ok("user_1")));
    assert_eq!(world.fetches.get(), 1);
    assert_eq!(world.pipeline.live().flights, 0);
}

#[test]
fn r04_a_thousand_unknown_kids_fetch_once_per_cooldown() {
    let world = patient(|_| ());
    for round in 0..3_u32 {
        world.at(u64::from(round) * (COOLDOWN + 1_000));
        for n in 0..1_000 {
            assert_eq!(world.verify(&of_kid(&format!("ins_{round}_{n}"))), Err(Reason::JwkKidMismatch));
        }
        assert_eq!(world.fetches.get(), round + 1);
    }
}

#[test]
fn r04_unknown_kids_at_once_share_a_fetch() {
    let world = patient(|_| ());
    world.verify(&vector("a.tokens.plain")).unwrap();
    world.at(COOLDOWN + 1);
    let tokens: Vec<String> = (0..100).map(|n| of_kid(&format!("ins_{n}"))).collect();
    let options = TokenOptions::default();
    let all = tokens.iter().map(|token| Box::pin(world.verifying(token, &options)) as Verifying<'_>);
    let verdicts = world.rt.run(together(all.collect()));
    assert!(verdicts.iter().all(|verdict| *verdict == Err(Reason::JwkKidMismatch)));
    assert_eq!(world.fetches.get(), 2);
}

#[test]
fn r04_a_kid_that_appears_is_found_after_the_cooldown() {
    let world = patient(|_| ());
    world.verify(&vector("a.tokens.plain")).unwrap();
    world.answers(200, &vector("both"));
    world.at(COOLDOWN - 1_000);
    assert_eq!(world.verify(&vector("c.tokens.plain")), Err(Reason::JwkKidMismatch));
    world.at(COOLDOWN + 1_000);
    assert_eq!(world.verify(&vector("c.tokens.plain")).as_deref(), Ok("user_1"));
}

#[test]
fn r07_what_is_refused_anyway_causes_no_fetch() {
    let world = World::new(|_| ());
    let plain = vector("a.tokens.plain");
    let (_, rest) = plain.split_once('.').unwrap();
    for (header, reason) in [
        (r#"{"alg":"none","kid":"x","typ":"JWT"}"#, Reason::InvalidAlgorithm),
        (r#"{"alg":"HS256","kid":"x","typ":"JWT"}"#, Reason::InvalidAlgorithm),
        (r#"{"alg":"RS256","kid":"x","typ":"at+jwt"}"#, Reason::Invalid),
    ] {
        assert_eq!(world.verify(&format!("{}.{rest}", encoded(header.as_bytes()))), Err(reason), "{header}");
    }
    assert_eq!(world.fetches.get(), 0);
}

#[test]
fn a_set_in_use_is_renewed_before_it_is_over_and_nobody_waits() {
    let world = patient(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    world.at(TTL * 4 / 5 + LATENCY);
    let before = clerk_edge::runtime::Timer::elapsed(&world.rt);
    world.verify(&token).unwrap();
    world.verify(&token).unwrap();
    assert_eq!(clerk_edge::runtime::Timer::elapsed(&world.rt), before, "no time passed");
    world.rt.settle();
    assert_eq!(world.fetches.get(), 2);
    world.at(TTL * 6 / 5);
    world.verify(&token).unwrap();
    assert_eq!(world.fetches.get(), 2, "the renewed set is good for its own time");
}

#[test]
fn a_set_that_is_over_is_fetched_before_it_is_used_and_keys_that_are_gone_are_refused() {
    let world = patient(|_| ());
    world.verify(&vector("a.tokens.plain")).unwrap();
    world.answers(200, &vector("c.jwks"));
    world.at(TTL + 1_000);
    assert_eq!(world.verify(&vector("a.tokens.plain")), Err(Reason::JwkKidMismatch));
}

#[test]
fn a_token_that_was_verified_is_not_believed_for_long_after_its_key_is_gone() {
    // Whoever stole a key signs what lives for years, and shows it often enough that it stays in the cache.
    let world = patient(|options| options.cache.max_verified_tokens = None);
    world.verify(&vector("a.tokens.plain")).unwrap();
    world.answers(200, &vector("c.jwks"));
    world.at(TTL - 1);
    world.verify(&vector("a.tokens.plain")).unwrap();
    world.at(TTL + LATENCY);
    assert_eq!(world.verify(&vector("a.tokens.plain")), Err(Reason::JwkKidMismatch));
}

#[test]
fn with_clerk_down_a_warm_set_goes_on_for_the_configured_time_and_no_longer() {
    let world = patient(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    world.answers(503, "{}");
    for after in [TTL - 1_000, TTL + 10_000, STALE / 2, TTL + STALE - 10_000] {
        world.at(after);
        assert_eq!(world.verify(&token).as_deref(), Ok("user_1"), "{after} ms on");
    }
    world.at(TTL + STALE + 60_000);
    let end = world.verify(&token);
    assert!(matches!(end, Err(Reason::JwkRemoteFailedToLoad)), "{end:?}");
    world.answers(200, &vector("a.jwks"));
    world.rt.advance(Duration::from_secs(11));
    assert_ne!(world.verify(&token), end, "and recovers");
}

#[test]
fn once_a_set_is_over_for_good_clerk_is_asked_again_as_if_there_had_been_none() {
    let world = patient(|_| ());
    world.verify(&vector("a.tokens.plain")).unwrap();
    world.answers(500, "");
    world.at(TTL + STALE + 1_000);
    assert_eq!(world.verify(&vector("a.tokens.plain")), Err(Reason::JwkRemoteFailedToLoad));
    world.answers(200, &vector("a.jwks"));
    world.rt.advance(Duration::from_secs(1));
    world.verify(&vector("a.tokens.plain")).unwrap();
}

#[test]
fn a_clerk_that_hangs_holds_nobody_up_for_long_while_there_are_keys() {
    let world = patient(|_| ());
    let token = vector("a.tokens.plain");
    world.verify(&token).unwrap();
    world.hangs();
    world.at(TTL + 1_000);
    let begun = clerk_edge::runtime::Timer::elapsed(&world.rt);
    assert_eq!(world.verify(&token).as_deref(), Ok("user_1"));
    let waited = clerk_edge::runtime::Timer::elapsed(&world.rt).since(begun);
    assert!(waited <= Duration::from_secs(1), "{waited:?}");
    assert_eq!(world.verify(&token).as_deref(), Ok("user_1"));
    assert_eq!(clerk_edge::runtime::Timer::elapsed(&world.rt).since(begun), waited, "the next does not wait at all");
}

#[test]
fn failures_are_told_apart() {
    let refused = r#"{"errors":[{"code":"clerk_key_invalid","message":"no","long_message":"no"}]}"#;
    for (status, body, reason) in [
        (401, refused, Reason::SecretKeyInvalid),
        (200, r#"{"keys":[]}"#, Reason::JwkRemoteFailedToLoad),
        (200, r#"{"keys":[{"kty":"oct","k":"AAAA","kid":"ins_same"}]}"#, Reason::JwkRemoteFailedToLoad),
        (200, "[]", Reason::JwkRemoteFailedToLoad),
        (503, "<html>", Reason::JwkRemoteFailedToLoad),
        (404, "{}", Reason::JwkRemoteFailedToLoad),
    ] {
        let world = World::new(|_| ());
        world.answers(status, body);
        assert_eq!(world.verify(&vector("a.tokens.plain")), Err(reason), "{status} {body}");
        world.answers(200, &vector("a.jwks"));
        world.rt.advance(Duration::from_secs(2));
        assert_eq!(world.verify(&vector("a.tokens.plain")).as_deref(), Ok("user_1"), "after {status} {body}");
    }
}

#[test]
fn r30_a_leader_that_dies_leaves_its_followers_able_to_go_on() {
    for kindly in [true, false] {
        let world = World::new(|_| ());
        let token = vector("a.tokens.plain");
        let options = TokenOptions::default();
        let mut leader = Box::pin(world.verifying(&token, &options));
        let mut follower = Box::pin(world.verifying(&token, &options));
        world.rt.run(poll_fn(|cx| {
            assert!(leader.as_mut().poll(cx).is_pending());
            assert!(follower.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        }));
        drop(leader);
        if kindly {
            world.rt.end_tasks();
        } else {
            world.rt.lose_tasks();
        }
        let verdict = world.rt.run(follower);
        assert!(matches!(verdict, Ok(_) | Err(Reason::JwkRemoteFailedToLoad | Reason::Expired)), "{verdict:?}");
        assert_eq!(kindly, verdict.is_ok(), "an end in good order costs nobody anything");
        world.rt.advance(Duration::from_secs(2));
        assert_ne!(world.verify(&token), Err(Reason::JwkRemoteFailedToLoad), "the next is served");
    }
}
