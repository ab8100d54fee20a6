//! `core::metrics`: what is counted where, how good the quantiles are, and that Prometheus can read it.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "the helpers of tests may panic")]

use clerk_edge::core::metrics::{Latency, Lookup, MAX_BUCKET_RATIO, Metrics, Outcome, Refusal, Removal, Verification};
use clerk_edge::core::time::Duration;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn calls(lengths: &[u64]) -> Latency {
    let mut metrics = Metrics::default();
    for length in lengths {
        metrics.record_call(Outcome::Success, ms(*length));
    }
    metrics.snapshot().response_times
}

fn zeros(value: &Value) -> bool {
    value.as_object().map_or(value.as_f64() == Some(0.0), |members| members.values().all(zeros))
}

/// One of everything, with numbers that differ.
fn busy() -> Metrics {
    let mut metrics = Metrics::default();
    for status in [Lookup::Hit, Lookup::Hit, Lookup::Stale, Lookup::Coalesced, Lookup::Miss, Lookup::Pass] {
        metrics.record_lookup(status);
    }
    for verdict in [Verification::Known, Verification::Known, Verification::Verified, Verification::Refused] {
        metrics.record_verification(verdict);
    }
    metrics.record_call(Outcome::of_status(200), ms(30));
    metrics.record_call(Outcome::of_status(429), ms(2));
    metrics.record_call(Outcome::Timeout, ms(60_000));
    metrics.record_retry();
    metrics.record_limiter_wait(ms(1500));
    metrics.record_pool_wait(ms(4));
    metrics.record_refusal(Refusal::Budget);
    metrics.record_removals(Removal::Invalidated, 7);
    metrics
}

#[test]
fn a_new_report_is_all_zeros_and_no_division_by_zero() {
    let report = serde_json::from_str(&Metrics::default().snapshot().to_json()).expect("JSON");
    assert!(zeros(&report), "{report}");
}

#[test]
fn the_report_begins_with_the_five_known_fields() {
    let text = busy().snapshot().to_json();
    let known = r#"{"apiCalls":3,"cacheHits":4,"cacheMisses":1,"cacheHitRate":0.8,"averageResponseTimeMs":20010.666"#;
    assert!(text.starts_with(known), "{text}");
}

#[test]
fn the_report_has_every_label_in_camel_case() {
    let report: Value = serde_json::from_str(&busy().snapshot().to_json()).expect("JSON");
    assert_eq!(report["lookups"], json!({"hit":2,"stale":1,"miss":1,"expired":0,"pass":1,"coalesced":1}));
    assert_eq!(report["verifications"], json!({"known":2,"verified":1,"refused":1}));
    assert_eq!(report["outcomes"], json!({"2xx":1,"3xx":0,"4xx":0,"429":1,"5xx":0,"timeout":1,"network":0}));
    assert_eq!(report["refusals"], json!({"limiter":0,"pool":0,"flight":0,"budget":1}));
    assert_eq!(report["removals"], json!({"evicted":0,"invalidated":7,"expired":0}));
    assert_eq!(report["retries"], 1);
    assert_eq!(
        report["limiterWaits"],
        json!({"count":1,"totalMs":1500,"maxMs":1500,"p50Ms":1500,"p90Ms":1500,"p99Ms":1500})
    );
    assert_eq!(report["poolWaits"]["totalMs"], 4);
    assert_eq!(report["responseTimes"]["maxMs"], 60_000);
}

#[test]
fn labels_can_be_asked_one_by_one() {
    let report = busy().snapshot();
    assert_eq!(report.lookups.of(Lookup::Hit), 2);
    assert_eq!(report.lookups.total(), 6);
    assert_eq!(report.outcomes.of(Outcome::RateLimited), 1);
    assert_eq!(report.outcomes.iter().last(), Some(("network", 0)));
}

#[test]
fn reads_that_pass_are_neither_hit_nor_miss() {
    let mut metrics = Metrics::default();
    metrics.record_lookup(Lookup::Pass);
    assert!(metrics.snapshot().cache_hit_rate.abs() < f64::EPSILON);
    metrics.record_lookup(Lookup::Expired);
    metrics.record_lookup(Lookup::Hit);
    assert!((metrics.snapshot().cache_hit_rate - 0.5).abs() < f64::EPSILON);
}

