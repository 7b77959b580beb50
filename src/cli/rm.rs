//! `lazypin rm`: unpins, after a question or with `--yes`, and tells what became of each pin.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use super::out::{Out, note};
use super::plan::{self, Planned};
use super::{Outcome, Session, ids, matching, progress, question};
use crate::api::PinningService;
use crate::args::RmArgs;
use crate::config::UsageError;
use crate::connect::Connection;
use crate::domain::text::{count, human_bytes, scrub};
use crate::domain::{PinId, UnpinItem, UnpinOutcome, UnpinReport};
use crate::worker::unpin::unpin_all;

/// How long calls under way may take to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

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
    let Some(ids) = ids::collect(&args.ids, &session.interrupt).await? else {
        return Ok(Outcome::Interrupted);
    };
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let outcome = match filter {
        None => act(args, session, ids, None, &connection).await,
        Some(filter) => {
            let reading = plan::matching(connection.service(), &filter);
            match session.interrupt.or(reading).await {
                None => Ok(Outcome::Interrupted),
                Some(Err(error)) => Err(error).context("can't read the list"),
                Some(Ok(found)) => {
                    let ids = found.iter().map(|planned| planned.id.clone()).collect();
                    act(args, session, ids, Some(found), &connection).await
                }
            }
        }
    };
    connection.close().await;
    outcome
}

async fn act(
    args: &RmArgs,
    session: &Session<'_>,
    ids: Vec<PinId>,
    found: Option<Vec<Planned>>,
    connection: &Connection,
) -> anyhow::Result<Outcome> {
    if found.is_some() && ids.is_empty() {
        note("rm: nothing matches that is not unpinned already");
    }
    let usual = if session.settings.target.is_local() {
        8
    } else {
        4
    };
    let concurrency = args.concurrency.map_or(usual, usize::from);
    let look_up = async |ids: &[PinId]| {
        if found.is_some() {
            return found;
        }
        let looking = plan::look_up(connection.service(), ids, concurrency);
        session.interrupt.or(looking).await
    };
    if args.dry_run {
        return match look_up(&ids).await {
            None => Ok(Outcome::Interrupted),
            Some(plan) => tell_plan(&plan, session),
        };
    }
    if !args.yes && !ids.is_empty() {
        let Some(known) = look_up(&ids[..question::needs(ids.len())]).await else {
            return Ok(Outcome::Interrupted);
        };
        match question::ask(ids.len(), &known, &session.interrupt).await? {
            None => return Ok(Outcome::Interrupted),
            Some(false) => {
                note("rm: nothing was unpinned");
                return Ok(Outcome::Incomplete);
            }
            Some(true) => {}
        }
    }
    let batch = unpin(ids, connection.shared(), concurrency, session).await;
    batch.tell(session)
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

/// A batch that is over, or was cut off.
struct Batch {
    items: Vec<UnpinItem>,
    not_tried: Vec<PinId>,
    interrupted: bool,
}

/// Unpins all of them. A signal lets the calls under way come to their end and begins no more.
async fn unpin(
    ids: Vec<PinId>,
    service: Arc<dyn PinningService>,
    concurrency: usize,
    session: &Session<'_>,
) -> Batch {
    let bar = progress::pins(ids.len());
    let begun = AtomicUsize::new(0);
    let mut items = Vec::with_capacity(ids.len());
    {
        let mut results = std::pin::pin!(
            stream::iter(ids.iter().cloned())
                .take_until(session.interrupt.wait())
                .map(|id| {
                    begun.fetch_add(1, Ordering::Relaxed);
                    Box::pin(unpin_all(Arc::clone(&service), vec![id], 1))
                })
                .flatten_unordered(concurrency)
        );
        let mut deadline = std::pin::pin!(async {
            session.interrupt.wait().await;
            tokio::time::sleep(GRACE).await;
        });
        loop {
            tokio::select! {
                item = results.next() => match item {
                    Some(item) => items.push(item),
                    None => break,
                },
                () = &mut deadline => break,
            }
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    // In the order in which they were given, not in that of their ends.
    let mut ended: HashMap<PinId, UnpinItem> = items
        .into_iter()
        .map(|item| (item.id.clone(), item))
        .collect();
    let begun = begun.load(Ordering::Relaxed).min(ids.len());
    let mut broken_off = false;
    let items = ids[..begun]
        .iter()
        .map(|id| {
            ended.remove(id).unwrap_or_else(|| {
                broken_off = true;
                UnpinItem {
                    id: id.clone(),
                    outcome: UnpinOutcome::Unknown,
                    message: "interrupted while the call was under way".to_owned(),
                }
            })
        })
        .collect();
    Batch {
        items,
        not_tried: ids[begun..].to_vec(),
        interrupted: broken_off || begun < ids.len(),
    }
}

impl Batch {
    fn tell(self, session: &Session<'_>) -> anyhow::Result<Outcome> {
        let mut out = Out::that_keeps_on(session.settings);
        let report: UnpinReport = self.items.iter().collect();
        if session.json {
            self.tell_json(report, &mut out)?;
        } else {
            for item in self
                .items
                .iter()
                .filter(|item| item.outcome != UnpinOutcome::Done)
            {
                let mut line = format!("{:<9}  {}", item.outcome.label(), scrub(item.id.as_str()));
                if !item.message.is_empty() {
                    line.push_str("  ");
                    line.push_str(&scrub(&item.message));
                }
                out.line(&line)?;
            }
            for id in &self.not_tried {
                out.line(&format!("not tried  {}", scrub(id.as_str())))?;
            }
            out.line_now(&self.summary(report))?;
        }
        if self.interrupted {
            note(&format!(
                "rm: interrupted, {} not tried",
                self.not_tried.len()
            ));
            return Ok(Outcome::Interrupted);
        }
        Ok(if report.is_clean() {
            Outcome::Done
        } else {
            Outcome::Incomplete
        })
    }

    fn summary(&self, report: UnpinReport) -> String {
        let mut summary = format!("unpinned {}", count(report.done, "pin"));
        for (n, what) in [
            (report.gone, "gone before"),
            (report.refused, "refused"),
            (report.unknown, "unknown"),
            (self.not_tried.len(), "not tried"),
        ] {
            if n > 0 {
                let _ = write!(summary, ", {n} {what}");
            }
        }
        summary
    }

    /// The promised document. What was not tried is in it too, as unknown: whoever goes through
    /// the items again finds every id.
    fn tell_json(&self, report: UnpinReport, out: &mut Out) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Document<'a> {
            done: usize,
            gone: usize,
            refused: usize,
            unknown: usize,
            items: Vec<Item<'a>>,
        }
        #[derive(Serialize)]
        struct Item<'a> {
            id: &'a str,
            outcome: &'static str,
            message: &'a str,
        }
        let ended = self.items.iter().map(|item| Item {
            id: item.id.as_str(),
            outcome: item.outcome.label(),
            message: &item.message,
        });
        let not_tried = self.not_tried.iter().map(|id| Item {
            id: id.as_str(),
            outcome: UnpinOutcome::Unknown.label(),
            message: "not tried",
        });
        out.document(&Document {
            done: report.done,
            gone: report.gone,
            refused: report.refused,
            unknown: report.unknown + self.not_tried.len(),
            items: ended.chain(not_tried).collect(),
        })
    }
}
