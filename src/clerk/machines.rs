//! Tokens of machines: JWTs that the instance's keys verify, and opaque ones that only Clerk knows.

use std::rc::Rc;

use super::api::{Manner, Question};
use super::pipeline::{Expiry, Keep, Outcome};
use super::query::Query;
use super::verifier::{Policy, Verifier};
use crate::core::json::write::ObjectWriter;
use crate::core::jwt::{Category, Checks, Types, Unverified};
use crate::core::session::{Machine, MachineReason, TokenKind, machine_jwt_json};
use crate::core::time::Duration;
use crate::error::Error;
use crate::runtime::Runtime;
use crate::runtime::http::{Body, Method};

/// How long Clerk's word on an opaque token is believed, at most. Revocations made elsewhere are unknown for as long.
const MAX_LIFETIME: Duration = Duration::from_secs(10);

impl<R: Runtime> Verifier<R> {
    /// What `toAuth()` holds for a machine's JWT.
    pub(super) async fn machine_jwt(
        &self,
        rt: &R,
        policy: &Rc<Policy<R::Key>>,
        text: &str,
        kind: TokenKind,
    ) -> Result<String, MachineReason> {
        let token = Unverified::parse_any(text).map_err(|_| MachineReason::TokenInvalid)?;
        if kind == TokenKind::M2m && !matches!(token.category(), Category::Absent | Category::Machine) {
            return Err(MachineReason::TokenInvalid);
        }
        let types = if kind == TokenKind::OAuth { Types::OAUTH } else { Types::Default };
        // Neither party nor issuer are asked of machines, and an OAuth token's audience is asked for more strictly below.
        let configured = policy.checks();
        let audience = if kind == TokenKind::OAuth { Vec::new() } else { configured.audience.clone() };
        let checks = Checks { audience, skew: configured.skew, ..Checks::default() };
        let claims = self.verify_unkept(rt, policy, (text, token), types, &checks).await;
        let claims = claims.map_err(|_| MachineReason::TokenVerificationFailed)?;
        machine_jwt_json(kind, claims.payload().as_bytes(), &configured.audience)
    }

    /// The same for an opaque token: asks Clerk, unless it said that the token is valid within the last seconds (R19).
    pub(super) async fn machine_opaque(
        &self,
        rt: &R,
        policy: &Rc<Policy<R::Key>>,
        token: &str,
        kind: TokenKind,
    ) -> Result<String, MachineReason> {
        let name = format!("machine {token}"); // begins like no other key
        let known = self.pipeline().peek(&name, rt.now()).map(|served| served.answer);
        let answer = match known {
            Some(answer) => answer,
            None => self.asked(rt, &name, token, kind).await.map_err(|_| MachineReason::UnexpectedError)?,
        };
        let body = answer.body.to_vec();
        judged(kind, answer.status, &body, &policy.checks().audience, rt).map(|machine| machine.to_json())
    }

    /// Clerk's answer about an opaque token, asked for once by everybody who waits, and kept if the token is valid.
    async fn asked(&self, rt: &R, name: &str, token: &str, kind: TokenKind) -> Outcome<R::Body> {
        let question = question::<R::Body>(self.pipeline().config(), token, kind)?;
        let since = self.pipeline().epoch();
        let (pipeline, task_rt, key) = (self.pipeline().clone(), rt.clone(), name.to_owned());
        let work = async move {
            let answer = pipeline.fetch(&task_rt, question.exchange).await?;
            let body = answer.body.to_vec();
            if let Ok(machine) = judged(kind, answer.status, &body, &[], &task_rt) {
                let ttl = machine.lifetime(MAX_LIFETIME, task_rt.unix());
                let keep = Keep { key, ttl, tags: vec![MACHINES.into()], expiry: Expiry::Unsaid };
                pipeline.keep(&keep, Rc::clone(&answer), since, task_rt.now());
            }
            Ok(answer)
        };
        self.pipeline().share(rt, name, Box::pin(work)).await
    }
}

/// Everything that tells of machines' tokens.
pub(super) const MACHINES: &str = "machines/*";

fn judged<'a, R: Runtime>(
    kind: TokenKind,
    status: u16,
    body: &'a [u8],
    audience: &[String],
    rt: &R,
) -> Result<Machine<'a>, MachineReason> {
    Machine::judge(kind, status, body, audience, rt.unix())
}

fn question<B: Body>(config: &crate::config::Config, token: &str, kind: TokenKind) -> Result<Question<B>, Error> {
    let (path, name) = match kind {
        TokenKind::M2m => ("/m2m_tokens/verify", "token"),
        TokenKind::OAuth => ("/oauth_applications/access_tokens/verify", "access_token"),
        TokenKind::ApiKey => ("/api_keys/verify", "secret"),
        TokenKind::Session => return Err(Error::InvalidArgument("a session token is not verified by asking".into())),
    };
    let mut body = ObjectWriter::new();
    body.text(name, token);
    let body = Some((B::from_bytes(body.finish().as_bytes()), "application/json".to_owned()));
    Question::new(config, Method::Post, path, &Query::new(), Manner { body, ..Manner::default() })
}
