//! The short look: what came since the last time, and whether all else can be as it was.

use super::Sync;
use super::paging::What;
use crate::domain::{PinnedFilter, Totals};
use crate::error::ApiError;
use crate::index::Seen;

/// Pages of a short look; where more is new, all is read.
const PAGES: u32 = 20;

impl Sync {
    /// Reads the newest pages until one has nothing new, and compares the totals. Whether the index
    /// is now like the service, as far as that can be told without reading everything.
    pub(super) async fn look_at_newest(&mut self) -> Result<bool, ApiError> {
        let mut seen = Seen::default();
        let mut offset = 0;
        for _ in 0..PAGES {
            let (page, put) = self.fetch(What::Look(offset), &mut seen).await?;
            offset = offset.saturating_add(page.rows as u64);
            self.ledger.show_progress(seen.len(), page.totals.files);
            if page.rows == 0 || (put.new == 0 && put.changed == 0) {
                return Ok(
                    self.agrees(PinnedFilter::All, page.totals) && self.pinned_agree().await?
                );
            }
        }
        Ok(false)
    }

    /// Whether as many are pinned, of as many bytes: a pin that was unpinned elsewhere stays where
    /// it was in the list, and changes this alone.
    async fn pinned_agree(&mut self) -> Result<bool, ApiError> {
        let (page, _) = self.fetch(What::Pinned, &mut Seen::default()).await?;
        Ok(self.agrees(PinnedFilter::Pinned, page.totals))
    }

    fn agrees(&self, pinned: PinnedFilter, told: Totals) -> bool {
        let keeper = &self.ledger.keeper;
        keeper.notes().agree(keeper.table().rows(), pinned, told)
    }
}
