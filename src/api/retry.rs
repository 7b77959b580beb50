//! Which failures are worth another try, how often, and after which pause.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use reqwest::StatusCode;

use crate::error::ApiError;

/// The longest pause before another try. Where the service asks for more, the call is given up
/// and its error tells the wait.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_mins(2);

/// What may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// A read changes nothing: after any failure that may pass.
    Read,
    /// An unpin: only where the service surely did not act on it.
    Unpin,
}

impl Patience {
    /// Whether an answer with this code is worth another try.
    pub(super) fn is_for(self, status: StatusCode) -> bool {
        match self {
            Self::Read => status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error(),
            Self::Unpin => {
                status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    fn is_for_transport(self, sent: bool) -> bool {
        self == Self::Read || !sent
    }
}

/// The pauses of one call, each longer than the one before, with jitter so that calls that failed
/// together do not come back together.
pub(super) struct Pauses {
    failures: ExponentialBackoff,
    rate: ExponentialBackoff,
}

impl Pauses {
    /// Pauses that start at about `first`.
    pub(super) fn new(first: Duration) -> Self {
        let pauses = |first, times| {
            ExponentialBuilder::new()
                .with_min_delay(first)
                .with_max_delay(Duration::from_secs(30))
                .with_max_times(times)
                .with_jitter()
                .build()
        };
        Self {
            failures: pauses(first, 3),
            // A service that counts calls by the minute needs longer than one that stumbled.
            rate: pauses(first.saturating_mul(4), 6),
        }
    }

    /// How long to wait before the next try; `None` where there shall be none.
    pub(super) fn next(&mut self, patience: Patience, error: &ApiError) -> Option<Duration> {
        match error {
            ApiError::RateLimited { retry_after } => {
                let pause = self.rate.next()?;
                let asked = retry_after.unwrap_or(Duration::ZERO);
                (asked <= LONGEST_PAUSE).then(|| pause.max(asked))
            }
            ApiError::Unavailable(_) => self.failures.next(),
            ApiError::Transport { sent, .. } if patience.is_for_transport(*sent) => {
                self.failures.next()
            }
            _ => None,
        }
    }
}
