//! A histogram of lengths of time in buckets that never change.

use crate::core::json::write::ObjectWriter;
use crate::core::time::{Duration, millis};

/// Between buckets that follow each other, from 3 ms on, the bounds grow at most by this factor.
pub const MAX_BUCKET_RATIO: f64 = 5.0 / 3.0;

/// The upper bounds of the buckets, in milliseconds, each included. What is longer goes to one more bucket.
const BOUNDS: [u64; 28] = [
    1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000,
    15_000, 20_000, 30_000, 50_000,
];

/// Counts of lengths of time. Recording is O(log of the number of buckets), which is five steps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: u64,
    max: u64,
}

/// What a histogram says, in milliseconds; all zero as long as nothing was recorded.
///
/// A quantile is estimated from the buckets. It lies in the bucket of the exact (nearest-rank) one and never above
/// `maxMs`: off by less than 1 ms up to 3 ms and by less than a factor of [`MAX_BUCKET_RATIO`] from there to 50 s.
/// Above, all that is known is that it lies between 50 s and `maxMs`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Latency {
    /// How many lengths were recorded.
    pub count: u64,
    /// Their sum.
    pub total_ms: u64,
    /// The longest.
    pub max_ms: u64,
    /// Half of them were at most this long.
    pub p50_ms: f64,
    /// Nine of ten were at most this long.
    pub p90_ms: f64,
    /// 99 of 100 were at most this long.
    pub p99_ms: f64,
}

impl Latency {
    pub(super) fn to_json(self) -> String {
        let mut latency = ObjectWriter::new();
        latency.whole("count", self.count);
        latency.whole("totalMs", self.total_ms);
        latency.whole("maxMs", self.max_ms);
        latency.decimal("p50Ms", self.p50_ms);
        latency.decimal("p90Ms", self.p90_ms);
        latency.decimal("p99Ms", self.p99_ms);
        latency.finish()
    }
}

impl Histogram {
    pub(super) fn record(&mut self, length: Duration) {
        let ms = millis(length);
        let bucket = BOUNDS.partition_point(|bound| *bound < ms);
        if let Some(count) = self.buckets.get_mut(bucket) {
            *count += 1;
        }
        self.count += 1;
        self.sum = self.sum.saturating_add(ms);
        self.max = self.max.max(ms);
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    pub(super) const fn sum(&self) -> u64 {
        self.sum
    }

    /// The bounded buckets: upper bound in milliseconds, and how many lengths are at most that.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = (u64, u64)> {
        BOUNDS.into_iter().zip(self.buckets).scan(0, |below, (bound, count)| {
            *below += count;
            Some((bound, *below))
        })
    }

    pub(super) fn latency(&self) -> Latency {
        Latency {
            count: self.count,
            total_ms: self.sum,
            max_ms: self.max,
            p50_ms: self.percentile(50),
            p90_ms: self.percentile(90),
            p99_ms: self.percentile(99),
        }
    }

    /// Evenly spread within the bucket that the nearest rank falls into.
    fn percentile(&self, percent: u64) -> f64 {
        let rank = (u128::from(self.count) * u128::from(percent)).div_ceil(100);
        let rank = u64::try_from(rank).unwrap_or(u64::MAX);
        if rank == 0 {
            return 0.0;
        }
        let (mut low, mut below) = (0, 0);
        for (high, up_to) in self.cumulative().chain([(self.max, self.count)]) {
            if rank <= up_to {
                let share = float(rank - below) / float(up_to - below);
                return share * float(high.min(self.max).saturating_sub(low)) + float(low); // `mul_add` is 1 kB of software
            }
            (low, below) = (high, up_to);
        }
        float(self.max)
    }
}

/// Exact below 2⁵³, and to 16 digits above.
#[allow(clippy::cast_precision_loss, reason = "counts and milliseconds that lose digits here are past 285,000 years")]
pub(super) const fn float(value: u64) -> f64 {
    value as f64
}
