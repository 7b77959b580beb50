//! `lazypin undo`: a batch of unpins goes back, by CID, with names and keyvalues; the last one,
//! where none is named.

use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::out::{Out, note};
use super::{Outcome, Session, question, undo_list};
use crate::api::PinningService;
use crate::args::UndoArgs;
use crate::config::UsageError;
use crate::connect::journal;
use crate::domain::change::short_id;
use crate::domain::text::{count, scrub};
use crate::domain::{Cid, PinId, UndoItem, UndoReport};
use crate::journal::{Batch, Entry, Extent, Journal, Kind, Recorder, Undoable};
use crate::worker::undo::undo_all;

pub(super) async fn run(args: &UndoArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    let journal = journal(session.settings)?;
    if args.list && args.batch.is_none() {
        return undo_list::tell_batches(&journal, session);
    }
    if !args.list {
        session.refuse_read_only("undo")?;
    }
    let extent = match args.batch {
        Some(_) => Extent::All,
        None => Extent::Open,
    };
    let (looking, named) = (Arc::clone(&journal), args.batch.clone());
    let found = spawn_blocking(move || match named {
        Some(beginning) => looking.undoable(called(&looking, &beginning)?),
        None => looking.last_undoable(),
    });
    let found = found.await??;
    if args.list {
        return undo_list::tell_pins(found.as_ref(), session);
    }
    let Some(found) = found else {
        note("undo: there is nothing to take back");
        return Told::default().tell(session, None);
    };
    if !args.yes {
        if !question::can_ask() {
            return Err(UsageError::with_hint(
                "undo: there is no terminal to ask on",
                "--yes takes back without asking, --list shows what can come back",
            )
            .into());
        }
        match question::ask_undo(&found, &session.interrupt).await? {
            None => return Ok(Outcome::Interrupted),
            Some(false) => {
                note("undo: nothing was taken back");
                return Ok(Outcome::Incomplete);
            }
            Some(true) => {}
        }
    }
    take_back(args, session, journal, &found.batch, extent).await
}

/// The one batch of unpins whose id begins like this.
fn called(journal: &Journal, beginning: &str) -> anyhow::Result<Uuid> {
    match journal.unpins_called(beginning)?[..] {
        [id] => Ok(id),
        ref ids => {
            let how_many = if ids.is_empty() {
                "no"
            } else {
                "more than one"
            };
            let what = format!(
                "undo: {how_many} batch of unpins has an id that begins with '{beginning}'"
            );
            let hint = "'lazypin undo --list' shows those that can come back";
            Err(UsageError::with_hint(what, hint).into())
        }
    }
}

async fn take_back(
    args: &UndoArgs,
    session: &Session<'_>,
    journal: Arc<Journal>,
    batch: &Batch,
    extent: Extent,
) -> anyhow::Result<Outcome> {
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let id = batch.id;
    let beginning = spawn_blocking(move || {
        let Some((claim, undoable)) = journal.claim_undo(id, extent)? else {
            return Ok(None);
        };
        let running = journal.begin(Kind::Undo, undoable.len(), &[], Some(id))?;
        anyhow::Ok(Some((claim, undoable, running)))
    });
    // Held until the undo is over: nobody else takes the same batch back meanwhile.
    let Some((_claim, undoable, running)) = beginning.await?? else {
        connection.close().await;
        anyhow::bail!("another lazypin takes this batch back just now");
    };
    let concurrency = session.concurrency(args.concurrency);
    let recorder = Recorder::start(running);
    let told = undo(
        undoable,
        connection.shared(),
        concurrency,
        session,
        &recorder,
    )
    .await;
    connection.close().await;
    let written = recorder.end().await;
    let outcome = told.tell(session, Some(batch))?;
    written.context("the pins are back as told above, and not all of it is in the journal")?;
    Ok(outcome)
}

async fn undo(
    undoable: Undoable,
    service: Arc<dyn PinningService>,
    concurrency: usize,
    session: &Session<'_>,
    recorder: &Recorder,
) -> Told {
    let total = undoable.len();
    let mut told = Told::default();
    let throttle = service.throttle();
    let results = undo_all(service, undoable, session.gate(concurrency));
    let take = async |item: UndoItem| {
        recorder.push(Entry::from(&item)).await;
        told.items.push(item);
    };
    session.drive(total, results, throttle, take).await;
    told.left = total - told.items.len();
    told
}

/// What came of it.
#[derive(Default)]
struct Told {
    items: Vec<UndoItem>,
    /// Pins that a signal kept from being tried, or from being known.
    left: usize,
}

impl Told {
    fn tell(&self, session: &Session<'_>, batch: Option<&Batch>) -> anyhow::Result<Outcome> {
        let report: UndoReport = self.items.iter().collect();
        let UndoReport {
            refused, failed, ..
        } = report;
        let mut out = Out::that_keeps_on(session.settings);
        if session.json {
            out.document(&Document {
                back: report.back + report.already,
                refused,
                failed: failed + self.left,
                items: self.items.iter().map(Item::from).collect(),
            })?;
        } else if !self.items.is_empty() || self.left > 0 {
            for item in &self.items {
                out.line(&line(item))?;
            }
            out.line_now(&report.to_string())?;
        }
        if let Some(batch) = batch.filter(|_| refused > 0) {
            note(&format!(
                "undo: what was refused is left alone from now on; 'lazypin undo {}' tries it again",
                short_id(batch.id)
            ));
        }
        if self.left > 0 {
            note(&format!(
                "undo: interrupted, {} not back; 'lazypin undo' goes on",
                count(self.left, "pin")
            ));
            return Ok(Outcome::Interrupted);
        }
        Ok(if refused + failed == 0 {
            Outcome::Done
        } else {
            Outcome::Incomplete
        })
    }
}

fn line(item: &UndoItem) -> String {
    let target = &item.target;
    let mut line = format!("{:<7} {}", item.outcome.label(), target.id);
    if let Some(new_id) = &item.new_id {
        let _ = write!(line, " -> {new_id}");
    }
    for word in [target.cid.as_ref().map(Cid::as_str), target.name.as_deref()]
        .into_iter()
        .flatten()
    {
        line.push_str("  ");
        line.push_str(word);
    }
    if !item.message.is_empty() {
        let _ = write!(line, "  ({})", item.message);
    }
    scrub(&line).into_owned()
}

#[derive(Serialize)]
struct Document<'a> {
    back: usize,
    refused: usize,
    failed: usize,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    new_id: Option<&'a str>,
    cid: Option<&'a str>,
    name: Option<&'a str>,
    outcome: &'static str,
    message: &'a str,
}

impl<'a> From<&'a UndoItem> for Item<'a> {
    fn from(item: &'a UndoItem) -> Self {
        Self {
            id: item.target.id.as_str(),
            new_id: item.new_id.as_ref().map(PinId::as_str),
            cid: item.target.cid.as_ref().map(Cid::as_str),
            name: item.target.name.as_deref(),
            outcome: item.outcome.label(),
            message: &item.message,
        }
    }
}
