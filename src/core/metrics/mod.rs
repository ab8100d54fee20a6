//! What happened, counted: fixed counters and histograms with fixed buckets, in about 1 kB however long it runs.
//!
//! Every label is a variant of an enum of this folder, so nothing of a user, a key or a path can become one. Lengths
//! of time come in as [`Duration`](super::time::Duration) from the runtime's clock. On Cloudflare Workers that clock
//! only moves across I/O: a span of pure computation reads 0 there, and such zeros are counted like any other length.

mod histogram;
mod labels;
mod prometheus;
mod recorder;

pub use histogram::{Latency, MAX_BUCKET_RATIO};
pub use labels::{Counts, Label, Lookup, Outcome, Refusal, Removal, Verification};
pub use recorder::{Metrics, Snapshot};
