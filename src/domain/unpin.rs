//! A batch of unpins: what it takes to take each back, and what became of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Cid, Metadata, Pin, PinId};

/// A pin that is to be unpinned, with what it takes to pin its content again, as far as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpinTarget {
    /// Which pin.
    pub id: PinId,
    /// Its root CID; `None` where nobody looked before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cid: Option<Cid>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its keyvalues.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keyvalues: BTreeMap<String, String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl UnpinTarget {
    /// A pin of which only the id is known.
    pub fn unknown(id: PinId) -> Self {
        Self {
            id,
            cid: None,
            name: None,
            keyvalues: BTreeMap::new(),
            size: None,
        }
    }

    /// What a person would call it: its name, else its CID, else its id.
    pub fn title(&self) -> &str {
        match (self.name.as_deref(), &self.cid) {
            (Some(name), _) if !name.trim().is_empty() => name,
            (_, Some(cid)) => cid.as_str(),
            (_, None) => self.id.as_str(),
        }
    }

    /// What was said about it.
    pub fn metadata(&self) -> Metadata {
        Metadata {
            name: self.name.clone(),
            keyvalues: self.keyvalues.clone(),
        }
    }
}

impl From<Pin> for UnpinTarget {
    fn from(pin: Pin) -> Self {
        Self {
            id: pin.id,
            cid: Some(pin.cid),
            name: pin.name,
            keyvalues: pin.keyvalues,
            size: pin.size,
        }
    }
}

impl From<&Pin> for UnpinTarget {
    fn from(pin: &Pin) -> Self {
        Self {
            id: pin.id.clone(),
            cid: Some(pin.cid.clone()),
            name: pin.name.clone(),
            keyvalues: pin.keyvalues.clone(),
            size: pin.size,
        }
    }
}

/// One pin of a batch that was to be taken back, and whether it is back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoItem {
    /// The pin that had been unpinned.
    pub target: UnpinTarget,
    /// The id that it has now, where it is back and the id is known.
    pub new_id: Option<PinId>,
    /// How it ended.
    pub outcome: UndoOutcome,
    /// Why not, or what there is to say about it.
    pub message: String,
}

/// How one item of an undo ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UndoOutcome {
    /// Its content is pinned again.
    Back,
    /// It is pinned again, and the service has yet to find its content.
    Waiting,
    /// It was pinned already.
    Already,
    /// The service said no: another try would end the same, as far as anybody can tell.
    Refused,
    /// It did not come about, and may another time.
    Failed,
}

impl UndoOutcome {
    /// The word for it in outputs.
    pub fn label(self) -> &'static str {
        match self {
            Self::Back | Self::Waiting | Self::Already => "back",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl UndoItem {
    /// Whether its content is pinned.
    pub fn is_back(&self) -> bool {
        !matches!(self.outcome, UndoOutcome::Refused | UndoOutcome::Failed)
    }
}

/// How many items of an undo ended which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UndoReport {
    /// Pinned again, whether their content is there yet or not.
    pub back: usize,
    /// Those of them that wait for their content.
    pub waiting: usize,
    /// Pinned already.
    pub already: usize,
    /// Refused by the service.
    pub refused: usize,
    /// Not back, and may be another time.
    pub failed: usize,
}

impl UndoReport {
    /// Counts one more item.
    pub fn count(&mut self, outcome: UndoOutcome) {
        match outcome {
            UndoOutcome::Back => self.back += 1,
            UndoOutcome::Waiting => {
                self.back += 1;
                self.waiting += 1;
            }
            UndoOutcome::Already => self.already += 1,
            UndoOutcome::Refused => self.refused += 1,
            UndoOutcome::Failed => self.failed += 1,
        }
    }

    /// How many items have ended.
    pub fn total(&self) -> usize {
        self.back + self.already + self.refused + self.failed
    }
}

/// A line for people.
impl fmt::Display for UndoReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = match self.back {
            0 if self.total() > 0 => Vec::new(),
            1 => vec!["1 pin is back, with a new id".to_owned()],
            back => vec![format!("{back} pins are back, with new ids")],
        };
        for (number, what) in [
            (self.waiting, "waiting for content"),
            (self.already, "pinned already"),
            (self.refused, "refused"),
            (self.failed, "could not come back"),
        ] {
            if number > 0 {
                parts.push(format!("{number} {what}"));
            }
        }
        f.write_str(&parts.join(", "))
    }
}

impl<'a> FromIterator<&'a UndoItem> for UndoReport {
    fn from_iter<T: IntoIterator<Item = &'a UndoItem>>(items: T) -> Self {
        items.into_iter().fold(Self::default(), |mut report, item| {
            report.count(item.outcome);
            report
        })
    }
}

/// How one unpin ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnpinOutcome {
    /// The service unpinned it.
    Done,
    /// It was unpinned, or not there, before.
    Gone,
    /// The service said no.
    Refused,
    /// Nobody knows: the call broke off and looking afterwards did not help.
    Unknown,
}

impl UnpinOutcome {
    /// The word for it in outputs and summaries.
    pub fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the pin is known to be off the service now.
    pub fn is_off(self) -> bool {
        matches!(self, Self::Done | Self::Gone)
    }
}

/// One pin of a batch and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpinItem {
    /// Which pin.
    pub id: PinId,
    /// How it ended.
    pub outcome: UnpinOutcome,
    /// The service's words, or why it is not known; empty where all went well.
    pub message: String,
}

/// How many of a batch ended which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnpinReport {
    /// Unpinned by this batch.
    pub done: usize,
    /// Already off before.
    pub gone: usize,
    /// Refused by the service.
    pub refused: usize,
    /// Not known.
    pub unknown: usize,
}

impl UnpinReport {
    /// Counts one more item.
    pub fn count(&mut self, outcome: UnpinOutcome) {
        match outcome {
            UnpinOutcome::Done => self.done += 1,
            UnpinOutcome::Gone => self.gone += 1,
            UnpinOutcome::Refused => self.refused += 1,
            UnpinOutcome::Unknown => self.unknown += 1,
        }
    }

    /// How many items have ended.
    pub fn total(&self) -> usize {
        self.done + self.gone + self.refused + self.unknown
    }

    /// Whether every item is known to be off the service.
    pub fn is_clean(&self) -> bool {
        self.refused == 0 && self.unknown == 0
    }
}

impl<'a> FromIterator<&'a UnpinItem> for UnpinReport {
    fn from_iter<T: IntoIterator<Item = &'a UnpinItem>>(items: T) -> Self {
        items.into_iter().fold(Self::default(), |mut report, item| {
            report.count(item.outcome);
            report
        })
    }
}
