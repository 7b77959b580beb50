//! `lazypin undo --list`: what can come back, and nothing is changed.

use std::ops::ControlFlow;

use serde::Serialize;

use super::out::{Out, note};
use super::{Outcome, Session, question};
use crate::domain::UnpinTarget;
use crate::domain::change::short_id;
use crate::domain::text::{count, date_time, scrub};
use crate::journal::{Journal, Undoable};

/// A batch with pins that are not back.
#[derive(Serialize)]
struct Listed {
    batch: String,
    time: String,
    total: usize,
    open: usize,
    refused: usize,
    #[serde(skip)]
    line: String,
}

impl From<&Undoable> for Listed {
    fn from(undoable: &Undoable) -> Self {
        let batch = &undoable.batch;
        let (open, refused) = (undoable.open(), undoable.refused.len());
        let mut parts = Vec::new();
        if open > 0 {
            parts.push(format!("{open} can come back"));
        }
        if refused > 0 {
            parts.push(format!("{refused} refused"));
        }
        Self {
            batch: batch.id.to_string(),
            time: batch.time.to_string(),
            total: batch.total,
            open,
            refused,
            line: format!(
                "{}  {} UTC  {}: {}",
                short_id(batch.id),
                date_time(batch.time),
                count(batch.total, "pin"),
                parts.join(", ")
            ),
        }
    }
}

/// Prints the batches that can come back, the last one first.
pub(super) fn tell_batches(journal: &Journal, session: &Session<'_>) -> anyhow::Result<Outcome> {
    #[derive(Serialize)]
    struct Document {
        batches: Vec<Listed>,
    }
    let mut batches = Vec::new();
    journal.undoables(|undoable| {
        batches.push(Listed::from(&undoable));
        ControlFlow::Continue(())
    })?;
    let mut out = Out::stdout(session.settings);
    if session.json {
        out.document(&Document { batches })?;
        return Ok(Outcome::Done);
    }
    for listed in &batches {
        out.line(&listed.line)?;
    }
    out.flush()?;
    if batches.is_empty() {
        note("undo: there is nothing to take back");
    }
    Ok(Outcome::Done)
}

/// Prints the pins of a batch that can come back.
pub(super) fn tell_pins(
    undoable: Option<&Undoable>,
    session: &Session<'_>,
) -> anyhow::Result<Outcome> {
    #[derive(Serialize)]
    struct Document<'a> {
        batch: Option<String>,
        time: Option<String>,
        open: usize,
        refused: usize,
        items: Vec<Item<'a>>,
    }
    #[derive(Serialize)]
    struct Item<'a> {
        #[serde(flatten)]
        pin: &'a UnpinTarget,
        /// Why an undo was refused, where one was.
        refused: Option<&'a str>,
    }
    let mut out = Out::stdout(session.settings);
    let items: Vec<Item<'_>> = undoable
        .iter()
        .flat_map(|undoable| undoable.pins().map(move |pin| (undoable, pin)))
        .map(|(undoable, pin)| Item {
            pin,
            refused: undoable.refused.get(&pin.id).map(String::as_str),
        })
        .collect();
    if session.json {
        out.document(&Document {
            batch: undoable.map(|undoable| undoable.batch.id.to_string()),
            time: undoable.map(|undoable| undoable.batch.time.to_string()),
            open: undoable.map_or(0, Undoable::open),
            refused: undoable.map_or(0, |undoable| undoable.refused.len()),
            items,
        })?;
        return Ok(Outcome::Done);
    }
    let Some(undoable) = undoable else {
        note("undo: nothing of this batch is left to take back");
        return Ok(Outcome::Done);
    };
    for Item { pin, refused } in items {
        let line = question::undo_line(pin);
        match refused {
            Some(why) => out.line(&scrub(&format!("{line}  ({why})")))?,
            None => out.line(&line)?,
        }
    }
    out.line_now(&Listed::from(undoable).line)?;
    Ok(Outcome::Done)
}
