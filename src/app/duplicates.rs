//! Pins that share their content with another: a view that puts them side by side, and marking all
//! but the oldest of each.

use super::App;
use super::list::View;
use crate::domain::{PinnedFilter, SortKey, SortOrder};
use crate::protocol::Which;

/// The filter term of the view.
const TERM: &str = "dup:yes";

impl App {
    /// Shows the copies side by side; where that is so already, marks all but the oldest of each.
    pub(super) fn show_duplicates(&mut self) {
        let text = self.filter.text();
        let has_term = text.split_whitespace().any(|part| part == TERM);
        if has_term && self.list.view().sort == SortKey::Copies {
            self.ask_mark_all(Which::SpareCopies);
            return;
        }
        if !has_term {
            let text = format!("{text} {TERM}");
            self.filter_by(text.trim());
        }
        // Not as if chosen by the person: when the filter goes, the view before is back.
        let view = View {
            pinned: PinnedFilter::Pinned,
            sort: SortKey::Copies,
            order: SortOrder::Descending,
        };
        self.list.show(view, self.list.filter().cloned());
        self.inform("copies side by side; the same key again marks all but the oldest of each");
    }
}
