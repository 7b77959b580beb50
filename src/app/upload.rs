//! Uploading: the picker's choice is counted, a form asks for name and keyvalues, then each file or
//! directory is a job of its own.

use super::form::Taken;
use super::modal::Modal;
use super::picker::PickerPurpose;
use super::upload_form::{UploadForm, default_name};
use super::{App, Effect, Job, JobKind};
use crate::domain::{Pin, PinId, UploadPlan};
use crate::error::ApiError;
use crate::protocol::{JobEnd, JobId, Request, Seq};

impl App {
    /// Opens the file picker.
    pub(super) fn ask_upload(&mut self) {
        if !self.refuses_changes() {
            self.open_picker(PickerPurpose::Upload);
        }
    }

    /// Takes what the chosen paths would send, and asks for name and keyvalues.
    pub(super) fn scanned(&mut self, seq: Seq, plans: Vec<Result<UploadPlan, String>>) {
        if !self.picker_awaits(seq) {
            return;
        }
        let mut good = Vec::new();
        let mut refused = Vec::new();
        for plan in plans {
            match plan {
                Ok(plan) => good.push(plan),
                Err(why) => refused.push(why),
            }
        }
        if good.is_empty() {
            if let Some(Modal::Picker(picker)) = &mut self.modal {
                picker.waiting = None;
                picker.error = refused.into_iter().next();
            }
            return;
        }
        self.modal = Some(Modal::Upload(Box::new(UploadForm::new(good, refused))));
    }

    /// Sends the form: one upload for each plan.
    pub(super) fn send_upload(&mut self) {
        let Some(Modal::Upload(upload)) = &mut self.modal else {
            return;
        };
        let has_name = upload.plans.len() == 1;
        let keyvalues = usize::from(has_name);
        let Some(metadata) = upload.form.metadata(has_name.then_some(0), keyvalues) else {
            return;
        };
        let plans = std::mem::take(&mut upload.plans);
        self.modal = None;
        for mut plan in plans {
            let job = self.new_job();
            let title = metadata.name.clone().unwrap_or_else(|| default_name(&plan));
            plan.metadata = metadata.clone();
            // A name of its own, so that a directory is not called after its first file.
            plan.metadata.name = Some(title.clone());
            let kind = JobKind::Upload {
                title,
                total: plan.total_bytes(),
                sent: 0,
            };
            self.jobs.start(job, kind, self.now.tick);
            self.effect(Effect::Submit(Request::Upload { job, plan }));
        }
    }

    /// An upload got a little further.
    pub(super) fn upload_progress(&mut self, job: JobId, bytes: u64) {
        if let Some(Job {
            kind: JobKind::Upload { sent, .. },
            ..
        }) = self.jobs.get_mut(job)
        {
            *sent = bytes;
        }
    }

    /// What taking the focused thing of the form on the screen means.
    pub(super) fn form_taken(&mut self, taken: Taken) {
        match taken {
            Taken::Moved => {}
            Taken::Cancel if matches!(self.modal, Some(Modal::SavePlan(_))) => {
                self.leave_save_plan();
            }
            Taken::Cancel => self.modal = None,
            Taken::Send => match &self.modal {
                Some(Modal::Upload(_)) => self.send_upload(),
                Some(Modal::PinByCid(_)) => self.send_pin_by_cid(),
                Some(Modal::SavePlan(_)) => self.send_save_plan(),
                Some(Modal::PinList(_)) => self.send_pin_list(),
                Some(Modal::Export(_)) => self.send_export(),
                _ => {}
            },
        }
    }

    /// An upload or a pin by CID is over.
    pub(super) fn pin_job_over(&mut self, job: Job, end: JobEnd) {
        let (title, verb) = match &job.kind {
            JobKind::Upload { title, .. } => (title, "uploaded"),
            JobKind::PinByCid { title } => (title, "pinned"),
            _ => return,
        };
        let (summary, went_well) = match end {
            JobEnd::Pinned(pin) => {
                self.show_new(&pin);
                (format!("{verb} '{title}': {}", pin.cid), true)
            }
            JobEnd::AlreadyPinned(Some(pin)) => {
                let (name, cid) = (pin.title(), &pin.cid);
                let said = format!("'{title}' is pinned already, as '{name}': {cid}");
                self.show_existing(pin.id);
                (said, true)
            }
            JobEnd::AlreadyPinned(None) => {
                let said =
                    format!("'{title}' is pinned already; which pin it is could not be found");
                (said, true)
            }
            JobEnd::Failed(ApiError::Cancelled) => {
                self.list.refresh();
                let said = format!(
                    "'{title}' was called off; look whether it arrived before trying again"
                );
                (said, false)
            }
            JobEnd::Failed(error) => {
                if error.outcome_unknown() {
                    self.list.refresh();
                }
                (format!("'{title}' was not {verb}: {error}"), false)
            }
            JobEnd::Broken(why) => (format!("'{title}' broke off: {why}"), false),
            JobEnd::BatchOver | JobEnd::Exported { .. } => return,
        };
        if went_well {
            self.inform(summary.clone());
        } else {
            self.warn(summary.clone());
        }
        self.keep_job(job, summary, went_well);
    }

    /// Puts the cursor on a pin that was just made.
    fn show_new(&mut self, pin: &Pin) {
        if self.list.insert_newest(pin) {
            self.list.refresh();
        } else {
            self.list.seek(pin.id.clone());
        }
    }

    /// Puts the cursor on a pin that was there before.
    fn show_existing(&mut self, id: PinId) {
        match self.list.place_of(&id) {
            Some(place) => self.list.move_to(place),
            None => self.list.seek(id),
        }
    }
}
