//! A host driven by hand: virtual time, a scripted upstream, tasks that run only when told to.
//!
//! ```
//! use clerk_edge::core::time::{Duration, Instant};
//! use clerk_edge::runtime::{Timer, fake::FakeRuntime};
//!
//! let rt = FakeRuntime::new();
//! let (bell, _ring) = rt.bell(Duration::from_secs(60));
//! rt.run(bell);
//! assert_eq!(rt.elapsed(), Instant::from_millis(60_000));
//! ```

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::http::{Body, Request, Response};
use super::{Clock, Crypto, CryptoError, Entropy, Fetch, FetchError, Hash, Ring, SoftwareKey, Tasks, Timer};
use crate::core::time::{Duration, Instant, UnixTime, millis};

/// Bytes in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes(Rc<[u8]>);

impl Body for Bytes {
    fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
    fn len(&self) -> usize {
        self.0.len()
    }
    fn to_vec(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

/// What the scripted upstream does with one request.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "part of a test double")]
pub enum Reply {
    /// Answers after this long.
    After(Duration, Result<Response<Bytes>, FetchError>),
    /// Never answers.
    Hang,
}

type Handler = Box<dyn FnMut(&Request<Bytes>, Instant) -> Reply>;
type Task = Pin<Box<dyn Future<Output = ()>>>;

struct World {
    now: Cell<Instant>,
    clock: Cell<Option<Instant>>,
    alarms: RefCell<Vec<Instant>>,
    tasks: RefCell<VecDeque<Task>>,
    upstream: RefCell<Handler>,
    seed: Cell<u64>,
    active: Cell<usize>,
    max_active: Cell<usize>,
}

/// The fake host. Clones share one world.
#[derive(Clone)]
pub struct FakeRuntime(Rc<World>);

impl fmt::Debug for FakeRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeRuntime").field("now", &self.0.now.get()).finish_non_exhaustive()
    }
}

impl Default for FakeRuntime {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeRuntime {
    /// A world at time zero whose upstream hangs until [`FakeRuntime::serve`] says otherwise.
    #[must_use]
    pub fn new() -> Self {
        Self(Rc::new(World {
            now: Cell::new(Instant::ZERO),
            clock: Cell::new(None),
            alarms: RefCell::default(),
            tasks: RefCell::default(),
            upstream: RefCell::new(Box::new(|_, _| Reply::Hang)),
            seed: Cell::new(1),
            active: Cell::new(0),
            max_active: Cell::new(0),
        }))
    }

    /// From now on `handler` decides what each request gets.
    pub fn serve(&self, handler: impl FnMut(&Request<Bytes>, Instant) -> Reply + 'static) {
        *self.0.upstream.borrow_mut() = Box::new(handler);
    }

    /// The most exchanges that were ever under way at once.
    #[must_use]
    pub fn max_active(&self) -> usize {
        self.0.max_active.get()
    }

    /// Moves the clock forward without running anything.
    pub fn advance(&self, by: Duration) {
        self.0.now.set(self.0.now.get().after(by));
    }

    /// From now on [`Clock::now`] says `now` and nothing else, while timers run on: a clock that stands still or was set.
    pub fn set_clock(&self, now: Instant) {
        self.0.clock.set(Some(now));
    }

