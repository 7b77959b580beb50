//! Which pins are listed, and who makes that list: the service, or the account at hand.

use std::sync::Arc;

use super::List;
use super::preview::Heard;
use crate::domain::filter::Filter;
use crate::domain::{PinnedFilter, SortKey, SortOrder};
use crate::protocol::LocalView;

/// Which pins are listed, and in what order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Which.
    pub pinned: PinnedFilter,
    /// Sorted by what.
    pub sort: SortKey,
    /// Which way round.
    pub order: SortOrder,
}

impl List {
    /// The view as it is made of the whole account at hand.
    pub fn local_view(&self) -> LocalView {
        let View {
            pinned,
            sort,
            order,
        } = self.view;
        LocalView {
            filter: self.filter.clone().unwrap_or_default(),
            pinned,
            sort,
            order,
        }
    }

    /// Whether the service can't make this list.
    pub fn is_local(&self) -> bool {
        self.filter.is_some() || self.view.sort.service_field().is_none()
    }

    /// Shows another view, narrowed or not, from its first row. What is on the screen stays until
    /// the answer comes where the account at hand gives it; a service may take its time, and what
    /// was known is of no use then.
    pub fn show(&mut self, view: View, filter: Option<Arc<Filter>>) {
        let text = |filter: &Option<Arc<Filter>>| filter.as_ref().map(|f| f.text().to_owned());
        if view == self.view && text(&filter) == text(&self.filter) {
            return;
        }
        let was_local = self.is_local();
        self.view = view;
        self.filter = filter;
        self.heard = Heard::Nothing;
        if !was_local && !self.is_local() {
            self.rows.clear();
            self.totals = None;
        }
        self.cursor = 0;
        // A local view fills while it is read.
        self.is_parked = self.is_local();
        self.anchor = None;
        self.refresh();
    }
}
