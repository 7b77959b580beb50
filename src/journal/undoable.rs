//! What can be taken back: the pins of the last batch of unpins that are not back yet.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::read::Batch;
use super::record::{Entry, Kind, Outcome};
use super::{Claim, Journal};
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
}

/// What is said of the items of a batch that was cut off and is taken back instead of finished.
const CUT_OFF: &str = "cut off before it was known";

impl Journal {
    /// The last batch of unpins of this profile and service that has pins to take back.
    ///
    /// A batch that runs is none of them; one that was cut off is, and what is open in it counts
    /// as unclear.
    pub fn last_undoable(&self) -> anyhow::Result<Option<Undoable>> {
        let history = self.history()?.batches;
        let running = self.claimed(&history)?;
        for batch in history.iter().rev() {
            if batch.kind != Kind::Unpin
                || !self.is_ours(batch)
                || running.contains(&batch.id)
                || open_to_undo(batch, &history) == 0
            {
                continue;
            }
            if let Some(undoable) = self.undoable(batch.id)? {
                return Ok(Some(undoable));
            }
        }
        Ok(None)
    }

    /// What of this batch can be taken back; `None` where nothing is left to.
    pub fn undoable(&self, id: Uuid) -> anyhow::Result<Option<Undoable>> {
        let history = self.history()?.batches;
        let undos: HashSet<Uuid> = undos_of(id, &history).map(|undo| undo.id).collect();
        let read = self.read(|batch| batch == id || undos.contains(&batch))?;
        let (of, rest): (Vec<_>, Vec<_>) =
            read.batches.into_iter().partition(|batch| batch.id == id);
        let Some(batch) = of.into_iter().next() else {
            return Ok(None);
        };
        let back: HashSet<PinId> = rest
            .into_iter()
            .flat_map(|undo| undo.entries)
            .filter(|entry| entry.outcome == Outcome::Back)
            .filter_map(|entry| entry.id)
            .collect();
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
        let undoable = Undoable {
            taken: pick(&|id| done.contains(id)),
            unclear: pick(&|id| !done.contains(id) && (unknown.contains(id) || open.contains(id))),
            batch,
        };
        Ok((!undoable.is_empty()).then_some(undoable))
    }

    /// Keeps others from taking the same batch back, or up, at the same time; gives it as it is
    /// then. A batch that was cut off ends here: what is taken back is not to be finished.
    pub fn claim_undo(self: &Arc<Self>, id: Uuid) -> anyhow::Result<Option<(Claim, Undoable)>> {
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
        let undoable = self.undoable(id)?;
        Ok(undoable.map(|undoable| (claim, undoable)))
    }
}

/// How many items of a batch of unpins may be there to take back.
pub(super) fn open_to_undo(batch: &Batch, history: &[Batch]) -> usize {
    let mut taken = batch.count(Outcome::Done) + batch.count(Outcome::Unknown);
    if batch.ended.is_none() {
        let known: usize = batch.counts.values().sum();
        taken += batch.total.saturating_sub(known);
    }
    let back: usize = undos_of(batch.id, history)
        .map(|undo| undo.count(Outcome::Back))
        .sum();
    taken.saturating_sub(back)
}

fn undos_of(id: Uuid, history: &[Batch]) -> impl Iterator<Item = &Batch> {
    history
        .iter()
        .filter(move |batch| batch.kind == Kind::Undo && batch.of == Some(id))
}
