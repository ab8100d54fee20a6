//! A fake host, a verifier on it, and a Clerk that serves a key set.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use clerk_edge::clerk::pipeline::Pipeline;
use clerk_edge::clerk::verifier::Verifier;
use clerk_edge::config::{Config, Host, OneOrMany, Options, TokenOptions};
use clerk_edge::core::jwt::Reason;
use clerk_edge::core::time::{Duration, Instant};
use clerk_edge::error::Error;
use clerk_edge::runtime::fake::{Bytes, FakeRuntime, Reply};
use clerk_edge::runtime::http::{Body, Headers, Response};
use serde_json::Value;

pub(crate) const LATENCY: Duration = Duration::from_millis(50);

/// The vectors, by path: `a.tokens.plain`.
pub(crate) fn vector(path: &str) -> String {
    let all: Value = serde_json::from_str(include_str!("../vectors/session-tokens.json")).unwrap();
    path.split('.').fold(&all, |value, name| &value[name]).as_str().unwrap().to_owned()
}

/// When the tokens of the vectors were issued, in ms.
pub(crate) const ISSUED: u64 = 1_800_000_000_000;

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) rt: FakeRuntime,
    pub(crate) pipeline: Pipeline<FakeRuntime>,
    pub(crate) verifier: Verifier<FakeRuntime>,
    /// What Clerk answers with: a status and a body; none: it hangs.
    pub(crate) clerk: Rc<RefCell<Option<(u16, String)>>>,
    pub(crate) fetches: Rc<Cell<u32>>,
    pub(crate) urls: Rc<RefCell<Vec<(String, bool)>>>,
}

impl World {
    /// An instance with a secret key whose key set is `a.jwks`, at the moment its tokens were issued.
    pub(crate) fn new(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::default();
        options.secret_key = Some("sk_test_dmVyaWZ5".into());
        change(&mut options);
        let rt = FakeRuntime::new();
        rt.advance(Duration::from_millis(ISSUED));
        let pipeline = Pipeline::new(Config::new(&options, Host::Other).unwrap(), 1);
        let verifier = Verifier::new(pipeline.clone());
        let clerk = Rc::new(RefCell::new(Some((200, vector("a.jwks")))));
        let (fetches, urls) = (Rc::new(Cell::new(0)), Rc::default());
        let world = Self { rt, pipeline, verifier, clerk, fetches, urls };
        world.serve();
        world
    }

    fn serve(&self) {
        let (clerk, fetches, urls) = (Rc::clone(&self.clerk), Rc::clone(&self.fetches), Rc::clone(&self.urls));
        self.rt.serve(move |request, _| {
            fetches.set(fetches.get() + 1);
            urls.borrow_mut().push((request.url.clone(), request.headers.get("authorization").is_some()));
            let Some((status, body)) = clerk.borrow().clone() else { return Reply::Hang };
            let headers: Headers = [("content-type", "application/json".to_owned())].into_iter().collect();
            Reply::After(LATENCY, Ok(Response { status, headers, body: Bytes::from_bytes(body.as_bytes()) }))
        });
    }

    pub(crate) fn answers(&self, status: u16, body: &str) {
        *self.clerk.borrow_mut() = Some((status, body.to_owned()));
    }

    pub(crate) fn hangs(&self) {
        *self.clerk.borrow_mut() = None;
    }

    /// Moves the clock to so many ms after the tokens were issued.
    pub(crate) fn at(&self, after: u64) {
        let now = clerk_edge::runtime::Timer::elapsed(&self.rt);
        self.rt.advance(Instant::from_millis(ISSUED + after).since(now));
    }

    /// The subject of a verified token, or why it is refused.
    pub(crate) fn verify(&self, token: &str) -> Result<String, Reason> {
        self.verify_with(token, &TokenOptions::default())
    }

    pub(crate) fn verify_with(&self, token: &str, options: &TokenOptions) -> Result<String, Reason> {
        self.rt.run(self.verifying(token, options))
    }

    pub(crate) async fn verifying(&self, token: &str, options: &TokenOptions) -> Result<String, Reason> {
        let (checks, key) = options.parse(&self.pipeline.config().checks).unwrap();
        let policy = self.verifier.other_policy(checks, key);
        match self.verifier.verify(&self.rt, token, &policy).await {
            Ok(verified) => Ok(verified.claims().sub().unwrap().to_owned()),
            Err(Error::Token(error)) => Err(error.reason),
            Err(error) => panic!("{error}"),
        }
    }
}

pub(crate) fn with_key(pem: &str) -> TokenOptions {
    let mut options = TokenOptions::default();
    options.jwt_key = Some(vector(pem));
    options
}

pub(crate) fn with_party(party: &str) -> TokenOptions {
    let mut options = TokenOptions::default();
    options.authorized_parties = Some(OneOrMany::One(party.into()));
    options
}
