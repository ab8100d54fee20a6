//! What a machine's token says when it is a JWT: verified without asking Clerk, shown as if Clerk had been asked.

use super::decide::MachineReason;
use super::kinds::TokenKind;
use super::machine::is_meant_for;
use crate::core::json::raw::{Raw, each_member};
use crate::core::json::write::ObjectWriter;

/// Claims that are the token's own; any other was put there by whoever had it made.
const RESERVED: [&str; 6] = ["iss", "sub", "exp", "nbf", "iat", "jti"];

#[derive(Default)]
struct Claims<'a> {
    id: Option<Raw<'a>>,
    subject: Option<Raw<'a>>,
    scopes: Option<Raw<'a>>,
    scope: Option<Raw<'a>>,
    scp: Option<Raw<'a>>,
    aud: Option<Raw<'a>>,
    client_id: Option<Raw<'a>>,
}

/// What `toAuth()` holds besides its functions, as JSON, for the payload of a verified JWT of this kind. `audience` is what
/// an OAuth token's `aud` is checked for; empty asks nothing. O(length).
///
/// # Errors
/// [`MachineReason::TokenInvalid`] if the payload is no JSON object, which a verified token's is, or if the kind has no
/// JWTs; [`MachineReason::TokenVerificationFailed`] if the audience is another's.
pub fn machine_jwt_json(kind: TokenKind, payload: &[u8], audience: &[String]) -> Result<String, MachineReason> {
    let claims = Claims::read(payload).ok_or(MachineReason::TokenInvalid)?;
    if kind == TokenKind::OAuth && !is_meant_for(claims.aud, audience) {
        return Err(MachineReason::TokenVerificationFailed);
    }
    claims.to_json(kind, payload).ok_or(MachineReason::TokenInvalid)
}

impl<'a> Claims<'a> {
    fn read(payload: &'a [u8]) -> Option<Self> {
        let mut claims = Self::default();
        each_member(payload, |name, value| {
            let place = match name {
                "jti" => &mut claims.id,
                "sub" => &mut claims.subject,
                "scopes" => &mut claims.scopes,
                "scope" => &mut claims.scope,
                "scp" => &mut claims.scp,
                "aud" => &mut claims.aud,
                "client_id" => &mut claims.client_id,
                _ => return,
            };
            *place = Some(value);
        })?;
        Some(claims)
    }

    fn to_json(&self, kind: TokenKind, payload: &[u8]) -> Option<String> {
        let mut json = ObjectWriter::new();
        json.text("tokenType", kind.as_str());
        json.json("isAuthenticated", Some("true"));
        json.json("id", Some(text_or_empty(self.id)));
        json.raw("subject", self.subject);
        match kind {
            TokenKind::M2m => {
                write_scopes(&mut json, self.scopes, self.aud);
                json.json("claims", Some(&custom_claims(payload)?));
                json.raw("machineId", self.subject);
            }
            TokenKind::OAuth => {
                match present(self.scp) {
                    Some(scp) => json.raw("scopes", Some(scp)),
                    None => write_scopes(&mut json, self.scope, None),
                }
                json.raw("userId", self.subject);
                json.json("clientId", Some(text_or_empty(self.client_id)));
            }
            TokenKind::ApiKey | TokenKind::Session => return None,
        }
        Some(json.finish())
    }
}

/// The words of `scopes`, or else `otherwise` as it is, or else none.
fn write_scopes(json: &mut ObjectWriter, scopes: Option<Raw<'_>>, otherwise: Option<Raw<'_>>) {
    match present(scopes).and_then(Raw::text) {
        Some(scopes) => json.texts("scopes", |each| scopes.split(' ').for_each(|scope| each(&[scope]))),
        None => json.json("scopes", Some(present(otherwise).map_or("[]", Raw::as_json))),
    }
}

/// All claims that are not [`RESERVED`]; `null` if there are none.
fn custom_claims(payload: &[u8]) -> Option<String> {
    let mut json = ObjectWriter::new();
    each_member(payload, |name, value| {
        if !RESERVED.contains(&name) {
            json.any(name, value);
        }
    })?;
    let all = json.finish();
    Some(if all == "{}" { "null".to_owned() } else { all })
}

fn present(claim: Option<Raw<'_>>) -> Option<Raw<'_>> {
    claim.filter(|claim| !claim.is_null())
}

fn text_or_empty(claim: Option<Raw<'_>>) -> &str {
    present(claim).map_or("\"\"", Raw::as_json)
}
