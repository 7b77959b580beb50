//! `lazypin log`: every change made from here, of all profiles, newest first. Read and told a line
//! of the journal at a time, however many items a change has.

use std::collections::BTreeMap;

use serde::Serialize;

use super::out::{Out, note};
use super::{Outcome, Session};
use crate::domain::Change;
use crate::domain::change::short_id;
use crate::domain::json::json;
use crate::domain::record::Time;
use crate::domain::text::{count, scrub};
use crate::journal::{self, Batch, ChangeLog, Logged, Outcome as ItemOutcome};

pub(super) fn run(session: &Session<'_>) -> anyhow::Result<Outcome> {
    let mut log = ChangeLog::open(&session.settings.state_dir)?;
    let mut out = Out::stdout(session.settings);
    if session.json {
        tell_json(&mut log, &mut out)?;
        return Ok(Outcome::Done);
    }
    let mut is_empty = true;
    while let Some(logged) = log.next_change()? {
        out.line(&line(&Change::from(&logged.batch)))?;
        is_empty = false;
    }
    out.flush()?;
    if is_empty {
        note("log: no changes were made from here");
    }
    if log.unreadable() > 0 {
        note(&format!(
            "log: {} of the journal could not be read",
            count(log.unreadable(), "line")
        ));
    }
    Ok(Outcome::Done)
}

/// One change for people.
fn line(change: &Change) -> String {
    let line = format!(
        "{}  {}  {:<6}  {:>6}  {}  {}  {}",
        short_id(change.batch),
        change.time.strftime("%Y-%m-%d %H:%M:%S"),
        change.kind.label(),
        change.total,
        change.outcomes(),
        change.profile,
        change.service
    );
    scrub(&line).into_owned()
}

/// One document, of which no more is in memory than a line of the journal.
fn tell_json(log: &mut ChangeLog, out: &mut Out) -> anyhow::Result<()> {
    out.write("{\"changes\":[")?;
    let mut separator = "\n";
    while let Some(logged) = log.next_change()? {
        out.write(separator)?;
        tell_change(log, &logged, out)?;
        separator = ",\n";
    }
    out.line_now(&format!("],\"unreadable\":{}}}", log.unreadable()))
}

fn tell_change(log: &ChangeLog, logged: &Logged, out: &mut Out) -> anyhow::Result<()> {
    let head = json(&Head::from(&logged.batch))?;
    // Left open for the items.
    out.write(head.strip_suffix('}').unwrap_or(&head))?;
    out.write(",\"pins\":[")?;
    let (mut separator, mut in_pins) = ("", true);
    // The pins of a batch are written down before anything is known of them.
    log.items(logged, |items| {
        for pin in &items.pins {
            out.write(separator)?;
            out.write(&json(pin)?)?;
            separator = ",";
        }
        if in_pins && !items.entries.is_empty() {
            out.write("],\"items\":[")?;
            (separator, in_pins) = ("", false);
        }
        for entry in &items.entries {
            out.write(separator)?;
            out.write(&json(entry)?)?;
            separator = ",";
        }
        Ok(())
    })?;
    out.write(if in_pins { "],\"items\":[]}" } else { "]}" })
}

/// A change without its items.
#[derive(Serialize)]
struct Head<'a> {
    batch: String,
    time: Time,
    ended: Time,
    kind: journal::Kind,
    profile: &'a str,
    service: &'a str,
    total: usize,
    open: usize,
    counts: &'a BTreeMap<ItemOutcome, usize>,
    /// The batch that it took back.
    of: Option<String>,
}

impl<'a> From<&'a Batch> for Head<'a> {
    fn from(batch: &'a Batch) -> Self {
        Self {
            batch: batch.id.to_string(),
            time: Time(Some(batch.time)),
            ended: Time(batch.ended),
            kind: batch.kind,
            profile: &batch.profile,
            service: &batch.service,
            total: batch.total,
            open: batch.open_count(),
            counts: &batch.counts,
            of: batch.of.map(|of| of.to_string()),
        }
    }
}
