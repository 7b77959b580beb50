//! Pins on the screen that are still being pinned are looked at again by themselves: soon at first,
//! then ever more seldom, so that a pin that waits for days costs next to nothing.

use std::collections::HashSet;
use std::time::Duration;

use super::{App, Effect};
use crate::domain::{Pin, PinId, PinState};
use crate::protocol::Request;

/// The wait before the first look.
const FIRST: Duration = Duration::from_secs(2);
/// The longest wait; the service's own web page looks every 10 seconds.
const LONGEST: Duration = Duration::from_mins(1);

/// When to look, and at which pins.
#[derive(Debug, Default)]
pub(super) struct Pending {
    watched: HashSet<PinId>,
    wait: Duration,
    due: Option<Duration>,
    asked: bool,
}

impl Pending {
    /// When the next look is due.
    pub(super) fn due(&self) -> Option<Duration> {
        self.due
    }
}

impl App {
    /// Sees which pins on the screen are pending and when they are due for a look.
    pub(super) fn watch_pending(&mut self) {
        let watched: HashSet<PinId> = self
            .list
            .known(self.list.visible())
            .filter(|pin| pin.state == PinState::Pinning && !self.jobs.is_removing(&pin.id))
            .map(|pin| pin.id.clone())
            .collect();
        if watched != self.pending.watched {
            self.pending.watched = watched;
            self.pending.wait = FIRST;
            self.pending.due = None;
        }
        let pending = &mut self.pending;
        if pending.watched.is_empty() || pending.asked {
            pending.due = None;
            return;
        }
        match pending.due {
            None => pending.due = Some(self.now.tick + pending.wait),
            Some(due) if due <= self.now.tick => {
                pending.due = None;
                pending.asked = true;
                pending.wait = (pending.wait * 2).min(LONGEST);
                let ids = pending.watched.iter().cloned().collect();
                self.effect(Effect::Submit(Request::Refresh { ids }));
            }
            Some(_) => {}
        }
    }

    /// Takes newer records of pending pins.
    pub(super) fn refreshed(&mut self, pins: &[Pin]) {
        self.pending.asked = false;
        self.list.update(pins);
        for pin in pins {
            if pin.state == PinState::Failed {
                self.warn(format!("pinning '{}' failed", pin.title()));
            }
        }
    }

    /// The request for a look came back unserved.
    pub(super) fn refresh_unserved(&mut self) {
        self.pending.asked = false;
    }
}
