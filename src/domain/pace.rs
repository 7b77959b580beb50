//! How fast the items of a batch end, and how long the rest will take.

use std::collections::VecDeque;
use std::time::Duration;

use super::text::duration;

/// The longest that is looked back for a rate.
const LONGEST_WINDOW: Duration = Duration::from_mins(1);

/// Before this time has gone by nothing is said of a rate.
const TOO_EARLY: Duration = Duration::from_secs(1);

/// The least time between two samples.
const GRAIN: Duration = Duration::from_millis(200);

/// How fast calls to a service may leave, by its own limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// Calls a minute at the most.
    pub per_minute: u32,
    /// How long none leaves at all.
    pub wait: Duration,
}

/// A time in which no item can begin, by the service's limits.
#[derive(Clone, Copy, Debug)]
struct Hold {
    from: Duration,
    until: Duration,
}

/// Follows one batch. It has no clock: each time comes from the caller, and none is earlier than
/// the one before.
#[derive(Clone, Debug)]
pub struct Pace {
    total: usize,
    /// How many had ended when, oldest first, without the time of pauses and holds.
    samples: VecDeque<(Duration, usize)>,
    started: Duration,
    paused: Duration,
    paused_since: Option<Duration>,
    hold: Option<Hold>,
    /// Items a second at the most.
    most: Option<f64>,
}

impl Pace {
    /// A batch of `total` items that begins now.
    pub fn new(total: usize, now: Duration) -> Self {
        Self {
            total,
            samples: [(Duration::ZERO, 0)].into(),
            started: now,
            paused: Duration::ZERO,
            paused_since: None,
            hold: None,
            most: None,
        }
    }

    /// How many items the batch has.
    pub fn total(&self) -> usize {
        self.total
    }

    /// How many of them have ended.
    pub fn ended(&self) -> usize {
        self.samples.back().map_or(0, |(_, ended)| *ended)
    }

    /// Some more items have ended.
    pub fn add(&mut self, items: usize, now: Duration) {
        let (now, ended) = (self.running(now), self.ended() + items);
        let before = self.samples.iter().rev().nth(1);
        if before.is_some_and(|(time, _)| now < *time + GRAIN) {
            self.samples.pop_back();
        }
        self.samples.push_back((now, ended));
        // One sample from before the window is where the window begins.
        let horizon = now.saturating_sub(LONGEST_WINDOW);
        while self
            .samples
            .get(1)
            .is_some_and(|(time, _)| *time <= horizon)
        {
            self.samples.pop_front();
        }
    }

    /// Whether the batch is paused.
    pub fn is_paused(&self) -> bool {
        self.paused_since.is_some()
    }

    /// The batch is paused, or goes on.
    pub fn set_paused(&mut self, paused: bool, now: Duration) {
        if !paused && let Some(since) = self.paused_since.take() {
            self.paused += now.saturating_sub(since);
            self.hold_until(self.hold.map_or(now, |hold| hold.until), now);
        } else if paused && !self.is_paused() {
            self.end_hold(now);
            self.paused_since = Some(now);
        }
    }

    /// What the service's limits allow from now on.
    pub fn throttle(&mut self, throttle: Throttle, now: Duration) {
        self.most = Some(f64::from(throttle.per_minute.max(1)) / 60.0);
        if !self.is_paused() {
            self.end_hold(now);
        }
        self.hold_until(now + throttle.wait, now);
    }

    /// Counts a hold that is over, or as much of it as is.
    fn end_hold(&mut self, now: Duration) {
        if let Some(Hold { from, until }) = self.hold {
            self.paused += now.min(until).saturating_sub(from);
            self.hold = Some(Hold { from: now, until });
        }
    }

    fn hold_until(&mut self, until: Duration, now: Duration) {
        self.hold = (until > now).then_some(Hold { from: now, until });
    }

    /// How long no item can begin yet.
    fn held(&self, now: Duration) -> Duration {
        let until = self.hold.map_or(Duration::ZERO, |hold| hold.until);
        until.saturating_sub(now)
    }

