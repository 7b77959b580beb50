//! The pins that a filter lets through, out of the whole account.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::api::PinningService;
use crate::config::UsageError;
use crate::domain::filter::{Filter, PinFacts, Scratch};
use crate::domain::{ListQuery, Pin};
use crate::error::ApiError;
use crate::worker::listing::{Listing, Until};

/// Reads a filter; its first mistake is wrong usage, named with its place.
pub(super) fn parse(text: &str) -> Result<Filter, UsageError> {
    let (filter, mistakes) = Filter::parse(text, Timestamp::now());
    match mistakes.into_iter().next() {
        None => Ok(filter),
        Some(mistake) => Err(UsageError::with_hint(
            format!("filter: {mistake}"),
            "quotes hold a text with spaces together, as in --filter '\"two words\"'",
        )),
    }
}

/// All pins of the query's view that match, in its order. Reads the whole account, and keeps no
/// more of it than what matches and how often each root hash was seen.
pub(super) async fn all(
    service: &dyn PinningService,
    filter: &Filter,
    query: ListQuery,
) -> Result<Vec<Pin>, ApiError> {
    let mut listing = Listing::new(service, query, Until::End);
    let mut scratch = Scratch::default();
    let mut roots: HashMap<String, u32> = HashMap::new();
    // With each pin, whether it matches only as a duplicate, or only as none.
    let mut found: Vec<(Pin, Option<bool>)> = Vec::new();
    while let Some(pins) = listing.next().await? {
        for pin in pins {
            let matches = |is_duplicate, scratch: &mut Scratch| {
                let facts = PinFacts {
                    pin: &pin,
                    is_duplicate,
                };
                filter.matches(&facts, scratch).is_some()
            };
            let verdict = (matches(true, &mut scratch), matches(false, &mut scratch));
            if let Some(root) = pin.root() {
                *roots.entry(root.into_owned()).or_default() += 1;
            }
            match verdict {
                (true, true) => found.push((pin, None)),
                (as_duplicate, as_single) if as_duplicate != as_single => {
                    found.push((pin, Some(as_duplicate)));
                }
                _ => {}
            }
        }
    }
    Ok(found
        .into_iter()
        .filter(|(pin, only_as)| {
            only_as.is_none_or(|wanted| {
                let times = pin.root().and_then(|root| roots.get(&*root).copied());
                wanted == times.is_some_and(|times| times > 1)
            })
        })
        .map(|(pin, _)| pin)
        .collect())
}
