//! Watching a batch as a command runs it: a bar, and what a signal does.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::{Stream, StreamExt as _};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::{Session, progress};
use crate::domain::{Pace, Throttle};
use crate::worker::gate::Gate;

/// How long calls under way may take to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// How often the bar is drawn anew although nothing ends.
const TICK: Duration = Duration::from_secs(1);

impl Session<'_> {
    /// A gate that lets so many items be under way at a time, and that a signal closes.
    pub(super) fn gate(&self, concurrency: usize) -> Gate {
        Gate::new(concurrency, self.interrupt.token())
    }

    /// Gives each of the items that come to `take`. After a signal those under way may come to
    /// their end for a while.
    pub(super) async fn drive<T>(
        &self,
        total: usize,
        items: impl Stream<Item = T>,
        mut throttle: watch::Receiver<Option<Throttle>>,
        mut take: impl AsyncFnMut(T),
    ) {
        let bar = progress::pins();
        let start = Instant::now();
        let mut pace = Pace::new(total, Duration::ZERO);
        if let Some(throttle) = *throttle.borrow_and_update() {
            pace.throttle(throttle, Duration::ZERO);
        }
        let mut items = pin!(items);
        let mut deadline = pin!(async {
            self.interrupt.wait().await;
            sleep(GRACE).await;
        });
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                item = items.next() => match item {
                    Some(item) => {
                        take(item).await;
                        pace.add(1, start.elapsed());
                    }
                    None => break,
                },
                Ok(()) = throttle.changed() => {
                    if let Some(throttle) = *throttle.borrow_and_update() {
                        pace.throttle(throttle, start.elapsed());
                    }
                }
                _ = tick.tick(), if !bar.is_hidden() => {}
                () = &mut deadline => break,
            }
            progress::show(&bar, &pace, start.elapsed());
        }
        bar.finish_and_clear();
    }
}
