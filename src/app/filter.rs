//! The filter: a line that narrows the list as one types.
//!
//! What is typed becomes a [`Filter`] at each key; wrong terms are marked where they stand and the
//! rest applies. While a filter is in force the list asks for its rows through it.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use jiff::Timestamp;

use super::line::TextLine;
use super::list::View;
use super::{App, Effect};
use crate::domain::filter::{Filter, FilterError};
use crate::domain::{SortKey, SortOrder};
use crate::input::Action;
use crate::protocol::Request;

/// The filter's line.
#[derive(Debug)]
pub struct FilterLine {
    /// What is typed.
    pub line: TextLine,
    /// Whether it has the keys.
    pub is_open: bool,
    /// What is wrong with the text, by place.
    pub mistakes: Vec<FilterError>,
    /// The view to go back to when the filter goes.
    before: Option<View>,
    /// When the line was opened; ages count from it, so that each key narrows the one before.
    opened: Timestamp,
}

impl Default for FilterLine {
    fn default() -> Self {
        Self {
            line: TextLine::default(),
            is_open: false,
            mistakes: Vec::new(),
            before: None,
            opened: Timestamp::UNIX_EPOCH,
        }
    }
}

impl FilterLine {
    /// What is typed.
    pub fn text(&self) -> &str {
        self.line.text()
    }
}

impl App {
    /// Gives the line the keys.
    pub(super) fn open_filter(&mut self) {
        self.filter.is_open = true;
        self.filter.opened = self.now.wall;
    }

    /// Asks the service again; where the list is made here, for the whole account.
    pub(super) fn ask_again(&mut self) {
        if self.list.is_local() {
            self.effect(Effect::Submit(Request::ReadAccount));
        }
        self.list.refresh();
    }

    /// Types into the line.
    pub(super) fn type_in_filter(&mut self, key: KeyEvent) {
        if self.filter.line.type_key(key) {
            self.apply_filter();
        }
    }

    /// Pastes into the line, all on one.
    pub(super) fn paste_in_filter(&mut self, text: &str) {
        self.filter.line.paste(text);
        self.apply_filter();
    }

    /// Does what an action means while the line has the keys.
    pub(super) fn act_in_filter(&mut self, action: Action) {
        match action {
            Action::Accept => self.filter.is_open = false,
            Action::Back => {
                self.filter.is_open = false;
                self.clear_filter();
            }
            action => self.act_in_list(action),
        }
    }

    /// Filters by this text, whatever is typed.
    pub(super) fn filter_by(&mut self, text: &str) {
        self.filter.opened = self.now.wall;
        self.filter.line.set(text);
        self.apply_filter();
    }

    /// Takes the filter away; says whether there was one.
    pub(super) fn clear_filter(&mut self) -> bool {
        if self.filter.text().is_empty() {
            return false;
        }
        self.filter.line.set("");
        self.apply_filter();
        true
    }

    fn apply_filter(&mut self) {
        let (filter, mistakes) = Filter::parse(self.filter.text(), self.filter.opened);
        self.filter.mistakes = mistakes;
        self.marks.drop_range();
        let view = self.list.view();
        if filter.is_empty() {
            let view = self.filter.before.take().unwrap_or(view);
            self.list.show(view, None);
            return;
        }
        if self.list.filter().is_none() {
            self.filter.before = Some(view);
        }
        let ranked = self.list.filter().is_some_and(|filter| filter.ranks());
        let before = self.filter.before.unwrap_or_default();
        // Best first, until the person asks for another order.
        let (sort, order) = match (filter.ranks(), view.sort) {
            (true, _) if !ranked => (SortKey::Score, SortOrder::Descending),
            (false, SortKey::Score) => (before.sort, before.order),
            _ => (view.sort, view.order),
        };
        let view = View {
            sort,
            order,
            ..view
        };
        self.list.show(view, Some(Arc::new(filter)));
    }

    /// Shows another view through the filter that is in force.
    pub(super) fn set_view(&mut self, view: View) {
        self.marks.drop_range();
        if let Some(before) = &mut self.filter.before {
            // What is chosen now holds when the filter goes, as far as it can.
            before.pinned = view.pinned;
            if view.sort.service_field().is_some() {
                *before = view;
            }
        }
        self.list.show(view, self.list.filter().cloned());
    }

    /// Sorts by the next field: of the service's three, or of all columns where the account at
    /// hand is what is listed.
    pub(super) fn next_sort(&mut self) {
        let view = self.list.view();
        let filter = self.list.filter();
        let ranks = filter.is_some_and(|filter| filter.ranks());
        let keys: Vec<SortKey> = SortKey::ALL
            .into_iter()
            .filter(|key| match key.service_field() {
                Some(_) => true,
                None => filter.is_some() && (*key != SortKey::Score || ranks),
            })
            .collect();
        let next = keys
            .iter()
            .position(|key| *key == view.sort)
            .map_or(0, |at| (at + 1) % keys.len());
        self.set_view(View {
            sort: keys[next],
            order: match keys[next] {
                SortKey::Score => SortOrder::Descending,
                _ => view.order,
            },
            ..view
        });
    }
}
