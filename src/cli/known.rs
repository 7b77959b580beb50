//! What it takes to take an unpin back, found out before it: name, CID and keyvalues of each pin.

use std::collections::HashMap;

use super::listing::{Listing, Until};
use super::plan::{self, Planned};
use crate::api::PinningService;
use crate::domain::{ListQuery, PinId, PinnedFilter, UnpinTarget};

/// Up to so many pins are looked up one by one.
const ONE_BY_ONE: usize = 20;

/// For so many pins one page of the list may be read: no more is spent on it than a small part of
/// what the unpins themselves cost.
const PINS_A_PAGE: usize = 20;

/// The pins with what is known of them. What could not be learned cheaply can still be looked up
/// when it is to come back, where the service keeps records of unpinned pins.
pub(super) async fn targets(
    service: &dyn PinningService,
    ids: &[PinId],
    asked: Vec<Planned>,
    concurrency: usize,
) -> Vec<UnpinTarget> {
    let mut known: HashMap<PinId, UnpinTarget> = asked
        .into_iter()
        .filter_map(|planned| Some((planned.id, UnpinTarget::from(&planned.found.ok()?))))
        .collect();
    let unknown: Vec<PinId> = ids
        .iter()
        .filter(|id| !known.contains_key(id))
        .cloned()
        .collect();
    if unknown.len() <= ONE_BY_ONE {
        let looked_up = plan::look_up(service, &unknown, concurrency).await;
        known.extend(
            looked_up
                .into_iter()
                .filter_map(|planned| Some((planned.id, UnpinTarget::from(&planned.found.ok()?)))),
        );
    } else {
        from_list(service, unknown, &mut known).await;
    }
    ids.iter()
        .map(|id| {
            let known = known.remove(id);
            known.unwrap_or_else(|| UnpinTarget::unknown(id.clone()))
        })
        .collect()
}

/// Reads the list until all are found, or it ends, or it has cost enough.
async fn from_list(
    service: &dyn PinningService,
    wanted: Vec<PinId>,
    known: &mut HashMap<PinId, UnpinTarget>,
) {
    let pages = wanted.len().div_ceil(PINS_A_PAGE);
    let mut wanted: std::collections::HashSet<PinId> = wanted.into_iter().collect();
    let query = ListQuery {
        pinned: PinnedFilter::Pinned,
        ..ListQuery::default()
    };
    let mut listing = Listing::new(service, query, Until::End);
    for _ in 0..pages {
        if wanted.is_empty() {
            return;
        }
        // A list that can't be read says nothing about whether unpinning works.
        let Ok(Some(pins)) = listing.next().await else {
            return;
        };
        for pin in pins {
            if wanted.remove(&pin.id) {
                known.insert(pin.id.clone(), UnpinTarget::from(&pin));
            }
        }
    }
}
