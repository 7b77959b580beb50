//! Finding the pin of some content in the account, which the service can't be asked for directly.

use crate::api::PinningService;
use crate::domain::{Cid, ListQuery, Pin, PinState, PinnedFilter};
use crate::error::ApiError;

/// Rows asked for at once; a service may bring fewer.
const ROWS: u32 = 1000;

/// Pages that a search through all that is pinned may read.
const PAGES: usize = 200;

/// Rows asked for at once where only the newest matter.
const NEWEST_ROWS: u32 = 100;

/// Pages that a search among the newest may read.
const NEWEST_PAGES: usize = 3;

/// The pin that keeps the service from pinning `root` again.
pub(super) async fn existing(
    service: &dyn PinningService,
    root: &Cid,
) -> Result<Option<Pin>, ApiError> {
    let pinned = search(service, root, PinnedFilter::Pinned, ROWS, PAGES).await?;
    match pinned {
        Some(pin) => Ok(Some(pin)),
        // It may be pending still, which the service does not count as pinned.
        None => newest(service, root).await,
    }
}

/// The pin of `root` among the newest records, pending ones included.
pub(super) async fn newest(
    service: &dyn PinningService,
    root: &Cid,
) -> Result<Option<Pin>, ApiError> {
    search(service, root, PinnedFilter::All, NEWEST_ROWS, NEWEST_PAGES).await
}

async fn search(
    service: &dyn PinningService,
    root: &Cid,
    pinned: PinnedFilter,
    limit: u32,
    pages: usize,
) -> Result<Option<Pin>, ApiError> {
    let hash = root.multihash_hex();
    let is_it = |pin: &Pin| {
        let same = match (&hash, &pin.root_hash) {
            (Some(hash), Some(root_hash)) => hash.eq_ignore_ascii_case(root_hash),
            _ => pin.cid.same_block(root),
        };
        same && pin.state != PinState::Unpinned
    };
    let mut offset = 0;
    for _ in 0..pages {
        let page = service
            .list(&ListQuery {
                offset,
                limit,
                pinned,
                ..ListQuery::default()
            })
            .await?;
        if let Some(pin) = page.pins.into_iter().find(|pin| is_it(pin)) {
            return Ok(Some(pin));
        }
        // A short page may only mean that the service brings fewer rows than asked for.
        if page.rows == 0 {
            break;
        }
        offset += page.rows as u64;
    }
    Ok(None)
}
