//! `lazypin rm`: unpins, after a question or with `--yes`, and tells what became of each pin.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::task::spawn_blocking;

use super::batch::{Batch, Resumed, Task};
use super::cut_off::CutOff;
use super::out::{hint, note};
use super::planner::{Planner, check_saved};
use super::{Outcome, Session, ids, matching, plan, question, records};
use crate::args::RmArgs;
use crate::config::UsageError;
use crate::connect::{Connection, journal};
use crate::domain::filter::Filter;
use crate::domain::text::count;
use crate::domain::{LeftOut, PinId, PlannedPin, Protection, UnpinPlan, Why};
use crate::journal::{Journal, Kind, Recorder};
use crate::plan_file;

pub(super) async fn run(args: &RmArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    let filter = args.filter.as_deref().map(matching::parse).transpose()?;
    let saved = match &args.plan {
        Some(path) => Some(read_plan(path, session)?),
        None => None,
    };
    if let Some(path) = &args.save_plan {
        plan_file::check_free(path).map_err(|why| UsageError::new(format!("rm: {why}")))?;
    }
    if unpins(args) {
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
    let protection = Protection::new(
        session.settings.protect.clone(),
        journal.protected()?,
        Timestamp::now(),
    );
    let chosen = if args.resume {
        let Some(cut_off) = CutOff::last(&journal).await? else {
            note("rm: nothing was cut off, there is nothing to resume");
            if session.json {
                Batch::default().tell(session)?;
            }
            return Ok(Outcome::Done);
        };
        Chosen::CutOff(Box::new(cut_off))
    } else if let Some(filter) = filter {
        Chosen::Matching(filter)
    } else if let Some(pins) = saved {
        Chosen::Saved(pins)
    } else {
        let Some(ids) = ids::collect(&args.ids, &session.interrupt).await? else {
            return Ok(Outcome::Interrupted);
        };
        Chosen::Ids(ids)
    };
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let removal = Removal {
        args,
        session,
        connection: &connection,
        journal: &journal,
        protection,
        concurrency: session.concurrency(args.concurrency),
    };
    let outcome = removal.run(chosen).await;
    connection.close().await;
    outcome
}

/// Whether anything but reading is asked for.
fn unpins(args: &RmArgs) -> bool {
    !args.dry_run && (args.yes || args.save_plan.is_none())
}

fn read_plan(path: &Path, session: &Session<'_>) -> Result<Vec<PlannedPin>, UsageError> {
    let saved = plan_file::read(path).map_err(|why| UsageError::new(format!("rm: {why}")))?;
    let held = saved.held;
    let pins =
        check_saved(saved, &session.settings.service_name()).map_err(|error| UsageError {
            message: format!("rm: {}: {}", path.display(), error.message),
            ..error
        })?;
    if pins.len() != held {
        note(&format!(
            "rm: {} was made with {} and lists {}",
            path.display(),
            count(held, "pin"),
            pins.len()
        ));
    }
    Ok(pins)
}

/// What is to be unpinned.
enum Chosen {
    /// These.
    Ids(Vec<PinId>),
    /// What matches.
    Matching(Filter),
    /// What a saved plan lists.
    Saved(Vec<PlannedPin>),
    /// What a batch did not come to.
    CutOff(Box<CutOff>),
}

/// One `rm` with all that it takes.
struct Removal<'a> {
    args: &'a RmArgs,
    session: &'a Session<'a>,
    connection: &'a Connection,
    journal: &'a Arc<Journal>,
    protection: Protection,
    concurrency: usize,
}

