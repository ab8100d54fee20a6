//! What a verified token must say.

use crate::core::time::Duration;

/// What a caller asks of a token's claims beyond a good signature. An empty list asks nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by literal")]
pub struct Checks {
    /// `azp` must be one of these. A token without `azp` is refused if there are any.
    pub authorized_parties: Vec<String>,
    /// One audience of `aud` must be one of these. A token without `aud` passes.
    pub audience: Vec<String>,
    /// `iss` must be one of these.
    pub issuer: Vec<String>,
    /// How far the signer's clock may be from ours. Default 5 s.
    pub skew: Duration,
}

/// Clerk's own default (facts 1.1).
const DEFAULT_SKEW: Duration = Duration::from_secs(5);

impl Default for Checks {
    fn default() -> Self {
        Self { authorized_parties: Vec::new(), audience: Vec::new(), issuer: Vec::new(), skew: DEFAULT_SKEW }
    }
}
