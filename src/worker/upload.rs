//! Making pins: by upload and by CID. Never repeated blindly; where it is not clear what became of
//! one, the account tells.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};

use super::CLOCKS_DIFFER;
use super::find;
use super::guard::guarded;
use super::lane::Work;
pub use super::scan::scan;
use super::shared::Shared;
use super::written::with_journal;
use crate::api::PinningService;
use crate::domain::{Cid, Metadata, Pin, UploadPlan};
use crate::error::ApiError;
use crate::ipfs;
use crate::journal::{Entry, Kind, Outcome};
use crate::protocol::{JobEnd, JobId, Reply, Request};

/// Uploads that run at the same time; more would only share the same line.
const UPLOADS_AT_ONCE: usize = 2;

/// Pins by CID that run at the same time.
const PINS_AT_ONCE: usize = 4;

/// The least time between two reports on one upload.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Pauses before each look for a pin that may have been made: the service may still be at it.
const LOOKS: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(5),
];

/// Uploads the plan and tells how it ended, looking in the account where the answer does not say.
/// `sent` follows the bytes of content that have gone out.
pub async fn upload(
    service: &dyn PinningService,
    plan: &UploadPlan,
    sent: watch::Sender<u64>,
) -> JobEnd {
    let started = Timestamp::now();
    let result = service.upload(plan, sent).await;
    match settle(service, started, result, async || root_of(plan).await).await {
        JobEnd::AlreadyPinned(None) => match root_of(plan).await {
            Some(root) => already(service, &root).await,
            None => JobEnd::AlreadyPinned(None),
        },
        end => end,
    }
}

async fn root_of(plan: &UploadPlan) -> Option<Cid> {
    let plan = plan.clone();
    // Hashing keeps a core busy for as long as reading the files takes.
    let hashing = spawn_blocking(move || ipfs::root_of_upload(&plan));
    hashing.await.ok()?.ok()
}

/// Pins content by its CID and tells how it ended, as [`upload`] does.
pub async fn pin_by_cid(service: &dyn PinningService, cid: &Cid, metadata: &Metadata) -> JobEnd {
    match pin_or_learn(service, cid, metadata).await {
        JobEnd::AlreadyPinned(None) => already(service, cid).await,
        end => end,
    }
}

/// The same, but for content that is pinned already it does not look which pin that is.
pub(super) async fn pin_or_learn(
    service: &dyn PinningService,
    cid: &Cid,
    metadata: &Metadata,
) -> JobEnd {
    let started = Timestamp::now();
    let result = service.pin_by_cid(cid, metadata).await;
    settle(service, started, result, async || Some(cid.clone())).await
}

/// Tells that `root` is pinned already, and by which pin.
async fn already(service: &dyn PinningService, root: &Cid) -> JobEnd {
    JobEnd::AlreadyPinned(find::existing(service, root).await)
}

/// What `result` means; `root` is asked for only where the account has to be searched.
async fn settle(
    service: &dyn PinningService,
    started: Timestamp,
    result: Result<Pin, ApiError>,
    root: impl AsyncFnOnce() -> Option<Cid>,
) -> JobEnd {
    let error = match result {
        Ok(pin) => return JobEnd::Pinned(pin),
        Err(ApiError::AlreadyPinned(_)) => return JobEnd::AlreadyPinned(None),
        Err(error) => error,
    };
    if !error.outcome_unknown() || error == ApiError::Cancelled {
        return JobEnd::Failed(error);
    }
    let Some(root) = root().await else {
        return JobEnd::Failed(error);
    };
    for pause in LOOKS {
        sleep(pause).await;
        match find::newest(service, &root).await {
            Ok(Some(pin)) if is_since(&pin, started) => return JobEnd::Pinned(pin),
            Ok(Some(pin)) => return JobEnd::AlreadyPinned(Some(pin)),
            Ok(None) => {}
            Err(_) => break,
        }
    }
    JobEnd::Failed(error)
}

fn is_since(pin: &Pin, started: Timestamp) -> bool {
    pin.date_pinned.or(pin.created_at).is_none_or(|made| {
        made.saturating_add(CLOCKS_DIFFER)
            .is_ok_and(|made| made >= started)
    })
}

/// The lane of uploads.
pub(super) struct Uploads(Arc<Semaphore>);

impl Default for Uploads {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(UPLOADS_AT_ONCE)))
    }
}

impl Work for Uploads {
    fn task(
        &mut self,
        shared: Shared,
        request: Request,
    ) -> impl Future<Output = ()> + Send + 'static {
        let places = Arc::clone(&self.0);
        async move {
            // The handle sends nothing else into this lane.
            if let Request::Upload { job, plan } = request {
                let what = (Kind::Upload, plan.source.display().to_string());
                let work = async {
                    let service = shared.service().await;
                    let sent = watch::Sender::new(0);
                    let progress = sent.subscribe();
                    let work = upload(service.as_ref(), &plan, sent);
                    followed(&shared, job, progress, work).await
                };
                run(&shared, job, what, &places, Box::pin(work)).await;
            }
        }
    }
}

