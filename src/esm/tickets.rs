//! Tokens whose signatures JavaScript is having checked.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use crate::clerk::verifier::Pending;
use crate::js::JsRuntime;

/// More at once than any isolate has requests. A request that dies in the middle leaves its ticket behind; past this, the
/// oldest is forgotten, and who comes back with it has to start again.
const MAX_TICKETS: usize = 1_024;

/// A number and what it stands for.
type Ticket = (u32, Box<Pending<JsRuntime>>);

/// By number, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    held: RefCell<VecDeque<Ticket>>,
    next: Cell<u32>,
}

impl Tickets {
    /// A number for `pending`.
    pub(super) fn issue(&self, pending: Box<Pending<JsRuntime>>) -> u32 {
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        let mut held = self.held.borrow_mut();
        if held.len() >= MAX_TICKETS {
            held.pop_front();
        }
        held.push_back((number, pending));
        number
    }

    /// What was given this number, if it is not forgotten. O(tickets held).
    pub(super) fn redeem(&self, number: u32) -> Option<Box<Pending<JsRuntime>>> {
        let mut held = self.held.borrow_mut();
        let at = held.iter().position(|(known, _)| *known == number)?;
        held.remove(at).map(|(_, pending)| pending)
    }
}
