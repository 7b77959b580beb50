//! When to draw: at once after a rest, else one frame in every [`GAP`].

use std::time::{Duration, Instant};

/// Time between two frames at the least; more of them nobody sees.
pub(super) const GAP: Duration = Duration::from_millis(16);

/// Frames at the start that keep no distance: the empty screen, the address, the rows.
const FIRST: u64 = 3;

/// What is due to be drawn.
#[derive(Debug, Default)]
pub(super) struct Pace {
    is_stale: bool,
    frames: u64,
    last: Option<Instant>,
}

impl Pace {
    /// The screen no longer shows what is so.
    pub(super) fn something_happened(&mut self) {
        self.is_stale = true;
    }

    /// A frame was drawn.
    pub(super) fn drawn(&mut self, now: Instant) {
        self.is_stale = false;
        self.frames += 1;
        self.last = Some(now);
    }

    /// When the next frame is due; `None` while the screen shows what is so.
    pub(super) fn due(&self) -> Option<Instant> {
        let last = self.last?;
        // The first frames show little; the rows come a moment later, and are what is waited for.
        let gap = if self.frames < FIRST {
            Duration::ZERO
        } else {
            GAP
        };
        self.is_stale.then(|| last + gap)
    }

    /// Whether a frame is due now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due().is_some_and(|due| due <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_wait_for_nothing() {
        let start = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(start);
        pace.something_happened();
        assert!(pace.is_due(start));
    }

    #[test]
    fn frames_keep_their_distance_and_rest_draws_nothing() {
        let start = Instant::now();
        let mut pace = Pace::default();
        for _ in 0..FIRST {
            pace.drawn(start);
            assert_eq!(pace.due(), None);
        }
        pace.something_happened();
        assert!(!pace.is_due(start + GAP / 2));
        assert!(pace.is_due(start + GAP));
        pace.drawn(start + GAP);
        assert_eq!(pace.due(), None);
    }
}
