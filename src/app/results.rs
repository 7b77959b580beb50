//! What became of the items of a job, kept for whoever wants to read it, and the jobs that are over.

use std::time::Duration;

use super::reader::{Reader, ReaderSubject};
use super::{App, Job, Modal};
use crate::domain::{UndoItem, UnpinItem};
use crate::protocol::JobId;

/// Items of one job that are kept: of those that went wrong, and of the others.
const FAILURES_KEPT: usize = 1000;
const OTHERS_KEPT: usize = 200;

/// The items of one job that have ended. What went wrong is kept rather than what went well, and
/// not without end.
#[derive(Clone, Debug, Default)]
pub struct Results {
    failures: Vec<(String, String)>,
    others: Vec<(String, String)>,
    failed: usize,
    went_well: usize,
}

impl Results {
    /// One more item: what it is, and what became of it.
    pub(super) fn add(&mut self, what: String, end: String, went_well: bool) {
        let (count, kept, most) = if went_well {
            (&mut self.went_well, &mut self.others, OTHERS_KEPT)
        } else {
            (&mut self.failed, &mut self.failures, FAILURES_KEPT)
        };
        *count += 1;
        if kept.len() < most {
            kept.push((what, end));
        }
    }

    /// One more unpin.
    pub(super) fn unpinned(&mut self, title: &str, item: &UnpinItem) {
        let mut end = item.outcome.label().to_owned();
        if !item.message.is_empty() {
            end = format!("{end}: {}", item.message);
        }
        let went_well = item.outcome.is_off();
        self.add(format!("{title} ({})", item.id), end, went_well);
    }

    /// One more pin that was to be taken back.
    pub(super) fn undone(&mut self, item: &UndoItem) {
        let mut end = item.message.clone();
        if let Some(id) = &item.new_id {
            let back = format!("back as {id}");
            end = if end.is_empty() {
                back
            } else {
                format!("{back}, {end}")
            };
        }
        let what = format!("{} ({})", item.target.title(), item.target.id);
        self.add(what, end, item.is_back());
    }

    /// How many did not go well.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// Those that did not go well, a line each.
    fn failures(&self) -> Vec<(String, String)> {
        let mut lines = self.failures.clone();
        let left_out = self.failed - self.failures.len();
        lines.extend(left_out_line(left_out, "did not go well"));
        lines
    }

    /// All that have ended, a line each, those that did not go well first.
    fn lines(&self) -> Vec<(String, String)> {
        let mut lines = self.failures();
        lines.extend(self.others.iter().cloned());
        let left_out = self.went_well - self.others.len();
        lines.extend(left_out_line(left_out, "went well"));
        lines
    }
}

fn left_out_line(left_out: usize, how: &str) -> Option<(String, String)> {
    let what = format!("{left_out} more {how}");
    let why = "not kept here; `lazypin log --json` has them".to_owned();
    (left_out > 0).then_some((what, why))
}

/// A job of this session that is over.
#[derive(Clone, Debug)]
pub struct EndedJob {
    /// Its number.
    pub id: JobId,
    /// What it was to do.
    pub name: String,
    /// How it went, in one line.
    pub summary: String,
    /// Whether all of it went well.
    pub went_well: bool,
    /// How long it took.
    pub took: Duration,
    /// What became of its items.
    pub results: Results,
}

impl App {
    /// A batch is over: says how it went, shows what went wrong, and asks for the list again.
    pub(super) fn batch_over(&mut self, job: Job, summary: String, went_well: bool) {
        if went_well {
            self.inform(summary.clone());
        } else {
            self.warn(summary.clone());
            if self.modal.is_none() && job.results.failed() > 0 {
                self.modal = Some(Modal::Reader(Reader::new(ReaderSubject::Results {
                    title: summary.clone(),
                    items: job.results.failures(),
                    of: None,
                })));
            }
        }
        self.keep_job(job, summary, went_well);
        self.list.refresh();
    }

    /// Keeps a job that is over, for the panel of jobs.
    pub(super) fn keep_job(&mut self, job: Job, summary: String, went_well: bool) {
        self.jobs.keep(EndedJob {
            id: job.id,
            name: job.name(),
            summary,
            went_well,
            took: self.now.tick.saturating_sub(job.started),
            results: job.results,
        });
    }

    /// A page with what became of the items of a job so far.
    pub(super) fn open_results(&mut self, job: JobId) {
        let (title, results) = if let Some(ended) = self.jobs.ended().find(|ended| ended.id == job)
        {
            (ended.summary.clone(), &ended.results)
        } else if let Some(running) = self.jobs.iter().find(|running| running.id == job) {
            (format!("{}, so far", running.name()), &running.results)
        } else {
            return;
        };
        let mut items = results.lines();
        if items.is_empty() {
            items.push((title.clone(), "there are no items to tell of".to_owned()));
        }
        self.modal = Some(Modal::Reader(Reader::new(ReaderSubject::Results {
            title,
            items,
            of: Some(job),
        })));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_kept_first_and_what_is_left_out_is_told() {
        let mut results = Results::default();
        for n in 0..5000 {
            results.add(format!("pin-{n}"), "done".to_owned(), n % 4 > 0);
        }
        assert_eq!(results.failed(), 1250);
        let lines = results.lines();
        assert_eq!(lines.len(), 1000 + 1 + 200 + 1);
        assert_eq!(lines[1].0, "pin-4");
        assert_eq!(lines[1000].0, "250 more did not go well");
        assert_eq!(lines[1001].0, "pin-1");
        assert_eq!(lines[1201].0, "3550 more went well");
    }
}
