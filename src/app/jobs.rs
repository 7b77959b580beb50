//! Work under way: what it is, how far it is, and which pins it is about.

use std::time::Duration;

use indexmap::IndexMap;

use crate::domain::{PinId, UnpinItem, UnpinReport};
use crate::protocol::JobId;

/// How often the line of a running job is drawn anew.
const FRAME: Duration = Duration::from_millis(120);

/// One job that runs.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// When it began, on the clock of [`super::Now::tick`].
    pub started: Duration,
    /// Whether it was called off and is coming to an end.
    pub cancelling: bool,
}

/// What a job does, and how far it is.
#[derive(Clone, Debug)]
pub enum JobKind {
    /// A batch of unpins.
    Unpin {
        /// The pins that are not reported yet, with what a person calls them.
        open: IndexMap<PinId, String>,
        /// How many pins the batch has.
        total: usize,
        /// What became of the others.
        report: UnpinReport,
        /// Those that are not known to be off, with their titles.
        failures: Vec<(String, UnpinItem)>,
    },
    /// An undo of a batch of unpins.
    Undo {
        /// How many pins are to come back.
        total: usize,
        /// How many are reported.
        ended: usize,
        /// Those of them that are not back, with the reason.
        failures: Vec<(String, String)>,
    },
    /// An upload.
    Upload {
        /// What a person calls it.
        title: String,
        /// Bytes of content.
        total: u64,
        /// Bytes of content handed to the network.
        sent: u64,
    },
    /// A pin by CID.
    PinByCid {
        /// What a person calls it.
        title: String,
    },
}

/// The jobs that run, oldest first.
#[derive(Debug, Default)]
pub struct Jobs {
    jobs: IndexMap<JobId, Job>,
}

impl Jobs {
    /// How many run.
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether none runs.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// The jobs that run, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Job> {
        self.jobs.values()
    }

    pub(super) fn start(&mut self, id: JobId, kind: JobKind, started: Duration) {
        self.jobs.insert(
            id,
            Job {
                id,
                kind,
                started,
                cancelling: false,
            },
        );
    }

    pub(super) fn get_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.jobs.get_mut(&id)
    }

    pub(super) fn end(&mut self, id: JobId) -> Option<Job> {
        self.jobs.shift_remove(&id)
    }

    /// Marks the newest job that still runs as called off, and gives its number.
    pub(super) fn cancel_newest(&mut self) -> Option<JobId> {
        let job = self.jobs.values_mut().rev().find(|job| !job.cancelling)?;
        job.cancelling = true;
        Some(job.id)
    }

    /// Whether a batch is about to unpin this pin.
    pub fn is_removing(&self, id: &PinId) -> bool {
        self.jobs
            .values()
            .any(|job| matches!(&job.kind, JobKind::Unpin { open, .. } if open.contains_key(id)))
    }

    /// When the line of the running jobs should be drawn anew.
    pub(super) fn next_frame(&self, now: Duration) -> Option<Duration> {
        (!self.jobs.is_empty()).then(|| now + FRAME)
    }
}
