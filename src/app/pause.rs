//! Pausing work that is made of items, and letting it go on.

use super::{App, Effect};

impl App {
    /// Pauses the newest batch, or lets it go on.
    pub(super) fn pause_or_go_on(&mut self) {
        let now = self.now.tick;
        let Some(job) = self.jobs.newest_batch() else {
            self.inform("nothing runs that can be paused");
            return;
        };
        let paused = !job.is_paused();
        if let Some(pace) = &mut job.pace {
            pace.set_paused(paused, now);
        }
        let job = job.id;
        self.effect(Effect::Pause { job, paused });
    }
}
