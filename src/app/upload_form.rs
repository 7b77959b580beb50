//! The form for name and keyvalues of an upload.

use super::form::Form;
use crate::domain::UploadPlan;
use crate::domain::text::{count, human_bytes, total_bytes};

/// Name and keyvalues of what is about to be uploaded.
#[derive(Debug)]
pub struct UploadForm {
    /// What will be sent, one pin each.
    pub plans: Vec<UploadPlan>,
    /// What can't be sent, and why, a sentence each.
    pub refused: Vec<String>,
    /// The fields.
    pub form: Form,
}

impl UploadForm {
    pub(super) fn new(plans: Vec<UploadPlan>, refused: Vec<String>) -> Self {
        let name = match &plans[..] {
            [plan] => Some(default_name(plan)),
            _ => None,
        };
        let keyvalues = ("keyvalues", "", true, "KEY=VALUE, one a line (optional)");
        let form = match &name {
            Some(name) => Form::new(&[("name", name, false, "the file's own"), keyvalues]),
            None => Form::new(&[keyvalues]),
        };
        Self {
            plans,
            refused,
            form,
        }
    }

    /// What will be sent, in a few words.
    pub fn summary(&self) -> String {
        let files: usize = self.plans.iter().map(|plan| plan.files.len()).sum();
        let bytes = total_bytes(self.plans.iter().map(UploadPlan::total_bytes));
        format!(
            "{}, {}, {}",
            count(self.plans.len(), "pin"),
            count(files, "file"),
            human_bytes(bytes)
        )
    }

    /// What is left out, a sentence each.
    pub fn notes(&self) -> impl Iterator<Item = &String> {
        self.refused
            .iter()
            .chain(self.plans.iter().flat_map(|plan| &plan.skipped))
    }
}

/// What a pin of this plan is called where the person says nothing.
pub(super) fn default_name(plan: &UploadPlan) -> String {
    let first = plan.files.first().map_or("", |file| file.name.as_str());
    first.split('/').next().unwrap_or(first).to_owned()
}
