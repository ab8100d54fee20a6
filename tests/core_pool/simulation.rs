//! A crowd before the pool, in virtual milliseconds, some of whom vanish at any point without a word.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use clerk_edge::core::pool::{ACK, Acquire, Limits, Permit, Pool, Ticket, Turn};
use clerk_edge::core::time::{Instant, millis};

use crate::{BEAT, LEASE, at};

const CALL: u64 = 30;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Lives,
    VanishesWaiting,
    VanishesCalling,
    Cancels,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Wakes(usize),
    Returns(usize),
    Cancels(usize),
}

struct Client {
    fate: Fate,
    ticket: Option<Ticket>,
    permit: Option<Permit>,
    done: bool,
}

struct World {
    now: u64,
    events: BinaryHeap<Reverse<(u64, usize, Event)>>,
    order: usize,
    pool: Pool<usize>,
    clients: Vec<Client>,
    /// Calls that the server is working on: those of the vanished until the lease at most.
    calls: Vec<(u64, u64)>,
    starts: Vec<usize>,
}

impl World {
    fn run(max_active: usize, fates: &[Fate]) -> Self {
        let limits = Limits { max_active, max_waiting: 10_000, lease: LEASE, beat: BEAT };
        let client = |fate: &Fate| Client { fate: *fate, ticket: None, permit: None, done: false };
        let clients = fates.iter().map(client).collect();
        let (events, calls, starts) = (BinaryHeap::new(), Vec::new(), Vec::new());
        let mut world = Self { now: 0, events, order: 0, pool: Pool::new(limits), clients, calls, starts };
        (0..fates.len()).for_each(|client| world.later(0, Event::Wakes(client)));
        while let Some(Reverse((time, _, event))) = world.events.pop() {
            world.now = time;
            world.happen(event);
        }
        world
    }

    fn later(&mut self, delay: u64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((self.now + delay, self.order, event)));
    }

    fn clock(&self) -> Instant {
        at(self.now)
    }

    fn happen(&mut self, event: Event) {
        let clock = self.clock();
        match event {
            Event::Wakes(client) if self.clients[client].done || self.clients[client].permit.is_some() => {}
            Event::Wakes(client) => self.wakes(client),
            Event::Cancels(client) => {
                if let Some(ticket) = self.clients[client].ticket.take() {
                    self.clients[client].done = true;
                    let bells = self.pool.cancel(ticket, clock);
                    self.ring(bells);
                }
            }
            Event::Returns(client) => {
                let Some(permit) = self.clients[client].permit.take() else { return };
                self.clients[client].done = true;
                let bells = self.pool.release(permit, clock);
                self.ring(bells);
            }
        }
    }

    fn ring(&mut self, bells: Vec<usize>) {
        for client in bells {
            self.later(1, Event::Wakes(client));
        }
    }

    fn wakes(&mut self, client: usize) {
        let clock = self.clock();
        let bells = self.pool.tick(clock);
        self.ring(bells);
        let turn = self.clients[client].ticket.map_or(Turn::Gone, |ticket| self.pool.poll(ticket, clock));
        match turn {
            Turn::Granted(permit) => self.starts(client, permit),
            Turn::Wait { until } => self.sleeps(client, until),
            Turn::Gone => match self.pool.acquire(clock) {
                Acquire::Granted(permit) => self.starts(client, permit),
                Acquire::Waiting(ticket) => {
                    self.clients[client].ticket = Some(ticket);
                    self.sleeps(client, clock.after(BEAT));
                }
                Acquire::Full => self.later(10, Event::Wakes(client)),
            },
        }
    }

    /// Leaves a bell and sleeps until the next beat. The vanished leave a bell, too, and do not hear it.
    fn sleeps(&mut self, client: usize, until: Instant) {
        let Some(ticket) = self.clients[client].ticket else { return };
        self.pool.wait(ticket, client, self.clock());
        match self.clients[client].fate {
            Fate::VanishesWaiting => self.clients[client].done = true,
            Fate::Cancels => self.later(CALL, Event::Cancels(client)),
            Fate::Lives | Fate::VanishesCalling => {}
        }
        self.later(until.as_millis() - self.now, Event::Wakes(client));
    }

    fn starts(&mut self, client: usize, permit: Permit) {
        self.clients[client].permit = Some(permit);
        self.clients[client].ticket = None;
        self.starts.push(client);
        self.calls.push((self.now, self.now + CALL));
        if self.clients[client].fate != Fate::VanishesCalling {
            self.later(CALL, Event::Returns(client));
        }
    }

    fn most_at_once(&self) -> usize {
        let active = |time: u64| self.calls.iter().filter(|(start, end)| (*start..*end).contains(&time)).count();
        self.calls.iter().map(|(start, _)| active(*start)).max().unwrap_or(0)
    }
}

/// `percent` of the crowd has `fate`, spread evenly.
fn crowd(size: usize, percent: usize, fate: Fate) -> Vec<Fate> {
    (0..size).map(|client| if client * 37 % 100 < percent { fate } else { Fate::Lives }).collect()
}

#[test]
fn a_crowd_is_served_in_order_by_as_many_as_allowed_without_a_pause() {
    let world = World::run(10, &crowd(300, 0, Fate::Lives));
    assert_eq!(world.starts, (0..300).collect::<Vec<_>>());
    assert_eq!(world.most_at_once(), 10);
    assert!(world.calls[299].0 <= 29 * (CALL + 1), "thirty rounds, a millisecond for each bell");
}

#[test]
fn every_living_client_is_served_whoever_vanishes() {
    for fate in [Fate::VanishesWaiting, Fate::VanishesCalling, Fate::Cancels] {
        for (max_active, percent) in [(1, 20), (3, 50), (10, 20), (10, 90)] {
            let mut world = World::run(max_active, &crowd(300, percent, fate));
            assert!(world.clients.iter().all(|client| client.done || client.fate == Fate::VanishesCalling));
            assert!(world.most_at_once() <= max_active);
            let end = world.clock().after(LEASE);
            assert!(world.pool.tick(end).is_empty());
            assert_eq!((world.pool.active(), world.pool.waiting()), (0, 0));
        }
    }
}

#[test]
fn the_vanished_in_the_queue_cost_the_others_little_time() {
    let world = World::run(10, &crowd(1_000, 20, Fate::VanishesWaiting));
    let last = world.calls[world.calls.len() - 1].0;
    let rounds = world.calls.len() as u64 / 10;
    let most = rounds * (CALL + 1) + 2 * millis(ACK + BEAT);
    assert!(last <= most, "{last} ms for {rounds} rounds");
}
