//! Pinning a list of CIDs, pasted or from a file: the worker reads it, a dialog tells what is in it
//! and asks, then it is one job that tells of each pin.

use super::modal::Modal;
use super::picker::PickerPurpose;
use super::pin_form::{KEYVALUES, NAME, PinForm};
use super::pin_list_form::{self, PinListForm};
use super::{App, Effect, Job, JobKind};
use crate::domain::{CidLine, CidList, PinState};
use crate::input::Action;
use crate::protocol::{CidSource, JobEnd, JobId, ListItem, Request, Seq};

/// How many of a list ended which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListReport {
    /// Pinned by this job, whether their content is there yet or not.
    pub pinned: usize,
    /// Those of them that wait for their content.
    pub waiting: usize,
    /// Pinned before.
    pub already: usize,
    /// Refused by the service.
    pub refused: usize,
    /// Not known.
    pub unknown: usize,
}

impl ListReport {
    /// Counts one more; says what became of it, and whether it is pinned.
    fn count(&mut self, end: &JobEnd) -> (String, bool) {
        let (number, word, why) = match end {
            JobEnd::Pinned(pin) if pin.state == PinState::Pinning => {
                self.waiting += 1;
                let id = format!(" as {}, waiting for its content", pin.id);
                (&mut self.pinned, "pinned", id)
            }
            JobEnd::Pinned(pin) => (&mut self.pinned, "pinned", format!(" as {}", pin.id)),
            JobEnd::AlreadyPinned(_) => (&mut self.already, "pinned already", String::new()),
            JobEnd::Failed(error) if !error.outcome_unknown() => {
                (&mut self.refused, "refused", format!(": {error}"))
            }
            JobEnd::Failed(error) => (&mut self.unknown, "unknown", format!(": {error}")),
            JobEnd::Broken(why) => (&mut self.unknown, "unknown", format!(": {why}")),
            JobEnd::BatchOver | JobEnd::Exported { .. } => {
                (&mut self.unknown, "unknown", String::new())
            }
        };
        *number += 1;
        let is_pinned = matches!(end, JobEnd::Pinned(_) | JobEnd::AlreadyPinned(_));
        (format!("{word}{why}"), is_pinned)
    }

    /// How many have ended.
    pub fn total(&self) -> usize {
        self.pinned + self.already + self.refused + self.unknown
    }
}

impl App {
    /// Pastes into the form for one pin. Several lines are a list, except where they are keyvalues.
    pub(super) fn paste_in_pin_form(&mut self, text: &str) {
        let Some(Modal::PinByCid(pin)) = &mut self.modal else {
            return;
        };
        let lines = text.split(['\n', '\r']);
        let is_list = lines
            .filter(|line| !line.trim().is_empty())
            .nth(1)
            .is_some();
        if pin.form.focus == KEYVALUES || !is_list {
            pin.form.paste(text);
            return;
        }
        let seq = self.next_look.advance();
        pin.waiting = Some(seq);
        pin.form.error = None;
        let source = CidSource::Paste(text.to_owned());
        self.effect(Effect::Submit(Request::ReadCids { seq, source }));
    }

    /// Takes a list that was read. One that nobody waits for any more changes nothing.
    pub(super) fn cids_read(&mut self, seq: Seq, result: Result<CidList, String>) {
        let list = result.and_then(|list| {
            if list.is_empty() {
                Err("there is no CID in it".to_owned())
            } else {
                Ok(list)
            }
        });
        let awaited = self.picker_awaits(seq);
        match (&mut self.modal, list) {
            (Some(Modal::PinByCid(pin)), Ok(list)) if pin.waiting == Some(seq) => {
                let dialog = pin_list(list, pin);
                self.modal = Some(Modal::PinList(Box::new(dialog)));
            }
            (Some(Modal::PinByCid(pin)), Err(why)) if pin.waiting == Some(seq) => {
                pin.waiting = None;
                pin.form.error = Some(why);
            }
            (Some(Modal::Picker(picker)), list) if awaited => match (list, picker.pin_form()) {
                (Ok(list), Some(pin)) => {
                    let dialog = pin_list(list, pin);
                    self.modal = Some(Modal::PinList(Box::new(dialog)));
                }
                (Err(why), _) => {
                    picker.waiting = None;
                    picker.error = Some(why);
                }
                (Ok(_), None) => {}
            },
            _ => {}
        }
    }

