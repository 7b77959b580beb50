//! What can be taken back: the pins of a batch of unpins that are not back yet. What the service
//! refused to pin again is settled: it holds up no batch before it, and is tried again only where
//! the batch is named.

use std::collections::{HashMap, HashSet};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use super::read::{Batch, Newest};
use super::record::Entry;
use super::{Claim, Journal, Kind, Outcome};
use crate::domain::{PinId, UnpinTarget};

/// A batch of unpins that can be taken back, as far as it is not.
#[derive(Debug)]
pub struct Undoable {
    /// The batch.
    pub batch: Batch,
    /// Pins that it unpinned.
    pub taken: Vec<UnpinTarget>,
    /// Pins of which it is not known whether it unpinned them.
    pub unclear: Vec<UnpinTarget>,
    /// Those of them that an undo was refused for, with the service's words.
    pub refused: HashMap<PinId, String>,
}

impl Undoable {
    /// How many pins can come back.
    pub fn len(&self) -> usize {
        self.taken.len() + self.unclear.len()
    }

    /// Whether there is nothing to take back.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of them no undo was refused for.
    pub fn open(&self) -> usize {
        self.len() - self.refused.len()
    }

    /// The pins that can come back.
    pub fn pins(&self) -> impl Iterator<Item = &UnpinTarget> {
        self.taken.iter().chain(&self.unclear)
    }

    /// Leaves out what an undo was refused for.
    #[must_use]
    pub fn without_refused(mut self) -> Self {
        let refused = std::mem::take(&mut self.refused);
        self.taken.retain(|pin| !refused.contains_key(&pin.id));
        self.unclear.retain(|pin| !refused.contains_key(&pin.id));
        self
    }
}

/// How much of a batch is to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What no undo was refused for.
    Open,
    /// That too.
    All,
}

/// What is said of the items of a batch that was cut off and is taken back instead of finished.
const CUT_OFF: &str = "cut off before it was known";

impl Journal {
    /// The last batch of unpins of this profile and service that has pins to take back, without
    /// those that an undo was refused for.
    pub fn last_undoable(&self) -> anyhow::Result<Option<Undoable>> {
        let mut last = None;
        self.undoables(|undoable| {
            if undoable.open() == 0 {
                return ControlFlow::Continue(());
            }
            last = Some(undoable.without_refused());
            ControlFlow::Break(())
        })?;
        Ok(last)
    }

    /// Gives the batches of unpins of this profile and service that have pins which are not back,
    /// the last one first.
    ///
    /// A batch that runs is none of them; one that was cut off is, and what is open in it counts
    /// as unclear.
    pub fn undoables(
        &self,
        mut each: impl FnMut(Undoable) -> ControlFlow<()>,
    ) -> anyhow::Result<()> {
        let Some(mut unpins) = self.read(Unpins::open)? else {
            return Ok(());
        };
        while let Some((batch, undos)) = self.read(|_| unpins.next())? {
            let runs = || anyhow::Ok(!self.claimed(std::slice::from_ref(&batch))?.is_empty());
            if !self.is_ours(&batch) || runs()? {
                continue;
            }
            let undoable = self.read(|_| unpins.undoable(batch, &undos))?;
            if undoable.is_some_and(|undoable| each(undoable).is_break()) {
                break;
            }
        }
        Ok(())
    }

    /// What of this batch can be taken back, that which an undo was refused for included; `None`
    /// where nothing is left to, or no batch of unpins of this profile and service is called so.
    pub fn undoable(&self, id: Uuid) -> anyhow::Result<Option<Undoable>> {
        self.read(|path| {
            let Some(mut unpins) = Unpins::open(path)? else {
                return Ok(None);
            };
            while let Some((batch, undos)) = unpins.next()? {
                if batch.id == id && self.is_ours(&batch) {
                    return unpins.undoable(batch, &undos);
                }
            }
            Ok(None)
        })
    }

    /// The batches of unpins of this profile and service whose id begins like this, the last one
    /// first.
    pub fn unpins_called(&self, beginning: &str) -> anyhow::Result<Vec<Uuid>> {
        let beginning = beginning.to_ascii_lowercase();
        self.read(|path| {
            let mut called = Vec::new();
            if let Some(mut unpins) = Unpins::open(path)? {
                while let Some((batch, _)) = unpins.next()? {
                    if self.is_ours(&batch) && batch.id.to_string().starts_with(&beginning) {
                        called.push(batch.id);
                    }
                }
            }
            Ok(called)
        })
    }

