//! The panel of jobs: those that run, the newest first, and those of this session that are over.

use super::{App, Effect, Modal};
use crate::input::Action;
use crate::protocol::JobId;

/// Which of the jobs has the cursor. It stays on its job while others come and go, also when that
/// one ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobsPanel {
    selected: Option<JobId>,
}

impl App {
    /// Opens it.
    pub(super) fn open_jobs(&mut self, selected: Option<JobId>) {
        self.modal = Some(Modal::Jobs(JobsPanel { selected }));
    }

    /// The jobs in the order of the panel.
    fn jobs_in_panel(&self) -> Vec<JobId> {
        let running = self.jobs.iter().rev().map(|job| job.id);
        running.chain(self.jobs.ended().map(|job| job.id)).collect()
    }

    /// The place of the cursor among the jobs of the panel.
    pub fn cursor_in_jobs(&self, panel: JobsPanel) -> usize {
        let mut jobs = self.jobs_in_panel().into_iter();
        jobs.position(|job| Some(job) == panel.selected)
            .unwrap_or_default()
    }

    /// Does what an action means in the panel.
    pub(super) fn act_in_jobs(&mut self, action: Action) {
        let Some(Modal::Jobs(panel)) = self.modal else {
            return;
        };
        if matches!(action, Action::Back | Action::Jobs) {
            self.modal = None;
            return;
        }
        let jobs = self.jobs_in_panel();
        let cursor = self.cursor_in_jobs(panel);
        let Some(selected) = jobs.get(cursor).copied() else {
            return;
        };
        let to = match action {
            Action::Down => (cursor + 1).min(jobs.len() - 1),
            Action::Up => cursor.saturating_sub(1),
            Action::First => 0,
            Action::Last => jobs.len() - 1,
            _ => cursor,
        };
        let selected = if to == cursor { selected } else { jobs[to] };
        self.modal = Some(Modal::Jobs(JobsPanel {
            selected: Some(selected),
        }));
        match action {
            Action::Open => self.open_results(selected),
            Action::PauseJob => self.pause_or_go_on(Some(selected)),
            Action::CancelJob => self.cancel_job(Some(selected)),
            _ => {}
        }
    }

    /// Pauses a batch, or lets it go on; the newest where none is named.
    pub(super) fn pause_or_go_on(&mut self, job: Option<JobId>) {
        let now = self.now.tick;
        match self.jobs.turn_pause(job, now) {
            Some((job, paused)) => self.effect(Effect::Pause { job, paused }),
            None => self.inform("nothing runs here that can be paused"),
        }
    }

    /// Calls a job off; the newest where none is named.
    pub(super) fn cancel_job(&mut self, job: Option<JobId>) {
        if let Some(job) = self.jobs.cancel(job) {
            self.effect(Effect::Cancel(job));
        }
    }
}
