//! Finding the pin of some content in the account, which the service can't be asked for directly.

use std::collections::HashMap;

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

/// The pin that keeps the service from pinning `root` again, where it can be found.
pub(super) async fn existing(service: &dyn PinningService, root: &Cid) -> Option<Pin> {
    existing_all(service, &[root]).await.pop().flatten()
}

/// The same for each of many, in one go.
pub(super) async fn existing_all(service: &dyn PinningService, roots: &[&Cid]) -> Vec<Option<Pin>> {
    let mut search = Search::new(roots);
    let pinned = search.read(service, PinnedFilter::Pinned, ROWS, PAGES);
    // What is missing may be pending still, which the service does not count as pinned. One such
    // pin stands among the newest; many may have been asked for long ago.
    if pinned.await.is_ok() {
        let _ = match roots {
            [_] => search.newest(service).await,
            _ => search.read(service, PinnedFilter::All, ROWS, PAGES).await,
        };
    }
    search.found
}

/// The pin of `root` among the newest records, pending ones included.
pub(super) async fn newest(
    service: &dyn PinningService,
    root: &Cid,
) -> Result<Option<Pin>, ApiError> {
    let mut search = Search::new(&[root]);
    search.newest(service).await?;
    Ok(search.found.pop().flatten())
}

/// A look through the list for some contents.
struct Search {
    /// The places of what is not found yet, by multihash.
    wanted: HashMap<String, Vec<usize>>,
    found: Vec<Option<Pin>>,
}

impl Search {
    fn new(roots: &[&Cid]) -> Self {
        let mut wanted: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, root) in roots.iter().enumerate() {
            wanted.entry(hash(root)).or_default().push(place);
        }
        Self {
            wanted,
            found: vec![None; roots.len()],
        }
    }

    async fn newest(&mut self, service: &dyn PinningService) -> Result<(), ApiError> {
        self.read(service, PinnedFilter::All, NEWEST_ROWS, NEWEST_PAGES)
            .await
    }

    async fn read(
        &mut self,
        service: &dyn PinningService,
        pinned: PinnedFilter,
        limit: u32,
        pages: usize,
    ) -> Result<(), ApiError> {
        let mut offset = 0;
        for _ in 0..pages {
            if self.wanted.is_empty() {
                break;
            }
            let page = service
                .list(&ListQuery {
                    offset,
                    limit,
                    pinned,
                    ..ListQuery::default()
                })
                .await?;
            for pin in page.pins {
                self.see(&pin);
            }
            // A short page may only mean that the service brings fewer rows than asked for.
            if page.rows == 0 {
                break;
            }
            offset += page.rows as u64;
        }
        Ok(())
    }

    fn see(&mut self, pin: &Pin) {
        if pin.state == PinState::Unpinned {
            return;
        }
        let hash = match &pin.root_hash {
            Some(hash) => hash.to_ascii_lowercase(),
            None => hash(&pin.cid),
        };
        for place in self.wanted.remove(&hash).unwrap_or_default() {
            self.found[place] = Some(pin.clone());
        }
    }
}

/// What two pins of one content share; of what is no CID the text.
fn hash(cid: &Cid) -> String {
    cid.multihash_hex().unwrap_or_else(|| cid.to_string())
}
