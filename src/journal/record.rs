//! The lines of the journal: what is written, and how it is told apart when it is read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::change::{Kind, Outcome};
use crate::domain::{Cid, PinId, UndoItem, UnpinItem, UnpinTarget, text};

/// One item of a batch and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The pin that the batch was about; for a pin that was made, its new id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PinId>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, where there is something to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The id that a pin has since it is back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_id: Option<PinId>,
    /// The content, where the batch did not name it when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cid: Option<Cid>,
    /// The name, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Characters kept of a message: the service may say anything.
const MESSAGE: usize = 500;

impl Entry {
    /// An item of an unpin.
    pub fn of(id: &PinId, outcome: Outcome, message: &str) -> Self {
        Self {
            id: Some(id.clone()),
            ..Self::nameless(outcome, message)
        }
    }

    /// An item of which no pin is known.
    pub fn nameless(outcome: Outcome, message: &str) -> Self {
        Self {
            id: None,
            outcome,
            message: text::truncate(message, MESSAGE).into_owned(),
            new_id: None,
            cid: None,
            name: None,
        }
    }
}

impl From<&UnpinItem> for Entry {
    fn from(item: &UnpinItem) -> Self {
        Self::of(&item.id, item.outcome.into(), &item.message)
    }
}

impl From<&UndoItem> for Entry {
    fn from(item: &UndoItem) -> Self {
        Self {
            new_id: item.new_id.clone(),
            cid: item.target.cid.clone(),
            name: item.target.name.clone(),
            ..Self::of(&item.target.id, item.outcome.into(), &item.message)
        }
    }
}

/// One line, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub(super) enum Line {
    /// A batch is about to begin. Lines of its pins follow.
    Begun(Begun),
    /// Some of the pins that it is about.
    Pins { batch: Uuid, pins: Vec<UnpinTarget> },
    /// What became of some.
    Outcomes { batch: Uuid, items: Vec<Entry> },
    /// Nothing more comes of it.
    Ended { batch: Uuid, time: Timestamp },
}

/// The head of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) batch: Uuid,
    pub(super) time: Timestamp,
    pub(super) kind: Kind,
    pub(super) profile: String,
    pub(super) service: String,
    pub(super) total: usize,
    /// The batch that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<Uuid>,
}

impl Line {
    /// Adds the line with its end to `out`.
    pub(super) fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.push(b'\n');
        Ok(())
    }
}

/// Pins on one line at the most, so that one spoiled line costs little.
const PINS_A_LINE: usize = 200;

/// Bytes that the texts of one pin may take. A pin with more is written without them, and looked
/// up when it is to come back.
const TEXTS_OF_A_PIN: usize = 64 << 10;

/// The lines with which a batch begins.
pub(super) fn beginning(begun: Begun, pins: &[UnpinTarget]) -> serde_json::Result<Vec<u8>> {
    let batch = begun.batch;
    let mut out = Vec::new();
    Line::Begun(begun).write(&mut out)?;
    for some in pins.chunks(PINS_A_LINE) {
        let pins = some.iter().map(fitting).collect();
        Line::Pins { batch, pins }.write(&mut out)?;
    }
    Ok(out)
}

fn fitting(pin: &UnpinTarget) -> UnpinTarget {
    let texts: usize = [
        pin.name.as_ref().map_or(0, String::len),
        pin.cid.as_ref().map_or(0, |cid| cid.as_str().len()),
    ]
    .into_iter()
    .chain(
        pin.keyvalues
            .iter()
            .map(|(key, value)| key.len() + value.len()),
    )
    .sum();
    if texts > TEXTS_OF_A_PIN {
        UnpinTarget::unknown(pin.id.clone())
    } else {
        pin.clone()
    }
}