    /// Items a second; `None` while nobody can tell.
    pub fn rate(&self, now: Duration) -> Option<f64> {
        if self.ended() == 0 {
            return None;
        }
        match (self.measured(now), self.most) {
            (Some(measured), Some(most)) => Some(measured.min(most)),
            (measured, most) => measured.or(most),
        }
    }

    fn measured(&self, now: Duration) -> Option<f64> {
        let now = self.running(now);
        // What a batch begins with, some calls that a limited rate lets go at once, says nothing
        // about the rest: the second half of the time so far leaves it behind.
        let window = (now / 2).min(LONGEST_WINDOW);
        let begin = now.saturating_sub(window);
        let (since, before) = *self.samples.iter().rev().find(|(time, _)| *time <= begin)?;
        let (last, ended) = *self.samples.back()?;
        if now < TOO_EARLY {
            return None;
        }
        let per_second = |items: usize, time: Duration| number(items) / time.as_secs_f64();
        // The next one is under way: only where it is late is the batch slower than the items say.
        let at_most = per_second(ended - before + 1, now.saturating_sub(since));
        Some(if last > since {
            per_second(ended - before, last.saturating_sub(since)).min(at_most)
        } else {
            at_most
        })
    }

    /// How long the rest will take; `None` while nobody can tell.
    pub fn left(&self, now: Duration) -> Option<Duration> {
        let open = self.total.saturating_sub(self.ended());
        let seconds = number(open) / self.rate(now)?;
        let working = Duration::try_from_secs_f64(seconds).ok()?;
        working.checked_add(self.held(now))
    }

    /// All of it in words, as in `12/340 · 3.0/s · 1m 50s left`.
    pub fn text(&self, now: Duration) -> String {
        let mut text = format!("{}/{}", self.ended(), self.total);
        if self.is_paused() {
            text.push_str(" · paused");
        } else if let Some(rate) = self.rate(now) {
            text.push_str(" · ");
            match self.held(now).as_secs() {
                0 => text.push_str(&rate_text(rate)),
                seconds => {
                    text.push_str("too many calls, waiting ");
                    text.push_str(&duration(seconds));
                }
            }
            if let Some(left) = self.left(now).filter(|_| self.ended() < self.total) {
                text.push_str(" · ");
                text.push_str(&duration(left.as_secs().saturating_add(1)));
                text.push_str(" left");
            }
        }
        text
    }

    /// Time since the start without pauses and holds.
    fn running(&self, now: Duration) -> Duration {
        let now = self.paused_since.unwrap_or(now);
        let hold = self.hold.map_or(Duration::ZERO, |hold| {
            now.min(hold.until).saturating_sub(hold.from)
        });
        now.saturating_sub(self.started)
            .saturating_sub(self.paused)
            .saturating_sub(hold)
    }
}

fn number(items: usize) -> f64 {
    u32::try_from(items).map_or(f64::INFINITY, f64::from)
}

