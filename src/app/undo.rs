//! Taking the last unpin back: what it is comes from the worker, then one question, one job, one
//! summary.

use uuid::Uuid;

use super::modal::{Confirm, Modal};
use super::{App, Effect, Job, JobKind};
use crate::domain::{Pace, UndoItem, UndoReport};
use crate::protocol::{BatchOffer, JobId, Request};

impl App {
    /// Finds out what there is to take back: of the batch named, else of the last one.
    pub(super) fn look_for_undo(&mut self, named: Option<Uuid>) {
        if !self.refuses_changes() {
            self.effect(Effect::Submit(Request::Undoable(named)));
        }
    }

    /// Asks whether to take back what was found. Where something else came up meanwhile the
    /// question would take its keys, and goes.
    pub(super) fn ask_undo(
        &mut self,
        named: Option<Uuid>,
        found: Result<Option<BatchOffer>, String>,
    ) {
        let is_awaited = match (&self.modal, named) {
            (None, None) => true,
            (Some(Modal::ChangeLog(log)), Some(named)) => {
                log.subject().is_some_and(|change| change.batch == named)
            }
            _ => false,
        };
        match found {
            Err(why) => self.warn(why),
            Ok(None) if named.is_some() => {
                self.inform("nothing of this unpin can be taken back here");
            }
            Ok(None) => self.inform("there is no unpin to take back"),
            Ok(Some(offer)) if is_awaited => {
                self.modal = Some(Modal::Confirm(Confirm::undo(offer, named.is_some())));
            }
            Ok(Some(_)) => {}
        }
    }

    /// Sends the undo that was agreed to.
    pub(super) fn run_undo(&mut self, offer: BatchOffer, is_named: bool) {
        let job = self.new_job();
        let total = offer.pins.len();
        let kind = JobKind::Undo(UndoReport::default());
        self.jobs.start_batch(job, kind, total, self.now.tick);
        self.effect(Effect::Submit(Request::Undo {
            job,
            offer,
            is_named,
        }));
    }

    /// Some more of an undo has ended.
    pub(super) fn undone(&mut self, job: JobId, items: &[UndoItem]) {
        let now = self.now.tick;
        if let Some(job) = self.jobs.get_mut(job)
            && let JobKind::Undo(report) = &mut job.kind
        {
            for item in items {
                report.count(item.outcome);
                job.results.undone(item);
            }
            job.ended(items.len(), now);
        }
    }

    /// An undo is over: say how it went.
    pub(super) fn undo_over(&mut self, job: Job, broken: Option<&str>) {
        let JobKind::Undo(report) = job.kind else {
            return;
        };
        let total = job.pace.as_ref().map_or(0, Pace::total);
        let left = total.saturating_sub(report.total());
        let mut summary = report.to_string();
        if left > 0 {
            summary = format!("{summary}, {left} not tried");
        }
        if let Some(why) = broken {
            summary = format!("{summary}: {why}");
        }
        let went_well = report.refused + report.failed + left == 0 && broken.is_none();
        self.batch_over(job, summary, went_well);
    }
}
