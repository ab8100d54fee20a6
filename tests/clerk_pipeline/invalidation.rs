//! What a write makes stale is gone, whoever left and whatever failed.

use clerk_edge::clerk::pipeline::Source;
use clerk_edge::core::time::Duration;
use clerk_edge::runtime::fake::Reply;
use clerk_edge::runtime::http::Method;

use crate::world::{LATENCY, World, all, body, echo, json, ms, poll};

/// A world in which `user_1`, a list and `user_2` are cached.
fn warm() -> World {
    let world = World::new(|_| {});
    for path in ["/users/user_1", "/users", "/users/user_2"] {
        world.get(path).unwrap();
    }
    world
}

/// Which of those three are still cached.
fn cached(world: &World) -> [bool; 3] {
    ["/users/user_1", "/users", "/users/user_2"]
        .map(|path| world.client.peek(&world.question(Method::Get, path)).is_some())
}

const STALE: [bool; 3] = [false, false, true];

fn invalidate(world: &World, tag: &str) {
    world.client.pipeline().invalidate(&[tag.to_owned()]);
}

#[test]
fn r19_a_write_drops_its_resource_and_the_lists_and_nothing_else() {
    let world = warm();
    world.ask(Method::Patch, "/users/user_1").unwrap();
    assert_eq!(cached(&world), STALE);
}

#[test]
fn r19_a_write_that_clerk_refuses_drops_all_the_same() {
    let world = warm();
    world.serve(|_, _| json(500, "{}"));
    world.ask(Method::Patch, "/users/user_1").unwrap();
    assert_eq!(cached(&world), STALE);
}

#[test]
fn r19_a_write_drops_its_resource_though_its_caller_left() {
    let world = warm();
    drop(world.begun(Method::Patch, "/users/user_1"));
    world.rt.settle();
    assert_eq!(cached(&world), STALE);
}

#[test]
fn r19_a_write_that_timed_out_may_have_happened() {
    let world = warm();
    world.serve(|_, _| Reply::Hang);
    assert_eq!(world.ask(Method::Patch, "/users/user_1").unwrap_err().code(), "timeout");
    assert_eq!(cached(&world), STALE);
}

#[test]
fn r19_a_write_whose_task_the_host_ended_may_have_happened() {
    let world = warm();
    let mut writer = world.begun(Method::Patch, "/users/user_1");
    world.wait(ms(10)); // the call is under way
    world.rt.end_tasks();
    assert_eq!(cached(&world), STALE, "the task's destructor did it");
    assert!(poll(&mut writer).is_ready());
}

#[test]
fn r19_a_write_whose_task_vanished_without_destructors_is_seen_to_by_its_caller() {
    let world = warm();
    let writer = world.begun(Method::Patch, "/users/user_1");
    world.wait(ms(10));
    world.rt.lose_tasks();
    assert_eq!(world.rt.run(writer).unwrap_err().code(), "timeout");
    assert_eq!(cached(&world), STALE);
}

#[test]
fn r19b_a_read_that_began_before_an_invalidation_is_answered_but_not_kept() {
    let world = World::new(|_| {});
    let read = world.begun(Method::Get, "/users/user_1");
    world.wait(ms(10));
    invalidate(&world, "users/user_1");
    assert!(world.rt.run(read).is_ok());
    assert_eq!(world.live().entries, 0);
    assert_eq!(world.get("/users/user_1").unwrap().source, Source::Miss);
}

#[test]
fn r19b_a_read_after_an_invalidation_does_not_join_an_older_flight() {
    let world = World::new(|_| {});
    world.serve(|_, before| json(200, &format!(r#"{{"version":{before}}}"#)));
    let old = world.begun(Method::Get, "/users/user_1");
    world.wait(ms(10));
    invalidate(&world, "users/user_1");
    let new = world.begun(Method::Get, "/users/user_1");
    let outcomes = world.rt.run(all(vec![old, new]));
    assert_eq!(outcomes.iter().map(body).collect::<Vec<_>>(), [r#"{"version":0}"#, r#"{"version":1}"#]);
    assert_eq!(body(&world.get("/users/user_1")), r#"{"version":1}"#, "and its answer is kept");
    assert_eq!(world.calls().len(), 2);
}

#[test]
fn r19b_whoever_lands_last_an_answer_from_before_the_write_is_never_kept() {
    // The old read is slower than the write and than the read after it.
    let world = World::new(|_| {});
    world.serve(|request, before| match before {
        0 => Reply::After(Duration::from_secs(1), Ok(response("old"))),
        _ if request.method == Method::Patch => json(200, "{}"),
        _ => Reply::After(LATENCY, Ok(response("new"))),
    });
    let old = world.begun(Method::Get, "/users/user_1");
    world.wait(ms(10));
    world.ask(Method::Patch, "/users/user_1").unwrap();
    assert_eq!(body(&world.get("/users/user_1")), r#""new""#);
    assert_eq!(body(&world.rt.run(old)), r#""old""#);
    assert_eq!(body(&world.get("/users/user_1")), r#""new""#);
    assert_eq!(world.calls().len(), 3);
}

fn response(text: &str) -> clerk_edge::runtime::http::Response<clerk_edge::runtime::fake::Bytes> {
    match json(200, &format!("{text:?}")) {
        Reply::After(_, Ok(response)) => response,
        Reply::After(..) | Reply::Hang => panic!("json() answers"),
    }
}

#[test]
fn r19b_a_selection_made_from_an_answer_before_an_invalidation_is_not_kept() {
    use clerk_edge::clerk::api::{Manner, Question};
    use clerk_edge::clerk::query::Query;
    use clerk_edge::core::projection::FieldSet;

    let world = World::new(|_| {});
    world.serve(|request, _| echo(request));
    let manner = Manner { fields: Some(FieldSet::parse("url").unwrap()), ..Manner::default() };
    let config = world.client.pipeline().config();
    let question = Question::new(config, Method::Get, "/users/user_1", &Query::new(), manner).unwrap();
    let (client, asked) = (world.client.clone(), question.clone());
    let mut read: std::pin::Pin<Box<dyn Future<Output = _>>> = Box::pin(async move { client.ask(asked).await });
    assert!(poll(&mut read).is_pending());
    world.wait(ms(10));
    invalidate(&world, "users/user_1");
    assert!(world.rt.run(read).is_ok());
    assert!(world.client.peek(&question).is_none());
    assert_eq!(world.live().entries, 0);
}

#[test]
fn an_invalidation_of_something_else_leaves_answers_where_they_are() {
    let world = warm();
    invalidate(&world, "sessions/sess_1");
    assert_eq!(cached(&world), [true; 3]);
}
