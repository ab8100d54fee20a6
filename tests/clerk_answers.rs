//! Answers and failures at their edges: what a caller gets for them, what is kept, and who else notices.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic")]

use std::cell::Cell;
use std::rc::Rc;

use clerk_edge::clerk::api::{Manner, Question};
use clerk_edge::clerk::client::Client;
use clerk_edge::clerk::pipeline::{Pipeline, Served, Source};
use clerk_edge::clerk::policy::limited_apart;
use clerk_edge::clerk::query::Query;
use clerk_edge::config::{Config, Host, Options};
use clerk_edge::core::projection::FieldSet;
use clerk_edge::core::time::Duration;
use clerk_edge::error::Error;
use clerk_edge::runtime::fake::{Bytes, FakeRuntime, Reply};
use clerk_edge::runtime::http::{Body, Headers, Method, Request, Response};

type Outcome = Result<Served<Bytes>, Error>;

struct World {
    rt: FakeRuntime,
    client: Client<FakeRuntime>,
    calls: Rc<Cell<u32>>,
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    let headers: Headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply::After(Duration::from_millis(5), Ok(Response { status, headers, body: Bytes::from_bytes(body.as_bytes()) }))
}

fn json(body: &str) -> Reply {
    answer(200, &[("content-type", "application/json")], body)
}

impl World {
    /// A client without retries whose every request is answered by `reply`.
    fn new(mut reply: impl FnMut(&Request<Bytes>) -> Reply + 'static) -> Self {
        let mut options = Options::default();
        options.secret_key = Some("sk_live_x".into());
        options.retry.max_attempts = Some(1.0);
        let (rt, calls) = (FakeRuntime::new(), Rc::<Cell<u32>>::default());
        let counter = Rc::clone(&calls);
        rt.serve(move |request, _| {
            counter.set(counter.get() + 1);
            reply(request)
        });
        let pipeline = Pipeline::new(Config::new(&options, Host::Other).unwrap(), 1);
        Self { client: Client::new(pipeline, rt.clone()), rt, calls }
    }

    fn ask(&self, method: Method, path: &str, manner: Manner<Bytes>) -> Outcome {
        let config = self.client.pipeline().config();
        let question = Question::new(config, method, path, &Query::new(), manner).unwrap();
        self.rt.run(self.client.ask(question))
    }

    fn plainly(&self, method: Method, path: &str) -> Outcome {
        self.ask(method, path, Manner::default())
    }

    fn for_ttl(&self, seconds: u64) -> Source {
        let manner = Manner { ttl: Some(Duration::from_secs(seconds)), ..Manner::default() };
        self.ask(Method::Get, "/users/user_1", manner).unwrap().source
    }
}

const fn named(fields: FieldSet) -> Manner<Bytes> {
    Manner { body: None, fields: Some(fields), ttl: None, version: None, unversioned: false }
}

#[test]
fn a_success_without_a_body_is_a_success_whatever_fields_are_named() {
    for status in [202, 204] {
        let world = World::new(move |_| answer(status, &[], ""));
        for path in ["/instance/change_domain", "/users/user_1/remove_password"] {
            assert_eq!(world.plainly(Method::Post, path).unwrap().answer.status, status);
            let selected = world.ask(Method::Post, path, named(FieldSet::parse("id").unwrap())).unwrap();
            assert_eq!((selected.answer.status, selected.answer.body.len()), (status, 0));
        }
    }
}

#[test]
fn a_200_without_a_body_is_no_answer() {
    let world = World::new(|_| answer(200, &[("content-type", "application/json")], ""));
    assert!(matches!(world.plainly(Method::Get, "/users/user_1"), Err(Error::InvalidResponse { status: 200, .. })));
}

