//! Work under way: what it is, how far it is, and which pins it is about.

use std::time::Duration;

use indexmap::IndexMap;

use crate::domain::{Pace, PinId, UnpinItem, UnpinReport};
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
    /// How fast its items end, where it is made of items.
    pub pace: Option<Pace>,
}

impl Job {
    /// Whether it waits for the person to let it go on.
    pub fn is_paused(&self) -> bool {
        !self.cancelling && self.pace.as_ref().is_some_and(Pace::is_paused)
    }

    /// Some more of its items have ended.
    pub(super) fn ended(&mut self, items: usize, now: Duration) {
        if let Some(pace) = &mut self.pace {
            pace.add(items, now);
        }
    }
}

/// What a job does, and how far it is.
#[derive(Clone, Debug)]
pub enum JobKind {
    /// A batch of unpins.
    Unpin {
        /// The pins that are not reported yet, with what a person calls them.
        open: IndexMap<PinId, String>,
        /// What became of the others.
        report: UnpinReport,
        /// Those that are not known to be off, with their titles.
        failures: Vec<(String, UnpinItem)>,
    },
    /// An undo of a batch of unpins.
    Undo {
        /// Those that are not back, with the reason.
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
        let job = Job {
            id,
            kind,
            started,
            cancelling: false,
            pace: None,
        };
        self.jobs.insert(id, job);
    }

    /// Starts a job that is made of so many items.
    pub(super) fn start_batch(&mut self, id: JobId, kind: JobKind, items: usize, now: Duration) {
        self.start(id, kind, now);
        if let Some(job) = self.jobs.get_mut(&id) {
            job.pace = Some(Pace::new(items, now));
        }
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

    /// The newest job that can be paused, or go on.
    pub(super) fn newest_batch(&mut self) -> Option<&mut Job> {
        let mut newest_first = self.jobs.values_mut().rev();
        newest_first.find(|job| job.pace.is_some() && !job.cancelling)
    }

    /// Whether a job can be paused, or go on.
    pub fn has_batch(&self) -> bool {
        self.jobs
            .values()
            .any(|job| job.pace.is_some() && !job.cancelling)
    }

    /// Whether a batch is about to unpin this pin.
    pub fn is_removing(&self, id: &PinId) -> bool {
        self.jobs
            .values()
            .any(|job| matches!(&job.kind, JobKind::Unpin { open, .. } if open.contains_key(id)))
    }

    /// When the line of the running jobs should be drawn anew. A paused one has nothing to show.
    pub(super) fn next_frame(&self, now: Duration) -> Option<Duration> {
        let moves = self.jobs.values().any(|job| !job.is_paused());
        moves.then(|| now + FRAME)
    }
}