    /// Runs `future` and every task to the end of `future`, moving the clock from alarm to alarm.
    ///
    /// # Panics
    /// If nothing can ever wake `future`: a test that hangs is a test that fails.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        loop {
            let mut cx = Context::from_waker(Waker::noop());
            if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
                return value;
            }
            self.poll_tasks();
            if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
                return value;
            }
            assert!(self.step(), "nothing is left that could wake this future");
        }
    }

    /// Runs every task until none can go on without outside help.
    pub fn settle(&self) {
        loop {
            self.poll_tasks();
            if self.0.tasks.borrow().is_empty() || !self.step() {
                return;
            }
        }
    }

    /// Forgets every task without running its destructor, as Workers does when it ends a request.
    pub fn lose_tasks(&self) {
        self.0.tasks.borrow_mut().drain(..).for_each(std::mem::forget);
    }

    /// Drops every task with its destructor, as a host does that ends a request in good order.
    pub fn end_tasks(&self) {
        drop(self.0.tasks.take());
    }

    fn poll_tasks(&self) {
        // Polled until a whole round makes no progress: no wakers, so readiness is found by asking.
        let mut idle = 0;
        loop {
            let task = self.0.tasks.borrow_mut().pop_front();
            let Some(mut task) = task else { return };
            let mut cx = Context::from_waker(Waker::noop());
            let before = self.0.tasks.borrow().len();
            if task.as_mut().poll(&mut cx).is_ready() {
                idle = 0;
                continue;
            }
            let spawned = self.0.tasks.borrow().len() > before;
            self.0.tasks.borrow_mut().push_back(task);
            idle = if spawned { 0 } else { idle + 1 };
            if idle > 2 * self.0.tasks.borrow().len() {
                return;
            }
        }
    }

    /// Moves the clock to the next alarm; `false` if there is none.
    fn step(&self) -> bool {
        let mut alarms = self.0.alarms.borrow_mut();
        alarms.retain(|at| *at > self.0.now.get());
        let next = alarms.iter().min().copied();
        drop(alarms);
        if let Some(at) = next {
            self.0.now.set(at);
        }
        next.is_some()
    }

    fn alarm(&self, within: Duration) -> Instant {
        let at = self.0.now.get().after(within.max(Duration::from_millis(1)));
        if millis(within) < u64::MAX {
            self.0.alarms.borrow_mut().push(at);
        }
        at
    }
}

impl Clock for FakeRuntime {
    fn now(&self) -> Instant {
        self.0.clock.get().unwrap_or(self.0.now.get())
    }

    fn unix(&self) -> UnixTime {
        UnixTime::from_millis(self.now().as_millis())
    }
}

/// A bell on virtual time.
#[derive(Debug)]
pub struct FakeBell {
    rt: FakeRuntime,
    at: Instant,
    rung: Rc<Cell<bool>>,
}

impl Future for FakeBell {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.rung.get() || self.rt.0.now.get() >= self.at { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Rings a [`FakeBell`].
#[derive(Clone, Debug)]
pub struct FakeRing(Rc<Cell<bool>>);

impl Ring for FakeRing {
    fn ring(&self) {
        self.0.set(true);
    }
}

impl Timer for FakeRuntime {
    type Bell = FakeBell;
    type Ring = FakeRing;

    fn bell(&self, within: Duration) -> (FakeBell, FakeRing) {
        let rung = Rc::new(Cell::new(false));
        let bell = FakeBell { rt: self.clone(), at: self.alarm(within), rung: Rc::clone(&rung) };
        (bell, FakeRing(rung))
    }

    fn elapsed(&self) -> Instant {
        self.0.now.get()
    }
}

struct Active(FakeRuntime);

impl Drop for Active {
    fn drop(&mut self) {
        self.0.0.active.set(self.0.0.active.get() - 1);
    }
}

impl Fetch for FakeRuntime {
    type Body = Bytes;

    async fn fetch(&self, request: Request<Bytes>) -> Result<Response<Bytes>, FetchError> {
        let reply = (self.0.upstream.borrow_mut())(&request, self.0.now.get());
        self.0.active.set(self.0.active.get() + 1);
        self.0.max_active.set(self.0.max_active.get().max(self.0.active.get()));
        let _active = Active(self.clone());
        match reply {
            Reply::After(delay, result) => {
                if !delay.is_zero() {
                    self.bell(delay).0.await;
                }
                result
            }
            Reply::Hang => std::future::pending().await,
        }
    }
}

impl Crypto for FakeRuntime {
    type Key = Rc<SoftwareKey>;

    async fn import(&self, modulus: &[u8], exponent: &[u8], hash: Hash) -> Result<Self::Key, CryptoError> {
        SoftwareKey::new(modulus, exponent, hash).map(Rc::new)
    }

    async fn verify(&self, key: &Self::Key, signature: &[u8], message: &[u8]) -> Result<bool, CryptoError> {
        Ok(key.verify(signature, message))
    }
}

impl Entropy for FakeRuntime {
    fn random(&self) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014): reproducible, and good enough for a test.
        let seed = self.0.seed.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.seed.set(seed);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Tasks for FakeRuntime {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.0.tasks.borrow_mut().push_back(Box::pin(task));
    }
}