    /// Scrolls what is left out of the list.
    pub(super) fn scroll_left_out(&mut self, action: Action) {
        if let Some(Modal::PinList(pin)) = &mut self.modal {
            pin.scroll(action == Action::NextPage);
        }
    }

    /// Sends the list.
    pub(super) fn send_pin_list(&mut self) {
        let Some(Modal::PinList(pin)) = &mut self.modal else {
            return;
        };
        if pin.list.pins.is_empty() {
            pin.form.error = Some("there is nothing to pin".to_owned());
            return;
        }
        let (prefix, keyvalues) = (pin_list_form::PREFIX, pin_list_form::KEYVALUES);
        let Some(metadata) = pin.form.metadata(Some(prefix), keyvalues) else {
            return;
        };
        let list = pin.list.clone();
        self.modal = None;
        let job = self.new_job();
        let kind = JobKind::PinList {
            is_open: vec![true; list.pins.len()],
            list: list.clone(),
            report: ListReport::default(),
        };
        self.jobs
            .start_batch(job, kind, list.pins.len(), self.now.tick);
        self.effect(Effect::Submit(Request::PinList {
            job,
            list,
            metadata,
        }));
    }

    /// Some more of a list has ended.
    pub(super) fn list_pinned(&mut self, job: JobId, items: &[ListItem]) {
        let now = self.now.tick;
        let Some(job) = self.jobs.get_mut(job) else {
            return;
        };
        let JobKind::PinList {
            list,
            is_open,
            report,
        } = &mut job.kind
        else {
            return;
        };
        let before = report.total();
        for ListItem { place, end } in items {
            // An item that was reported before counts once.
            if let (Some(line), Some(open @ true)) =
                (list.pins.get(*place), is_open.get_mut(*place))
            {
                *open = false;
                let (end, is_pinned) = report.count(end);
                job.results.add(what(line), end, is_pinned);
            }
        }
        let ended = report.total() - before;
        job.ended(ended, now);
    }

    /// A list is over: say how it went, and ask for the pins again.
    pub(super) fn pin_list_over(&mut self, mut job: Job, broken: Option<&str>) {
        let JobKind::PinList {
            list,
            is_open,
            report,
        } = &job.kind
        else {
            return;
        };
        let total = list.pins.len();
        let mut summary = format!("pinned {} of {total}", report.pinned);
        for (number, what) in [
            (report.waiting, "waiting for content"),
            (report.already, "pinned already"),
            (report.refused, "refused"),
            (report.unknown, "not known"),
            (total - report.total(), "not tried"),
        ] {
            if number > 0 {
                summary = format!("{summary} · {number} {what}");
            }
        }
        let why = broken.unwrap_or("not tried, the job was called off");
        for (line, _) in list.pins.iter().zip(is_open).filter(|(_, open)| **open) {
            job.results.add(what(line), why.to_owned(), false);
        }
        let went_well = job.results.failed() == 0;
        self.batch_over(job, summary, went_well);
    }

    /// Opens the file picker for a list.
    pub(super) fn choose_list(&mut self) {
        if let Some(Modal::PinByCid(pin)) = self
            .modal
            .take_if(|modal| matches!(modal, Modal::PinByCid(_)))
        {
            self.open_picker(PickerPurpose::Cids(pin));
        }
    }
}

fn what(line: &CidLine) -> String {
    match &line.name {
        Some(name) => format!("{name} ({})", line.cid),
        None => line.cid.to_string(),
    }
}

/// The dialog for a list, with what was typed in the form for one pin.
fn pin_list(list: CidList, pin: &PinForm) -> PinListForm {
    let keyvalues = pin.form.fields[KEYVALUES].area.lines().join("\n");
    PinListForm::new(list, &pin.form.text(NAME), &keyvalues)
}
