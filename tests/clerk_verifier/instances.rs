//! R1 to R3: no instance accepts what another signed.

use clerk_edge::core::jwt::Reason;
use clerk_edge::error::Error;

use crate::world::{World, vector, with_key};

#[test]
fn r01_a_token_of_another_instance_with_the_same_kid_never_verifies() {
    let (a, b) = (vector("a.tokens.plain"), vector("b.tokens.plain"));
    for order in [[&a, &b], [&b, &a]] {
        let world = World::new(|_| ());
        for _ in 0..2 {
            for token in order {
                let expected = if *token == a { Ok("user_1".to_owned()) } else { Err(Reason::InvalidSignature) };
                assert_eq!(world.verify(token), expected);
            }
        }
    }
}

#[test]
fn r01_a_key_that_a_call_brings_along_says_nothing_about_any_other_call() {
    let world = World::new(|_| ());
    let (a, b) = (vector("a.tokens.plain"), vector("b.tokens.plain"));
    for _ in 0..2 {
        assert_eq!(world.verify_with(&b, &with_key("b.pem")).as_deref(), Ok("user_1"));
        assert_eq!(world.verify(&b), Err(Reason::InvalidSignature), "verified before, but by another key");
        assert_eq!(world.verify(&a).as_deref(), Ok("user_1"));
        assert_eq!(world.verify_with(&a, &with_key("b.pem")), Err(Reason::InvalidSignature));
    }
}

#[test]
fn r01_a_configured_pem_wins_over_the_key_set_and_needs_no_network() {
    let world = World::new(|options| options.jwt_key = Some(vector("b.pem")));
    assert_eq!(world.verify(&vector("b.tokens.plain")).as_deref(), Ok("user_1"));
    assert_eq!(world.verify(&vector("a.tokens.plain")), Err(Reason::InvalidSignature));
    assert_eq!(world.fetches.get(), 0);
}

#[test]
fn r01_the_public_key_set_serves_without_a_secret_key_and_is_sent_none() {
    let world = World::new(|options| {
        options.secret_key = None;
        options.publishable_key = Some("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k".into());
    });
    assert_eq!(world.verify(&vector("a.tokens.plain")).as_deref(), Ok("user_1"));
    let asked = ("https://clerk.example.com/.well-known/jwks.json".to_owned(), false);
    assert_eq!(*world.urls.borrow(), [asked]);
}

#[test]
fn without_any_key_there_is_a_reason_and_no_request() {
    let world = World::new(|options| options.secret_key = None);
    assert_eq!(world.verify(&vector("a.tokens.plain")), Err(Reason::JwkFailedToResolve));
    assert_eq!(world.fetches.get(), 0);
}

#[test]
fn r03_a_kid_that_is_not_there_says_nothing_of_those_that_are() {
    let world = World::new(|_| ());
    let token = vector("c.tokens.plain");
    let policy = world.verifier.configured();
    let refused = world.rt.run(world.verifier.verify(&world.rt, &token, &policy)).unwrap_err();
    let Error::Token(error) = &refused else { panic!("{refused}") };
    assert_eq!(error.reason, Reason::JwkKidMismatch);
    for text in [refused.to_string(), format!("{refused:?}")] {
        assert!(!text.contains("ins_"), "{text}");
        assert!(!text.contains("sk_test"), "{text}");
    }
}
