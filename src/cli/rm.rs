//! `lazypin rm`: unpins, after a question or with `--yes`, and tells what became of each pin.

use std::sync::Arc;

use anyhow::Context as _;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::batch::{Batch, Task};
use super::out::{Out, note};
use super::plan::{self, Planned};
use super::{Outcome, Session, ids, known, matching, question};
use crate::args::RmArgs;
use crate::config::UsageError;
use crate::connect::{Connection, journal};
use crate::domain::PinId;
use crate::domain::text::{count, date_time, human_bytes};
use crate::journal::{self as changes, Journal, Kind, Recorder, Running};

pub(super) async fn run(args: &RmArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    let filter = args.filter.as_deref().map(matching::parse).transpose()?;
    if !args.dry_run {
        session.refuse_read_only("unpin")?;
        if !args.yes && !question::can_ask() {
            return Err(UsageError::with_hint(
                "rm: there is no terminal to ask on",
                "--yes unpins without asking, --dry-run shows what would be unpinned",
            )
            .into());
        }
    }
    let journal = journal(session.settings)?;
    let work = if args.resume {
        let Some(cut_off) = CutOff::last(&journal).await? else {
            return nothing_to_resume(session);
        };
        Work::Resume(Box::new(cut_off))
    } else {
        let Some(ids) = ids::collect(&args.ids, &session.interrupt).await? else {
            return Ok(Outcome::Interrupted);
        };
        Work::New(ids, None)
    };
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let outcome = match filter {
        None => act(args, session, work, &connection, &journal).await,
        Some(filter) => {
            let reading = plan::matching(connection.service(), &filter);
            match session.interrupt.or(reading).await {
                None => Ok(Outcome::Interrupted),
                Some(Err(error)) => Err(error).context("can't read the list"),
                Some(Ok(found)) => {
                    let ids = found.iter().map(|planned| planned.id.clone()).collect();
                    let work = Work::New(ids, Some(found));
                    act(args, session, work, &connection, &journal).await
                }
            }
        }
    };
    connection.close().await;
    outcome
}

/// What is to be unpinned.
enum Work {
    /// These, with their records where they were found by a filter.
    New(Vec<PinId>, Option<Vec<Planned>>),
    /// What a batch did not come to.
    Resume(Box<CutOff>),
}

/// A batch that was cut off, and what is open in it.
struct CutOff {
    running: Running,
    batch: changes::Batch,
    open: Vec<PinId>,
}

impl CutOff {
    /// The last one, taken up so that nobody else finishes it at the same time.
    async fn last(journal: &Arc<Journal>) -> anyhow::Result<Option<Self>> {
        let journal = Arc::clone(journal);
        spawn_blocking(move || {
            let mut unfinished = journal.unfinished()?;
            while let Some(batch) = unfinished.pop() {
                let Some((running, batch)) = journal.take_up(batch.id)? else {
                    continue;
                };
                let open: Vec<PinId> = batch.open().into_iter().map(|pin| pin.id).collect();
                if open.is_empty() {
                    // Cut off between its last outcome and its end.
                    running.end()?;
                    continue;
                }
                note(&format!(
                    "rm: the batch of {} UTC was cut off with {} of {} open{}",
                    date_time(batch.time),
                    open.len(),
                    count(batch.total, "pin"),
                    match unfinished.len() {
                        0 => String::new(),
                        more => format!("; {more} before it can be resumed after it"),
                    }
                ));
                return Ok(Some(Self {
                    running,
                    batch,
                    open,
                }));
            }
            Ok(None)
        })
        .await?
    }
}

fn nothing_to_resume(session: &Session<'_>) -> anyhow::Result<Outcome> {
    note("rm: nothing was cut off, there is nothing to resume");
    if session.json {
        Batch::default().tell(session)?;
    }
    Ok(Outcome::Done)
}

async fn act(
    args: &RmArgs,
    session: &Session<'_>,
    work: Work,
    connection: &Connection,
    journal: &Arc<Journal>,
) -> anyhow::Result<Outcome> {
    let concurrency = session.concurrency(args.concurrency);
    let (ids, found, cut_off) = match work {
        Work::New(ids, found) => (ids, found, None),
        Work::Resume(cut_off) => (cut_off.open.clone(), None, Some(cut_off)),
    };
    if found.is_some() && ids.is_empty() {
        note("rm: nothing matches that is not unpinned already");
    }
    let is_found = found.is_some();
    let mut known = found.unwrap_or_default();
    let look_up = async |ids: &[PinId]| {
        let looking = plan::look_up(connection.service(), ids, concurrency);
        session.interrupt.or(looking).await
    };
    if args.dry_run {
        if !is_found {
            let Some(plan) = look_up(&ids).await else {
                return Ok(Outcome::Interrupted);
            };
            known = plan;
        }
        return tell_plan(&known, session);
    }
    if !args.yes && !ids.is_empty() {
        if !is_found {
            let Some(first) = look_up(&ids[..question::needs(ids.len())]).await else {
                return Ok(Outcome::Interrupted);
            };
            known = first;
        }
        match question::ask(ids.len(), &known, &session.interrupt).await? {
            None => return Ok(Outcome::Interrupted),
            Some(false) => {
                note("rm: nothing was unpinned");
                return Ok(Outcome::Incomplete);
            }
            Some(true) => {}
        }
    }
    let (running, since) = match cut_off {
        Some(cut_off) => (cut_off.running, Some(cut_off.batch.time)),
        None if ids.is_empty() => return Batch::default().tell(session),
        None => {
            let learning = known::targets(connection.service(), &ids, known, concurrency);
            let Some(targets) = session.interrupt.or(learning).await else {
                return Ok(Outcome::Interrupted);
            };
            let journal = Arc::clone(journal);
            let begun =
                spawn_blocking(move || journal.begin(Kind::Unpin, targets.len(), &targets, None));
            (begun.await??, None)
        }
    };
    let recorder = Recorder::start(running);
    let task = Task {
        service: connection.shared(),
        concurrency,
        since,
        recorder: &recorder,
    };
    let batch = task.unpin(ids, session).await;
    let written = batch.close(recorder, since.is_some()).await;
    let outcome = batch.tell(session)?;
    written.map(|()| outcome)
}

/// Prints what would be unpinned.
fn tell_plan(plan: &[Planned], session: &Session<'_>) -> anyhow::Result<Outcome> {
    #[derive(Serialize)]
    struct Plan<'a> {
        pins: usize,
        size: u64,
        items: Vec<Item<'a>>,
    }
    #[derive(Serialize)]
    struct Item<'a> {
        id: &'a str,
        name: Option<&'a str>,
        size: Option<u64>,
        message: String,
    }
    let mut out = Out::stdout(session.settings);
    if session.json {
        out.document(&Plan {
            pins: plan.len(),
            size: plan::total(plan),
            items: plan
                .iter()
                .map(|planned| Item {
                    id: planned.id.as_str(),
                    name: planned.name(),
                    size: planned.size(),
                    message: planned.message(),
                })
                .collect(),
        })?;
    } else {
        for planned in plan {
            out.line(&planned.line())?;
        }
        out.line_now(&format!(
            "would unpin {} ({})",
            count(plan.len(), "pin"),
            human_bytes(plan::total(plan))
        ))?;
    }
    Ok(if plan.iter().any(Planned::is_in_doubt) {
        Outcome::Incomplete
    } else {
        Outcome::Done
    })
}
