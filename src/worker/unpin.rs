//! Unpinning many pins: some at a time, never stopping at the first failure, and never guessing
//! what became of one.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout_at};

use super::CLOCKS_DIFFER;
use super::gate::Gate;
use super::guard::guarded;
use super::protect::spare_protected;
use super::shared::Shared;
use super::written::with_journal;
use crate::api::PinningService;
use crate::domain::filter::Scratch;
use crate::domain::{Pin, PinId, PinState, Protection, UnpinItem, UnpinOutcome, UnpinTarget, Why};
use crate::error::ApiError;
use crate::journal::{Entry, Kind, Outcome, Recorder};
use crate::protocol::{JobEnd, JobId, Reply, Request};

/// Times that a pin which is still there after an unclear failure is unpinned in all.
const TRIES: u32 = 3;

/// The pause before another try; each further one is as much longer.
const PAUSE: Duration = Duration::from_millis(500);

/// Items that are reported together at the most.
const FLUSH_ITEMS: usize = 32;

/// The longest that an item waits to be reported.
const FLUSH_AFTER: Duration = Duration::from_millis(100);

/// Unpins every one of `ids` that the gate lets through. Each id comes once, in the order in which
/// they end, however often it was given.
pub fn unpin_all(
    service: Arc<dyn PinningService>,
    ids: Vec<PinId>,
    gate: Gate,
) -> impl Stream<Item = UnpinItem> + Send + 'static {
    gate.run(unique(ids), move |id| unpin_one(Arc::clone(&service), id))
}

/// A batch that was cut off and is finished now.
#[derive(Clone, Debug)]
pub struct Resumed {
    /// When it began.
    pub since: Timestamp,
    /// What it must not touch any more.
    pub protection: Arc<Protection>,
}

/// Finishes what a batch that was cut off did not come to, as [`unpin_all`] does. Each pin is
/// looked at first: what is off already is not unpinned again, what is protected by now stays, and
/// where looking fails the pin is left alone, as unknown.
pub fn finish_all(
    service: Arc<dyn PinningService>,
    ids: Vec<PinId>,
    batch: Resumed,
    gate: Gate,
) -> impl Stream<Item = UnpinItem> + Send + 'static {
    gate.run(unique(ids), move |id| {
        finish_one(Arc::clone(&service), id, batch.clone())
    })
}

async fn finish_one(service: Arc<dyn PinningService>, id: PinId, batch: Resumed) -> UnpinItem {
    let Resumed { since, protection } = batch;
    let (outcome, message) = match guarded(service.details(&id)).await {
        Ok(Ok(details)) if is_off(&details.pin) => {
            let ours = details.pin.date_unpinned.is_some_and(|off| {
                off.saturating_add(CLOCKS_DIFFER)
                    .is_ok_and(|off| off >= since)
            });
            let outcome = if ours {
                UnpinOutcome::Done
            } else {
                UnpinOutcome::Gone
            };
            (outcome, "off already when it was looked at".to_owned())
        }
        Ok(Ok(details)) => match protection.of(&details.pin, &mut Scratch::default()) {
            Some(by) => (UnpinOutcome::Refused, Why::Protected(by).to_string()),
            None => return unpin_one(service, id).await,
        },
        Ok(Err(ApiError::NotFound(_))) => (
            UnpinOutcome::Gone,
            "not there when it was looked for".to_owned(),
        ),
        Ok(Err(error)) => (UnpinOutcome::Unknown, format!("can't look at it: {error}")),
        Err(broke) => (UnpinOutcome::Unknown, broke),
    };
    UnpinItem {
        id,
        outcome,
        message,
    }
}

fn unique(ids: Vec<PinId>) -> Vec<PinId> {
    let mut seen = HashSet::with_capacity(ids.len());
    ids.into_iter()
        .filter(|id| seen.insert(id.clone()))
        .collect()
}

async fn unpin_one(service: Arc<dyn PinningService>, id: PinId) -> UnpinItem {
    let (outcome, message) = guarded(settle(service.as_ref(), &id))
        .await
        .unwrap_or_else(|broke| (UnpinOutcome::Unknown, broke));
    UnpinItem {
        id,
        outcome,
        message,
    }
}

