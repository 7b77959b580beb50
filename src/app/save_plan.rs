//! Saving the plan that is asked about: one line for the file's name, and back to the question.

use std::path::Path;
use std::sync::Arc;

use super::form::Form;
use super::{App, Confirm, Effect, Modal};
use crate::domain::UnpinPlan;

/// The file's name in the making, with the question that it came from.
#[derive(Debug)]
pub struct SavePlanForm {
    /// The field: the file.
    pub form: Form,
    confirm: Confirm,
    is_saving: bool,
}

impl SavePlanForm {
    /// What is to be saved.
    pub fn plan(&self) -> Option<&Arc<UnpinPlan>> {
        self.confirm.plan()
    }
}

impl App {
    /// Asks for a file's name, where a plan is asked about.
    pub(super) fn ask_save_plan(&mut self) {
        match self.modal.take() {
            Some(Modal::Confirm(confirm)) if confirm.plan().is_some() => {
                let name = self.now.wall.strftime("unpin-plan-%Y-%m-%d-%H%M.jsonl");
                let form = Form::new(&[("file", &name.to_string(), false, "a new file")]);
                self.modal = Some(Modal::SavePlan(Box::new(SavePlanForm {
                    form,
                    confirm,
                    is_saving: false,
                })));
            }
            other => self.modal = other,
        }
    }

    /// Has the plan saved.
    pub(super) fn send_save_plan(&mut self) {
        let directory = self.config.directory.clone();
        let account = self.config.account.clone();
        let made = self.now.wall;
        let Some(Modal::SavePlan(save)) = &mut self.modal else {
            return;
        };
        let name = save.form.text(0);
        if name.is_empty() {
            save.form.error = Some("give the file a name".to_owned());
            return;
        }
        if save.is_saving {
            return;
        }
        if let Some(plan) = save.confirm.plan().cloned() {
            save.is_saving = true;
            self.effect(Effect::SavePlan {
                path: directory.join(name),
                plan,
                account,
                made,
            });
        }
    }

    /// Goes back to the question.
    pub(super) fn leave_save_plan(&mut self) {
        match self.modal.take() {
            Some(Modal::SavePlan(save)) => self.modal = Some(Modal::Confirm(save.confirm)),
            other => self.modal = other,
        }
    }

    /// The plan was saved, or why not.
    pub(super) fn plan_saved(&mut self, path: &Path, result: Result<(), String>) {
        match (result, &mut self.modal) {
            (Ok(()), _) => {
                self.leave_save_plan();
                self.inform(format!("plan saved in {}", path.display()));
            }
            (Err(why), Some(Modal::SavePlan(save))) => {
                save.is_saving = false;
                save.form.error = Some(why);
            }
            (Err(why), _) => self.warn(why),
        }
    }
}
