//! What the change journal holds for later: the last batch that can be taken back, and one that
//! was cut off.

use std::pin::pin;
use std::sync::Arc;

use futures_util::StreamExt as _;
use uuid::Uuid;

use super::guard::guarded;
use super::log;
use super::shared::Shared;
use super::undo::undo_all;
use super::unpin::{Resumed, finish_all, groups, report};
use super::written::with_journal;
use crate::domain::{PinId, Protection, UnpinItem, UnpinOutcome};
use crate::journal::{Entry, Extent, Kind, Recorder};
use crate::protocol::{BatchOffer, JobEnd, JobId, Reply, Request};

/// Said where there is no journal, or the batch went elsewhere meanwhile.
const NOT_THERE: &str = "this batch is not there any more, or another lazypin is at it";

/// The lane of undos and of what was cut off.
pub(super) async fn serve(shared: Shared, request: Request) {
    match request {
        Request::Undoable(named) => {
            let found = guarded(undoable(&shared, named)).await;
            let found = found.unwrap_or_else(Err);
            shared.reply(Reply::Undoable { named, found }).await;
        }
        Request::Changes { seq, offset } => log::changes(&shared, seq, offset).await,
        Request::ChangeItems { seq, batch, offset } => {
            log::items(&shared, seq, batch, offset).await;
        }
        Request::Undo {
            job,
            offer,
            is_named,
        } => {
            let extent = if is_named { Extent::All } else { Extent::Open };
            let end = guarded(undo(&shared, job, offer.batch, extent)).await;
            shared.finish(job, end.and_then(|end| end)).await;
        }
        Request::Resume {
            job,
            offer,
            protection,
        } => {
            let end = guarded(resume(&shared, job, offer, protection)).await;
            shared.finish(job, end.and_then(|end| end)).await;
        }
        // The handle sends nothing else into this lane.
        _ => {}
    }
}

/// Tells of a batch that was cut off, where there is one: it may be finished.
pub(super) async fn tell_cut_off(shared: Shared) {
    let Some(journal) = &shared.journal else {
        return;
    };
    let found = with_journal(journal, |journal| {
        let Some(last) = journal.unfinished()?.pop() else {
            return Ok(None);
        };
        Ok(journal.batch(last.id)?.map(|batch| BatchOffer {
            batch: batch.id,
            time: batch.time,
            pins: batch.open(),
        }))
    });
    // A journal that can't be read is told of when something is to be written in it.
    if let Ok(Some(offer)) = found.await
        && !offer.pins.is_empty()
    {
        shared.reply(Reply::CutOff(offer)).await;
    }
}

async fn undoable(shared: &Shared, named: Option<Uuid>) -> Result<Option<BatchOffer>, String> {
    let Some(journal) = &shared.journal else {
        return Ok(None);
    };
    with_journal(journal, move |journal| {
        let found = match named {
            Some(batch) => journal.undoable(batch)?,
            None => journal.last_undoable()?,
        };
        Ok(found.map(|found| BatchOffer {
            batch: found.batch.id,
            time: found.batch.time,
            pins: found.pins().cloned().collect(),
        }))
    })
    .await
}

async fn undo(shared: &Shared, job: JobId, batch: Uuid, extent: Extent) -> Result<JobEnd, String> {
    let gate = shared.jobs.gate(job);
    let connected = gate.called_off().run_until_cancelled(shared.service());
    let Some(service) = connected.await else {
        return Ok(JobEnd::BatchOver);
    };
    let Some(journal) = &shared.journal else {
        return Err(NOT_THERE.to_owned());
    };
    let begun = with_journal(journal, move |journal| {
        let Some((claim, undoable)) = journal.claim_undo(batch, extent)? else {
            return Ok(None);
        };
        let running = journal.begin(Kind::Undo, undoable.len(), &[], Some(batch))?;
        Ok(Some((claim, undoable, running)))
    });
    // Held until it is over: nobody else takes the same batch back meanwhile.
    let Some((_claim, undoable, running)) = begun.await? else {
        return Err(NOT_THERE.to_owned());
    };
    let recorder = Recorder::start(running);
    let mut groups = pin!(groups(undo_all(service, undoable, gate)));
    while let Some(items) = groups.next().await {
        for item in &items {
            recorder.push(Entry::from(item)).await;
        }
        shared.reply(Reply::Undone { job, items }).await;
    }
    recorder.end().await.map_err(|error| format!("{error:#}"))?;
    Ok(JobEnd::BatchOver)
}

async fn resume(
    shared: &Shared,
    job: JobId,
    offer: BatchOffer,
    protection: Arc<Protection>,
) -> Result<JobEnd, String> {
    let gate = shared.jobs.gate(job);
    let connected = gate.called_off().run_until_cancelled(shared.service());
    let Some(service) = connected.await else {
        return Ok(JobEnd::BatchOver);
    };
    let Some(journal) = &shared.journal else {
        return Err(NOT_THERE.to_owned());
    };
    let begun = with_journal(journal, move |journal| journal.take_up(offer.batch)).await?;
    let Some((running, batch)) = begun else {
        return Err(NOT_THERE.to_owned());
    };
    let open: Vec<PinId> = batch.open().into_iter().map(|pin| pin.id).collect();
    let total = open.len();
    let recorder = Recorder::start(running);
    let resumed = Resumed {
        since: batch.time,
        protection,
    };
    let items = finish_all(service, open, resumed, gate);
    // What is not known stays open for the next time.
    let known = |item: &UnpinItem| item.outcome != UnpinOutcome::Unknown;
    let ended = report(shared, job, Some(&recorder), known, items).await;
    let written = if ended.len() == total {
        recorder.end().await
    } else {
        recorder.finish().await.map(drop)
    };
    written.map_err(|error| format!("{error:#}"))?;
    Ok(JobEnd::BatchOver)
}
