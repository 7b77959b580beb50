//! Saved views: a menu of those in the settings, and showing one.

use super::list::View;
use super::{App, Modal};
use crate::domain::SavedView;
use crate::input::Action;

/// Views that have a digit to take them at once.
const DIGITS: usize = 9;

/// The menu of saved views.
#[derive(Clone, Debug, Default)]
pub struct ViewMenu {
    /// The view under the cursor.
    pub cursor: usize,
}

impl ViewMenu {
    /// The key that takes the view at this place at once.
    pub fn digit(place: usize) -> Option<char> {
        let digit = u32::try_from(place + 1).ok()?;
        (place < DIGITS).then(|| char::from_digit(digit, 10))?
    }
}

impl App {
    /// Asks which view to show.
    pub(super) fn ask_view(&mut self) {
        if self.config.views.is_empty() {
            self.inform("there are no saved views: add [views.NAME] to config.toml");
        } else {
            self.modal = Some(Modal::Views(ViewMenu::default()));
        }
    }

    /// Does what an action means in the menu.
    pub(super) fn act_in_view_menu(&mut self, action: Action) {
        let views = self.config.views.len();
        let Some(Modal::Views(menu)) = &mut self.modal else {
            return;
        };
        match action {
            Action::Down => menu.cursor = (menu.cursor + 1) % views,
            Action::Up => menu.cursor = (menu.cursor + views - 1) % views,
            Action::Accept => {
                let place = menu.cursor;
                self.take_view(place);
            }
            Action::Back => self.modal = None,
            _ => {}
        }
    }

    /// Takes the view of this key.
    pub(super) fn type_in_view_menu(&mut self, c: char) {
        let views = self.config.views.len();
        if let Some(place) = (0..views).find(|place| ViewMenu::digit(*place) == Some(c)) {
            self.take_view(place);
        }
    }

    fn take_view(&mut self, place: usize) {
        self.modal = None;
        if let Some((name, view)) = self.config.views.get(place).cloned() {
            self.show_saved(&view);
            self.inform(format!("view {name}"));
        }
    }

    /// Shows a view; when its filter goes, what was shown before is back.
    fn show_saved(&mut self, saved: &SavedView) {
        self.clear_filter();
        self.filter_by(&saved.filter);
        let view = View {
            pinned: saved.show,
            sort: saved.sort_key(),
            order: saved.order,
        };
        self.marks.drop_range();
        self.list.show(view, self.list.filter().cloned());
    }
}
