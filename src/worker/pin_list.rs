//! Pinning a list of CIDs: reading the list, then some at a time, never stopping at the first
//! failure, and never asking twice for what may have been done.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::find;
use super::gate::Gate;
use super::guard::guarded;
use super::shared::Shared;
use super::unpin::groups;
use super::upload;
use super::written::with_journal;
use crate::api::PinningService;
use crate::domain::{Cid, CidLine, CidList, Metadata, Pin};
use crate::error::ApiError;
use crate::journal::{Entry, Kind, Outcome, Recorder};
use crate::protocol::{CidSource, JobEnd, JobId, ListItem, Reply, Request};

/// Times that a pin which the service had no time for is asked for in all.
const TRIES: u32 = 5;

/// The pause before another try where the service names none; each further one is as much longer.
const PAUSE: Duration = Duration::from_secs(2);

/// The longest pause that a service may ask for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Pins all of a list that the gate lets through; each comes once, in the order in which they end.
/// Which pin keeps content that is pinned already is not looked for.
pub fn pin_all(
    service: Arc<dyn PinningService>,
    list: Arc<CidList>,
    for_all: Metadata,
    gate: Gate,
) -> impl Stream<Item = ListItem> + Send + 'static {
    let for_all = Arc::new(for_all);
    gate.run(0..list.pins.len(), move |place| {
        let (service, list) = (Arc::clone(&service), Arc::clone(&list));
        let for_all = Arc::clone(&for_all);
        async move {
            let line = &list.pins[place];
            let end = pin_one(service.as_ref(), &line.cid, &line.metadata(&for_all)).await;
            ListItem { place, end }
        }
    })
}

/// Pins one of many by its CID. A service that had too many calls did nothing and is asked again.
pub(super) async fn pin_one(
    service: &dyn PinningService,
    cid: &Cid,
    metadata: &Metadata,
) -> JobEnd {
    let pinning = guarded(async {
        let mut tries = 0;
        loop {
            tries += 1;
            match upload::pin_or_learn(service, cid, metadata).await {
                JobEnd::Failed(ApiError::RateLimited { retry_after }) if tries < TRIES => {
                    sleep(retry_after.unwrap_or(PAUSE * tries).min(LONGEST_PAUSE)).await;
                }
                end => return end,
            }
        }
    });
    pinning.await.unwrap_or_else(JobEnd::Broken)
}

/// The pins that content of a list is pinned for already, where they can be found. Reads as much of
/// the account as it takes, once for all.
pub async fn existing(service: &dyn PinningService, cids: &[&Cid]) -> Vec<Option<Pin>> {
    find::existing_all(service, cids).await
}

/// What is written down of a pin that the batch did not come to.
fn untried(cid: &Cid) -> Entry {
    Entry {
        cid: Some(cid.clone()),
        ..Entry::nameless(Outcome::Untried, "")
    }
}

/// The lane of lists, which run side by side.
pub(super) async fn serve(shared: Shared, request: Request) {
    match request {
        Request::ReadCids { seq, source } => {
            let read = spawn_blocking(move || read(&source)).await;
            let result = read.unwrap_or_else(|broke| Err(broke.to_string()));
            shared.reply(Reply::CidsRead { seq, result }).await;
        }
        Request::PinList {
            job,
            list,
            metadata,
        } => {
            let batch = batch(&shared, job, &list, metadata);
            let end = guarded(batch).await;
            shared.finish(job, end.and_then(|end| end)).await;
        }
        // The handle sends nothing else into this lane.
        _ => {}
    }
}

fn read(source: &CidSource) -> Result<CidList, String> {
    match source {
        CidSource::Paste(text) => {
            CidList::read(text.as_bytes()).map_err(|error| format!("what was pasted {error}"))
        }
        CidSource::File(path) => read_file(path).map_err(|why| {
            let name = path.file_name().unwrap_or(path.as_os_str());
            format!("{}: {why}", name.to_string_lossy())
        }),
    }
}

fn read_file(path: &Path) -> Result<CidList, String> {
    // A pipe would be waited for, and may never say anything.
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err("is no file".to_owned()),
        Err(error) => return Err(error.to_string()),
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    CidList::read(BufReader::new(file)).map_err(|error| error.to_string())
}

/// Pins one list. Once it is called off no further pin starts; those under way are finished.
async fn batch(
    shared: &Shared,
    job: JobId,
    list: &Arc<CidList>,
    metadata: Metadata,
) -> Result<JobEnd, String> {
    let gate = shared.jobs.gate(job);
    let connected = gate.called_off().run_until_cancelled(shared.service());
    let Some(service) = connected.await else {
        return Ok(JobEnd::BatchOver);
    };
    let total = list.pins.len();
    let recorder = match &shared.journal {
        // No call goes out before this is on the disk.
        Some(journal) => {
            let begun = with_journal(journal, move |journal| {
                journal.begin(Kind::Pin, total, &[], None)
            });
            Some(Recorder::start(begun.await?))
        }
        None => None,
    };
    let items = pin_all(service, Arc::clone(list), metadata, gate);
    let mut is_open = vec![true; total];
    {
        let mut groups = std::pin::pin!(groups(items));
        while let Some(items) = groups.next().await {
            for ListItem { place, end } in &items {
                is_open[*place] = false;
                if let Some(recorder) = &recorder {
                    let cid = list.pins[*place].cid.as_str();
                    recorder.push(upload::entry(cid, end)).await;
                }
            }
            shared.reply(Reply::ListPinned { job, items }).await;
        }
    }
    if let Some(recorder) = recorder {
        for (CidLine { cid, .. }, _) in list.pins.iter().zip(is_open).filter(|(_, open)| *open) {
            recorder.push(untried(cid)).await;
        }
        recorder.end().await.map_err(|error| format!("{error:#}"))?;
    }
    Ok(JobEnd::BatchOver)
}
