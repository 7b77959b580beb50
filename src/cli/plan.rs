//! A plan for people and scripts: what an unpin is about to take, printed and saved.

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use super::out::{Out, hint, note};
use super::{Outcome, Session};
use crate::config::UsageError;
use crate::domain::text::{count, human_bytes, scrub};
use crate::domain::{LeftOut, PlannedPin, UnpinPlan, UnpinTarget, Why};
use crate::plan_file;

/// One pin in a line: id, bytes, name, and what else there is to say.
fn line(target: &UnpinTarget, note: &str) -> String {
    let mut line = format!(
        "{}  {:>8}  {}",
        target.id,
        target.size.map_or_else(String::new, human_bytes),
        target.name.as_deref().unwrap_or_default()
    );
    if !note.is_empty() {
        let _ = write!(line, "  ({note})");
    }
    scrub(line.trim_end()).into_owned()
}

/// A pin that goes, in one line.
pub(super) fn planned_line(pin: &PlannedPin) -> String {
    line(&pin.target, &pin.note)
}

/// What stands out in a plan and how many are left out, a fact a line.
pub(super) fn fact_lines(plan: &UnpinPlan) -> Vec<String> {
    let facts = plan.facts().into_iter();
    facts
        .map(|(label, fact)| format!("{label:<10}  {}", scrub(&fact)))
        .collect()
}

/// Prints what would be unpinned.
pub(super) fn tell(plan: &UnpinPlan, session: &Session<'_>) -> anyhow::Result<Outcome> {
    let mut out = Out::stdout(session.settings);
    if session.json {
        out.document(&Document {
            pins: plan.len(),
            size: plan.bytes(),
            items: plan.pins().iter().map(Item::from).collect(),
            left_out: plan.left_out().iter().map(Item::from).collect(),
        })?;
    } else {
        for pin in plan.pins() {
            out.line(&planned_line(pin))?;
        }
        for left_out in plan.left_out() {
            let note = format!("left out: {}", left_out.why);
            out.line(&line(&left_out.target, &note))?;
        }
        for fact in fact_lines(plan) {
            out.line(&fact)?;
        }
        out.line_now(&format!(
            "would unpin {} ({})",
            count(plan.len(), "pin"),
            human_bytes(plan.bytes())
        ))?;
    }
    Ok(outcome(plan))
}

#[derive(Serialize)]
struct Document<'a> {
    pins: usize,
    size: u64,
    items: Vec<Item<'a>>,
    left_out: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    name: Option<&'a str>,
    size: Option<u64>,
    message: String,
}

impl<'a> Item<'a> {
    fn new(target: &'a UnpinTarget, message: String) -> Self {
        Self {
            id: target.id.as_str(),
            name: target.name.as_deref(),
            size: target.size,
            message,
        }
    }
}

impl<'a> From<&'a PlannedPin> for Item<'a> {
    fn from(pin: &'a PlannedPin) -> Self {
        Self::new(&pin.target, pin.note.clone())
    }
}

impl<'a> From<&'a LeftOut> for Item<'a> {
    fn from(left_out: &'a LeftOut) -> Self {
        Self::new(&left_out.target, left_out.why.to_string())
    }
}

/// Saves the plan, and says where it is and what can be done with it.
pub(super) fn save(plan: &UnpinPlan, path: &Path, session: &Session<'_>) -> anyhow::Result<()> {
    let account = session.settings.account();
    plan_file::write(path, plan, &account, Timestamp::now())
        .map_err(|why| UsageError::new(format!("rm: {why}")))?;
    note(&format!(
        "rm: saved a plan of {} ({}) in {}",
        count(plan.len(), "pin"),
        human_bytes(plan.bytes()),
        path.display()
    ));
    Ok(())
}

/// Says how many pins were left out, where nobody named them.
pub(super) fn tell_left_out(plan: &UnpinPlan) {
    if let Some(why) = plan.reasons() {
        note(&format!("rm: left out: {why}"));
    }
}

/// Says that the plan was all, and how it is carried out where it was saved.
pub(super) fn tell_unused(
    plan: &UnpinPlan,
    path: Option<&Path>,
    session: &Session<'_>,
) -> anyhow::Result<Outcome> {
    note("rm: nothing was unpinned");
    if let Some(path) = path {
        hint(&format!(
            "'lazypin rm --plan {}' carries it out",
            path.display()
        ));
    }
    if session.json {
        return tell(plan, session);
    }
    Ok(outcome(plan))
}

/// Whether all that was asked for could be looked at.
fn outcome(plan: &UnpinPlan) -> Outcome {
    let unclear = |left_out: &LeftOut| matches!(left_out.why, Why::Unclear(_));
    if plan.pins().iter().any(|pin| !pin.note.is_empty()) || plan.left_out().iter().any(unclear) {
        Outcome::Incomplete
    } else {
        Outcome::Done
    }
}
