//! Pinning by CID: a form whose CID is checked as it is typed.

use super::modal::Modal;
use super::pin_form::{CID, KEYVALUES, NAME, PinForm};
use super::{App, Effect, JobKind};
use crate::domain::Cid;
use crate::protocol::Request;

impl App {
    /// Opens the form.
    pub(super) fn ask_pin_by_cid(&mut self) {
        if !self.refuses_changes() {
            self.modal = Some(Modal::PinByCid(Box::new(PinForm::new())));
        }
    }

    /// Sends the form, where the CID is one.
    pub(super) fn send_pin_by_cid(&mut self) {
        let Some(Modal::PinByCid(pin)) = &mut self.modal else {
            return;
        };
        let cid: Cid = match pin.form.text(CID).parse() {
            Ok(cid) => cid,
            Err(error) => {
                pin.form.error = Some(error.to_string());
                pin.form.focus = CID;
                return;
            }
        };
        let Some(metadata) = pin.form.metadata(Some(NAME), KEYVALUES) else {
            return;
        };
        self.modal = None;
        let job = self.new_job();
        let title = metadata.name.clone().unwrap_or_else(|| cid.to_string());
        self.jobs
            .start(job, JobKind::PinByCid { title }, self.now.tick);
        self.effect(Effect::Submit(Request::PinByCid { job, cid, metadata }));
    }
}
