//! How many calls may leave, by what was told and by what the service's refusals teach.
//!
//! It has no clock: every time comes from the caller, as the time since some beginning.

use std::time::Duration;

use crate::domain::Throttle;

/// Calls that may leave at once after a rest: those of so many seconds, and not more than so many.
/// A batch would begin faster than it goes on, and nobody could tell how long it takes.
const BURST_SECONDS: f64 = 2.0;
const LARGEST_BURST: f64 = 10.0;

/// What a refusal leaves of the calls that were let through in the minute before it.
const SLACK: f64 = 0.95;

/// Where fewer calls than these were let through before a refusal, they do not tell the limit: it
/// may have been used up by others.
const FIRST_GUESS: f64 = 60.0;

/// The slowest that is ever gone, calls a minute.
const SLOWEST: f64 = 6.0;

/// How long all has to go well before the rate goes up: by a quarter while it is below what was
/// refused once, and then by a little, as each refusal that teaches more is one too many.
const SOON: (Duration, f64) = (Duration::from_mins(1), 1.25);
const LATER: (Duration, f64) = (Duration::from_mins(5), 1.05);

/// The calls of one client.
#[derive(Debug)]
pub(super) struct Budget {
    /// Calls a minute that are never passed; `None`: as many as come.
    told: Option<f64>,
    /// Calls a minute as it is now.
    rate: Option<f64>,
    lesson: Option<Lesson>,
    sent: LastMinute,
    /// When the next call leaves where calls leave evenly.
    due: Duration,
    not_before: Duration,
    /// Whether anything has changed that [`Self::news`] did not tell of.
    is_changed: bool,
}

/// What a refusal taught.
#[derive(Debug)]
struct Lesson {
    /// Calls a minute that were too much; infinite where that is not known.
    too_much: f64,
    /// When the refusal came.
    at: Duration,
    /// When the rate was last changed.
    changed: Duration,
}

impl Budget {
    /// At most so many calls a minute; `None` or 0: as many as come, until the service refuses.
    pub(super) fn new(per_minute: Option<u32>) -> Self {
        let told = per_minute.filter(|rate| *rate > 0).map(f64::from);
        Self {
            told,
            rate: told,
            lesson: None,
            sent: LastMinute::default(),
            due: Duration::ZERO,
            not_before: Duration::ZERO,
            is_changed: false,
        }
    }

    /// Lets one call leave and counts it; where none may, tells when to ask again.
    pub(super) fn leave(&mut self, now: Duration) -> Result<(), Duration> {
        if now < self.not_before {
            return Err(self.not_before);
        }
        self.go_up(now);
        if let Some(rate) = self.rate {
            let even = Duration::from_secs_f64(60.0 / rate);
            let mut burst = (rate * BURST_SECONDS / 60.0)
                .clamp(1.0, LARGEST_BURST)
                .floor();
            if self.lesson.is_some() {
                // A service that has refused counts by the minute, or lets no burst through.
                if f64::from(self.sent.count(now)) >= rate {
                    return Err(self.sent.next_to_leave());
                }
                burst = 1.0;
            }
            let early = even.mul_f64(burst - 1.0);
            if now + early < self.due {
                return Err(self.due.saturating_sub(early));
            }
            self.due = self.due.max(now) + even;
        }
        self.sent.add(now);
        Ok(())
    }

    /// Lets no call leave before `until`.
    pub(super) fn hold_back(&mut self, until: Duration) {
        self.not_before = self.not_before.max(until);
        self.is_changed = true;
    }

    /// How fast calls may leave, where that is limited.
    pub(super) fn throttle(&mut self, now: Duration) -> Option<Throttle> {
        let rate = self.rate?;
        let mut next = self.not_before;
        if self.lesson.is_some() && f64::from(self.sent.count(now)) >= rate {
            next = next.max(self.sent.next_to_leave());
        }
        let per_minute = Duration::from_secs_f64(rate.round()).as_secs();
        Some(Throttle {
            per_minute: u32::try_from(per_minute).unwrap_or(u32::MAX),
            wait: next.saturating_sub(now),
        })
    }

    /// The same, where it has changed since it was asked for last.
    pub(super) fn news(&mut self, now: Duration) -> Option<Throttle> {
        let is_changed = std::mem::take(&mut self.is_changed);
        self.throttle(now).filter(|_| is_changed)
    }

    /// The service had too many calls when it got the one that left at `left`.
    pub(super) fn refused(&mut self, left: Duration, now: Duration) {
        self.sent.take_back(left);
        match &mut self.lesson {
            // One of those that were under way when the refusal came that taught already: it was
            // counted as let through.
            Some(lesson) if left <= lesson.at => {
                lesson.too_much -= 1.0;
                let less = |rate: f64| (rate - SLACK).max(SLOWEST);
                self.rate = self.rate.map(less);
            }
            _ => self.learn(now),
        }
        self.due = self.due.max(now);
        self.is_changed = true;
    }

    fn learn(&mut self, now: Duration) {
        let let_through = f64::from(self.sent.count(now));
        if let Some(lesson) = &mut self.lesson
            && let_through == 0.0
        {
            // Nothing gets through for now: that is no news of how much there may be later.
            (lesson.at, lesson.changed) = (now, now);
            return;
        }
        let (rate, too_much) = match self.rate {
            None if let_through < FIRST_GUESS => (FIRST_GUESS, f64::INFINITY),
            None => (let_through * SLACK, let_through),
            // Others may have used up what is missing, and may leave it again.
            Some(rate) if let_through < FIRST_GUESS.min(rate) => (rate / 2.0, rate),
            Some(rate) if let_through < rate / 2.0 => (let_through * SLACK, rate),
            Some(rate) => (let_through.min(rate) * SLACK, let_through.min(rate)),
        };
        let rate = rate.max(SLOWEST);
        tracing::debug!("the service refused a call: {rate:.0} calls a minute from now on");
        self.rate = Some(rate);
        self.lesson = Some(Lesson {
            too_much,
            at: now,
            changed: now,
        });
    }

