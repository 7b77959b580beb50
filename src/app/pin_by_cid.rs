//! Pinning by CID: a form whose CID is checked as it is typed.

use super::form::Form;
use super::modal::Modal;
use super::{App, Effect, JobKind};
use crate::domain::Cid;
use crate::protocol::Request;

const CID: usize = 0;
const NAME: usize = 1;
const KEYVALUES: usize = 2;

/// A pin by CID in the making.
#[derive(Debug)]
pub struct PinForm {
    /// The fields: CID, name, keyvalues.
    pub form: Form,
}

impl PinForm {
    fn new() -> Self {
        Self {
            form: Form::new(&[
                ("CID", "", false, "Qm… or bafy… or ipfs://…"),
                ("name", "", false, "optional"),
                ("keyvalues", "", true, "KEY=VALUE, one a line (optional)"),
            ]),
        }
    }

    /// What is to be said of the CID as it stands: what it is, or why it is none; nothing while the
    /// field is empty.
    pub fn check(&self) -> Option<Result<String, String>> {
        let text = self.form.text(CID);
        if text.is_empty() {
            return None;
        }
        Some(match text.parse::<Cid>() {
            Ok(cid) => Ok(cid.describe().unwrap_or_default()),
            Err(error) => Err(error.to_string()),
        })
    }
}

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
