//! Work under way: what it is, how far it is, and which pins it is about.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

use super::pin_list::ListReport;
use super::results::{EndedJob, Results};
use crate::domain::text::count;
use crate::domain::{CidList, Pace, PinId, RecordFormat, Throttle, UndoReport, UnpinReport};
use crate::protocol::JobId;

/// How often the line of a running job is drawn anew.
const FRAME: Duration = Duration::from_millis(120);

/// Jobs that are over and still told of.
const ENDED_KEPT: usize = 20;

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
    /// What became of them.
    pub results: Results,
}

impl Job {
    /// Whether it waits for the person to let it go on.
    pub fn is_paused(&self) -> bool {
        !self.cancelling && self.pace.as_ref().is_some_and(Pace::is_paused)
    }

    /// What it is to do, in a few words.
    pub fn name(&self) -> String {
        let pins = |verb: &str| {
            let pins = self.pace.as_ref().map_or(0, Pace::total);
            format!("{verb} {}", count(pins, "pin"))
        };
        match &self.kind {
            JobKind::Unpin { .. } => pins("unpin"),
            JobKind::Undo(_) => pins("take back"),
            JobKind::PinList { list, .. } => format!("pin {}", count(list.pins.len(), "CID")),
            JobKind::Export { name, .. } => format!("export to '{name}'"),
            JobKind::Upload { title, .. } => format!("upload '{title}'"),
            JobKind::PinByCid { title } => format!("pin '{title}'"),
        }
    }

    /// How much of it is done, and of how much; `None` where that is not known.
    pub fn share(&self) -> Option<(u64, u64)> {
        match (&self.kind, &self.pace) {
            (JobKind::Upload { total, sent, .. }, _) => Some((*sent, *total)),
            (JobKind::Export { written, total, .. }, _) => Some((*written, (*total)?)),
            (_, Some(pace)) => Some((pace.ended() as u64, pace.total() as u64)),
            (_, None) => None,
        }
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
    },
    /// An undo of a batch of unpins.
    Undo(UndoReport),
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
    /// Writing pins to a file.
    Export {
        /// In which form.
        format: RecordFormat,
        /// The file's name, as it was typed.
        name: String,
        /// Pins that are written.
        written: u64,
        /// Pins that there are, once that is known.
        total: Option<u64>,
    },
    /// Pins of a list of CIDs.
    PinList {
        /// The list.
        list: Arc<CidList>,
        /// Whether the pin at this place of the list is not reported yet.
        is_open: Vec<bool>,
        /// What became of the others.
        report: ListReport,
    },
}

/// The jobs that run, oldest first, and the last ones that ran.
#[derive(Debug, Default)]
pub struct Jobs {
    running: IndexMap<JobId, Job>,
    ended: VecDeque<EndedJob>,
    /// How fast calls may leave, and since when.
    throttle: Option<(Throttle, Duration)>,
}

impl Jobs {
    /// How many run.
    pub fn len(&self) -> usize {
        self.running.len()
    }

    /// Whether none runs.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// The jobs that run, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.running.values()
    }

    /// The last jobs of this session that are over, the newest first.
    pub fn ended(&self) -> impl Iterator<Item = &EndedJob> {
        self.ended.iter()
    }

    /// Keeps one that is over.
    pub(super) fn keep(&mut self, job: EndedJob) {
        self.ended.push_front(job);
        self.ended.truncate(ENDED_KEPT);
    }

    pub(super) fn start(&mut self, id: JobId, kind: JobKind, started: Duration) {
        let job = Job {
            id,
            kind,
            started,
            cancelling: false,
            pace: None,
            results: Results::default(),
        };
        self.running.insert(id, job);
    }

    /// Starts a job that is made of so many items.
    pub(super) fn start_batch(&mut self, id: JobId, kind: JobKind, items: usize, now: Duration) {
        self.start(id, kind, now);
        let mut pace = Pace::new(items, now);
        if let Some((throttle, since)) = self.throttle {
            let wait = (since + throttle.wait).saturating_sub(now);
            pace.throttle(Throttle { wait, ..throttle }, now);
        }
        if let Some(job) = self.running.get_mut(&id) {
            job.pace = Some(pace);
        }
    }

    /// How fast calls may leave from now on.
    pub(super) fn throttle(&mut self, throttle: Throttle, now: Duration) {
        self.throttle = Some((throttle, now));
        for pace in self
            .running
            .values_mut()
            .filter_map(|job| job.pace.as_mut())
        {
            pace.throttle(throttle, now);
        }
    }

    pub(super) fn get_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.running.get_mut(&id)
    }

    pub(super) fn end(&mut self, id: JobId) -> Option<Job> {
        self.running.shift_remove(&id)
    }

    /// Marks a job that still runs as called off, the newest where none is named, and gives its
    /// number.
    pub(super) fn cancel(&mut self, id: Option<JobId>) -> Option<JobId> {
        let mut newest_first = self.running.values_mut().rev();
        let job = newest_first.find(|job| !job.cancelling && id.is_none_or(|id| id == job.id))?;
        job.cancelling = true;
        Some(job.id)
    }

    /// Pauses a batch that runs, or lets it go on, the newest where none is named; gives its number
    /// and whether it is paused now.
    pub(super) fn turn_pause(&mut self, id: Option<JobId>, now: Duration) -> Option<(JobId, bool)> {
        let newest_first = self.running.values_mut().rev();
        let mut named = newest_first.filter(|job| id.is_none_or(|id| id == job.id));
        let (job, pace) = named.find_map(|job| {
            let id = job.id;
            let pace = job.pace.as_mut().filter(|_| !job.cancelling)?;
            Some((id, pace))
        })?;
        let paused = !pace.is_paused();
        pace.set_paused(paused, now);
        Some((job, paused))
    }

    /// Whether a job can be paused, or go on.
    pub fn has_batch(&self) -> bool {
        self.running
            .values()
            .any(|job| job.pace.is_some() && !job.cancelling)
    }

    /// Whether a batch is about to unpin this pin.
    pub fn is_removing(&self, id: &PinId) -> bool {
        self.running
            .values()
            .any(|job| matches!(&job.kind, JobKind::Unpin { open, .. } if open.contains_key(id)))
    }

    /// The pins that batches are about to unpin.
    pub fn removing(&self) -> HashSet<PinId> {
        let open = self.running.values().filter_map(|job| match &job.kind {
            JobKind::Unpin { open, .. } => Some(open.keys()),
            _ => None,
        });
        open.flatten().cloned().collect()
    }

    /// When the line of the running jobs should be drawn anew. A paused one has nothing to show.
    pub(super) fn next_frame(&self, now: Duration) -> Option<Duration> {
        let moves = self.running.values().any(|job| !job.is_paused());
        moves.then(|| now + FRAME)
    }
}
