//! When calls may leave: one budget for all of them, in the order in which they come.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::budget::Budget;

/// Shared by every call of a client. Costs nothing while no call waits.
pub(super) struct Limiter {
    start: Instant,
    budget: Mutex<Budget>,
    /// Held while waiting, so that calls leave in the order in which they came.
    turn: tokio::sync::Mutex<()>,
}

/// When a call left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Departure(Duration);

impl Limiter {
    /// At most `per_minute` calls a minute after a small burst; `None` or 0: as fast as they come.
    pub(super) fn new(per_minute: Option<u32>) -> Self {
        Self {
            start: Instant::now(),
            budget: Mutex::new(Budget::new(per_minute)),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// Waits until one more call may leave. Dropping the future gives the turn to the next.
    pub(super) async fn ready(&self) -> Departure {
        let _turn = self.turn.lock().await;
        loop {
            let now = self.start.elapsed();
            let asked = self.budget().leave(now);
            match asked {
                Ok(()) => return Departure(now),
                // What is learned meanwhile may make it later: then it is asked again.
                Err(until) => sleep_until(self.start + until).await,
            }
        }
    }

    /// Lets no call leave for the next `pause`.
    pub(super) fn hold_back(&self, pause: Duration) {
        let until = self.start.elapsed() + pause;
        self.budget().hold_back(until);
    }

    /// The service had too many calls when it got this one.
    pub(super) fn refused(&self, departure: Departure) {
        let now = self.start.elapsed();
        self.budget().refused(departure.0, now);
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        // Nothing in here can be left half done.
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
