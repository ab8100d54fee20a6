//! The labels there are, and a counter for each.

use std::marker::PhantomData;

use crate::core::json::write::ObjectWriter;

/// A closed set of `N` labels.
pub trait Label<const N: usize>: Copy + 'static {
    /// All of them with their texts: one lower-case word each, the same in JSON and for Prometheus.
    const ALL: [(Self, &'static str); N];

    /// The place in [`Label::ALL`].
    fn index(self) -> usize;
}

/// A counter for each label of a set. In JSON an object, in the order of the labels, zeros included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts<L, const N: usize> {
    values: [u64; N],
    labels: PhantomData<L>,
}

impl<L: Label<N>, const N: usize> Counts<L, N> {
    /// How often this label was counted.
    #[must_use]
    pub fn of(&self, label: L) -> u64 {
        self.values.get(label.index()).copied().unwrap_or_default()
    }

    /// How often any label was counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.values.iter().fold(0, |sum, value| sum.saturating_add(*value))
    }

    /// Each label's text with its count.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        L::ALL.into_iter().zip(self.values).map(|((_, text), value)| (text, value))
    }

    pub(super) fn to_json(self) -> String {
        let mut counts = ObjectWriter::new();
        self.iter().for_each(|(text, count)| counts.whole(text, count));
        counts.finish()
    }

    #[inline]
    pub(super) fn add(&mut self, label: L, count: u64) {
        if let Some(value) = self.values.get_mut(label.index()) {
            *value = value.saturating_add(count);
        }
    }
}

impl<L, const N: usize> Default for Counts<L, N> {
    fn default() -> Self {
        Self { values: [0; N], labels: PhantomData }
    }
}

/// An enum, the texts of its variants, and their number.
macro_rules! labels {
    ($(#[$doc:meta])* $name:ident[$count:literal] { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl Label<$count> for $name {
            const ALL: [(Self, &'static str); $count] = [$((Self::$variant, $text),)*];

            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

labels! {
    /// How a cached read was answered. Each read counts once.
    Lookup[6] {
        /// From the cache, within its time to live.
        Hit = "hit",
        /// From the cache, past its time to live but within the time it may be served stale.
        Stale = "stale",
        /// By a call: the cache had nothing.
        Miss = "miss",
        /// By a call: what the cache had was too old.
        Expired = "expired",
        /// By a call: this read is not cached.
        Pass = "pass",
        /// By the call of another reader, which was already under way.
        Coalesced = "coalesced",
    }
}

labels! {
    /// What became of a session token that was to be verified.
    Verification[3] {
        /// It was verified before, and still passes every check.
        Known = "known",
        /// Its signature was checked, and all else.
        Verified = "verified",
        /// It is not to be believed, or there was no key to tell.
        Refused = "refused",
    }
}

labels! {
    /// How a call to Clerk ended. Each attempt counts once.
    Outcome[7] {
        /// A 2xx answer.
        Success = "2xx",
        /// A 3xx answer, which is never followed.
        Redirect = "3xx",
        /// A 4xx answer other than 429.
        ClientError = "4xx",
        /// A 429 answer.
        RateLimited = "429",
        /// A 5xx answer, or a status that HTTP does not have.
        ServerError = "5xx",
        /// No answer in time.
        Timeout = "timeout",
        /// No answer: the connection failed or broke.
        Network = "network",
    }
}

impl Outcome {
    /// The class of an HTTP status.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Success,
            300..=399 => Self::Redirect,
            429 => Self::RateLimited,
            400..=499 => Self::ClientError,
            _ => Self::ServerError,
        }
    }
}

labels! {
    /// Which bound turned a caller away before Clerk was called.
    Refusal[4] {
        /// Too many wait for the rate limit, or the wait would be too long.
        Limiter = "limiter",
        /// Too many wait for a connection.
        Pool = "pool",
        /// The call of another reader took too long.
        Flight = "flight",
        /// Another try would have been worth it, but too many tries are retries already.
        Budget = "budget",
    }
}

labels! {
    /// Why an entry left the cache.
    Removal[3] {
        /// To make room.
        Evicted = "evicted",
        /// Something it shows was changed.
        Invalidated = "invalidated",
        /// It was too old and was swept.
        Expired = "expired",
    }
}
