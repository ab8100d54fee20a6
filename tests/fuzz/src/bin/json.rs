//! The JSON reader under tokens, key sets and projections: it takes what `serde_json` takes, down to its bound of depth.
#![no_main]

use clerk_edge::core::projection::{MAX_JSON_DEPTH, ProjectionErrorKind, validate};
use clerk_edge_fuzz::is_json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    match validate(data) {
        Ok(()) => assert!(is_json(data), "accepted what is no JSON"),
        Err(error) if error.kind == ProjectionErrorKind::TooDeep => {
            let brackets = data.iter().filter(|byte| matches!(byte, b'[' | b'{')).count();
            assert!(brackets > MAX_JSON_DEPTH as usize, "only {brackets} brackets are open");
        }
        Err(error) => {
            assert!(error.offset <= data.len(), "the error is at {} of {}", error.offset, data.len());
            assert!(!is_json(data), "refused JSON: {error:?}");
        }
    }
});
