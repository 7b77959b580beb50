//! When calls may leave: one budget for all of them, in the order in which they come.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::budget::Budget;
use crate::domain::Throttle;

/// Shared by every call of a client. Costs nothing while no call waits.
pub(super) struct Limiter {
    start: Instant,
    budget: Mutex<Budget>,
    /// Held while waiting, so that calls leave in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    throttle: watch::Sender<Option<Throttle>>,
}

/// When a call left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Departure(Duration);

impl Limiter {
    /// At most `per_minute` calls a minute after a small burst; `None` or 0: as fast as they come.
    pub(super) fn new(per_minute: Option<u32>) -> Self {
        let mut budget = Budget::new(per_minute);
        Self {
            start: Instant::now(),
            throttle: watch::Sender::new(budget.throttle(Duration::ZERO)),
            budget: Mutex::new(budget),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// Waits until one more call may leave. Dropping the future gives the turn to the next.
    pub(super) async fn ready(&self) -> Departure {
        let _turn = self.turn.lock().await;
        loop {
            let now = self.start.elapsed();
            match self.change(now, |budget| budget.leave(now)) {
                Ok(()) => return Departure(now),
                // What is learned meanwhile may make it later: then it is asked again.
                Err(until) => sleep_until(self.start + until).await,
            }
        }
    }

    /// Lets no call leave for the next `pause`.
    pub(super) fn hold_back(&self, pause: Duration) {
        let now = self.start.elapsed();
        self.change(now, |budget| budget.hold_back(now + pause));
    }

    /// The service had too many calls when it got this one.
    pub(super) fn refused(&self, departure: Departure) {
        let now = self.start.elapsed();
        self.change(now, |budget| budget.refused(departure.0, now));
    }

    /// How fast calls may leave, now and whenever that changes.
    pub(super) fn throttle(&self) -> watch::Receiver<Option<Throttle>> {
        self.throttle.subscribe()
    }

    fn change<T>(&self, now: Duration, change: impl FnOnce(&mut Budget) -> T) -> T {
        // Nothing in here can be left half done.
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut budget);
        if let Some(throttle) = budget.news(now) {
            self.throttle.send_replace(Some(throttle));
        }
        result
    }
}

#[cfg(test)]
mod tests;
