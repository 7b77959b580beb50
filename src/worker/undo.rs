//! Taking unpins back: each pin's content is pinned again by its CID, with its name and keyvalues.
//! Never stopping at the first failure, and never pinning what is pinned.

use std::sync::Arc;

use futures_util::Stream;

use super::gate::Gate;
use super::guard::guarded;
use super::pin_list::pin_one;
use super::unpin::is_off;
use crate::api::PinningService;
use crate::domain::{PinId, PinState, UndoItem, UndoOutcome, UnpinTarget};
use crate::error::ApiError;
use crate::journal::Undoable;
use crate::protocol::JobEnd;

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
    match pin_one(service, &cid, &target.metadata()).await {
        JobEnd::Pinned(pin) if pin.state == PinState::Pinning => Ok((
            UndoOutcome::Waiting,
            Some(pin.id),
            "waiting for its content".to_owned(),
        )),
        JobEnd::Pinned(pin) => Ok((UndoOutcome::Back, Some(pin.id), String::new())),
        // Another pin keeps it. Which one, a look through the whole account would tell, once for
        // each of them: that is not worth it.
        JobEnd::AlreadyPinned(known) => {
            let id = known.map(|pin| pin.id);
            Ok((UndoOutcome::Already, id, "pinned already".to_owned()))
        }
        JobEnd::Failed(error) => Err(NotBack::because(&error, error.to_string())),
        JobEnd::Broken(why) => Err(NotBack::Failed(why)),
        JobEnd::BatchOver | JobEnd::Exported { .. } => {
            let why = "nothing is known of how it ended".to_owned();
            Err(NotBack::Failed(why))
        }
    }
}