    /// Goes faster where all has gone well for long.
    fn go_up(&mut self, now: Duration) {
        let (Some(lesson), Some(rate)) = (&mut self.lesson, self.rate) else {
            return;
        };
        let known = lesson.too_much * SLACK;
        let (wait, factor) = if rate < known { SOON } else { LATER };
        if now < lesson.changed + wait {
            return;
        }
        lesson.changed = now;
        self.is_changed = true;
        let mut faster = rate * factor;
        if rate < known {
            faster = faster.min(known);
        }
        match self.told {
            Some(told) if faster >= told => {
                self.rate = Some(told);
                self.lesson = None;
            }
            _ => self.rate = Some(faster),
        }
    }
}

/// Seconds of which calls are counted: a minute, and the one that is not over.
const SECONDS: usize = 61;
const WHOLE: u64 = SECONDS as u64;

/// How many calls left in each second of the last minute.
#[derive(Debug)]
struct LastMinute {
    calls: [u32; SECONDS],
    total: u32,
    /// The second that is not over.
    second: u64,
}

impl Default for LastMinute {
    fn default() -> Self {
        Self {
            calls: [0; SECONDS],
            total: 0,
            second: 0,
        }
    }
}

impl LastMinute {
    fn count(&mut self, now: Duration) -> u32 {
        let now = now.as_secs();
        let gone = now.saturating_sub(self.second).min(WHOLE);
        for second in 1..=gone {
            let gone = std::mem::take(self.at(self.second + second));
            self.total -= gone;
        }
        self.second = self.second.max(now);
        self.total
    }

    fn add(&mut self, now: Duration) {
        self.count(now);
        *self.at(self.second) += 1;
        self.total += 1;
    }

    fn take_back(&mut self, left: Duration) {
        let second = left.as_secs();
        if second + WHOLE > self.second {
            let calls = self.at(second);
            if *calls > 0 {
                *calls -= 1;
                self.total -= 1;
            }
        }
    }

    /// When the oldest calls are older than a minute.
    fn next_to_leave(&mut self) -> Duration {
        let oldest = (self.second + 1).saturating_sub(WHOLE);
        let second = (oldest..=self.second)
            .find(|second| *self.at(*second) > 0)
            .unwrap_or(oldest);
        Duration::from_secs(second + WHOLE)
    }

    fn at(&mut self, second: u64) -> &mut u32 {
        let place = usize::try_from(second % WHOLE).unwrap_or_default();
        &mut self.calls[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    /// Sends as fast as it may until `end`; how many calls left.
    fn spend(budget: &mut Budget, now: &mut Duration, end: Duration) -> u32 {
        let mut calls = 0;
        while *now < end {
            match budget.leave(*now) {
                Ok(()) => calls += 1,
                Err(until) => *now = until,
            }
        }
        calls
    }

    #[test]
    fn what_others_used_up_is_taken_for_lost_and_comes_back_in_minutes() {
        let mut budget = Budget::new(Some(150));
        let mut now = Duration::ZERO;
        assert_eq!(budget.leave(now), Ok(()));
        budget.refused(now, now);
        assert_eq!(budget.rate, Some(75.0));
        assert!(spend(&mut budget, &mut now, MINUTE) <= 76);
        spend(&mut budget, &mut now, 10 * MINUTE);
        assert!(
            budget
                .rate
                .is_some_and(|rate| (142.0..150.0).contains(&rate))
        );
        spend(&mut budget, &mut now, 30 * MINUTE);
        assert_eq!(budget.rate, Some(150.0));
        assert!(budget.lesson.is_none());
    }

    #[test]
    fn a_refusal_teaches_what_was_let_through_and_its_companions_teach_nothing_more() {
        let mut budget = Budget::new(None);
        let start = Duration::from_secs(1000);
        for _ in 0..208 {
            assert_eq!(budget.leave(start), Ok(()));
        }
        for _ in 0..8 {
            budget.refused(start, start + Duration::from_millis(50));
        }
        assert_eq!(budget.rate.map(f64::round), Some(190.0));
        // A minute's calls have left: the next one waits for the minute's end, and then all go
        // evenly.
        let again = start + Duration::from_secs(61);
        assert_eq!(budget.leave(start + Duration::from_secs(1)), Err(again));
        let mut now = again;
        let calls = spend(&mut budget, &mut now, again + MINUTE);
        assert!((188..=190).contains(&calls), "{calls}");
        // And again slowly up, while nothing is refused.
        let mut now = again + 60 * MINUTE;
        let calls = spend(&mut budget, &mut now, again + 61 * MINUTE);
        assert!((195..=200).contains(&calls), "{calls}");
    }

    #[test]
    fn the_rate_never_falls_to_nothing() {
        let mut budget = Budget::new(Some(150));
        let mut now = Duration::ZERO;
        for _ in 0..100 {
            while let Err(until) = budget.leave(now) {
                now = until;
            }
            let refused = now;
            now += Duration::from_secs(1);
            let _ = budget.leave(now);
            budget.refused(refused, now);
        }
        assert_eq!(budget.rate, Some(SLOWEST));
    }
}
