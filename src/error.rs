//! Everything that can go wrong, one variant per thing a caller can do something about.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use crate::core::jwt::TokenError;
use crate::core::time::{Duration, millis};

/// An error of this crate. [`Error::code`] is API: a code is never renamed and never reused.
///
/// Cheap to clone, because everyone who waited for one upstream call gets the same error. No variant carries a token, a
/// key, an e-mail address or a full URL.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Clerk answered, and its answer is an error. The answer says what to do.
    #[error("{0}")]
    Api(Rc<ApiError>),
    /// A token is not to be believed; the reason is Clerk's.
    #[error("{0}")]
    Token(TokenError),
    /// A webhook is not to be believed. The sender should be told so with a 400, and may try again.
    #[error("not a genuine webhook: {0}")]
    Webhook(&'static str),
    /// An option is wrong; nothing was sent. Fix the configuration.
    #[error("invalid configuration: {0}")]
    InvalidConfig(String),
    /// An argument is wrong; nothing was sent. Fix the call.
    #[error("invalid argument: {0}")]
    InvalidArgument(String),
    /// The path of a request to the gateway is ambiguous or leaves the API; nothing was sent.
    #[error("invalid path: {0}")]
    InvalidPath(&'static str),
    /// The Backend API has no operation with this method and path; nothing was sent.
    #[error("no operation of the Backend API has this method and path")]
    OperationNotAllowed,
    /// Too many callers already wait for Clerk's rate limit or for a connection; nothing was sent.
    #[error("the queue is full; retry in {} ms", millis(*retry_after))]
    QueueFull {
        /// When a place may be free.
        retry_after: Duration,
    },
    /// The request could not start within `rateLimit.maxWaitMs` without breaking Clerk's limit; nothing was sent.
    #[error("the rate limit leaves no room in time; retry in {} ms", millis(*retry_after))]
    RateLimited {
        /// When it could start.
        retry_after: Duration,
    },
    /// No answer in time. A write may or may not have happened.
    #[error("no answer within {} ms", millis(*after))]
    Timeout {
        /// How long was waited.
        after: Duration,
    },
    /// The caller's own signal ended the wait.
    #[error("aborted by the caller")]
    Aborted,
    /// The connection failed or broke off. A write may or may not have happened.
    #[error("cannot reach Clerk: {0}")]
    Network(String),
    /// Clerk (or something in front of it) answered with what is not an answer of the API.
    #[error("not an answer of the Backend API (status {status}): {reason}")]
    InvalidResponse {
        /// The status it came with.
        status: u16,
        /// What is wrong with it.
        reason: String,
    },
    /// The answer is larger than `maxResponseBytes`.
    #[error("the answer is larger than {limit} bytes")]
    ResponseTooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
    /// The body of a request to the gateway is too large; nothing was sent.
    #[error("the request body is larger than {limit} bytes")]
    RequestTooLarge {
        /// The bound, in bytes.
        limit: usize,
    },
    /// More upstream calls are under way than the bound allows; nothing was sent.
    #[error("too many calls are in flight")]
    TooManyInFlight,
    /// A function that the caller handed in failed. JavaScript callers get what it threw, and not this.
    #[error("a function that was handed in failed")]
    Callback(Thrown),
}

/// What a function of the caller's threw: on its way to everybody who waits for it, looked into by nobody.
#[derive(Clone)]
pub struct Thrown(Rc<dyn Any>);

impl Thrown {
    /// Wraps it.
    #[must_use]
    pub fn new<T: 'static>(value: T) -> Self {
        Self(Rc::new(value))
    }

    /// The same again, if it is a `T`.
    #[must_use]
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

/// The very same, not one that looks like it.
impl PartialEq for Thrown {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Thrown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Thrown")
    }
}

impl Error {
    /// The stable name of this kind of error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Api(_) => "api_response_error",
            Self::Token(_) => "token_verification_failed",
            Self::Webhook(_) => "webhook_verification_failed",
            Self::InvalidConfig(_) => "invalid_config",
            Self::InvalidArgument(_) => "invalid_argument",
            Self::InvalidPath(_) => "invalid_path",
            Self::OperationNotAllowed => "operation_not_allowed",
            Self::QueueFull { .. } => "queue_full",
            Self::RateLimited { .. } => "rate_limited",
            Self::Timeout { .. } => "timeout",
            Self::Aborted => "aborted",
            Self::Network(_) => "network",
            Self::InvalidResponse { .. } => "invalid_response",
            Self::ResponseTooLarge { .. } => "response_too_large",
            Self::RequestTooLarge { .. } => "request_too_large",
            Self::TooManyInFlight => "too_many_in_flight",
            Self::Callback(_) => "callback_failed",
        }
    }

    /// When trying again makes sense, if that is known.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::QueueFull { retry_after } | Self::RateLimited { retry_after } => Some(*retry_after),
            Self::TooManyInFlight => Some(Duration::from_secs(1)),
            Self::Api(_)
            | Self::Token(_)
            | Self::Webhook(_)
            | Self::InvalidConfig(_)
            | Self::InvalidArgument(_)
            | Self::InvalidPath(_)
            | Self::OperationNotAllowed
            | Self::Timeout { .. }
            | Self::Aborted
            | Self::Network(_)
            | Self::InvalidResponse { .. }
            | Self::RequestTooLarge { .. }
            | Self::ResponseTooLarge { .. }
            | Self::Callback(_) => None,
        }
    }
}

/// An error answer of the Backend API (schema `ClerkErrors`), as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, thiserror::Error)]
#[error("Clerk answered with status {status}{}", errors.first().map(|e| format!(": {} ({})", e.message, e.code)).unwrap_or_default())]
#[non_exhaustive]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, in Clerk's words. Empty if the body was not Clerk's (a proxy's page, say).
    pub errors: Vec<ErrorItem>,
    /// For Clerk's support: `clerk_trace_id` of the body, else the `cf-ray` header, else empty.
    pub trace_id: String,
    /// `Retry-After` in whole seconds, if it was there in that form.
    pub retry_after: Option<u64>,
}

/// One entry of `errors`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorItem {
    /// Clerk's code, such as `resource_not_found`.
    pub code: String,
    /// A short sentence.
    pub message: String,
    /// A longer one, if Clerk gives it.
    pub long_message: Option<String>,
    /// More, as JSON, with Clerk's names (`param_name`, `session_id`, …).
    pub meta: Option<String>,
}
