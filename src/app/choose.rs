//! Choosing from a menu. What there is to choose from, and what a choice does, lives with its verb.

use super::menu::{Choice, Menu, MenuKind};
use super::{App, CopyForm, Modal, export, views};
use crate::domain::text::count;
use crate::input::Action;

impl App {
    /// What the menu is called.
    pub fn menu_title(&self, menu: &Menu) -> String {
        match &menu.kind {
            MenuKind::CopyAs(pins) => format!("Copy {} as", count(pins.len(), "pin")),
            MenuKind::ExportAs => format!("{} as", self.what_to_export()),
            MenuKind::Views => "Views".to_owned(),
        }
    }

    /// What can be chosen.
    pub fn choices(&self, menu: &Menu) -> Vec<Choice> {
        match menu.kind {
            MenuKind::CopyAs(_) => CopyForm::choices(),
            MenuKind::ExportAs => export::choices(),
            MenuKind::Views => views::choices(&self.config.views),
        }
    }

    /// Opens a menu on its first choice.
    pub(super) fn open_menu(&mut self, kind: MenuKind) {
        self.modal = Some(Modal::Menu(Menu { kind, cursor: 0 }));
    }

    /// Does what an action means in a menu.
    pub(super) fn act_in_menu(&mut self, action: Action) {
        let Some(Modal::Menu(menu)) = &self.modal else {
            return;
        };
        let (cursor, choices) = (menu.cursor, self.choices(menu).len().max(1));
        match action {
            Action::Down => self.point_at((cursor + 1) % choices),
            Action::Up => self.point_at((cursor + choices - 1) % choices),
            Action::Accept => self.take_choice(cursor),
            Action::Back => self.modal = None,
            _ => {}
        }
    }

    /// Takes the choice of this key.
    pub(super) fn type_in_menu(&mut self, c: char) {
        if let Some(Modal::Menu(menu)) = &self.modal
            && let Some(place) = self
                .choices(menu)
                .iter()
                .position(|choice| choice.key == Some(c))
        {
            self.take_choice(place);
        }
    }

    fn point_at(&mut self, place: usize) {
        if let Some(Modal::Menu(menu)) = &mut self.modal {
            menu.cursor = place;
        }
    }

    fn take_choice(&mut self, place: usize) {
        let Some(Modal::Menu(menu)) = self.modal.take() else {
            return;
        };
        match menu.kind {
            MenuKind::CopyAs(pins) => self.copy_as(place, &pins),
            MenuKind::ExportAs => self.export_as(place),
            MenuKind::Views => self.show_view(place),
        }
    }
}
