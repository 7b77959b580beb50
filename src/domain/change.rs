//! A change that was made from here, as the change journal tells of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Cid, PinId, UndoOutcome, UnpinOutcome};

/// What a batch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Takes pins off.
    Unpin,
    /// Uploads files.
    Upload,
    /// Pins content by its CID.
    Pin,
    /// Takes a batch of unpins back.
    Undo,
}

impl Kind {
    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unpin => "unpin",
            Self::Upload => "upload",
            Self::Pin => "pin",
            Self::Undo => "undo",
        }
    }
}

/// How one item of a batch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Unpinned, or pinned, by this batch.
    Done,
    /// Off before an unpin; pinned before an upload or a pin.
    Gone,
    /// The service said no.
    Refused,
    /// Nobody knows.
    Unknown,
    /// The batch ended before it came to this.
    Untried,
    /// Pinned again.
    Back,
    /// Did not come about.
    Failed,
}

impl Outcome {
    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Untried => "untried",
            Self::Back => "back",
            Self::Failed => "failed",
        }
    }
}

impl From<UnpinOutcome> for Outcome {
    fn from(outcome: UnpinOutcome) -> Self {
        match outcome {
            UnpinOutcome::Done => Self::Done,
            UnpinOutcome::Gone => Self::Gone,
            UnpinOutcome::Refused => Self::Refused,
            UnpinOutcome::Unknown => Self::Unknown,
        }
    }
}

impl From<UndoOutcome> for Outcome {
    fn from(outcome: UndoOutcome) -> Self {
        match outcome {
            UndoOutcome::Back | UndoOutcome::Waiting | UndoOutcome::Already => Self::Back,
            UndoOutcome::Refused => Self::Refused,
            UndoOutcome::Failed => Self::Failed,
        }
    }
}

/// One change: a batch, without its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The batch's id.
    pub batch: Uuid,
    /// When it began.
    pub time: Timestamp,
    /// What it does.
    pub kind: Kind,
    /// The profile that it was made under.
    pub profile: String,
    /// The service that it was made at.
    pub service: String,
    /// How many items it was to have.
    pub total: usize,
    /// How many of them ended which way.
    pub counts: BTreeMap<Outcome, usize>,
    /// The batch that it takes back.
    pub of: Option<Uuid>,
}

impl Change {
    /// How many items nothing is known of.
    pub fn open(&self) -> usize {
        let known: usize = self.counts.values().sum();
        self.total.saturating_sub(known)
    }

    /// How its items ended, in words.
    pub fn outcomes(&self) -> String {
        let mut text = String::new();
        let mut separator = "";
        let open = (self.open(), "open");
        let ended = self.counts.iter().map(|(o, number)| (*number, o.label()));
        for (number, label) in ended.chain([open]).filter(|(number, _)| *number > 0) {
            let _ = write!(text, "{separator}{number} {label}");
            separator = ", ";
        }
        text
    }
}

/// The beginning of a batch's id, which is enough to name it.
pub fn short_id(batch: Uuid) -> String {
    let mut id = batch.to_string();
    id.truncate(8);
    id
}

/// One item of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeItem {
    /// The pin, where one is known.
    pub id: Option<PinId>,
    /// Its name, or what was to be pinned.
    pub name: Option<String>,
    /// Its content.
    pub cid: Option<Cid>,
    /// How it ended; `None` where nothing is known.
    pub outcome: Option<Outcome>,
    /// Why, where there is something to say.
    pub message: String,
    /// The id that a pin has since it is back.
    pub new_id: Option<PinId>,
}

impl ChangeItem {
    /// What a person would call it: its name, else its CID, else its id.
    pub fn title(&self) -> &str {
        let name = self.name.as_deref().filter(|name| !name.trim().is_empty());
        name.or(self.cid.as_ref().map(Cid::as_str))
            .or(self.id.as_ref().map(PinId::as_str))
            .unwrap_or("(unknown)")
    }

    /// The word for how it ended.
    pub fn outcome_label(&self) -> &'static str {
        self.outcome.map_or("open", Outcome::label)
    }
}

/// Some rows of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<Row> {
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether more come after them.
    pub more: bool,
}