impl Removal<'_> {
    async fn run(&self, chosen: Chosen) -> anyhow::Result<Outcome> {
        let Some(plan) = self.plan(&chosen).await? else {
            return Ok(Outcome::Interrupted);
        };
        let (args, session) = (self.args, self.session);
        if let Some(path) = &args.save_plan {
            plan::save(&plan, path, session)?;
        }
        if args.dry_run {
            return plan::tell(&plan, session);
        }
        let asks = unpins(args) && !args.yes && !plan.is_empty();
        if !asks && matches!(chosen, Chosen::Matching(_)) {
            plan::tell_left_out(&plan);
        }
        if !unpins(args) {
            return plan::tell_unused(&plan, args.save_plan.as_deref(), session);
        }
        let protected = lone_protected(&chosen, &plan).cloned();
        let plan = match &protected {
            Some(_) if args.yes => {
                hint(
                    "on a terminal, without --yes, a single protected pin goes after two questions",
                );
                plan
            }
            Some(left_out) => UnpinPlan::in_spite_of(left_out),
            None => plan,
        };
        if !args.yes && !plan.is_empty() {
            let protected = protected.as_ref().map(|left_out| &left_out.why);
            match question::ask(&plan, protected, &session.interrupt).await? {
                None => return Ok(Outcome::Interrupted),
                Some(false) => {
                    note("rm: nothing was unpinned");
                    return Ok(Outcome::Incomplete);
                }
                Some(true) => {}
            }
        }
        self.unpin(chosen, plan).await
    }

    /// The plan, made of as many records as it takes for what is asked for.
    async fn plan(&self, chosen: &Chosen) -> anyhow::Result<Option<UnpinPlan>> {
        let args = self.args;
        let planner = |protection| Planner {
            service: self.connection.service(),
            session: self.session,
            concurrency: self.concurrency,
            protection,
        };
        let all = args.dry_run || args.save_plan.is_some();
        let shown = |pins| if args.yes { 0 } else { question::needs(pins) };
        Ok(match chosen {
            Chosen::Ids(ids) => {
                let known = if all || self.protection.has_rules() {
                    ids.len()
                } else {
                    shown(ids.len())
                };
                planner(&self.protection).of_ids(ids, known).await
            }
            Chosen::Matching(filter) => {
                let plan = planner(&self.protection).of_filter(filter).await;
                let plan = plan.transpose().context("can't read the list")?;
                if let Some(plan) = &plan
                    && plan.is_empty()
                    && plan.left_out().is_empty()
                {
                    note("rm: nothing matches that is not unpinned already");
                }
                plan
            }
            Chosen::Saved(pins) => planner(&self.protection).of_saved(pins).await,
            // Each is looked at again before it is unpinned, and what is protected stays then.
            Chosen::CutOff(cut_off) if all => {
                let open = &cut_off.open;
                planner(&self.protection).of_ids(open, open.len()).await
            }
            Chosen::CutOff(cut_off) => {
                let open = &cut_off.open;
                let protection = Protection::default();
                planner(&protection).of_ids(open, shown(open.len())).await
            }
        })
    }

    /// Unpins, and tells what became of each.
    async fn unpin(&self, chosen: Chosen, plan: UnpinPlan) -> anyhow::Result<Outcome> {
        let session = self.session;
        let named: Vec<PinId> = match &chosen {
            Chosen::Ids(ids) => ids.clone(),
            Chosen::Saved(pins) => pins.iter().map(|pin| pin.target.id.clone()).collect(),
            Chosen::Matching(_) | Chosen::CutOff(_) => Vec::new(),
        };
        let left_out = if named.is_empty() {
            Vec::new()
        } else {
            plan.left_out().to_vec()
        };
        let (running, ids, resumed) = match chosen {
            Chosen::CutOff(cut_off) => {
                let resumed = Resumed {
                    since: cut_off.batch.time,
                    protection: Arc::new(self.protection.clone()),
                };
                (cut_off.running, cut_off.open, Some(resumed))
            }
            _ if plan.is_empty() => {
                let batch = Batch::default().with_left_out(&left_out, &named);
                return batch.tell(session);
            }
            _ => {
                let service = self.connection.service();
                let learning = records::complete(service, plan.into_targets(), self.concurrency);
                let Some(targets) = session.interrupt.or(learning).await else {
                    return Ok(Outcome::Interrupted);
                };
                let ids = targets.iter().map(|target| target.id.clone()).collect();
                let journal = Arc::clone(self.journal);
                let begun = spawn_blocking(move || {
                    journal.begin(Kind::Unpin, targets.len(), &targets, None)
                });
                (begun.await??, ids, None)
            }
        };
        let recorder = Recorder::start(running);
        let is_resumed = resumed.is_some();
        let task = Task {
            service: self.connection.shared(),
            concurrency: self.concurrency,
            resumed,
            recorder: &recorder,
        };
        let batch = task.unpin(ids, session).await;
        let written = batch.close(recorder, is_resumed).await;
        let outcome = batch.with_left_out(&left_out, &named).tell(session)?;
        written.map(|()| outcome)
    }
}

/// The one pin that was named, where it is protected.
fn lone_protected<'a>(chosen: &Chosen, plan: &'a UnpinPlan) -> Option<&'a LeftOut> {
    match (chosen, plan.left_out()) {
        (Chosen::Ids(ids), [left_out])
            if ids.len() == 1 && matches!(left_out.why, Why::Protected(_)) =>
        {
            Some(left_out)
        }
        _ => None,
    }
}
