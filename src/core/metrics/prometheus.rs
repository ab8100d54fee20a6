//! The counters in Prometheus' text exposition format, version 0.0.4.

use super::histogram::Histogram;
use super::labels::{Counts, Label};
use super::recorder::Metrics;
use std::fmt::{self, Display, Formatter};

impl Metrics {
    /// The counters as the body of an answer to a scrape, to be sent as `text/plain; version=0.0.4; charset=utf-8`.
    ///
    /// Lengths of time are in seconds. About 8 kB; every series is always there, zeros included.
    #[must_use]
    pub fn prometheus(&self) -> String {
        self.to_string()
    }
}

/// See [`Metrics::prometheus`].
impl Display for Metrics {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        counts(out, "lookups_total", "Cached reads by how they were answered.", "status", &self.lookups)?;
        counts(out, "verifications_total", "Session tokens by what became of them.", "verdict", &self.verifications)?;
        counts(out, "upstream_calls_total", "Calls to Clerk by how they ended.", "outcome", &self.outcomes)?;
        counter(out, "retries_total", "Calls to Clerk that were tried again.", self.retries)?;
        counts(out, "refusals_total", "Callers turned away before Clerk was called.", "reason", &self.refusals)?;
        counts(out, "removals_total", "Entries that left the cache.", "cause", &self.removals)?;
        histogram(out, "upstream_duration_seconds", "How long calls to Clerk took.", &self.calls)?;
        histogram(out, "limiter_wait_seconds", "Waits for Clerk's rate limit.", &self.limiter_waits)?;
        histogram(out, "pool_wait_seconds", "Waits for a connection.", &self.pool_waits)
    }
}

fn head(out: &mut Formatter<'_>, name: &str, help: &str, kind: &str) -> fmt::Result {
    writeln!(out, "# HELP clerk_edge_{name} {help}")?;
    writeln!(out, "# TYPE clerk_edge_{name} {kind}")
}

fn counter(out: &mut Formatter<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    head(out, name, help, "counter")?;
    writeln!(out, "clerk_edge_{name} {value}")
}

fn counts<L: Label<N>, const N: usize>(
    out: &mut Formatter<'_>,
    name: &str,
    help: &str,
    label: &str,
    counts: &Counts<L, N>,
) -> fmt::Result {
    head(out, name, help, "counter")?;
    counts.iter().try_for_each(|(text, value)| writeln!(out, "clerk_edge_{name}{{{label}=\"{text}\"}} {value}"))
}

fn histogram(out: &mut Formatter<'_>, name: &str, help: &str, histogram: &Histogram) -> fmt::Result {
    head(out, name, help, "histogram")?;
    for (bound, count) in histogram.cumulative() {
        writeln!(out, "clerk_edge_{name}_bucket{{le=\"{}\"}} {count}", Seconds(bound))?;
    }
    writeln!(out, "clerk_edge_{name}_bucket{{le=\"+Inf\"}} {}", histogram.count())?;
    writeln!(out, "clerk_edge_{name}_sum {}", Seconds(histogram.sum()))?;
    writeln!(out, "clerk_edge_{name}_count {}", histogram.count())
}

/// Milliseconds, written as seconds without a rounding error.
struct Seconds(u64);

impl Display for Seconds {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:03}", self.0 % 1000);
        match fraction.trim_end_matches('0') {
            "" => write!(out, "{}", self.0 / 1000),
            digits => write!(out, "{}.{digits}", self.0 / 1000),
        }
    }
}
