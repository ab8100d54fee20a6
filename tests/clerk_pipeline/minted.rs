//! Tokens of Clerk's: minted once, served until shortly before they expire, gone with whom they tell of.

use clerk_edge::clerk::api::Question;
use clerk_edge::clerk::client::Answered;
use clerk_edge::clerk::tokens;
use clerk_edge::core::time::Instant;
use clerk_edge::error::Error;
use clerk_edge::runtime::Clock;
use clerk_edge::runtime::fake::{Bytes, FakeRuntime};
use clerk_edge::runtime::http::{Body, Method};

use crate::world::{World, at, echo, json, ms, poll};

type Asking = std::pin::Pin<Box<dyn Future<Output = Answered<FakeRuntime>>>>;

/// Sets the clock.
pub(crate) fn move_to(world: &World, now: Instant) {
    assert!(now >= world.now());
    world.rt.advance(now.since(world.now()));
}

/// URL-safe base64 without padding.
fn base64url(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let group = |three: &[u8]| {
        let bits = (0..3).fold(0_u32, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        let letters = (0..4).map(move |at| char::from(alphabet[(bits >> (18 - 6 * at) & 63) as usize]));
        letters.take(three.len() + 1).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// An unsigned token.
pub(crate) fn jwt(claims: &str) -> String {
    format!("{}.{}.c2ln", base64url(br#"{"alg":"RS256"}"#), base64url(claims.as_bytes()))
}

pub(crate) fn session_token(world: &World, id: &str) -> Question<Bytes> {
    tokens::session_token(world.client.pipeline().config(), id, None, None).unwrap()
}

/// Mints tokens that live for a minute, each with a number of its own.
pub(crate) fn mint(world: &World) {
    let rt = world.rt.clone();
    world.serve(move |request, call| {
        if !request.url.contains("/tokens") {
            return echo(request);
        }
        let exp = rt.unix().as_millis() / 1_000 + 60;
        let claims = format!(r#"{{"exp":{exp},"sub":"user_1","o":{{"id":"org_1"}},"jti":{call}}}"#);
        json(200, &format!(r#"{{"object":"token","jwt":"{}"}}"#, jwt(&claims)))
    });
}

pub(crate) fn minted(world: &World) -> String {
    let token = world.rt.run(world.client.answer(session_token(world, "sess_1"))).unwrap();
    String::from_utf8(token.body.to_vec()).unwrap()
}

#[test]
fn r19_a_session_token_is_served_until_shortly_before_it_expires() {
    let world = World::new(|_| {});
    mint(&world);
    let first = minted(&world);
    move_to(&world, at(54_999));
    assert_eq!(minted(&world), first);
    world.rt.advance(ms(1));
    assert_ne!(minted(&world), first);
    assert_eq!(world.calls().len(), 2);
    assert_eq!(world.calls()[0].url, "https://api.clerk.com/v1/sessions/sess_1/tokens");
    assert_eq!(world.calls()[0].method, Method::Post);
}

#[test]
fn r19_a_session_token_that_does_not_say_when_it_expires_is_not_kept_and_an_error_neither() {
    let world = World::new(|_| {});
    for reply in [json(200, r#"{"object":"token","jwt":"opaque"}"#), json(200, "{}"), json(404, r#"{"errors":[]}"#)] {
        world.serve(move |_, _| reply.clone());
        let before = world.calls().len();
        for _ in 0..2 {
            drop(world.rt.run(world.client.ask(session_token(&world, "sess_1"))));
        }
        assert_eq!(world.calls().len(), before + 2);
    }
    assert_eq!(world.live().entries, 0);
}

#[test]
fn a_session_token_goes_with_its_session_its_user_and_its_organization() {
    for (method, path, drops) in [
        (Method::Post, "/sessions/sess_1/revoke", true),
        (Method::Post, "/sessions/sess_2/revoke", false),
        (Method::Patch, "/users/user_1/metadata", true),
        (Method::Patch, "/users/user_2/metadata", false),
        (Method::Delete, "/users/user_2", true), // whichever sessions that ends
        (Method::Patch, "/organizations/org_1/memberships/user_1", true),
        (Method::Patch, "/organizations/org_2/memberships/user_1", false),
    ] {
        let world = World::new(|_| {});
        mint(&world);
        let first = minted(&world);
        world.request(method, path).unwrap();
        assert_eq!(minted(&world) != first, drops, "{path}");
    }
}

#[test]
fn r19b_a_session_revoked_while_its_token_is_minted_leaves_no_token_behind() {
    let world = World::new(|_| {});
    mint(&world);
    let (client, question) = (world.client.clone(), session_token(&world, "sess_1"));
    let mut minting: Asking = Box::pin(async move { client.answer(question).await });
    assert!(poll(&mut minting).is_pending());
    world.client.invalidate_session("sess_1").unwrap();
    world.rt.run(minting).unwrap();
    assert_eq!(world.live().entries, 0);
}

#[test]
fn template_and_lifetime_are_part_of_the_question() {
    let world = World::new(|_| {});
    mint(&world);
    let config = world.client.pipeline().config();
    let questions = [
        (None, None, "/sessions/sess_1/tokens"),
        (Some("hasura"), None, "/sessions/sess_1/tokens/hasura"),
        (Some("hasura"), Some(600), "/sessions/sess_1/tokens/hasura"),
        (None, Some(600), "/sessions/sess_1/tokens"),
    ];
    for (template, lifetime, path) in questions {
        let ask = || tokens::session_token(config, "sess_1", template, lifetime).unwrap();
        let before = world.calls().len();
        world.rt.run(world.client.answer(ask())).unwrap();
        world.rt.run(world.client.answer(ask())).unwrap();
        assert_eq!(world.calls().len(), before + 1, "{path} {lifetime:?}");
        assert!(world.calls()[before].url.ends_with(path));
        let sent = ask().exchange.body.map(|(body, _)| String::from_utf8(body.to_vec()).unwrap());
        assert_eq!(sent, lifetime.map(|_| r#"{"expires_in_seconds":600}"#.to_owned()));
    }
    for (id, template, lifetime) in [
        ("", None, None),
        ("a/b", None, None),
        ("s", Some("a/b"), None),
        ("s", Some(""), None),
        ("s", None, Some(29)),
        ("s", None, Some(315_360_001)),
    ] {
        let refused = tokens::session_token::<Bytes>(config, id, template, lifetime);
        assert!(matches!(refused, Err(Error::InvalidArgument(_))), "{id} {template:?} {lifetime:?}");
    }
}

#[test]
fn r19_an_oauth_token_is_kept_until_it_expires_and_goes_with_its_user() {
    let world = World::new(|_| {});
    let config = world.client.pipeline().config();
    world.serve(|request, call| {
        if !request.url.contains("oauth") {
            return echo(request);
        }
        json(200, &format!(r#"{{"data":[{{"token":"t{call}","expires_at":600}},{{"token":"x","expires_at":null}}],"total_count":2}}"#))
    });
    let ask =
        |provider| world.rt.run(world.client.answer(tokens::oauth_token(config, "user_1", provider).unwrap())).unwrap();
    ask("google");
    assert_eq!(
        world.calls()[0].url,
        "https://api.clerk.com/v1/users/user_1/oauth_access_tokens/oauth_google?paginated=true"
    );
    ask("oauth_google");
    assert_eq!(world.calls().len(), 1, "the prefix makes no difference");
    ask("github");
    world.get("/users/user_1/oauth_access_tokens/oauth_google").unwrap();
    world.get("/users/user_1/oauth_access_tokens/oauth_google").unwrap();
    assert_eq!(world.calls().len(), 4, "another provider; and the gateway keeps none");
    move_to(&world, at(594_999));
    ask("google");
    assert_eq!(world.calls().len(), 4);
    world.request(Method::Patch, "/users/user_1").unwrap();
    ask("google");
    ask("google");
    assert_eq!(world.calls().len(), 7, "dropped by the write, and about to expire when it came back");
}