#[test]
fn statuses_fall_into_their_classes() {
    for (statuses, outcome) in [
        (&[200, 204, 299][..], Outcome::Success),
        (&[300, 304, 399], Outcome::Redirect),
        (&[400, 428, 430, 499], Outcome::ClientError),
        (&[429], Outcome::RateLimited),
        (&[0, 101, 500, 503, 599, 999], Outcome::ServerError),
    ] {
        for status in statuses {
            assert_eq!(Outcome::of_status(*status), outcome, "{status}");
        }
    }
}

#[test]
fn r33_spans_that_read_zero_count_and_stay_zero() {
    let zero = calls(&[0; 10]);
    assert_eq!(zero, Latency { count: 10, ..Latency::default() });
}

#[test]
fn counters_saturate() {
    let mut metrics = Metrics::default();
    metrics.record_removals(Removal::Evicted, u64::MAX);
    metrics.record_removals(Removal::Evicted, 1);
    metrics.record_call(Outcome::Network, Duration::MAX);
    metrics.record_call(Outcome::Network, Duration::MAX);
    let report = metrics.snapshot();
    assert_eq!(report.removals.of(Removal::Evicted), u64::MAX);
    assert_eq!(report.removals.total(), u64::MAX);
    assert_eq!((report.response_times.total_ms, report.response_times.max_ms), (u64::MAX, u64::MAX));
}

// ---- quantiles ----

fn exact(sorted: &[u64], percent: usize) -> u64 {
    sorted[(sorted.len() * percent).div_ceil(100) - 1]
}

/// What `Latency` promises about an estimate.
fn close(estimate: f64, exact: u64, max: u64) -> bool {
    let real = f64::from(u32::try_from(exact).expect("small"));
    let max = f64::from(u32::try_from(max).expect("small"));
    let near = match exact {
        0..=3 => (estimate - real).abs() <= 1.0,
        4..=50_000 => estimate / real <= MAX_BUCKET_RATIO && real / estimate <= MAX_BUCKET_RATIO,
        _ => estimate >= 50_000.0,
    };
    near && estimate <= max
}

proptest! {
    #[test]
    fn quantiles_keep_their_error_bound(
        mut lengths in prop::collection::vec(prop_oneof![0..12_u64, 0..400_u64, 0..70_000_u64], 1..200),
    ) {
        let latency = calls(&lengths);
        lengths.sort_unstable();
        let max = lengths[lengths.len() - 1];
        prop_assert_eq!(latency.count, lengths.len() as u64);
        prop_assert_eq!(latency.total_ms, lengths.iter().sum::<u64>());
        prop_assert_eq!(latency.max_ms, max);
        for (estimate, percent) in [(latency.p50_ms, 50), (latency.p90_ms, 90), (latency.p99_ms, 99)] {
            let exact = exact(&lengths, percent);
            prop_assert!(close(estimate, exact, max), "p{}: {} for {}", percent, estimate, exact);
        }
        prop_assert!(latency.p50_ms <= latency.p90_ms && latency.p90_ms <= latency.p99_ms);
    }
}

// ---- Prometheus ----

/// A metric as a scraper reads it: its type, and its samples by series.
#[derive(Default)]
struct Family {
    kind: String,
    samples: Vec<(String, String, f64)>,
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Reads the exposition format, strictly: HELP, then TYPE, then the samples of one metric together.
fn scrape(text: &str) -> BTreeMap<String, Family> {
    assert!(text.ends_with('\n') && !text.contains("\n\n"), "every line ends, none is empty");
    let mut families = BTreeMap::<String, Family>::new();
    let mut series = HashSet::new();
    let mut current = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, text) = help.split_once(' ').expect("a help text");
            assert!(is_name(name) && !text.is_empty() && !text.contains('\\'));
            let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE ")?.strip_prefix(name)).expect("a type");
            let family = Family { kind: kind.trim().to_owned(), ..Family::default() };
            assert!(families.insert(name.to_owned(), family).is_none(), "{name} twice");
            name.clone_into(&mut current);
            continue;
        }
        let (id, value) = line.rsplit_once(' ').expect("a value");
        assert!(series.insert(id), "{id} twice");
        let (name, labels) = id.split_once('{').unwrap_or((id, "}"));
        let labels = labels.strip_suffix('}').expect("closed");
        let family = families.get_mut(&current).expect("a head");
        let suffixes: &[&str] = if family.kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        let suffix = name.strip_prefix(current.as_str()).expect("a sample of the metric above");
        assert!(suffixes.contains(&suffix), "{name}");
        family.samples.push((suffix.to_owned(), labels.to_owned(), value.parse().expect("a number")));
    }
    families
}

