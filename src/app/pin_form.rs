//! The form for a pin by CID, which checks the CID as it is typed.

use super::form::Form;
use crate::domain::Cid;
use crate::protocol::Seq;

/// The places of the fields.
pub(super) const CID: usize = 0;
pub(super) const NAME: usize = 1;
pub(super) const KEYVALUES: usize = 2;

/// A pin by CID in the making.
#[derive(Debug)]
pub struct PinForm {
    /// The fields: CID, name, keyvalues.
    pub form: Form,
    /// The list that is being read, which several pasted lines are.
    pub waiting: Option<Seq>,
}

impl PinForm {
    pub(super) fn new() -> Self {
        Self {
            form: Form::new(&[
                ("CID", "", false, "Qm… or bafy… or ipfs://…"),
                ("name", "", false, "optional"),
                ("keyvalues", "", true, "KEY=VALUE, one a line (optional)"),
            ]),
            waiting: None,
        }
    }

    /// What is to be said of the CID as it stands: what it is, or why it is none; nothing while the
    /// field is empty.
    pub fn check(&self) -> Option<Result<String, String>> {
        if self.waiting.is_some() {
            return Some(Ok("reading the list…".to_owned()));
        }
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
