//! Taking the last unpin back: what it is comes from the worker, then one question, one job, one
//! summary.

use uuid::Uuid;

use super::modal::{Confirm, Modal};
use super::{App, Effect, Job, JobKind};
use crate::domain::UndoItem;
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
        self.jobs
            .start_batch(job, JobKind::Undo, total, self.now.tick);
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
            && matches!(job.kind, JobKind::Undo)
        {
            for item in items {
                job.results.undone(item);
            }
            job.ended(items.len(), now);
        }
    }

    /// An undo is over: say how it went.
    pub(super) fn undo_over(&mut self, job: Job, broken: Option<&str>) {
        let (ended, total) = job
            .pace
            .as_ref()
            .map_or((0, 0), |pace| (pace.ended(), pace.total()));
        let failed = job.results.failed();
        let mut summary = match ended - failed {
            1 => "1 pin is back, with a new id".to_owned(),
            back => format!("{back} pins are back, with new ids"),
        };
        for (number, what) in [
            (failed, "could not come back"),
            (total.saturating_sub(ended), "not tried"),
        ] {
            if number > 0 {
                summary = format!("{summary} · {number} {what}");
            }
        }
        if let Some(why) = broken {
            summary = format!("{summary}: {why}");
        }
        let went_well = failed == 0 && ended == total && broken.is_none();
        self.batch_over(job, summary, went_well);
    }
}