#[test]
fn r19_no_status_but_200_is_kept() {
    for status in [201, 202, 206, 299] {
        let world = World::new(move |_| answer(status, &[("content-type", "application/json")], "{}"));
        world.plainly(Method::Get, "/users/user_1").unwrap();
        assert_eq!(world.plainly(Method::Get, "/users/user_1").unwrap().source, Source::Miss, "{status}");
        let world = World::new(move |_| answer(status, &[("content-type", "application/json")], r#"{"id":1}"#));
        let fields = || named(FieldSet::parse("id").unwrap());
        world.ask(Method::Get, "/users/user_1", fields()).unwrap();
        world.ask(Method::Get, "/users/user_1", fields()).unwrap();
        assert_eq!(world.calls.get(), 2, "{status}, fields selected");
    }
}

#[test]
fn nobody_is_served_what_is_older_than_asked_for() {
    let world = World::new(|_| json("{}"));
    assert_eq!(world.for_ttl(86_400), Source::Miss);
    world.rt.advance(Duration::from_secs(30));
    assert_eq!(world.for_ttl(10), Source::Miss);
    assert_eq!(world.plainly(Method::Get, "/users/user_1").unwrap().source, Source::Miss);
    assert!(matches!(world.for_ttl(86_400), Source::Hit(_)));
    world.rt.advance(Duration::from_mins(2));
    assert_eq!(world.plainly(Method::Get, "/users/user_1").unwrap().source, Source::Miss);
    assert!(matches!(world.for_ttl(86_400), Source::Hit(_)));
}

#[test]
fn a_write_drops_what_was_kept_for_a_time_of_its_own_too() {
    let world = World::new(|_| json("{}"));
    world.for_ttl(86_400);
    world.plainly(Method::Patch, "/users/user_1").unwrap();
    assert_eq!(world.for_ttl(86_400), Source::Miss);
}

#[test]
fn a_write_to_a_path_that_is_not_known_drops_everything() {
    for method in [Method::Delete, Method::Patch, Method::Post, Method::Put] {
        let world = World::new(|_| json("{}"));
        let kept = ["/users/user_1", "/users", "/sessions/sess_1", "/organizations/org_1"];
        for path in kept {
            world.plainly(Method::Get, path).unwrap();
        }
        world.plainly(method, "/users/user_1/an_operation_from_tomorrow").unwrap();
        for path in kept {
            assert_eq!(world.plainly(Method::Get, path).unwrap().source, Source::Miss, "{method} {path}");
        }
    }
}

#[test]
fn a_read_of_a_path_that_is_not_known_drops_nothing() {
    let world = World::new(|_| json("{}"));
    world.plainly(Method::Get, "/users/user_1").unwrap();
    world.plainly(Method::Get, "/users/user_1/an_operation_from_tomorrow").unwrap();
    assert!(matches!(world.plainly(Method::Get, "/users/user_1").unwrap().source, Source::Hit(_)));
}

#[test]
fn r31_a_429_for_one_user_holds_up_nobody_else_and_one_for_all_does() {
    let busy = |request: &Request<Bytes>| match request.method {
        Method::Patch | Method::Post => answer(429, &[("retry-after", "30")], ""),
        Method::Delete | Method::Get | Method::Put => json("{}"),
    };
    let world = World::new(busy);
    assert_eq!(world.plainly(Method::Patch, "/users/user_1/metadata").unwrap().answer.status, 429);
    assert_eq!(world.plainly(Method::Get, "/users/user_2").unwrap().answer.status, 200);
    assert_eq!(world.plainly(Method::Post, "/users").unwrap().answer.status, 429);
    assert!(matches!(world.plainly(Method::Get, "/users/user_3"), Err(Error::RateLimited { .. })));
}

#[test]
fn what_is_limited_apart_is_what_clerk_lists() {
    let apart = [
        (Method::Patch, "/users/u"),
        (Method::Patch, "/users/u/metadata"),
        (Method::Put, "/users/u/metadata"),
        (Method::Patch, "/organizations/o"),
        (Method::Patch, "/organizations/o/metadata"),
        (Method::Put, "/organizations/o/metadata"),
        (Method::Patch, "/organizations/o/memberships/u"),
        (Method::Patch, "/organizations/o/memberships/u/metadata"),
        (Method::Post, "/invitations"),
        (Method::Post, "/invitations/bulk"),
        (Method::Post, "/organizations/o/invitations"),
        (Method::Post, "/organizations/o/invitations/bulk"),
    ];
    let found = |method, path| clerk_edge::clerk::operations::find(method, path).unwrap();
    assert!(apart.iter().all(|(method, path)| limited_apart(&found(*method, path))));
    let listed =
        clerk_edge::clerk::operations::OPERATIONS.iter().filter(|op| limited_apart(&found(op.method, op.path)));
    assert_eq!(listed.count(), apart.len());
}
