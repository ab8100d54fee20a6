//! A fake host, a client on it, and a record of what reached Clerk.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use clerk_edge::clerk::api::{Manner, Question};
use clerk_edge::clerk::client::{Answered, Client};
use clerk_edge::clerk::pipeline::{Live, Pipeline, Served};
use clerk_edge::clerk::query::Query;
use clerk_edge::config::{Config, Host, Options};
use clerk_edge::core::time::{Duration, Instant};
use clerk_edge::error::Error;
use clerk_edge::runtime::fake::{Bytes, FakeRuntime, Reply};
use clerk_edge::runtime::http::{Body, Headers, Method, Request, Response};
use clerk_edge::runtime::{Fetch, FetchError, Timer};

/// How long the upstream takes for an ordinary answer.
pub(crate) const LATENCY: Duration = Duration::from_millis(50);
pub(crate) const SECRET: &str = "sk_test_c2VjcmV0";

pub(crate) type Answer = Served<<FakeRuntime as Fetch>::Body>;
pub(crate) type Outcome = Result<Answer, Error>;
type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

/// One request as Clerk saw it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) at: Instant,
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) rt: FakeRuntime,
    pub(crate) client: Client<FakeRuntime>,
    calls: Rc<RefCell<Vec<Call>>>,
}

pub(crate) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(crate) const fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

/// An answer with these headers, after [`LATENCY`].
pub(crate) fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    let headers: Headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply::After(LATENCY, Ok(Response { status, headers, body: Bytes::from_bytes(body.as_bytes()) }))
}

pub(crate) fn json(status: u16, body: &str) -> Reply {
    answer(status, &[("content-type", "application/json")], body)
}

pub(crate) fn network() -> Reply {
    Reply::After(LATENCY, Err(FetchError::Network("reset".into())))
}

/// What Clerk says when everything is well: the path it was asked for, in an object.
pub(crate) fn echo(request: &Request<Bytes>) -> Reply {
    json(200, &format!(r#"{{"url":"{}"}}"#, request.url))
}

impl World {
    /// A healthy upstream and default options but for `change`.
    pub(crate) fn new(change: impl FnOnce(&mut Options)) -> Self {
        let world = Self::on(FakeRuntime::new(), change);
        world.serve(|request, _| echo(request));
        world
    }

    /// Another instance on the same host.
    pub(crate) fn on(rt: FakeRuntime, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::default();
        options.secret_key = Some(SECRET.into());
        change(&mut options);
        let config = Config::new(&options, Host::Other).unwrap();
        Self { client: Client::new(Pipeline::new(config, 7), rt.clone()), rt, calls: Rc::default() }
    }

    /// From now on the upstream answers with `reply`, which is told how many calls there were before.
    pub(crate) fn serve(&self, mut reply: impl FnMut(&Request<Bytes>, usize) -> Reply + 'static) {
        let calls = Rc::clone(&self.calls);
        self.rt.serve(move |request, at| {
            let before = calls.borrow().len();
            calls.borrow_mut().push(Call { method: request.method, url: request.url.clone(), at });
            reply(request, before)
        });
    }

    /// The upstream answers with these one after the other, then with the last for ever.
    pub(crate) fn script(&self, replies: Vec<Reply>) {
        self.serve(move |_, before| replies[before.min(replies.len() - 1)].clone());
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    pub(crate) fn question(&self, method: Method, path: &str) -> Question<Bytes> {
        Question::new(self.client.pipeline().config(), method, path, &Query::new(), Manner::default()).unwrap()
    }

    /// A call that has not begun, of a caller of its own.
    pub(crate) fn asking(&self, method: Method, path: &str) -> Boxed<Outcome> {
        let (client, question) = (self.client.clone(), self.question(method, path));
        Box::pin(async move { client.ask(question).await })
    }

    pub(crate) fn reading(&self, path: &str) -> Boxed<Outcome> {
        self.asking(Method::Get, path)
    }

    /// A call that has begun: its question is asked, its answer is not there.
    pub(crate) fn begun(&self, method: Method, path: &str) -> Boxed<Outcome> {
        let mut asking = self.asking(method, path);
        assert!(poll(&mut asking).is_pending());
        asking
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Outcome {
        self.rt.run(self.asking(method, path))
    }

    pub(crate) fn get(&self, path: &str) -> Outcome {
        self.ask(Method::Get, path)
    }

    /// The same with error statuses as errors.
    pub(crate) fn request(&self, method: Method, path: &str) -> Answered<FakeRuntime> {
        self.rt.run(self.client.request(method, path, &Query::new(), Manner::default()))
    }

    /// Lets time pass, tasks included.
    pub(crate) fn wait(&self, length: Duration) {
        let (bell, _ring) = self.rt.bell(length);
        self.rt.run(bell);
    }

    pub(crate) fn now(&self) -> Instant {
        self.rt.elapsed()
    }

    pub(crate) fn live(&self) -> Live {
        self.client.pipeline().live()
    }

    /// Asserts that nothing is held but cached answers, with no time and no further call to tidy up in.
    pub(crate) fn assert_no_calls_under_way(&self) {
        let Live { flights, seats, waiting, permits, queued, in_flight, .. } = self.live();
        assert_eq!((flights, seats, waiting, permits, queued, in_flight), (0, 0, 0, 0, 0, 0));
    }

    /// The same, but that calls without an answer keep their place under the limit: Clerk may yet see them.
    pub(crate) fn assert_no_calls_under_way_but_timeouts(&self) {
        let Live { flights, seats, waiting, permits, queued, .. } = self.live();
        assert_eq!((flights, seats, waiting, permits, queued), (0, 0, 0, 0, 0));
    }

    /// The same when something vanished without destructors: that is found once its lease is over and somebody calls.
    pub(crate) fn assert_nothing_is_left(&self) {
        self.wait(Duration::from_mins(1));
        self.serve(|request, _| echo(request));
        for _ in 0..100 {
            self.request(Method::Post, "/sessions").unwrap();
        }
        self.assert_no_calls_under_way();
    }
}

pub(crate) fn poll<T>(future: &mut Boxed<T>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

pub(crate) fn body(outcome: &Outcome) -> String {
    let served = outcome.as_ref().unwrap();
    String::from_utf8(served.answer.body.to_vec()).unwrap()
}

/// All of them at once; what each gave, in their order.
pub(crate) async fn all<T>(mut futures: Vec<Boxed<T>>) -> Vec<T> {
    let mut results: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    poll_fn(|_| {
        for (future, result) in futures.iter_mut().zip(&mut results) {
            if result.is_none()
                && let Poll::Ready(value) = poll(future)
            {
                *result = Some(value);
            }
        }
        if results.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}
