use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use tokio::time::sleep;

use super::*;
use crate::api::retry::{Patience, Pauses};
use crate::error::ApiError;

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

#[tokio::test(start_paused = true)]
async fn what_is_learned_is_told() {
    let limiter = Limiter::new(None);
    let throttle = limiter.throttle();
    assert_eq!(*throttle.borrow(), None);
    let mut last = limiter.ready().await;
    for _ in 1..100 {
        last = limiter.ready().await;
    }
    limiter.refused(last);
    let learned = Throttle {
        per_minute: 94,
        wait: Duration::from_secs(61),
    };
    assert_eq!(*throttle.borrow(), Some(learned));
    let told = Throttle {
        per_minute: 150,
        wait: Duration::ZERO,
    };
    assert_eq!(*Limiter::new(Some(150)).throttle().borrow(), Some(told));
}

/// How a service counts calls.
#[derive(Clone, Copy, Debug)]
enum Counts {
    /// By the minute of its own clock, which is so far when the first call comes.
    FixedWindow(Duration),
    /// Those of the last minute, refused ones or not.
    SlidingWindow { refused_too: bool },
    /// Into a bucket of this size, which runs out evenly.
    Bucket(f64),
}

/// A service that allows so many calls a minute.
struct Service {
    counts: Counts,
    per_minute: u32,
    tells_when: bool,
    start: Instant,
    latency: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    let_through: usize,
    refused: usize,
    window: u64,
    in_window: u32,
    recent: VecDeque<Instant>,
    level: f64,
    last: Duration,
}

impl Service {
    fn new(counts: Counts, per_minute: u32, tells_when: bool, latency: Duration) -> Arc<Self> {
        Arc::new(Self {
            counts,
            per_minute,
            tells_when,
            start: Instant::now(),
            latency,
            state: Mutex::default(),
        })
    }

    /// Answers one call: let through, or refused with or without a time to wait.
    async fn call(&self) -> Result<(), ApiError> {
        sleep(self.latency / 2).await;
        let wait = self.judge();
        sleep(self.latency / 2).await;
        match wait {
            None => Ok(()),
            Some(wait) => Err(ApiError::RateLimited {
                retry_after: self
                    .tells_when
                    .then(|| Duration::from_secs(wait.as_secs() + 1)),
            }),
        }
    }

    fn judge(&self) -> Option<Duration> {
        let (now, since) = (Instant::now(), self.start.elapsed());
        let minute = Duration::from_mins(1);
        let mut state = self.state.lock().unwrap();
        let wait = match self.counts {
            Counts::FixedWindow(offset) => {
                let clock = offset + since;
                let window = clock.as_secs() / 60;
                if window != state.window {
                    (state.window, state.in_window) = (window, 0);
                }
                state.in_window += 1;
                let rest = Duration::from_secs((window + 1) * 60).saturating_sub(clock);
                (state.in_window > self.per_minute).then_some(rest)
            }
            Counts::SlidingWindow { refused_too } => {
                while state.recent.front().is_some_and(|at| *at + minute <= now) {
                    state.recent.pop_front();
                }
                let full = state.recent.len() >= self.per_minute as usize;
                if !full || refused_too {
                    state.recent.push_back(now);
                }
                full.then(|| minute.saturating_sub(state.recent[0].elapsed()))
            }
            Counts::Bucket(size) => {
                let gone = since.saturating_sub(state.last).as_secs_f64()
                    * f64::from(self.per_minute)
                    / 60.0;
                state.level = (state.level - gone).max(0.0);
                state.last = since;
                let full = state.level + 1.0 > size;
                if !full {
                    state.level += 1.0;
                }
                full.then_some(Duration::from_secs(1))
            }
        };
        if wait.is_some() {
            state.refused += 1;
        } else {
            state.let_through += 1;
        }
        wait
    }
}

/// Makes so many calls as the client does; whether each got through.
async fn calls(limiter: &Arc<Limiter>, service: &Arc<Service>, calls: usize, in_flight: usize) {
    stream::iter(0..calls)
        .for_each_concurrent(in_flight, |_| async {
            let mut pauses = Pauses::new(Duration::from_millis(500));
            loop {
                let departure = limiter.ready().await;
                let Err(error) = service.call().await else {
                    return;
                };
                limiter.refused(departure);
                let pause = pauses.next(Patience::Unpin, &error).expect("never through");
                limiter.hold_back(pause);
            }
        })
        .await;
}

const KINDS: [Counts; 6] = [
    Counts::FixedWindow(Duration::ZERO),
    Counts::FixedWindow(Duration::from_secs(47)),
    Counts::SlidingWindow { refused_too: false },
    Counts::SlidingWindow { refused_too: true },
    Counts::Bucket(180.0),
    Counts::Bucket(10.0),
];

/// What a batch of so many calls does to a service that allows 180 a minute.
async fn batch(told: Option<u32>, in_flight: usize) {
    for counts in KINDS {
        for tells_when in [true, false] {
            // Where calls take long there are more under way when the first one is refused.
            for (latency, items) in [(5, 1000), (200, 1000), (1500, 2000)] {
                let latency = Duration::from_millis(latency);
                let service = Service::new(counts, 180, tells_when, latency);
                let limiter = Arc::new(Limiter::new(told));
                let start = Instant::now();
                calls(&limiter, &service, items, in_flight).await;
                let state = service.state.lock().unwrap();
                let what = format!(
                    "{counts:?}, told {told:?}, {tells_when}, {latency:?}: {} refused of {} in {:?}",
                    state.refused,
                    items + state.refused,
                    start.elapsed()
                );
                assert_eq!(state.let_through, items);
                assert!(state.refused * 100 <= items + state.refused, "{what}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_usual_at_aioz_pin_is_hardly_ever_refused() {
    batch(Some(150), 5).await;
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_is_too_high_is_learned() {
    batch(Some(600), 8).await;
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_nobody_told_is_learned() {
    batch(None, 8).await;
}
