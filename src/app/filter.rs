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
use crate::input::Action;
use crate::protocol::{ListFilter, Request};

/// The filter's line.
#[derive(Debug)]
pub struct FilterLine {
    /// What is typed.
    pub line: TextLine,
    /// Whether it has the keys.
    pub is_open: bool,
    /// What is wrong with the text, by place.
    pub mistakes: Vec<FilterError>,
    /// When the line was opened; ages count from it, so that each key narrows the one before.
    opened: Timestamp,
}

impl Default for FilterLine {
    fn default() -> Self {
        Self {
            line: TextLine::default(),
            is_open: false,
            mistakes: Vec::new(),
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

    /// Asks the service again; with a filter, for the whole account.
    pub(super) fn ask_again(&mut self) {
        if self.list.filter().is_some() {
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
        if filter.is_empty() {
            self.list.set_filter(None);
            return;
        }
        // Best first, until the person asks for another order.
        let best_first = match self.list.filter() {
            Some(before) if before.filter.ranks() => before.best_first,
            _ => true,
        };
        self.list.set_filter(Some(ListFilter {
            best_first: best_first && filter.ranks(),
            filter: Arc::new(filter),
        }));
    }

    /// Sorts by the next field; with a filter that ranks, the best match is one of them.
    pub(super) fn next_sort(&mut self) {
        let view = self.list.view();
        let next = View {
            sort: view.sort.next(),
            ..view
        };
        match self.list.filter().cloned() {
            Some(filter) if filter.best_first => self.list.set_filter(Some(ListFilter {
                best_first: false,
                ..filter
            })),
            Some(filter) if filter.filter.ranks() && next.sort == View::default().sort => {
                self.list.set_filter(Some(ListFilter {
                    best_first: true,
                    ..filter
                }));
                self.set_view(next);
            }
            _ => self.set_view(next),
        }
    }
}