/// The lane of pins by CID.
pub(super) struct Pins(Arc<Semaphore>);

impl Default for Pins {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(PINS_AT_ONCE)))
    }
}

impl Work for Pins {
    fn task(
        &mut self,
        shared: Shared,
        request: Request,
    ) -> impl Future<Output = ()> + Send + 'static {
        let places = Arc::clone(&self.0);
        async move {
            // The handle sends nothing else into this lane.
            if let Request::PinByCid { job, cid, metadata } = request {
                let what = (Kind::Pin, cid.to_string());
                let work = async {
                    let service = shared.service().await;
                    pin_by_cid(service.as_ref(), &cid, &metadata).await
                };
                run(&shared, job, what, &places, Box::pin(work)).await;
            }
        }
    }
}

/// Does a job's work when there is a place, unless it is called off, and tells how it ended. What
/// is about to be done is written down before, how it ended after.
async fn run(
    shared: &Shared,
    job: JobId,
    (kind, source): (Kind, String),
    places: &Semaphore,
    work: impl Future<Output = JobEnd>,
) {
    let gate = shared.jobs.gate(job);
    let mut running = None;
    let in_turn = guarded(async {
        let _place = places.acquire().await;
        if let Some(journal) = &shared.journal {
            let begun = with_journal(journal, move |journal| journal.begin(kind, 1, &[], None));
            match begun.await {
                Ok(begun) => running = Some(begun),
                Err(why) => return JobEnd::Broken(why),
            }
        }
        work.await
    });
    let end = gate
        .called_off()
        .run_until_cancelled(in_turn)
        .await
        .unwrap_or(Ok(JobEnd::Failed(ApiError::Cancelled)));
    if let (Some(journal), Some(running), Ok(end)) = (&shared.journal, running, &end) {
        let entry = entry(&source, end);
        let written = with_journal(journal, move |_| {
            running.record(&[entry])?;
            running.end()
        });
        // The pin is what it is; that it is not told of in the journal must not hide it.
        if let Err(why) = written.await {
            tracing::warn!("{why}");
        }
    }
    shared.finish(job, end).await;
}

/// Does the work and reports its progress meanwhile: the newest figure, some times a second.
async fn followed(
    shared: &Shared,
    job: JobId,
    mut progress: watch::Receiver<u64>,
    work: impl Future<Output = JobEnd>,
) -> JobEnd {
    let mut work = std::pin::pin!(work);
    let mut due = Instant::now();
    // Whether there is news, and whether there can be any more.
    let (mut news, mut alive) = (false, true);
    loop {
        tokio::select! {
            biased;
            end = &mut work => {
                if news {
                    let sent = *progress.borrow();
                    shared.try_reply(Reply::UploadProgress { job, sent });
                }
                return end;
            }
            changed = progress.changed(), if alive && !news => match changed {
                Ok(()) => news = true,
                Err(_) => alive = false,
            },
            () = sleep_until(due), if news => {
                let sent = *progress.borrow_and_update();
                news = !shared.try_reply(Reply::UploadProgress { job, sent });
                due = Instant::now() + PROGRESS_EVERY;
            }
        }
    }
}

/// What is written down of how an upload or a pin of `source` ended.
pub fn entry(source: &str, end: &JobEnd) -> Entry {
    let made = |outcome, pin: &Pin| Entry {
        id: Some(pin.id.clone()),
        cid: Some(pin.cid.clone()),
        name: pin.name.clone(),
        ..Entry::nameless(outcome, "")
    };
    let not_made = |outcome, message: String| Entry {
        name: Some(source.to_owned()),
        ..Entry::nameless(outcome, &message)
    };
    match end {
        JobEnd::Pinned(pin) => made(Outcome::Done, pin),
        JobEnd::AlreadyPinned(Some(pin)) => made(Outcome::Gone, pin),
        JobEnd::AlreadyPinned(None) => not_made(Outcome::Gone, "already pinned".to_owned()),
        JobEnd::Failed(error) if error.outcome_unknown() => {
            not_made(Outcome::Unknown, error.to_string())
        }
        JobEnd::Failed(error) => not_made(Outcome::Failed, error.to_string()),
        JobEnd::Broken(why) => not_made(Outcome::Unknown, why.clone()),
        JobEnd::BatchOver | JobEnd::Exported { .. } => not_made(Outcome::Unknown, String::new()),
    }
}
