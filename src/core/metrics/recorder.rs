//! Records what happens, and says what happened so far.

use super::histogram::{Histogram, Latency, float};
use super::labels::{Counts, Lookup, Outcome, Refusal, Removal, Verification};
use crate::core::json::write::ObjectWriter;
use crate::core::time::Duration;

/// The counters of one instance, from zero. Recording is a handful of additions and never fails; counters saturate.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    pub(super) lookups: Counts<Lookup, 6>,
    pub(super) verifications: Counts<Verification, 3>,
    pub(super) outcomes: Counts<Outcome, 7>,
    pub(super) refusals: Counts<Refusal, 4>,
    pub(super) removals: Counts<Removal, 3>,
    pub(super) retries: u64,
    pub(super) calls: Histogram,
    pub(super) limiter_waits: Histogram,
    pub(super) pool_waits: Histogram,
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Snapshot {
    /// Calls to Clerk, each attempt of a retried one included.
    pub api_calls: u64,
    /// Cached reads answered without a call of their own: [`Lookup::Hit`], [`Lookup::Stale`], [`Lookup::Coalesced`].
    pub cache_hits: u64,
    /// Cached reads that took a call: [`Lookup::Miss`], [`Lookup::Expired`]. [`Lookup::Pass`] is neither.
    pub cache_misses: u64,
    /// Hits as a share of hits and misses, from 0 to 1; 0 as long as there are none.
    pub cache_hit_rate: f64,
    /// How long a call to Clerk took on average, whatever its outcome; 0 as long as there was none.
    pub average_response_time_ms: f64,
    /// How long the calls to Clerk took.
    pub response_times: Latency,
    /// How the calls to Clerk ended.
    pub outcomes: Counts<Outcome, 7>,
    /// How cached reads were answered.
    pub lookups: Counts<Lookup, 6>,
    /// What became of session tokens.
    pub verifications: Counts<Verification, 3>,
    /// Attempts after the first.
    pub retries: u64,
    /// Waits for the rate limit.
    pub limiter_waits: Latency,
    /// Waits for a connection.
    pub pool_waits: Latency,
    /// Callers turned away before Clerk was called.
    pub refusals: Counts<Refusal, 4>,
    /// Entries that left the cache.
    pub removals: Counts<Removal, 3>,
}

impl Snapshot {
    /// As members of a report, in this order and in camel case; numbers that are not whole to the millionth.
    pub(crate) fn write(&self, report: &mut ObjectWriter) {
        report.whole("apiCalls", self.api_calls);
        report.whole("cacheHits", self.cache_hits);
        report.whole("cacheMisses", self.cache_misses);
        report.decimal("cacheHitRate", self.cache_hit_rate);
        report.decimal("averageResponseTimeMs", self.average_response_time_ms);
        report.json("responseTimes", Some(&self.response_times.to_json()));
        report.json("outcomes", Some(&self.outcomes.to_json()));
        report.json("lookups", Some(&self.lookups.to_json()));
        report.json("verifications", Some(&self.verifications.to_json()));
        report.whole("retries", self.retries);
        report.json("limiterWaits", Some(&self.limiter_waits.to_json()));
        report.json("poolWaits", Some(&self.pool_waits.to_json()));
        report.json("refusals", Some(&self.refusals.to_json()));
        report.json("removals", Some(&self.removals.to_json()));
    }

    /// [`Snapshot`] as a JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut report = ObjectWriter::new();
        self.write(&mut report);
        report.finish()
    }
}

impl Metrics {
    /// A cached read was answered.
    #[inline]
    pub fn record_lookup(&mut self, status: Lookup) {
        self.lookups.add(status, 1);
    }

    /// A session token was verified, or was not.
    pub fn record_verification(&mut self, verdict: Verification) {
        self.verifications.add(verdict, 1);
    }

    /// An attempt to call Clerk ended, `took` after it was sent.
    pub fn record_call(&mut self, outcome: Outcome, took: Duration) {
        self.outcomes.add(outcome, 1);
        self.calls.record(took);
    }

    /// A call is about to be tried again.
    pub const fn record_retry(&mut self) {
        self.retries = self.retries.saturating_add(1);
    }

    /// A call had to wait for the rate limit, and waited this long. Calls that went at once are not recorded.
    pub fn record_limiter_wait(&mut self, waited: Duration) {
        self.limiter_waits.record(waited);
    }

    /// A call had to wait for a connection, and waited this long. Calls that went at once are not recorded.
    pub fn record_pool_wait(&mut self, waited: Duration) {
        self.pool_waits.record(waited);
    }

    /// A caller was turned away before Clerk was called.
    pub fn record_refusal(&mut self, reason: Refusal) {
        self.refusals.add(reason, 1);
    }

    /// `entries` entries left the cache.
    pub fn record_removals(&mut self, cause: Removal, entries: u64) {
        self.removals.add(cause, entries);
    }

    /// The counters now. Costs a copy and a walk over the buckets for each quantile.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let hits = self.lookups_as(&[Lookup::Hit, Lookup::Stale, Lookup::Coalesced]);
        let misses = self.lookups_as(&[Lookup::Miss, Lookup::Expired]);
        Snapshot {
            api_calls: self.calls.count(),
            cache_hits: hits,
            cache_misses: misses,
            cache_hit_rate: ratio(hits, hits.saturating_add(misses)),
            average_response_time_ms: ratio(self.calls.sum(), self.calls.count()),
            response_times: self.calls.latency(),
            outcomes: self.outcomes,
            lookups: self.lookups,
            verifications: self.verifications,
            retries: self.retries,
            limiter_waits: self.limiter_waits.latency(),
            pool_waits: self.pool_waits.latency(),
            refusals: self.refusals,
            removals: self.removals,
        }
    }

    fn lookups_as(&self, statuses: &[Lookup]) -> u64 {
        statuses.iter().fold(0, |sum, status| sum.saturating_add(self.lookups.of(*status)))
    }
}

/// `part` of `whole`; 0 of nothing.
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { float(part) / float(whole) }
}
