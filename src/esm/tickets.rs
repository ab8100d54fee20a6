//! Tokens whose signatures JavaScript is having checked.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::clerk::verifier::Pending;
use crate::js::JsRuntime;

/// More at once than any isolate has requests. A request that dies in the middle leaves its ticket behind; past this, the
/// oldest is forgotten, and who comes back with it has to start again.
const MAX_TICKETS: usize = 1_024;

/// By number, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    held: RefCell<BTreeMap<u32, Pending<JsRuntime>>>,
    next: Cell<u32>,
}

impl Tickets {
    /// A number for `pending`.
    pub(super) fn issue(&self, pending: Pending<JsRuntime>) -> u32 {
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        let mut held = self.held.borrow_mut();
        if held.len() >= MAX_TICKETS {
            held.pop_first();
        }
        held.insert(number, pending);
        number
    }

    /// What was given this number, if it is not forgotten.
    pub(super) fn redeem(&self, number: u32) -> Option<Pending<JsRuntime>> {
        self.held.borrow_mut().remove(&number)
    }
}
