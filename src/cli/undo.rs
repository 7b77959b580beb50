//! `lazypin undo`: the last batch of unpins goes back, by CID, with names and keyvalues.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::out::{Out, note};
use super::{Outcome, Session, progress, question};
use crate::api::PinningService;
use crate::args::UndoArgs;
use crate::config::UsageError;
use crate::connect::journal;
use crate::domain::text::{count, date_time, scrub};
use crate::domain::{Cid, PinId, UndoItem, UnpinTarget};
use crate::journal::{Entry, Journal, Kind, Recorder, Undoable};
use crate::worker::undo::undo_all;

/// How long calls under way may take to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

pub(super) async fn run(args: &UndoArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    let journal = journal(session.settings)?;
    let looking = Arc::clone(&journal);
    let last = spawn_blocking(move || looking.last_undoable()).await??;
    if args.list {
        return tell_plan(last.as_ref(), session);
    }
    session.refuse_read_only("undo")?;
    let Some(last) = last else {
        note("undo: there is nothing to take back");
        return Told::default().tell(session);
    };
    if !args.yes {
        if !question::can_ask() {
            return Err(UsageError::with_hint(
                "undo: there is no terminal to ask on",
                "--yes takes back without asking, --list shows what would come back",
            )
            .into());
        }
        match question::ask_undo(&last, &session.interrupt).await? {
            None => return Ok(Outcome::Interrupted),
            Some(false) => {
                note("undo: nothing was taken back");
                return Ok(Outcome::Incomplete);
            }
            Some(true) => {}
        }
    }
    take_back(args, session, journal, &last).await
}

async fn take_back(
    args: &UndoArgs,
    session: &Session<'_>,
    journal: Arc<Journal>,
    last: &Undoable,
) -> anyhow::Result<Outcome> {
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let id = last.batch.id;
    let beginning = spawn_blocking(move || {
        let Some((claim, undoable)) = journal.claim_undo(id)? else {
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
    let outcome = told.tell(session)?;
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
    let bar = progress::pins(total);
    let mut told = Told::default();
    {
        let interrupt = session.interrupt.clone();
        let stop = async move { interrupt.wait().await };
        let mut results = std::pin::pin!(undo_all(service, undoable, concurrency, stop));
        let mut deadline = std::pin::pin!(async {
            session.interrupt.wait().await;
            tokio::time::sleep(GRACE).await;
        });
        loop {
            tokio::select! {
                item = results.next() => match item {
                    Some(item) => {
                        recorder.push(Entry::from(&item)).await;
                        told.items.push(item);
                        bar.inc(1);
                    }
                    None => break,
                },
                () = &mut deadline => break,
            }
        }
    }
    bar.finish_and_clear();
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
    fn tell(&self, session: &Session<'_>) -> anyhow::Result<Outcome> {
        let back = self.items.iter().filter(|item| item.is_back).count();
        let failed = self.items.len() - back;
        let mut out = Out::that_keeps_on(session.settings);
        if session.json {
            out.document(&Document {
                back,
                failed: failed + self.left,
                items: self.items.iter().map(Item::from).collect(),
            })?;
        } else if !self.items.is_empty() || self.left > 0 {
            for item in &self.items {
                out.line(&line(item))?;
            }
            let mut summary = match back {
                1 => "1 pin is back, with a new id".to_owned(),
                _ => format!("{back} pins are back, with new ids"),
            };
            if failed > 0 {
                let _ = write!(summary, ", {failed} could not come back");
            }
            out.line_now(&summary)?;
        }
        if self.left > 0 {
            note(&format!(
                "undo: interrupted, {} not back; 'lazypin undo' goes on",
                count(self.left, "pin")
            ));
            return Ok(Outcome::Interrupted);
        }
        Ok(if failed == 0 {
            Outcome::Done
        } else {
            Outcome::Incomplete
        })
    }
}

fn line(item: &UndoItem) -> String {
    let target = &item.target;
    let mut line = match (&item.new_id, item.is_back) {
        (Some(new_id), _) => format!("back    {} -> {}", target.id, new_id),
        (None, true) => format!("back    {}", target.id),
        (None, false) => format!("failed  {}", target.id),
    };
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
            outcome: if item.is_back { "back" } else { "failed" },
            message: &item.message,
        }
    }
}

/// Prints what would come back.
fn tell_plan(last: Option<&Undoable>, session: &Session<'_>) -> anyhow::Result<Outcome> {
    #[derive(Serialize)]
    struct Plan<'a> {
        pins: usize,
        time: Option<String>,
        items: Vec<&'a UnpinTarget>,
    }
    let pins: Vec<&UnpinTarget> = last
        .iter()
        .flat_map(|last| last.taken.iter().chain(&last.unclear))
        .collect();
    let mut out = Out::stdout(session.settings);
    if session.json {
        out.document(&Plan {
            pins: pins.len(),
            time: last.map(|last| last.batch.time.to_string()),
            items: pins,
        })?;
        return Ok(Outcome::Done);
    }
    let Some(last) = last else {
        note("undo: there is nothing to take back");
        return Ok(Outcome::Done);
    };
    for pin in pins {
        out.line(&question::undo_line(pin))?;
    }
    out.line_now(&format!(
        "would take back {} of the batch of {} UTC",
        count(last.len(), "pin"),
        date_time(last.batch.time)
    ))?;
    Ok(Outcome::Done)
}
