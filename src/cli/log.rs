//! `lazypin log`: every change made from here, of all profiles, newest first.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::out::{Out, note};
use super::{Outcome, Session};
use crate::domain::UnpinTarget;
use crate::domain::record::Time;
use crate::domain::text::{count, scrub};
use crate::journal::{self, Batch, Entry, Outcome as ItemOutcome, all_changes};

pub(super) fn run(session: &Session<'_>) -> anyhow::Result<Outcome> {
    let history = all_changes(&session.settings.state_dir)?;
    let mut out = Out::stdout(session.settings);
    if session.json {
        out.document(&Document {
            unreadable: history.unreadable,
            changes: history.batches.iter().map(Change::from).collect(),
        })?;
    } else {
        for batch in &history.batches {
            out.line(&line(batch))?;
        }
        out.flush()?;
        if history.batches.is_empty() {
            note("log: no changes were made from here");
        }
        if history.unreadable > 0 {
            note(&format!(
                "log: {} of the journal could not be read",
                count(history.unreadable, "line")
            ));
        }
    }
    Ok(Outcome::Done)
}

/// One change for people.
fn line(batch: &Batch) -> String {
    let mut line = format!(
        "{}  {:<6}  {:>6}  ",
        batch.time.strftime("%Y-%m-%d %H:%M:%S"),
        batch.kind.label(),
        batch.total
    );
    let mut separator = "";
    for (outcome, number) in &batch.counts {
        let _ = write!(line, "{separator}{number} {}", outcome.label());
        separator = ", ";
    }
    let open = open(batch);
    if open > 0 {
        let _ = write!(line, "{separator}{open} open");
    }
    let _ = write!(line, "  {}  {}", batch.profile, batch.service);
    scrub(&line).into_owned()
}

/// Items that nothing is known of.
fn open(batch: &Batch) -> usize {
    let known: usize = batch.counts.values().sum();
    batch.total.saturating_sub(known)
}

#[derive(Serialize)]
struct Document<'a> {
    unreadable: usize,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
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
    pins: &'a [UnpinTarget],
    items: &'a [Entry],
}

impl<'a> From<&'a Batch> for Change<'a> {
    fn from(batch: &'a Batch) -> Self {
        Self {
            batch: batch.id.to_string(),
            time: Time(Some(batch.time)),
            ended: Time(batch.ended),
            kind: batch.kind,
            profile: &batch.profile,
            service: &batch.service,
            total: batch.total,
            open: open(batch),
            counts: &batch.counts,
            of: batch.of.map(|of| of.to_string()),
            pins: &batch.pins,
            items: &batch.entries,
        }
    }
}
