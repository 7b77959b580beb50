//! What came of pins that were to be made, by `add` and by `pin`.

use std::collections::BTreeMap;

use tokio::task::spawn_blocking;

use super::out::{Out, hint, note};
use super::{Outcome, Session};
use crate::args::MetadataArgs;
use crate::config::UsageError;
use crate::connect;
use crate::domain::text::{count, scrub};
use crate::domain::{Metadata, Pin};
use crate::journal::{Entry, Kind, Outcome as ItemOutcome, Running};
use crate::protocol::JobEnd;
use crate::worker::upload;

/// More sources than this are counted rather than named when a command is interrupted.
const NAMED: usize = 20;

/// Name and keyvalues from the options; for more than one pin there is no name that fits.
pub(super) fn metadata(args: &MetadataArgs, lone: bool) -> Result<Metadata, UsageError> {
    if args.name.is_some() && !lone {
        return Err(UsageError::new(
            "--name is for one pin; here are several, which would all be called the same",
        ));
    }
    if args
        .name
        .as_deref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(UsageError::new("--name is empty"));
    }
    let mut keyvalues = BTreeMap::new();
    for (key, value) in &args.meta {
        if keyvalues.insert(key.clone(), value.clone()).is_some() {
            return Err(UsageError::new(format!(
                "--meta gives the key '{key}' twice"
            )));
        }
    }
    Ok(Metadata {
        name: args.name.clone(),
        keyvalues,
    })
}

/// The pins that a command makes one after the other, told as they come.
pub(super) struct Made {
    /// The command's verb, as in `can't add x`.
    verb: &'static str,
    json: bool,
    /// Whether the JSON is the record itself rather than a list.
    lone: bool,
    out: Out,
    /// By their places among all that was asked for.
    pins: BTreeMap<usize, Pin>,
    settled: usize,
    failed: usize,
    hint: Option<&'static str>,
    /// What is written down, once something is to be sent.
    running: Option<Running>,
}

impl Made {
    pub(super) fn new(verb: &'static str, lone: bool, session: &Session<'_>) -> Self {
        Self {
            verb,
            json: session.json,
            lone,
            out: Out::that_keeps_on(session.settings),
            pins: BTreeMap::new(),
            settled: 0,
            failed: 0,
            hint: None,
            running: None,
        }
    }

    /// Writes down that so many pins are about to be made.
    pub(super) async fn begin(
        &mut self,
        kind: Kind,
        total: usize,
        session: &Session<'_>,
    ) -> anyhow::Result<()> {
        let journal = connect::journal(session.settings)?;
        let begun = spawn_blocking(move || journal.begin(kind, total, &[], None));
        self.running = Some(begun.await??);
        Ok(())
    }

    fn record(&self, entry: Entry) -> anyhow::Result<()> {
        match &self.running {
            Some(running) => running.record(&[entry]),
            None => Ok(()),
        }
    }

    /// How many have ended, well or not.
    pub(super) fn settled(&self) -> usize {
        self.settled
    }

    /// Tells how the pin of `source`, asked for in this place, ended; `word` is for a new one.
    pub(super) fn settle(
        &mut self,
        place: usize,
        source: &str,
        end: JobEnd,
        word: &str,
    ) -> anyhow::Result<()> {
        let entry = upload::entry(source, &end);
        // Told before it is written down: a full disk must not cost anybody the CID.
        self.settle_told(place, source, end, word)?;
        self.record(entry)
    }

    fn settle_told(
        &mut self,
        place: usize,
        source: &str,
        end: JobEnd,
        word: &str,
    ) -> anyhow::Result<()> {
        match end {
            JobEnd::Pinned(pin) => self.tell(place, word, pin),
            JobEnd::AlreadyPinned(Some(pin)) => {
                note(&format!("{source}: already pinned as {}", pin.id));
                self.tell(place, "already", pin)
            }
            JobEnd::AlreadyPinned(None) => {
                note(&format!(
                    "{source}: already pinned, though the pin could not be found"
                ));
                self.settled += 1;
                Ok(())
            }
            JobEnd::Failed(error) => {
                self.hint = self.hint.or(error.hint());
                self.tell_failure(&format!("{source}: {error}"));
                Ok(())
            }
            JobEnd::Broken(why) => {
                self.tell_failure(&format!("{source}: {why}"));
                Ok(())
            }
            JobEnd::BatchOver | JobEnd::Exported { .. } => {
                self.tell_failure(&format!("{source}: nothing is known of how it ended"));
                Ok(())
            }
        }
    }

    /// Tells what there is no pin for, and why.
    pub(super) fn fail(&mut self, what_and_why: &str) -> anyhow::Result<()> {
        self.tell_failure(what_and_why);
        self.record(Entry::nameless(ItemOutcome::Failed, what_and_why))
    }

    fn tell_failure(&mut self, what_and_why: &str) {
        self.settled += 1;
        self.failed += 1;
        note(&format!("can't {} {what_and_why}", self.verb));
    }

    fn tell(&mut self, place: usize, word: &str, pin: Pin) -> anyhow::Result<()> {
        self.settled += 1;
        if self.json {
            self.pins.insert(place, pin);
            return Ok(());
        }
        let mut line = format!(
            "{word} {} {}",
            scrub(pin.cid.as_str()),
            scrub(pin.id.as_str())
        );
        if let Some(name) = &pin.name {
            line.push(' ');
            line.push_str(&scrub(name));
        }
        self.out.line_now(&line)
    }

    /// Writes the document, where one was asked for, and says how it all ended.
    pub(super) fn end(mut self) -> anyhow::Result<Outcome> {
        let ended = self.running.take().map_or(Ok(()), Running::end);
        if self.json {
            let pins: Vec<Pin> = self.pins.into_values().collect();
            self.out.records(&pins, self.lone)?;
        }
        if let Some(text) = self.hint {
            hint(text);
        }
        ended?;
        Ok(if self.failed == 0 {
            Outcome::Done
        } else {
            Outcome::Incomplete
        })
    }

    /// The same after a signal, which broke off the first of these and kept the others from being
    /// begun.
    pub(super) fn interrupted(
        self,
        broken_off: &[String],
        not_begun: &[String],
    ) -> anyhow::Result<Outcome> {
        let (settled, failed) = (self.settled, self.failed);
        self.end()?;
        for source in broken_off {
            note(&format!(
                "{source}: broken off; whether it was pinned is not known"
            ));
        }
        note(&format!(
            "interrupted: {} made, {failed} failed, {} not begun{}",
            count(settled - failed, "pin"),
            not_begun.len(),
            match not_begun.len() {
                1..=NAMED => format!(": {}", not_begun.join(", ")),
                _ => String::new(),
            }
        ));
        Ok(Outcome::Interrupted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_contradict_themselves_are_refused() {
        let args = |name: Option<&str>, meta: &[(&str, &str)]| MetadataArgs {
            name: name.map(str::to_owned),
            meta: meta
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let made = metadata(&args(Some("n"), &[("a", "1"), ("b", "")]), true).unwrap();
        assert_eq!((made.name.as_deref(), made.keyvalues.len()), (Some("n"), 2));
        assert!(metadata(&args(Some("n"), &[]), false).is_err());
        assert!(metadata(&args(Some(" "), &[]), true).is_err());
        assert!(metadata(&args(None, &[("a", "1"), ("a", "2")]), true).is_err());
    }
}