    /// Keeps others from taking the same batch back, or up, at the same time; gives it as it is
    /// then. A batch that was cut off ends here: what is taken back is not to be finished.
    pub fn claim_undo(
        self: &Arc<Self>,
        id: Uuid,
        extent: Extent,
    ) -> anyhow::Result<Option<(Claim, Undoable)>> {
        if let Some((running, batch)) = self.take_up(id)? {
            let open = batch.open();
            let entries: Vec<Entry> = open
                .iter()
                .map(|pin| Entry::of(&pin.id, Outcome::Unknown, CUT_OFF))
                .collect();
            running.record(&entries)?;
            running.end()?;
        }
        let Some(claim) = self.claim(id)? else {
            return Ok(None);
        };
        let undoable = self.undoable(id)?.map(|undoable| match extent {
            Extent::Open => undoable.without_refused(),
            Extent::All => undoable,
        });
        let undoable = undoable.filter(|undoable| !undoable.is_empty());
        Ok(undoable.map(|undoable| (claim, undoable)))
    }
}

/// The batches of unpins of a journal, the last one first, each with the undos of it, which were
/// made after it.
pub(super) struct Unpins {
    newest: Newest,
    undos: HashMap<Uuid, Vec<Batch>>,
}

impl Unpins {
    /// `None` where there is no journal.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        Ok(Newest::open(path)?.map(|newest| Self {
            newest,
            undos: HashMap::new(),
        }))
    }

    /// The one before the one that was given last.
    pub(super) fn next(&mut self) -> io::Result<Option<(Batch, Vec<Batch>)>> {
        while let Some(batch) = self.newest.next()? {
            match (batch.kind, batch.of) {
                (Kind::Unpin, _) => {
                    let undos = self.undos.remove(&batch.id).unwrap_or_default();
                    return Ok(Some((batch, undos)));
                }
                (Kind::Undo, Some(of)) => self.undos.entry(of).or_default().push(batch),
                _ => {}
            }
        }
        Ok(None)
    }

    /// What of a batch can be taken back after these undos; `None` where nothing is left to.
    pub(super) fn undoable(
        &self,
        mut batch: Batch,
        undos: &[Batch],
    ) -> io::Result<Option<Undoable>> {
        let mut most = batch.count(Outcome::Done) + batch.count(Outcome::Unknown);
        if batch.ended.is_none() {
            most += batch.open_count();
        }
        let back = undos.iter().map(|undo| undo.count(Outcome::Back)).sum();
        if most <= back {
            return Ok(None);
        }
        self.newest.fill(&mut batch)?;
        let mut back: HashSet<PinId> = HashSet::new();
        let mut refused: HashMap<PinId, String> = HashMap::new();
        // The last one first: what it was refused for is what counts.
        for undo in undos {
            self.newest.items(undo, |items| {
                for Entry {
                    id,
                    outcome,
                    message,
                    ..
                } in items.entries
                {
                    match (id, outcome) {
                        (Some(id), Outcome::Back) => {
                            back.insert(id);
                        }
                        (Some(id), Outcome::Refused) => {
                            refused.entry(id).or_insert(message);
                        }
                        _ => {}
                    }
                }
                io::Result::Ok(())
            })?;
        }
        let with = |outcome| -> HashSet<&PinId> {
            let entries = batch.entries.iter().filter(|e| e.outcome == outcome);
            entries.filter_map(|entry| entry.id.as_ref()).collect()
        };
        let (done, unknown) = (with(Outcome::Done), with(Outcome::Unknown));
        let mut open: HashSet<PinId> = HashSet::new();
        if batch.ended.is_none() {
            open.extend(batch.open().into_iter().map(|pin| pin.id));
        }
        let pick = |wanted: &dyn Fn(&PinId) -> bool| -> Vec<UnpinTarget> {
            let left = batch.pins.iter().filter(|pin| !back.contains(&pin.id));
            left.filter(|pin| wanted(&pin.id)).cloned().collect()
        };
        let taken = pick(&|id| done.contains(id));
        let unclear = pick(&|id| !done.contains(id) && (unknown.contains(id) || open.contains(id)));
        let left: HashSet<&PinId> = taken.iter().chain(&unclear).map(|pin| &pin.id).collect();
        refused.retain(|id, _| left.contains(id));
        let undoable = Undoable {
            batch,
            taken,
            unclear,
            refused,
        };
        Ok((!undoable.is_empty()).then_some(undoable))
    }
}
