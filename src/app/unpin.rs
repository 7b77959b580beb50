//! Unpinning: one question that carries the pins, one batch, one summary.

use std::collections::HashSet;
use std::sync::Arc;

use super::modal::{Confirm, Modal};
use super::{App, Effect, Job, JobKind};
use crate::domain::text::count;
use crate::domain::{
    PackedPin, Pin, PinState, PinnedFilter, UnpinItem, UnpinPlan, UnpinReport, Why,
};
use crate::protocol::{JobId, Request, Seq};

/// Marked pins that are planned before the next frame; planning more would hold it up.
const PLANNED_AT_ONCE: usize = 1000;

impl App {
    /// The pins that a verb is about: the marked ones, else the one under the cursor.
    pub(super) fn targets(&mut self) -> Vec<PackedPin> {
        self.end_range();
        if self.marks.is_empty() {
            self.list
                .selected()
                .map(PackedPin::new)
                .into_iter()
                .collect()
        } else {
            self.marks.pins().cloned().collect()
        }
    }

    /// Plans to unpin the targets, and asks. A plan of many takes a while, and is made elsewhere.
    pub(super) fn ask_unpin(&mut self) {
        if self.refuses_changes() {
            return;
        }
        self.end_range();
        let is_removing = |id: &_| self.jobs.is_removing(id);
        let plan = match self.marks.len() {
            0 => UnpinPlan::of(self.list.selected().cloned(), &self.protection, is_removing),
            1..=PLANNED_AT_ONCE => {
                let marked = self.marks.pins().filter_map(PackedPin::unpack);
                UnpinPlan::of(marked, &self.protection, is_removing)
            }
            many => {
                let seq = self.next_look.advance();
                self.planning = Some(seq);
                self.inform(format!("planning {}…", count(many, "pin")));
                let pins = self.targets();
                return self.effect(Effect::Submit(Request::Plan {
                    seq,
                    pins,
                    protection: self.protection.clone(),
                    being_unpinned: self.jobs.removing(),
                }));
            }
        };
        self.planning = None;
        self.ask_to_carry_out(plan);
    }

    /// A plan of many is made. Where something else came up meanwhile the question would take its
    /// keys, and goes.
    pub(super) fn planned(&mut self, seq: Seq, plan: Result<UnpinPlan, String>) {
        if self.planning != Some(seq) {
            return;
        }
        self.planning = None;
        self.toasts.dismiss();
        match plan {
            Ok(plan) if self.modal.is_none() => self.ask_to_carry_out(plan),
            Ok(_) => {}
            Err(why) => self.warn(why),
        }
    }

    /// Asks whether to unpin what is planned. Where nothing would go it says why instead.
    fn ask_to_carry_out(&mut self, plan: UnpinPlan) {
        match plan.left_out() {
            [left_out] if plan.is_empty() && matches!(left_out.why, Why::Protected(_)) => {
                let protected = Some(left_out.why.clone());
                let plan = UnpinPlan::in_spite_of(left_out);
                self.modal = Some(Modal::Confirm(Confirm::unpin(plan, protected)));
            }
            [left_out] if plan.is_empty() => {
                self.inform(format!("this pin is {}", left_out.why));
            }
            _ if !plan.is_empty() => self.modal = Some(Modal::Confirm(Confirm::unpin(plan, None))),
            _ => {
                if let Some(why) = plan.reasons() {
                    self.inform(format!("nothing to unpin: {why}"));
                }
            }
        }
    }

    /// The first question was answered with yes; a protected pin takes another one.
    pub(super) fn unpin_agreed(&mut self, plan: Arc<UnpinPlan>, protected: Option<Why>) {
        match protected {
            None => self.run_unpin(plan),
            Some(why) => {
                self.modal = Some(Modal::Confirm(Confirm::unpin_protected(plan, why)));
            }
        }
    }

    /// Sends the batch that was agreed to.
    pub(super) fn run_unpin(&mut self, plan: Arc<UnpinPlan>) {
        let job = self.new_job();
        let targets = Arc::unwrap_or_clone(plan).into_targets();
        self.marks.remove(targets.iter().map(|target| &target.id));
        let total = targets.len();
        let kind = JobKind::Unpin {
            open: targets
                .iter()
                .map(|target| (target.id.clone(), target.title().to_owned()))
                .collect(),
            report: UnpinReport::default(),
        };
        self.jobs.start_batch(job, kind, total, self.now.tick);
        self.effect(Effect::Submit(Request::Unpin { job, pins: targets }));
    }

    /// Some more of a batch has ended: those rows leave the list, or show that they are unpinned.
    pub(super) fn unpinned(&mut self, job: JobId, items: Vec<UnpinItem>) {
        let mut off = HashSet::new();
        let now = self.now.tick;
        if let Some(job) = self.jobs.get_mut(job)
            && let JobKind::Unpin { open, report } = &mut job.kind
        {
            let before = report.total();
            for item in items {
                // An item that was reported before counts once.
                let Some(title) = open.swap_remove(&item.id) else {
                    continue;
                };
                report.count(item.outcome);
                job.results.unpinned(&title, &item);
                if item.outcome.is_off() {
                    off.insert(item.id);
                }
            }
            let ended = report.total() - before;
            job.ended(ended, now);
        }
        self.marks.remove(&off);
        if self.list.view().pinned == PinnedFilter::Pinned {
            self.list.remove(&off);
        } else {
            let now = self.now.wall;
            let changed: Vec<Pin> = self
                .list
                .known_by_id(&off)
                .map(|pin| {
                    let mut pin = pin.clone();
                    pin.pinned = false;
                    pin.state = PinState::Unpinned;
                    pin.date_unpinned = pin.date_unpinned.or(Some(now));
                    pin.status = None;
                    pin
                })
                .collect();
            self.list.update(&changed);
        }
    }

    /// A batch is over: say how it went.
    pub(super) fn unpin_over(&mut self, mut job: Job, broken: Option<&str>) {
        let JobKind::Unpin { open, report } = &mut job.kind else {
            return;
        };
        let total = report.total() + open.len();
        let mut parts = vec![format!(
            "unpinned {} of {}",
            report.done,
            count(total, "pin")
        )];
        for (number, what) in [
            (report.gone, "gone before"),
            (report.refused, "refused"),
            (report.unknown, "not known"),
            (open.len(), "not tried"),
        ] {
            if number > 0 {
                parts.push(format!("{number} {what}"));
            }
        }
        let untried = broken.unwrap_or("not tried, the batch was called off");
        for (id, title) in open.drain(..) {
            let what = format!("{title} ({id})");
            job.results.add(what, untried.to_owned(), false);
        }
        let went_well = job.results.failed() == 0;
        self.batch_over(job, parts.join(" · "), went_well);
    }
}
