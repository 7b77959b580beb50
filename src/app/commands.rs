//! Which commands do something here and now: for the footer and for the command palette.

use super::{App, Modal};
use crate::input::{Command, Context, Needs};

impl App {
    /// The commands of the place where a key pressed now is pressed whose needs are met, in the
    /// order of the help.
    pub fn commands(&self) -> impl Iterator<Item = &'static Command> {
        let commands = self.context().commands();
        commands.filter(|command| self.meets(command.needs))
    }

    fn meets(&self, needs: Needs) -> bool {
        let has_pin = match &self.modal {
            None => self.list.selected().is_some(),
            Some(Modal::Reader(reader)) => reader.is_about_a_pin(),
            Some(Modal::ChangeLog(log)) => log.opened.is_none() && log.changes.selected().is_some(),
            Some(_) => true,
        };
        match needs {
            Needs::Nothing => true,
            Needs::Pin => has_pin,
            Needs::Subject => has_pin || self.modal.is_none(),
            Needs::Change => !self.config.read_only,
            Needs::PinAndChange => has_pin && !self.config.read_only,
            Needs::Plan => matches!(&self.modal, Some(Modal::Confirm(it)) if it.plan().is_some()),
            Needs::Job => !self.jobs.is_empty(),
            Needs::Batch => self.jobs.has_batch(),
            Needs::Pages => match &self.modal {
                Some(Modal::PinList(pin)) => pin.scrolls(),
                _ => self.context() != Context::Form,
            },
            Needs::CidForm => matches!(self.modal, Some(Modal::PinByCid(_))),
            Needs::Closable => {
                self.context() != Context::List
                    || !self.marks.is_empty()
                    || self.list.filter().is_some()
            }
        }
    }
}