/// Unpins, and where it is not clear what became of it, looks before anything else.
async fn settle(service: &dyn PinningService, id: &PinId) -> (UnpinOutcome, String) {
    let mut unclear = false;
    let mut tries = 0;
    loop {
        tries += 1;
        let Err(error) = service.unpin(id).await else {
            return (UnpinOutcome::Done, String::new());
        };
        // Off by us, where an earlier try of ours may have done it.
        let off = |unclear: bool| {
            let outcome = if unclear {
                UnpinOutcome::Done
            } else {
                UnpinOutcome::Gone
            };
            (outcome, String::new())
        };
        if surely_not_done(&error) && !unclear {
            return (UnpinOutcome::Refused, error.to_string());
        }
        if matches!(error, ApiError::NotFound(_)) {
            return off(unclear);
        }
        let this_unclear = error.outcome_unknown();
        unclear |= this_unclear;
        match service.details(id).await {
            Ok(details) if is_off(&details.pin) => return off(unclear),
            Err(ApiError::NotFound(_)) => return off(unclear),
            Ok(_) if this_unclear && tries < TRIES => sleep(PAUSE * tries).await,
            Ok(_) => return (UnpinOutcome::Refused, format!("still pinned: {error}")),
            Err(_) if unclear => return (UnpinOutcome::Unknown, error.to_string()),
            Err(_) => return (UnpinOutcome::Refused, error.to_string()),
        }
    }
}

/// Whether the service can't have acted on a call that failed so; asking again would only cost.
fn surely_not_done(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::Unauthorized(_)
            | ApiError::RateLimited { .. }
            | ApiError::Transport { sent: false, .. }
    )
}

/// Whether the service no longer keeps the content for this pin.
pub(super) fn is_off(pin: &Pin) -> bool {
    pin.state == PinState::Unpinned || (!pin.pinned && pin.date_unpinned.is_some())
}

/// The lane of batches, which run side by side.
pub(super) async fn serve(shared: Shared, request: Request) {
    // The handle sends nothing else into this lane.
    if let Request::Unpin { job, pins } = request {
        let end = guarded(batch(&shared, job, pins)).await;
        shared.finish(job, end.and_then(|end| end)).await;
    }
}

/// Runs one batch. Once it is called off no further item starts; those under way are finished.
async fn batch(shared: &Shared, job: JobId, mut pins: Vec<UnpinTarget>) -> Result<JobEnd, String> {
    let gate = shared.jobs.gate(job);
    let connected = gate.called_off().run_until_cancelled(shared.service());
    let Some(service) = connected.await else {
        return Ok(JobEnd::BatchOver);
    };
    let items = spare_protected(shared, &mut pins).await?;
    if !items.is_empty() {
        shared.reply(Reply::Unpinned { job, items }).await;
    }
    let ids = unique(pins.iter().map(|pin| pin.id.clone()).collect());
    let recorder = match &shared.journal {
        // No call goes out before this is on the disk.
        Some(journal) if !ids.is_empty() => {
            let begun = with_journal(journal, move |journal| {
                journal.begin(Kind::Unpin, pins.len(), &pins, None)
            });
            Some(Recorder::start(begun.await?))
        }
        _ => None,
    };
    let items = unpin_all(service, ids.clone(), gate);
    let ended = report(shared, job, recorder.as_ref(), |_| true, items).await;
    if let Some(recorder) = recorder {
        for id in ids.iter().filter(|id| !ended.contains(id)) {
            recorder.push(Entry::of(id, Outcome::Untried, "")).await;
        }
        recorder.end().await.map_err(|error| format!("{error:#}"))?;
    }
    Ok(JobEnd::BatchOver)
}

/// Writes items down and hands them on; gives the ids of those of which the outcome is `known`,
/// which are the ones that are written down.
pub(super) async fn report(
    shared: &Shared,
    job: JobId,
    recorder: Option<&Recorder>,
    known: impl Fn(&UnpinItem) -> bool,
    items: impl Stream<Item = UnpinItem>,
) -> HashSet<PinId> {
    let mut ended = HashSet::new();
    let mut groups = pin!(groups(items));
    while let Some(items) = groups.next().await {
        for item in items.iter().filter(|item| known(item)) {
            ended.insert(item.id.clone());
            if let Some(recorder) = recorder {
                recorder.push(Entry::from(item)).await;
            }
        }
        shared.reply(Reply::Unpinned { job, items }).await;
    }
    ended
}

/// Gathers items in small groups: a reply for each would redraw the screen for each.
pub(super) fn groups<T>(items: impl Stream<Item = T>) -> impl Stream<Item = Vec<T>> {
    stream::unfold(Some(Box::pin(items)), |items| async {
        let mut items = items?;
        let mut group = vec![items.next().await?];
        let due = Instant::now() + FLUSH_AFTER;
        while group.len() < FLUSH_ITEMS {
            match timeout_at(due, items.next()).await {
                Ok(Some(item)) => group.push(item),
                Ok(None) => return Some((group, None)),
                Err(_) => break,
            }
        }
        Some((group, Some(items)))
    })
}
