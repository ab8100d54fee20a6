//! The first of two futures; the other is dropped.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// Which of two futures ended first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "two futures, two outcomes")]
pub enum Raced<A, B> {
    /// The first one, with its result.
    First(A),
    /// The second one, with its result.
    Second(B),
}

/// Runs both until one ends, and drops the other. If both are ready the first wins.
pub async fn race<A, B>(first: impl Future<Output = A>, second: impl Future<Output = B>) -> Raced<A, B> {
    let (mut first, mut second) = (pin!(first), pin!(second));
    poll_fn(|cx| {
        if let Poll::Ready(value) = first.as_mut().poll(cx) {
            return Poll::Ready(Raced::First(value));
        }
        second.as_mut().poll(cx).map(Raced::Second)
    })
    .await
}
