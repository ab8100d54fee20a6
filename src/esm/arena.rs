//! Memory that JavaScript writes to and reads from without a call: a token on its way in, figures on their way out.

use std::cell::Cell;

use crate::clerk::spelled::Spelled;
use crate::core::jwt::MAX_TOKEN_BYTES;

/// Figures that go out beside a return value.
pub(super) const FIGURES: usize = 6;

/// One of each, where they are for as long as the module lives. Cells, because JavaScript changes them unseen.
pub(super) struct Arena {
    words: Box<[Cell<u64>]>,
    figures: Box<[Cell<f64>; FIGURES]>,
}

thread_local! {
    static ARENA: Arena = Arena {
        // More than is accepted, so that what is too long shows.
        words: vec![Cell::new(0); MAX_TOKEN_BYTES / 8 + 1].into_boxed_slice(),
        figures: Box::default(),
    };
}

/// Where the bytes are, how many there are, and where the figures are: what views are made with.
pub(super) fn addresses() -> [usize; 3] {
    ARENA.with(|arena| [arena.words.as_ptr() as usize, arena.words.len() * 8, arena.figures.as_ptr() as usize])
}

/// What `look` makes of the token in the first `length` bytes.
pub(super) fn with<T>(length: usize, look: impl FnOnce(Spelled<'_>) -> T) -> T {
    ARENA.with(|arena| look(Spelled::new(&arena.words, length)))
}

/// Leaves figures behind, from the first on.
pub(super) fn leave(figures: &[f64]) {
    ARENA.with(|arena| arena.figures.iter().zip(figures).for_each(|(place, figure)| place.set(*figure)));
}
