//! Taking the last unpin back: what it is comes from the worker, then one question, one job, one
//! summary.

use uuid::Uuid;

use super::modal::{Confirm, Modal};
use super::reader::{Reader, ReaderSubject};
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
        let kind = JobKind::Undo {
            failures: Vec::new(),
        };
        let total = offer.pins.len();
        self.jobs.start_batch(job, kind, total, self.now.tick);
        self.effect(Effect::Submit(Request::Undo {
            job,
            offer,
            is_named,
        }));
    }

    /// Some more of an undo has ended.
    pub(super) fn undone(&mut self, job: JobId, items: Vec<UndoItem>) {
        let now = self.now.tick;
        if let Some(job) = self.jobs.get_mut(job)
            && let JobKind::Undo { failures } = &mut job.kind
        {
            let ended = items.len();
            failures.extend(
                items
                    .into_iter()
                    .filter(|item| !item.is_back())
                    .map(|item| {
                        let what = format!("{} ({})", item.target.title(), item.target.id);
                        (what, item.message)
                    }),
            );
            job.ended(ended, now);
        }
    }

    /// An undo is over: say how it went, and ask for the list again.
    pub(super) fn undo_over(&mut self, job: Job, broken: Option<&str>) {
        let JobKind::Undo { failures } = job.kind else {
            return;
        };
        let (total, ended) = job
            .pace
            .as_ref()
            .map_or((0, 0), |pace| (pace.total(), pace.ended()));
        let mut summary = match ended - failures.len() {
            1 => "1 pin is back, with a new id".to_owned(),
            back => format!("{back} pins are back, with new ids"),
        };
        for (number, what) in [
            (failures.len(), "could not come back"),
            (total.saturating_sub(ended), "not tried"),
        ] {
            if number > 0 {
                summary = format!("{summary} · {number} {what}");
            }
        }
        if let Some(why) = broken {
            summary = format!("{summary}: {why}");
        }
        if failures.is_empty() && ended == total && broken.is_none() {
            self.inform(summary);
        } else {
            self.warn(summary.clone());
            if self.modal.is_none() && !failures.is_empty() {
                self.modal = Some(Modal::Reader(Reader::new(ReaderSubject::Results {
                    title: summary,
                    items: failures,
                })));
            }
        }
        self.list.refresh();
    }
}
