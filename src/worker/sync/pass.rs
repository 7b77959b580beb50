//! The long look: the whole list, page by page, and whether it can be believed.
//!
//! Offsets shift while pages are read. A pin that comes pushes rows down, which then come twice and
//! do no harm. A row that goes pulls rows up, and the next page lacks one: so each page is asked to
//! begin with the last row of the page before. Where that row is there on every page, and the rows
//! seen are as many as the service says there are at the end, nothing was missed and nothing that
//! was seen has gone; then, and only then, what was not seen is taken out.

use super::Sync;
use super::paging::What;
use crate::domain::{PinId, PinnedFilter, Totals};
use crate::error::ApiError;
use crate::index::Seen;

/// Pages in a row that may bring nothing unseen before the service is taken for broken. Pins that
/// come while a page is read do this once in a while.
const STALE_PAGES: usize = 8;

/// What one walk through the list found.
pub(super) struct Pass {
    seen: Seen,
    /// Rows that are no pins, but counted by the service.
    unreadable: u64,
    /// No page lacked the row that it was to begin with.
    unbroken: bool,
    /// Each record was as it was known.
    unchanged: bool,
    totals: Totals,
}

impl Sync {
    /// Reads the whole list.
    pub(super) async fn read_all(&mut self) -> Result<Pass, ApiError> {
        let mut pass = Pass {
            seen: Seen::default(),
            unreadable: 0,
            unbroken: true,
            unchanged: true,
            totals: Totals::default(),
        };
        let mut offset = 0_u64;
        let mut last: Option<PinId> = None;
        let mut stale = 0;
        self.pager.start();
        loop {
            // A page of one row would be the last row again and again.
            let again = last.take().filter(|_| self.pager.limit() > 1);
            let from = offset.saturating_sub(u64::from(again.is_some()));
            let (page, put) = self.fetch(What::Page(from), &mut pass.seen).await?;
            pass.totals = page.totals;
            pass.unchanged &= put.new == 0 && put.changed == 0;
            if let Some(id) = &again {
                pass.unbroken &= page.pins.iter().any(|pin| pin.id == *id);
            }
            let unreadable = page.rows.saturating_sub(page.pins.len());
            pass.unreadable += unreadable as u64;
            offset = from.saturating_add(page.rows as u64);
            self.ledger
                .show_progress(pass.seen.len(), page.totals.files);
            let only_the_last_again = page.rows <= usize::from(again.is_some());
            let is_short = page.rows < self.pager.limit() as usize;
            if only_the_last_again || (is_short && offset >= page.totals.files) {
                break;
            }
            stale = if put.unseen == 0 && unreadable == 0 {
                stale + 1
            } else {
                0
            };
            if stale >= STALE_PAGES {
                return Err(ApiError::NotUnderstood(
                    "the list brings the same pins again and again".to_owned(),
                ));
            }
            // A row that can't be read has no id to be known by.
            last = page.pins.last().map(|pin| pin.id.clone());
            if unreadable > 0 {
                last = None;
            }
        }
        Ok(pass)
    }

    /// Looks at the newest pins once more, and takes out what has gone where the walk can be
    /// believed. Whether it can. `before` is the walk before this one.
    pub(super) async fn settles(
        &mut self,
        pass: &Pass,
        before: Option<&Pass>,
    ) -> Result<bool, ApiError> {
        let mut seen = pass.seen.clone();
        let (page, put) = self.fetch(What::Look(0), &mut seen).await?;
        let counted = (seen.len() as u64).saturating_add(pass.unreadable);
        let as_told = pass.unbroken && counted == page.totals.files;
        // Some services count otherwise. What two walks found alike, with nothing new since, is so.
        let twice = before.is_some_and(|before| {
            before.unbroken
                && before.totals == pass.totals
                && before.seen == pass.seen
                && before.unreadable == pass.unreadable
        }) && pass.unbroken
            && pass.unchanged
            && put.new == 0
            && put.changed == 0
            && page.totals == pass.totals;
        if !as_told && !twice {
            return Ok(false);
        }
        let swept = seen.clone();
        self.ledger.keep(move |keeper| keeper.sweep(&swept)).await?;
        self.ledger.show_progress(seen.len(), page.totals.files);
        let (pinned, _) = self.fetch(What::Pinned, &mut Seen::default()).await?;
        let keeper = &self.ledger.keeper;
        let mut notes = *keeper.notes();
        notes.settled = true;
        notes.learn(keeper.table().rows(), PinnedFilter::All, page.totals);
        notes.learn(keeper.table().rows(), PinnedFilter::Pinned, pinned.totals);
        self.ledger.keep(move |keeper| keeper.note(notes)).await?;
        Ok(true)
    }
}
