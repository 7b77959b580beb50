//! The worker: does what takes time, and answers every request, whatever happens.
//!
//! Requests go into bounded lanes, one for each kind of work, so that a long upload holds up no
//! page of the list. Each request becomes a task that waits for the service, for its place and for
//! its turn, can be called off while it does, and answers even where it breaks. Between requests
//! nothing ticks and nothing wakes up. Dropping the handle ends it all.

mod account;
mod changes;
mod export;
mod find;
pub mod gate;
pub mod gauge;
mod guard;
mod jobs;
mod keep;
mod lane;
mod latest;
pub mod listing;
mod log;
pub mod pin_list;
mod protect;
mod reads;
mod scan;
mod shared;
pub mod sync;
pub mod undo;
pub mod unpin;
pub mod upload;
mod written;

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::api::PinningService;
use crate::journal::Journal;
use crate::protocol::{JobId, Reply, Request};
use jobs::Jobs;
use shared::Shared;
use sync::CachePlace;

/// How far the service's clock may be behind ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(2);

/// Requests that wait in one lane, and replies that wait to be read.
const QUEUE: usize = 256;

/// What the `connect` future of [`spawn`] brings.
pub struct Connected {
    /// The service to work with.
    pub service: Arc<dyn PinningService>,
    /// The address of its API, for people.
    pub api_url: String,
    /// The gateway's address, up to and without `/ipfs/`, where there is one.
    pub gateway: Option<String>,
}

/// The way to the worker. Dropping it ends the worker and all that it does.
pub struct WorkerHandle {
    lanes: Lanes,
    jobs: Arc<Jobs>,
    _end: DropGuard,
}

struct Lanes {
    reads: mpsc::Sender<Request>,
    scans: mpsc::Sender<Request>,
    unpins: mpsc::Sender<Request>,
    uploads: mpsc::Sender<Request>,
    pins: mpsc::Sender<Request>,
    lists: mpsc::Sender<Request>,
    exports: mpsc::Sender<Request>,
    changes: mpsc::Sender<Request>,
    protections: mpsc::Sender<Request>,
}

impl WorkerHandle {
    /// Hands a request over. Never waits: where too many wait already, or the worker is gone, the
    /// request comes back.
    #[expect(
        clippy::result_large_err,
        reason = "giving the request back is the point, and nobody nests this result"
    )]
    pub fn submit(&self, request: Request) -> Result<(), Request> {
        let lane = match &request {
            Request::List { .. }
            | Request::MatchAll { .. }
            | Request::CountShown { .. }
            | Request::Plan { .. }
            | Request::ReadAccount
            | Request::Details { .. }
            | Request::Refresh { .. } => &self.lanes.reads,
            Request::Scan { .. } => &self.lanes.scans,
            Request::Unpin { .. } => &self.lanes.unpins,
            Request::Upload { .. } => &self.lanes.uploads,
            Request::PinByCid { .. } => &self.lanes.pins,
            Request::Undoable(_)
            | Request::Changes { .. }
            | Request::ChangeItems { .. }
            | Request::Undo { .. }
            | Request::Resume { .. } => &self.lanes.changes,
            Request::Protect { .. } => &self.lanes.protections,
            Request::ReadCids { .. } | Request::PinList { .. } => &self.lanes.lists,
            Request::Export { .. } => &self.lanes.exports,
        };
        let job = job_of(&request);
        if let Some(job) = job {
            self.jobs.enter(job);
        }
        lane.try_send(request).map_err(|refused| {
            if let Some(job) = job {
                self.jobs.leave(job);
            }
            refused.into_inner()
        })
    }

    /// Calls a job off, also while it still waits. What is under way in a batch of unpins is
    /// finished and reported; a job that is over already does not mind.
    pub fn cancel(&self, job: JobId) {
        self.jobs.cancel(job);
    }

    /// Pauses a job that is made of items, or lets it go on. What is under way is finished and
    /// reported; a paused job can be called off.
    pub fn set_paused(&self, job: JobId, paused: bool) {
        self.jobs.set_paused(job, paused);
    }
}

fn job_of(request: &Request) -> Option<JobId> {
    match request {
        Request::Unpin { job, .. }
        | Request::Undo { job, .. }
        | Request::Resume { job, .. }
        | Request::Upload { job, .. }
        | Request::PinByCid { job, .. }
        | Request::PinList { job, .. }
        | Request::Export { job, .. } => Some(*job),
        Request::List { .. }
        | Request::MatchAll { .. }
        | Request::Plan { .. }
        | Request::CountShown { .. }
        | Request::ReadAccount
        | Request::Details { .. }
        | Request::Refresh { .. }
        | Request::Undoable(_)
        | Request::Changes { .. }
        | Request::ChangeItems { .. }
        | Request::Protect { .. }
        | Request::ReadCids { .. }
        | Request::Scan { .. } => None,
    }
}

/// Starts the worker inside the running tokio runtime. `connect` brings the service; requests that
/// come earlier wait for it, and where it fails each one is answered with the reason.
/// `concurrency` items of batches run at the same time. Changes are written down in `journal` first; without
/// one none can be taken back. The index of the account is kept in `cache`, or in memory alone.
pub fn spawn(
    connect: impl Future<Output = anyhow::Result<Connected>> + Send + 'static,
    concurrency: usize,
    journal: Option<Arc<Journal>>,
    cache: Option<CachePlace>,
) -> (WorkerHandle, mpsc::Receiver<Reply>) {
    let (replies, received) = mpsc::channel(QUEUE);
    let end = CancellationToken::new();
    let jobs = Jobs::new(concurrency);
    let shared = Shared::connecting(connect, replies, jobs, end.clone(), journal, cache);
    let lanes = Lanes {
        reads: lane::start(&shared, reads::Reads::default()),
        scans: lane::start(&shared, scan::Scans::default()),
        unpins: lane::start(&shared, unpin::serve),
        uploads: lane::start(&shared, upload::Uploads::default()),
        pins: lane::start(&shared, upload::Pins::default()),
        changes: lane::start(&shared, changes::serve),
        protections: lane::start(&shared, protect::Protections::default()),
        lists: lane::start(&shared, pin_list::serve),
        exports: lane::start(&shared, export::serve),
    };
    tokio::spawn(
        end.clone()
            .run_until_cancelled_owned(changes::tell_cut_off(shared.clone())),
    );
    let handle = WorkerHandle {
        lanes,
        jobs: shared.jobs,
        _end: end.drop_guard(),
    };
    (handle, received)
}
