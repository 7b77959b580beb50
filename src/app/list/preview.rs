//! What a search has found so far, shown until it is over.

use super::List;
use crate::domain::{ListQuery, PinPage};
use crate::protocol::Seq;

/// How much of an answer a question has had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Nothing,
    Preview,
    Whole,
}

impl List {
    /// Whether a search goes on that may find more than the list shows.
    pub fn is_searching(&self) -> bool {
        self.is_local() && self.heard != Heard::Whole && self.error.is_none()
    }

    /// Shows what a search has found so far. Where the question was answered before and is only
    /// asked again, the older answer says more. The cursor keeps its place rather than its pin,
    /// which may end up far down.
    pub fn preview(&mut self, seq: Seq, query: &ListQuery, page: PinPage) {
        if seq != self.seq || self.heard == Heard::Whole {
            return;
        }
        self.heard = Heard::Preview;
        self.totals = Some(page.totals);
        self.put_rows(query.offset, page.pins);
        let len = self.len();
        self.rows.split_off(&len);
        self.cursor = self.cursor.min(len.saturating_sub(1));
    }
}
