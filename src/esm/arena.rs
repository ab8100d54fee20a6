//! Memory that JavaScript writes to and reads from without a call: a token on its way in, figures on their way out.

use std::cell::Cell;

use crate::core::jwt::MAX_TOKEN_BYTES;

/// Figures that go out beside a return value.
pub(super) const FIGURES: usize = 6;

/// One of each, where they are for as long as the module lives. Cells, because JavaScript changes them unseen.
pub(super) struct Arena {
    bytes: Box<[Cell<u8>]>,
    figures: Box<[Cell<f64>; FIGURES]>,
}

thread_local! {
    static ARENA: Arena = Arena {
        // One byte more than is accepted, so that what is too long shows.
        bytes: vec![Cell::new(0); MAX_TOKEN_BYTES + 1].into_boxed_slice(),
        figures: Box::default(),
    };
}

/// Where the bytes are, how many there are, and where the figures are: what views are made with.
pub(super) fn addresses() -> [usize; 3] {
    ARENA.with(|arena| [arena.bytes.as_ptr() as usize, arena.bytes.len(), arena.figures.as_ptr() as usize])
}

/// The first `length` bytes, as text. `None` if they are not UTF-8, which what `encodeInto` writes always is.
pub(super) fn text(length: usize) -> Option<String> {
    let bytes = ARENA.with(|arena| arena.bytes.get(..length).map(|bytes| bytes.iter().map(Cell::get).collect()))?;
    String::from_utf8(bytes).ok()
}

/// Leaves figures behind, from the first on.
pub(super) fn leave(figures: &[f64]) {
    ARENA.with(|arena| arena.figures.iter().zip(figures).for_each(|(place, figure)| place.set(*figure)));
}
