//! What a machine's token says when it is a JWT: verified without asking Clerk, shown as if Clerk had been asked.

use super::kinds::TokenKind;
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

    fn write_scopes(&self, kind: TokenKind, json: &mut ObjectWriter) {
        match (kind, present(self.scp)) {
            (TokenKind::M2m, _) => write_words(json, self.scopes, self.aud),
            (_, Some(scp)) => json.raw("scopes", Some(scp)),
            (_, None) => write_words(json, self.scope, None),
        }
    }
}

/// What `toAuth()` holds besides its functions, as JSON, for the payload of a verified JWT of this kind. O(length).
///
/// `None` if the payload is no JSON object, which a verified token's is, or if the kind has no JWTs.
#[must_use]
pub fn machine_jwt_json(kind: TokenKind, payload: &[u8]) -> Option<String> {
    let claims = Claims::read(payload)?;
    let mut json = ObjectWriter::new();
    json.text("tokenType", kind.as_str());
    json.json("isAuthenticated", Some("true"));
    json.json("id", Some(text_or_empty(claims.id)));
    json.raw("subject", claims.subject);
    match kind {
        TokenKind::M2m => {
            claims.write_scopes(kind, &mut json);
            json.json("claims", Some(&custom_claims(payload)?));
            json.raw("machineId", claims.subject);
        }
        TokenKind::OAuth => {
            claims.write_scopes(kind, &mut json);
            json.raw("userId", claims.subject);
            json.json("clientId", Some(text_or_empty(claims.client_id)));
        }
        TokenKind::ApiKey | TokenKind::Session => return None,
    }
    Some(json.finish())
}

/// The same payload in the form of Clerk's answer about an opaque token, for [`Machine::judge`](super::Machine::judge).
/// O(length).
///
/// `None` if the payload is no JSON object.
#[must_use]
pub fn machine_jwt_answer(kind: TokenKind, payload: &[u8]) -> Option<String> {
    let claims = Claims::read(payload)?;
    let mut json = ObjectWriter::new();
    json.raw("id", claims.id);
    json.raw("subject", claims.subject);
    claims.write_scopes(kind, &mut json);
    json.json("claims", Some(&custom_claims(payload)?));
    json.json("client_id", Some(claims.client_id.map_or("null", Raw::as_json)));
    json.raw("aud", claims.aud);
    Some(json.finish())
}

/// The words of `scopes`, or else `otherwise` as it is, or else none.
fn write_words(json: &mut ObjectWriter, scopes: Option<Raw<'_>>, otherwise: Option<Raw<'_>>) {
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
