//! Saved views: a menu of those in the settings, and showing one.

use std::iter::repeat;

use super::App;
use super::list::View;
use super::menu::{Choice, MenuKind};
use crate::domain::SavedView;
use crate::domain::text::truncate;

/// The views, to be chosen from.
pub(super) fn choices(views: &[(String, SavedView)]) -> Vec<Choice> {
    let digits = ('1'..='9').map(Some).chain(repeat(None));
    let choice = |(key, (name, view)): (_, &(String, SavedView))| Choice {
        key,
        label: format!("{:<16} {}", truncate(name, 24), summary(view)),
    };
    digits.zip(views).map(choice).collect()
}

/// What a view shows.
fn summary(view: &SavedView) -> String {
    let order = format!("{} {}", view.sort_key().label(), view.order.arrow());
    [view.filter.as_str(), view.show.label(), &order]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

impl App {
    /// Asks which view to show.
    pub(super) fn ask_view(&mut self) {
        if self.config.views.is_empty() {
            self.inform("there are no saved views: add [views.NAME] to config.toml");
        } else {
            self.open_menu(MenuKind::Views);
        }
    }

    /// Shows the view at this place of the menu.
    pub(super) fn show_view(&mut self, place: usize) {
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
