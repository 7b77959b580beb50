//! How fast calls may leave: one rate for all of them, and a pause for all when the service asks.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::{Clock, Reference as _};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until};

/// Calls that may leave at once after a rest: those of so many seconds, and not more than so many.
/// A batch would begin faster than it goes on, and nobody could tell how long it takes.
const BURST_SECONDS: u32 = 2;
const LARGEST_BURST: u32 = 10;

/// Shared by every call of a client. Costs nothing while no call waits.
pub(super) struct Limiter {
    rate: Option<Rate>,
    clock: TokioClock,
    /// Nanoseconds on `clock` before which no call may leave.
    not_before: AtomicU64,
    /// Held while waiting, so that calls leave in the order in which they came.
    turn: Mutex<()>,
}

type Rate = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>;

impl Limiter {
    /// At most `per_minute` calls a minute after a small burst; `None` or 0: as fast as they come.
    pub(super) fn new(per_minute: Option<u32>) -> Self {
        let clock = TokioClock(Instant::now());
        let rate = per_minute.and_then(NonZeroU32::new).map(|per_minute| {
            let burst = (per_minute.get() * BURST_SECONDS / 60).clamp(1, LARGEST_BURST);
            let burst = NonZeroU32::new(burst).unwrap_or(per_minute);
            let quota = Quota::with_period(Duration::from_mins(1) / per_minute.get())
                .unwrap_or_else(|| Quota::per_minute(per_minute))
                .allow_burst(burst);
            RateLimiter::direct_with_clock(quota, clock)
        });
        Self {
            rate,
            clock,
            not_before: AtomicU64::new(0),
            turn: Mutex::new(()),
        }
    }

    /// Waits until one more call may leave. Dropping the future gives the turn to the next.
    pub(super) async fn ready(&self) {
        let _turn = self.turn.lock().await;
        loop {
            let not_before = self.clock.at(self.not_before.load(Ordering::Relaxed));
            if Instant::now() < not_before {
                sleep_until(not_before).await;
                continue;
            }
            let Some(rate) = &self.rate else { return };
            match rate.check() {
                Ok(()) => return,
                // A call may be told to pause while this one sleeps: look again.
                Err(early) => sleep(early.wait_time_from(self.clock.now())).await,
            }
        }
    }

    /// Lets no call leave for the next `pause`.
    pub(super) fn hold_back(&self, pause: Duration) {
        let until = self.clock.now() + Nanos::from(pause);
        self.not_before.fetch_max(until.as_u64(), Ordering::Relaxed);
    }
}

/// tokio's clock for governor, so that tests can let the time jump.
#[derive(Clone, Copy, Debug)]
struct TokioClock(Instant);

impl TokioClock {
    fn at(self, nanos: u64) -> Instant {
        self.0 + Duration::from_nanos(nanos)
    }
}

impl Clock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.elapsed()).duration_since(Nanos::new(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn time_of(limiter: &Limiter, calls: usize) -> Duration {
        let start = Instant::now();
        for _ in 0..calls {
            limiter.ready().await;
        }
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_burst_calls_leave_at_the_rate() {
        let limiter = Limiter::new(Some(150));
        assert_eq!(time_of(&limiter, 5).await, Duration::ZERO);
        let took = time_of(&limiter, 150).await.as_secs_f64();
        assert!((59.0..61.0).contains(&took), "{took}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_rate_has_no_burst() {
        let limiter = Limiter::new(Some(2));
        assert_eq!(time_of(&limiter, 1).await, Duration::ZERO);
        assert!(time_of(&limiter, 1).await >= Duration::from_secs(29));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_every_call_back_and_the_longest_counts() {
        for rate in [None, Some(150)] {
            let limiter = Limiter::new(rate);
            limiter.hold_back(Duration::from_secs(30));
            limiter.hold_back(Duration::from_secs(5));
            let start = Instant::now();
            tokio::join!(limiter.ready(), limiter.ready());
            assert!(start.elapsed() >= Duration::from_secs(30));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_rate_nothing_waits() {
        assert_eq!(time_of(&Limiter::new(None), 10_000).await, Duration::ZERO);
        assert_eq!(time_of(&Limiter::new(Some(0)), 100).await, Duration::ZERO);
    }
}
