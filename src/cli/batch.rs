//! A batch of unpins as a command runs it: what became of each pin, written down as it comes and
//! told at the end.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::StreamExt as _;
use serde::Serialize;

use super::out::{Out, note};
use super::{Outcome, Session};
use crate::api::PinningService;
use crate::domain::text::{count, scrub};
use crate::domain::{LeftOut, PinId, UnpinItem, UnpinOutcome, UnpinReport};
use crate::journal::{self, Entry, Recorder};
pub(super) use crate::worker::unpin::Resumed;
use crate::worker::unpin::{finish_all, unpin_all};

/// What is said of an item whose call did not end in that time.
const BROKEN_OFF: &str = "interrupted while the call was under way";

/// A batch that is over, or was interrupted.
#[derive(Default)]
pub(super) struct Batch {
    items: Vec<UnpinItem>,
    not_tried: Vec<PinId>,
    interrupted: bool,
}

/// How to unpin.
pub(super) struct Task<'a> {
    pub(super) service: Arc<dyn PinningService>,
    pub(super) concurrency: usize,
    /// The batch that is finished here, where it is one that was cut off.
    pub(super) resumed: Option<Resumed>,
    /// Where outcomes are written down.
    pub(super) recorder: &'a Recorder,
}

impl Task<'_> {
    /// Unpins all of them. A signal lets the calls under way come to their end and begins no more.
    pub(super) async fn unpin(&self, ids: Vec<PinId>, session: &Session<'_>) -> Batch {
        let gate = session.gate(self.concurrency);
        let (service, all) = (Arc::clone(&self.service), ids.clone());
        let results = match self.resumed.clone() {
            None => unpin_all(service, all, gate.clone()).left_stream(),
            Some(resumed) => finish_all(service, all, resumed, gate.clone()).right_stream(),
        };
        let mut items = Vec::with_capacity(ids.len());
        let take = async |item: UnpinItem| {
            if !self.stays_open(&item) {
                self.recorder.push(Entry::from(&item)).await;
            }
            items.push(item);
        };
        let throttle = self.service.throttle();
        session.drive(ids.len(), results, throttle, take).await;
        // In the order in which they were given, not in that of their ends.
        let mut ended: HashMap<PinId, UnpinItem> = items
            .into_iter()
            .map(|item| (item.id.clone(), item))
            .collect();
        let begun = gate.begun().min(ids.len());
        let mut broken_off = false;
        let items = ids[..begun]
            .iter()
            .map(|id| {
                ended.remove(id).unwrap_or_else(|| {
                    broken_off = true;
                    UnpinItem {
                        id: id.clone(),
                        outcome: UnpinOutcome::Unknown,
                        message: BROKEN_OFF.to_owned(),
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

    /// Whether the item is left for the next time that the batch is finished.
    fn stays_open(&self, item: &UnpinItem) -> bool {
        self.resumed.is_some() && item.outcome == UnpinOutcome::Unknown
    }
}

impl Batch {
    /// Writes down what was broken off and what was not tried, and the end. Of a batch that is
    /// `resumed` and still not through, that stays open for the next time instead.
    pub(super) async fn close(&self, recorder: Recorder, resumed: bool) -> anyhow::Result<()> {
        let report: UnpinReport = self.items.iter().collect();
        if resumed && (self.interrupted || report.unknown > 0) {
            drop(recorder.finish().await?);
            note("rm: what is not settled stays open; 'lazypin rm --resume' goes on with it");
            return Ok(());
        }
        for item in self.items.iter().filter(|item| item.message == BROKEN_OFF) {
            recorder.push(Entry::from(item)).await;
        }
        for id in &self.not_tried {
            let entry = Entry::of(id, journal::Outcome::Untried, "");
            recorder.push(entry).await;
        }
        recorder.end().await
    }

    /// Counts what was left out before it began too; all in the order in which they were `named`.
    pub(super) fn with_left_out(mut self, left_out: &[LeftOut], named: &[PinId]) -> Self {
        self.items.extend(left_out.iter().filter_map(|left_out| {
            let outcome = left_out.why.outcome()?;
            Some(UnpinItem {
                id: left_out.target.id.clone(),
                outcome,
                message: left_out.why.to_string(),
            })
        }));
        let places: HashMap<&PinId, usize> = named.iter().zip(0..).collect();
        self.items.sort_by_key(|item| places.get(&item.id).copied());
        self
    }

    pub(super) fn tell(self, session: &Session<'_>) -> anyhow::Result<Outcome> {
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