#[test]
fn prometheus_can_read_the_exposition() {
    let families = scrape(&busy().prometheus());
    assert_eq!(families.len(), 9);
    for (name, family) in &families {
        assert!(name.starts_with("clerk_edge_"), "{name}");
        match family.kind.as_str() {
            "counter" => {
                assert!(name.ends_with("_total"), "{name}");
                for (_, labels, value) in &family.samples {
                    let label = labels.is_empty()
                        || labels.split_once("=\"").is_some_and(|(key, text)| is_name(key) && text.ends_with('"'));
                    assert!(label && value.fract().abs() < f64::EPSILON, "{name}{{{labels}}}");
                }
            }
            "histogram" => check_histogram(name, family),
            kind => panic!("{name} is a {kind}"),
        }
    }
}

fn check_histogram(name: &str, family: &Family) {
    assert!(name.ends_with("_seconds"), "{name}: base units");
    let buckets: Vec<(f64, f64)> = family
        .samples
        .iter()
        .filter(|(suffix, ..)| suffix == "_bucket")
        .map(|(_, labels, count)| {
            let bound = labels.strip_prefix("le=\"").and_then(|rest| rest.strip_suffix('"')).expect("le");
            (if bound == "+Inf" { f64::INFINITY } else { bound.parse().expect("a bound") }, *count)
        })
        .collect();
    assert!(buckets.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1), "{name}: ascending");
    let (bound, all) = buckets[buckets.len() - 1];
    let ends: Vec<_> =
        family.samples.iter().skip(buckets.len()).map(|(suffix, _, value)| (&**suffix, *value)).collect();
    assert_eq!((ends[0].0, ends[1]), ("_sum", ("_count", all)), "{name}");
    assert!(bound.is_infinite());
}

#[test]
fn the_exposition_says_what_was_recorded() {
    let text = busy().prometheus();
    for line in [
        "# HELP clerk_edge_lookups_total Cached reads by how they were answered.",
        "# TYPE clerk_edge_upstream_duration_seconds histogram",
        r#"clerk_edge_lookups_total{status="hit"} 2"#,
        r#"clerk_edge_upstream_calls_total{outcome="429"} 1"#,
        "clerk_edge_retries_total 1",
        r#"clerk_edge_refusals_total{reason="budget"} 1"#,
        r#"clerk_edge_removals_total{cause="invalidated"} 7"#,
        r#"clerk_edge_upstream_duration_seconds_bucket{le="0.001"} 0"#,
        r#"clerk_edge_upstream_duration_seconds_bucket{le="0.002"} 1"#,
        r#"clerk_edge_upstream_duration_seconds_bucket{le="0.03"} 2"#,
        r#"clerk_edge_upstream_duration_seconds_bucket{le="50"} 2"#,
        r#"clerk_edge_upstream_duration_seconds_bucket{le="+Inf"} 3"#,
        "clerk_edge_upstream_duration_seconds_sum 60.032",
        "clerk_edge_upstream_duration_seconds_count 3",
        r#"clerk_edge_limiter_wait_seconds_bucket{le="1"} 0"#,
        r#"clerk_edge_limiter_wait_seconds_bucket{le="1.5"} 1"#,
        "clerk_edge_pool_wait_seconds_sum 0.004",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
}

#[test]
fn every_series_is_there_from_the_start() {
    let names = |metrics: &Metrics| -> Vec<String> {
        let text = metrics.prometheus();
        text.lines().map(|line| line.rsplit_once(' ').expect("a value").0.to_owned()).collect()
    };
    assert_eq!(names(&Metrics::default()), names(&busy()));
    assert!(Metrics::default().prometheus().len() < 9000);
}
