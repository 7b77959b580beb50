//! Taking unpins back: each pin's content is pinned again by its CID, with its name and keyvalues.
//! Never stopping at the first failure, and never pinning what is pinned.

use std::sync::Arc;
use std::time::Duration;

use futures_util::Stream;
use tokio::time::sleep;

use super::gate::Gate;
use super::guard::guarded;
use super::unpin::is_off;
use super::upload::pin_by_cid;
use crate::api::PinningService;
use crate::domain::{Cid, PinId, PinState, UndoItem, UndoOutcome, UnpinTarget};
use crate::error::ApiError;
use crate::journal::Undoable;
use crate::protocol::JobEnd;

/// Times that a pin which the service had no time for is asked for in all.
const TRIES: u32 = 5;

/// The pause before another try where the service names none; each further one is as much longer.
const PAUSE: Duration = Duration::from_secs(2);

/// The longest pause that a service may ask for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Pins all of them again that the gate lets through; each comes once, in the order in which they
/// end.
pub fn undo_all(
    service: Arc<dyn PinningService>,
    undoable: Undoable,
    gate: Gate,
) -> impl Stream<Item = UndoItem> + Send + 'static {
    let Undoable { taken, unclear, .. } = undoable;
    let taken = taken.into_iter().map(|target| (target, true));
    let all = taken.chain(unclear.into_iter().map(|target| (target, false)));
    gate.run(all, move |(target, taken)| {
        undo_one(Arc::clone(&service), target, taken)
    })
}

/// Pins one again. `taken` says that it is known to have been unpinned.
async fn undo_one(
    service: Arc<dyn PinningService>,
    mut target: UnpinTarget,
    taken: bool,
) -> UndoItem {
    let settled = guarded(settle(service.as_ref(), &mut target, taken)).await;
    let (outcome, new_id, message) = match settled {
        Ok(Ok(is_back)) => is_back,
        Ok(Err(NotBack::Refused(why))) => (UndoOutcome::Refused, None, why),
        Ok(Err(NotBack::Failed(why))) | Err(why) => (UndoOutcome::Failed, None, why),
    };
    UndoItem {
        target,
        new_id,
        outcome,
        message,
    }
}

/// How a pin is back: the id that it has now, where it is known, and what there is to say.
type IsBack = (UndoOutcome, Option<PinId>, String);

/// Why a pin is not back, in a sentence.
enum NotBack {
    /// Another try would end the same.
    Refused(String),
    /// Another try may do better.
    Failed(String),
}

impl NotBack {
    fn because(error: &ApiError, message: String) -> Self {
        match error {
            ApiError::Refused(_) | ApiError::NotFound(_) => Self::Refused(message),
            _ => Self::Failed(message),
        }
    }
}

/// Pins it again, unless it is pinned.
async fn settle(
    service: &dyn PinningService,
    target: &mut UnpinTarget,
    taken: bool,
) -> Result<IsBack, NotBack> {
    if !taken || target.cid.is_none() {
        match service.details(&target.id).await {
            Ok(details) if !is_off(&details.pin) => {
                return Ok((
                    UndoOutcome::Already,
                    Some(target.id.clone()),
                    "was not unpinned, or is back already".to_owned(),
                ));
            }
            Ok(details) if target.cid.is_none() => *target = UnpinTarget::from(&details.pin),
            Ok(_) => {}
            Err(ApiError::NotFound(_)) if target.cid.is_some() => {}
            Err(error) => {
                let message = format!("can't look at the unpinned record: {error}");
                return Err(NotBack::because(&error, message));
            }
        }
    }
    let Some(cid) = target.cid.clone() else {
        return Err(NotBack::Refused("its CID is not known".to_owned()));
    };
    match pin(service, &cid, target).await {
        JobEnd::Pinned(pin) if pin.state == PinState::Pinning => Ok((
            UndoOutcome::Waiting,
            Some(pin.id),
            "waiting for its content".to_owned(),
        )),
        JobEnd::Pinned(pin) => Ok((UndoOutcome::Back, Some(pin.id), String::new())),
        JobEnd::AlreadyPinned(pin) => {
            let id = pin.map(|pin| pin.id);
            Ok((UndoOutcome::Already, id, "pinned already".to_owned()))
        }
        JobEnd::Failed(error) => Err(NotBack::because(&error, error.to_string())),
        JobEnd::Broken(why) => Err(NotBack::Failed(why)),
        JobEnd::BatchOver => {
            let why = "nothing is known of how it ended".to_owned();
            Err(NotBack::Failed(why))
        }
    }
}

/// Pins by CID; a service that had too many calls did nothing, and is asked again.
async fn pin(service: &dyn PinningService, cid: &Cid, target: &UnpinTarget) -> JobEnd {
    let metadata = target.metadata();
    let mut tries = 0;
    loop {
        tries += 1;
        match pin_by_cid(service, cid, &metadata).await {
            JobEnd::Failed(ApiError::RateLimited { retry_after }) if tries < TRIES => {
                sleep(retry_after.unwrap_or(PAUSE * tries).min(LONGEST_PAUSE)).await;
            }
            end => return end,
        }
    }
}
