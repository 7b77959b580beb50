//! What an unpin is about to take: each pin looked up before anything is changed.

use std::fmt::Write as _;

use futures_util::{StreamExt as _, stream};

use super::matching;
use crate::api::PinningService;
use crate::domain::filter::Filter;
use crate::domain::text::{human_bytes, scrub};
use crate::domain::{ListQuery, Pin, PinId, PinState};
use crate::error::ApiError;

/// One pin that is to be unpinned.
pub(super) struct Planned {
    /// Which one.
    pub(super) id: PinId,
    /// Its record, or why there is none.
    pub(super) found: Result<Pin, ApiError>,
}

impl Planned {
    /// Bytes, where they are known.
    pub(super) fn size(&self) -> Option<u64> {
        self.found.as_ref().ok()?.size
    }

    /// The pin's name; empty where there is none.
    pub(super) fn name(&self) -> Option<&str> {
        self.found.as_ref().ok()?.name.as_deref()
    }

    /// What there is to say about it beyond name and size.
    pub(super) fn message(&self) -> String {
        match &self.found {
            Ok(pin) if pin.state == PinState::Unpinned => "unpinned already".to_owned(),
            Ok(_) => String::new(),
            Err(ApiError::NotFound(_)) => "not there".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    /// Whether looking it up failed for another reason than that it is not there.
    pub(super) fn is_in_doubt(&self) -> bool {
        !matches!(&self.found, Ok(_) | Err(ApiError::NotFound(_)))
    }

    /// One line for people.
    pub(super) fn line(&self) -> String {
        let mut line = format!(
            "{}  {:>8}  {}",
            scrub(self.id.as_str()),
            self.size().map_or_else(String::new, human_bytes),
            scrub(self.name().unwrap_or_default())
        );
        let message = self.message();
        if !message.is_empty() {
            let _ = write!(line, "  ({})", scrub(&message));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// What matches a filter and is not unpinned yet.
pub(super) async fn matching(
    service: &dyn PinningService,
    filter: &Filter,
) -> Result<Vec<Planned>, ApiError> {
    let mut found = matching::all(service, filter, ListQuery::default()).await?;
    found.retain(|pin| pin.state != PinState::Unpinned);
    Ok(found
        .into_iter()
        .map(|pin| Planned {
            id: pin.id.clone(),
            found: Ok(pin),
        })
        .collect())
}

/// Looks the pins up, a few at a time, in their order.
pub(super) async fn look_up(
    service: &dyn PinningService,
    ids: &[PinId],
    concurrency: usize,
) -> Vec<Planned> {
    stream::iter(ids.iter().cloned())
        .map(|id| async move {
            let found = service.details(&id).await.map(|details| details.pin);
            Planned { id, found }
        })
        .buffered(concurrency)
        .collect()
        .await
}

/// Bytes of all that are known.
pub(super) fn total(plan: &[Planned]) -> u64 {
    plan.iter()
        .filter_map(Planned::size)
        .fold(0, u64::saturating_add)
}
