//! The ways in which a call to a pinning service fails, told apart by what the caller should do.

use std::time::Duration;

use crate::domain::text;

/// Why a call to the pinning service did not bring what was asked.
///
/// Messages are one line and fit to be shown: text from the network is scrubbed and cut, and no key
/// ever gets in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The service does not know these keys, or they may not do this (401, 403).
    #[error("the service refused the keys: {0}")]
    Unauthorized(String),
    /// There is no such pin (404).
    #[error("not found: {0}")]
    NotFound(String),
    /// Content with this CID is pinned already (409).
    #[error("already pinned: {0}")]
    AlreadyPinned(String),
    /// Too many calls (429).
    #[error("the service limits the rate of calls{}", wait_text(*retry_after))]
    RateLimited {
        /// How long the service asks to wait, where it tells.
        retry_after: Option<Duration>,
    },
    /// The service understood and said no, in its own words.
    #[error("refused: {0}")]
    Refused(String),
    /// The service answered, but is not able to serve now (5xx).
    #[error("the service is unavailable: {0}")]
    Unavailable(String),
    /// No answer in time. Whether the service did what was asked is not known.
    #[error("no answer in time ({0}); it is not known whether it was done")]
    Timeout(String),
    /// The call broke off on the way there or back.
    #[error("{message}")]
    Transport {
        /// What happened, without the address.
        message: String,
        /// Whether the request may have reached the service.
        sent: bool,
    },
    /// The service answered something that is no answer of a pinning service.
    #[error("not understood: {0}")]
    NotUnderstood(String),
    /// The call was called off from here.
    #[error("cancelled")]
    Cancelled,
}

impl ApiError {
    /// Whether the call may have taken effect although it failed.
    pub fn outcome_unknown(&self) -> bool {
        match self {
            Self::Timeout(_) | Self::Cancelled | Self::NotUnderstood(_) | Self::Unavailable(_) => {
                true
            }
            Self::Transport { sent, .. } => *sent,
            _ => false,
        }
    }

    /// Whether the same call may well succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Unavailable(_)
                | Self::Timeout(_)
                | Self::Transport { .. }
        )
    }

    /// What the person can do about it, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unauthorized(_) => {
                Some("check PINNING_API_KEY and PINNING_SECRET_KEY, and what the key may do")
            }
            Self::RateLimited { .. } => Some("wait a minute, or lower rate_limit in the profile"),
            Self::Unavailable(_) | Self::Timeout(_) => Some("try again in a moment"),
            Self::Transport { .. } => Some("check the network and the service's address"),
            Self::NotUnderstood(_) => Some("check that the address is that of a pinning API"),
            _ => None,
        }
    }
}

fn wait_text(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |wait| {
        format!(
            "; it asks to wait {}",
            text::duration(wait.as_secs().max(1))
        )
    })
}