fn rate_text(per_second: f64) -> String {
    if per_second >= 9.95 {
        format!("{per_second:.0}/s")
    } else if per_second >= 0.095 {
        format!("{per_second:.1}/s")
    } else {
        format!("{:.1}/min", per_second * 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// The ends of items that leave as a limiter lets them, `burst` at once and then `rate` a
    /// second, `in_flight` at the most, each taking `latency`.
    fn ends(items: usize, burst: usize, rate: f64, in_flight: usize, latency: f64) -> Vec<f64> {
        let mut ends: Vec<f64> = Vec::new();
        for item in 0..items {
            let by_rate = number((item + 1).saturating_sub(burst)) / rate;
            let by_place = item.checked_sub(in_flight).map_or(0.0, |free| ends[free]);
            ends.push(by_rate.max(by_place) + latency);
        }
        ends
    }

    #[test]
    fn after_ten_seconds_the_time_left_is_within_a_fifth_of_the_truth() {
        for (rate, burst, in_flight) in [(150.0, 5, 5), (180.0, 6, 6), (180.0, 1, 8), (60.0, 2, 2)]
        {
            for latency in [0.001, 0.05, 0.3, 1.0, 1.4, 1.6, 1.9] {
                let ends = ends(1000, burst, rate / 60.0, in_flight, latency);
                let mut pace = Pace::new(1000, Duration::ZERO);
                let (soon, later): (Vec<f64>, Vec<f64>) =
                    ends.iter().partition(|end| **end <= 10.0);
                for end in soon {
                    pace.add(1, seconds(end));
                }
                let truth = later.last().unwrap() - 10.0;
                let told = pace.left(seconds(10.0)).unwrap().as_secs_f64();
                assert!(
                    (told / truth - 1.0).abs() < 0.2,
                    "{told:.0} s for {truth:.0} s at {rate} a minute, {latency} s each"
                );
            }
        }
    }

    #[test]
    fn pauses_do_not_count() {
        let mut pace = Pace::new(100, seconds(5.0));
        for n in 1..=10 {
            pace.add(1, seconds(5.0 + f64::from(n)));
        }
        assert_eq!(pace.text(seconds(15.0)), "10/100 · 1.0/s · 1m 31s left");
        pace.set_paused(true, seconds(15.0));
        pace.set_paused(true, seconds(20.0));
        assert_eq!(pace.text(seconds(3000.0)), "10/100 · paused");
        pace.set_paused(false, seconds(3015.0));
        assert_eq!(pace.text(seconds(3015.0)), "10/100 · 1.0/s · 1m 31s left");
        pace.add(1, seconds(3016.0));
        assert_eq!(pace.text(seconds(3016.0)), "11/100 · 1.0/s · 1m 30s left");
    }

    #[test]
    fn a_batch_that_stands_still_is_told_as_slow() {
        let mut pace = Pace::new(1000, Duration::ZERO);
        for n in 1..=200 {
            pace.add(1, seconds(f64::from(n) / 10.0));
        }
        assert_eq!(pace.text(seconds(20.0)), "200/1000 · 10/s · 1m 21s left");
        assert!(pace.rate(seconds(40.0)).unwrap() < 0.1);
        let mut silent = Pace::new(3, Duration::ZERO);
        assert_eq!(silent.text(seconds(60.0)), "0/3");
        silent.add(3, seconds(61.0));
        assert_eq!(silent.text(seconds(61.0)), "3/3 · 3.0/min");
    }

    #[test]
    fn a_hold_is_waited_for_and_does_not_count() {
        // 180 at once, then nothing for a minute, then 171 a minute.
        let mut pace = Pace::new(1000, Duration::ZERO);
        for n in 0..180 {
            pace.add(1, seconds(f64::from(n) / 900.0));
        }
        let throttle = Throttle {
            per_minute: 171,
            wait: seconds(60.0),
        };
        pace.throttle(throttle, seconds(0.2));
        assert_eq!(
            pace.text(seconds(10.0)),
            "180/1000 · too many calls, waiting 50s · 5m 38s left"
        );
        // Paused within it, and for longer than it.
        pace.set_paused(true, seconds(21.0));
        assert_eq!(pace.text(seconds(99.0)), "180/1000 · paused");
        pace.set_paused(false, seconds(31.0));
        let left = pace.left(seconds(31.0)).unwrap().as_secs();
        assert!((316..=318).contains(&left), "{left}");
        for n in 1..=57 {
            pace.add(1, seconds(61.0 + f64::from(n) * 60.0 / 171.0));
        }
        let left = pace.left(seconds(81.0)).unwrap().as_secs_f64();
        assert!((left / (763.0 * 60.0 / 171.0) - 1.0).abs() < 0.1, "{left}");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut pace = Pace::new(1_000_000, Duration::ZERO);
        for n in 0..1_000_000 {
            pace.add(1, Duration::from_micros(n * 300));
        }
        assert!(pace.samples.len() <= 302, "{}", pace.samples.len());
        let rate = pace.rate(seconds(300.0)).unwrap();
        assert!((rate - 3333.0).abs() < 10.0, "{rate}");
    }
}
