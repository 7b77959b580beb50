//! What is known of pins that are given by their ids: looked up one by one, or found in the list
//! where they are many.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt as _, stream};

use crate::api::PinningService;
use crate::domain::{ListQuery, Pin, PinId, PinnedFilter, UnpinTarget};
use crate::error::ApiError;
use crate::worker::listing::{Listing, Until};

/// Up to so many pins are looked up one by one.
const ONE_BY_ONE: usize = 20;

/// For so many pins one page of the list may be read: no more is spent on it than a small part of
/// what the unpins themselves cost.
const PINS_A_PAGE: usize = 20;

/// The record of each pin, or why there is none, in the order of the ids.
pub(super) async fn look_up(
    service: &dyn PinningService,
    ids: &[PinId],
    concurrency: usize,
) -> Vec<(PinId, Result<Pin, ApiError>)> {
    let mut listed = if ids.len() > ONE_BY_ONE {
        from_list(service, ids).await
    } else {
        HashMap::new()
    };
    stream::iter(ids.iter().map(|id| (id.clone(), listed.remove(id))))
        .map(|(id, listed)| async move {
            let found = match listed {
                Some(pin) => Ok(pin),
                None => service.details(&id).await.map(|details| details.pin),
            };
            (id, found)
        })
        .buffered(concurrency)
        .collect()
        .await
}

/// Completes what it takes to take the pins back, as far as that is cheap. What could not be
/// learned can still be looked up when it is to come back, where the service keeps records of
/// unpinned pins.
pub(super) async fn complete(
    service: &dyn PinningService,
    mut targets: Vec<UnpinTarget>,
    concurrency: usize,
) -> Vec<UnpinTarget> {
    let unknown: Vec<PinId> = targets
        .iter()
        .filter(|target| target.cid.is_none())
        .map(|target| target.id.clone())
        .collect();
    let mut known = if unknown.len() > ONE_BY_ONE {
        from_list(service, &unknown).await
    } else {
        let looked_up = look_up(service, &unknown, concurrency).await;
        let found = looked_up.into_iter();
        found
            .filter_map(|(id, pin)| Some((id, pin.ok()?)))
            .collect()
    };
    for target in &mut targets {
        if let Some(pin) = known.remove(&target.id) {
            *target = UnpinTarget::from(&pin);
        }
    }
    targets
}

/// Reads the list until all are found, or it ends, or it has cost enough.
async fn from_list(service: &dyn PinningService, ids: &[PinId]) -> HashMap<PinId, Pin> {
    let mut known = HashMap::new();
    let mut wanted: HashSet<&PinId> = ids.iter().collect();
    let query = ListQuery {
        pinned: PinnedFilter::Pinned,
        ..ListQuery::default()
    };
    let mut listing = Listing::new(service, query, Until::End);
    for _ in 0..ids.len().div_ceil(PINS_A_PAGE) {
        if wanted.is_empty() {
            break;
        }
        // A list that can't be read says nothing about whether unpinning works.
        let Ok(Some(pins)) = listing.next().await else {
            break;
        };
        for pin in pins {
            if wanted.remove(&pin.id) {
                known.insert(pin.id.clone(), pin);
            }
        }
    }
    known
}
