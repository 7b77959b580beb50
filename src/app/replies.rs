//! What comes back from the worker, each to the verb that asked for it.

use super::list::SeekEnd;
use super::mark_all::KnownPart;
use super::{App, JobKind};
use crate::error::ApiError;
use crate::protocol::{JobEnd, JobId, Reply, Request};

impl App {
    /// Takes an answer.
    pub(super) fn reply(&mut self, reply: Reply) {
        match reply {
            Reply::Connected { api_url, gateway } => {
                self.connection.api_url = Some(api_url);
                self.connection.gateway = gateway;
            }
            Reply::List { seq, query, result } => {
                let failed = result.as_ref().err().map(ToString::to_string);
                let had_rows = self.list.totals().is_some();
                match self.list.receive(seq, &query, result) {
                    Some(SeekEnd::Found(_)) => self.pane_scroll = 0,
                    Some(SeekEnd::Missed(_)) if failed.is_none() => {
                        self.inform("the pin is there, but not in this view");
                    }
                    _ => {}
                }
                // Without rows the whole list tells of the failure.
                if let Some(why) = failed
                    && had_rows
                    && self.list.error().is_some()
                {
                    self.warn(format!("the list may be old: {why}"));
                }
            }
            Reply::FirstMatches { seq, query, page } => self.list.preview(seq, &query, page),
            Reply::Indexed {
                known,
                total,
                reading,
            } => self.indexed(KnownPart {
                known,
                total,
                reading,
            }),
            Reply::Matched { seq, result } => self.matched(seq, result),
            Reply::Planned { seq, result } => self.planned(seq, result),
            Reply::ShownCounted { seq, result } => self.hidden.counted(seq, result.ok()),
            Reply::Details { seq, id, result } => self.details_received(seq, &id, result),
            Reply::Refreshed { pins, .. } => self.refreshed(&pins),
            Reply::Scanned { seq, plans } => self.scanned(seq, plans),
            Reply::Unpinned { job, items } => self.unpinned(job, items),
            Reply::Undoable { named, found } => self.ask_undo(named, found),
            Reply::Changes {
                seq,
                offset,
                result,
            } => self.changes_received(seq, offset, result),
            Reply::ChangeItems {
                seq,
                offset,
                result,
            } => self.change_items_received(seq, offset, result),
            Reply::Protected { seq, result } => self.protected(seq, result),
            Reply::Undone { job, items } => self.undone(job, &items),
            Reply::ExportProgress {
                job,
                written,
                total,
            } => self.export_progress(job, written, total),
            Reply::CidsRead { seq, result } => self.cids_read(seq, result),
            Reply::ListPinned { job, items } => self.list_pinned(job, &items),
            Reply::Throttled(throttle) => self.jobs.throttle(throttle, self.now.tick),
            Reply::CutOff(offer) => self.cut_off = Some(offer),
            Reply::UploadProgress { job, sent } => self.upload_progress(job, sent),
            Reply::Finished { job, end } => self.job_over(job, end),
        }
    }

    fn job_over(&mut self, id: JobId, end: JobEnd) {
        let Some(job) = self.jobs.end(id) else {
            return;
        };
        match &job.kind {
            JobKind::Unpin { .. } | JobKind::Undo(_) | JobKind::PinList { .. } => {
                let broken = match end {
                    JobEnd::Broken(why) => Some(why),
                    JobEnd::Failed(error) => Some(error.to_string()),
                    _ => None,
                };
                match job.kind {
                    JobKind::Undo(_) => self.undo_over(job, broken.as_deref()),
                    JobKind::PinList { .. } => self.pin_list_over(job, broken.as_deref()),
                    _ => self.unpin_over(job, broken.as_deref()),
                }
            }
            JobKind::Export { .. } => self.export_over(job, end),
            JobKind::Upload { .. } | JobKind::PinByCid { .. } => self.pin_job_over(job, end),
        }
    }

    /// The worker took a request back: as if it had been answered with a failure.
    pub(super) fn busy(&mut self, request: Request) {
        let error = || ApiError::Transport {
            message: "lazypin has too much to do at once; try again in a moment".to_owned(),
            sent: false,
        };
        match request {
            Request::MatchAll { seq, .. } => self.matched(seq, Err(error())),
            Request::Plan { seq, .. } => self.planned(seq, Err(error().to_string())),
            Request::CountShown { seq, .. } => self.hidden.counted(seq, None),
            Request::List { seq, query, .. } => self.reply(Reply::List {
                seq,
                query,
                result: Err(error()),
            }),
            Request::Details { seq, id } => self.reply(Reply::Details {
                seq,
                id,
                result: Err(error()),
            }),
            Request::ReadAccount => {}
            Request::Refresh { .. } => self.refresh_unserved(),
            Request::Scan { seq, .. } => self.scanned(seq, vec![Err(error().to_string())]),
            Request::ReadCids { seq, .. } => self.cids_read(seq, Err(error().to_string())),
            Request::Undoable(named) => self.ask_undo(named, Err(error().to_string())),
            Request::Changes { seq, offset } => {
                self.changes_received(seq, offset, Err(error().to_string()));
            }
            Request::ChangeItems { seq, offset, .. } => {
                self.change_items_received(seq, offset, Err(error().to_string()));
            }
            Request::Protect { seq, .. } => self.protected(seq, Err(error().to_string())),
            Request::Unpin { job, .. }
            | Request::Undo { job, .. }
            | Request::Resume { job, .. }
            | Request::Upload { job, .. }
            | Request::PinByCid { job, .. }
            | Request::PinList { job, .. }
            | Request::Export { job, .. } => {
                self.job_over(job, JobEnd::Failed(error()));
            }
        }
    }
}
