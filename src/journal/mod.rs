//! The change journal: every change made from here, written down before it is made.
//!
//! One file of JSON lines a profile. A batch has a beginning, which is on the disk before the first
//! call goes out, a line for each group of outcomes, and an end. A batch without an end belongs to
//! a process that lives (which holds a lock for as long as it does) or was cut off; what is open in
//! it has to be looked at before it is tried again. Several processes write at once, each whole
//! lines; a line torn by a crash is left behind and costs nothing but itself. No key and no secret
//! is ever handed to this room.

mod backwards;
mod by_hand;
mod compact;
mod log;
mod pages;
mod place;
mod read;
mod record;
mod recorder;
mod undoable;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;

pub use crate::domain::change::{Kind, Outcome};
pub use log::{ChangeLog, Logged};
pub use place::Claim;
pub use read::{Batch, History, Items};
pub use record::Entry;
pub use recorder::Recorder;
pub use undoable::{Extent, Undoable};

use crate::domain::{Account, UnpinTarget};
use place::Place;
use read::Newest;
use record::{Begun, Line, beginning};

/// The journal of one profile, at one service. Nothing is made on the disk before the first change.
#[derive(Debug)]
pub struct Journal {
    place: Place,
    account: Account,
    /// The directory of a journal that goes with the process.
    throw_away: Mutex<Option<TempDir>>,
}

impl Journal {
    /// The journal of `account` in this directory.
    pub fn open(directory: &Path, account: Account) -> Self {
        Self {
            place: Place::new(directory, &account.profile),
            account,
            throw_away: Mutex::new(None),
        }
    }

    /// Lets a throw-away journal go now, though others may still hold it; does nothing to others.
    pub fn let_go(&self) {
        let directory = self.throw_away.lock();
        drop(directory.unwrap_or_else(PoisonError::into_inner).take());
    }

    /// A journal that goes with this value: for a service that goes with the process.
    pub fn throw_away(account: Account) -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix("lazypin-journal-")
            .tempdir()
            .context("can't make a directory for the change journal")?;
        Ok(Self {
            place: Place::new(directory.path(), &account.profile),
            account,
            throw_away: Mutex::new(Some(directory)),
        })
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        self.place.file()
    }

    /// Writes down what is about to be done. Once this is back, it is on the disk.
    ///
    /// `pins` are those that an unpin or an undo is about; `of` is the batch that an undo takes
    /// back.
    pub fn begin(
        self: &Arc<Self>,
        kind: Kind,
        total: usize,
        pins: &[UnpinTarget],
        of: Option<Uuid>,
    ) -> anyhow::Result<Running> {
        let batch = Uuid::new_v4();
        let begun = Begun {
            batch,
            time: Timestamp::now(),
            kind,
            profile: self.account.profile.clone(),
            service: self.account.service.clone(),
            total,
            of,
        };
        // Let go outside of the lock, which letting go takes too.
        let mut claim = None;
        self.put_down(|| {
            let lines = beginning(begun, pins)?;
            self.place.locked(|| {
                // A batch must never be seen without the claim that says that it runs.
                claim = self.place.claim_locked(batch)?;
                compact::if_large(&self.place)?;
                self.place.append_locked(&lines, true)
            })
        })?;
        Ok(Running {
            journal: Arc::clone(self),
            id: batch,
            _claim: claim,
        })
    }

    /// All that it tells, without the items.
    pub fn history(&self) -> anyhow::Result<History> {
        self.read(read::history)
    }

    /// One batch with its items.
    pub fn batch(&self, id: Uuid) -> anyhow::Result<Option<Batch>> {
        self.read(|path| {
            let Some(mut newest) = Newest::open(path)? else {
                return Ok(None);
            };
            while let Some(mut batch) = newest.next()? {
                if batch.id == id {
                    newest.fill(&mut batch)?;
                    return Ok(Some(batch));
                }
            }
            Ok(None)
        })
    }

    /// The batches of unpins of this profile and service that were cut off, oldest first, without
    /// their items.
    pub fn unfinished(&self) -> anyhow::Result<Vec<Batch>> {
        let mut cut_off = self.history()?.batches;
        cut_off.retain(|batch| {
            batch.kind == Kind::Unpin && batch.ended.is_none() && self.is_ours(batch)
        });
        let claimed = self.claimed(&cut_off)?;
        cut_off.retain(|batch| !claimed.contains(&batch.id));
        Ok(cut_off)
    }

    /// Takes up a batch that was cut off, with its items as they are now; `None` where somebody
    /// else is at it, or it has ended.
    pub fn take_up(self: &Arc<Self>, id: Uuid) -> anyhow::Result<Option<(Running, Batch)>> {
        let Some(claim) = self.claim(id)? else {
            return Ok(None);
        };
        // Read after it was claimed: whoever had it before may have ended it.
        let batch = self.batch(id)?.filter(|batch| batch.ended.is_none());
        Ok(batch.map(|batch| {
            let running = Running {
                journal: Arc::clone(self),
                id,
                _claim: Some(claim),
            };
            (running, batch)
        }))
    }

    /// Which of these batches a living process is at.
    pub fn claimed(&self, batches: &[Batch]) -> anyhow::Result<Vec<Uuid>> {
        let open: Vec<Uuid> = batches
            .iter()
            .filter(|batch| batch.ended.is_none())
            .map(|batch| batch.id)
            .collect();
        self.put_down(|| self.place.claimed(&open))
    }

    fn claim(&self, batch: Uuid) -> anyhow::Result<Option<Claim>> {
        self.put_down(|| self.place.claim(batch))
    }

    fn is_ours(&self, batch: &Batch) -> bool {
        batch.profile == self.account.profile && batch.service == self.account.service
    }

    fn read<T>(&self, work: impl FnOnce(&Path) -> io::Result<T>) -> anyhow::Result<T> {
        let path = self.path();
        work(&path).with_context(|| format!("can't read the change journal {}", path.display()))
    }

    fn put_down<T>(&self, work: impl FnOnce() -> io::Result<T>) -> anyhow::Result<T> {
        work().with_context(|| format!("can't write the change journal {}", self.path().display()))
    }
}

/// A batch that this process is at.
#[derive(Debug)]
pub struct Running {
    journal: Arc<Journal>,
    id: Uuid,
    _claim: Option<Claim>,
}

impl Running {
    /// The batch's id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Writes down what became of some items.
    pub fn record(&self, items: &[Entry]) -> anyhow::Result<()> {
        self.write(&Line::Outcomes {
            batch: self.id,
            items: items.to_vec(),
        })
    }

    /// Writes down that nothing more comes. Dropping it instead leaves the batch open.
    pub fn end(self) -> anyhow::Result<()> {
        self.write(&Line::Ended {
            batch: self.id,
            time: Timestamp::now(),
        })
    }

    fn write(&self, line: &Line) -> anyhow::Result<()> {
        let journal = &self.journal;
        journal.put_down(|| {
            let mut lines = Vec::new();
            line.write(&mut lines)?;
            journal.place.append(&lines, false)
        })
    }
}

#[cfg(test)]
mod tests;
