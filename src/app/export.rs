//! Writing pins to a file: the marked ones, else all that the view shows. A menu asks for the form,
//! then a dialog for the file's name; where it can't be written the dialog comes back with the name
//! as it was typed.

use std::path::Path;

use super::form::Form;
use super::menu::{Choice, MenuKind};
use super::{App, Effect, Job, JobKind, Modal};
use crate::domain::RecordFormat;
use crate::domain::text::count;
use crate::error::ApiError;
use crate::protocol::{ExportPlan, JobEnd, JobId, Request};

/// The forms of a file, as the menu shows them: key, words, form, ending of the name.
const FORMS: [(char, &str, RecordFormat, &str); 4] = [
    ('c', "CSV, for spreadsheets", RecordFormat::Csv, "csv"),
    ('j', "JSON, one document", RecordFormat::Json, "json"),
    (
        'l',
        "JSON Lines, a record a line",
        RecordFormat::JsonLines,
        "jsonl",
    ),
    ('i', "plain CIDs, one a line", RecordFormat::Cids, "txt"),
];

/// The forms, to be chosen from.
pub(super) fn choices() -> Vec<Choice> {
    let choice = |(key, label, ..): (_, &str, _, _)| Choice {
        key: Some(key),
        label: label.to_owned(),
    };
    FORMS.map(choice).to_vec()
}

/// Where to write to.
#[derive(Debug)]
pub struct ExportForm {
    /// The field: the file's name.
    pub form: Form,
    format: RecordFormat,
}

impl App {
    /// Asks in which form to write.
    pub(super) fn ask_export(&mut self) {
        self.end_range();
        if self.marks.is_empty() && self.list.is_empty() && !self.list.is_loading() {
            self.inform("there is nothing to export");
            return;
        }
        self.open_menu(MenuKind::ExportAs);
    }

    /// What an export is about now, in words.
    pub fn what_to_export(&self) -> String {
        if !self.marks.is_empty() {
            return format!("Export {}", count(self.marks.len(), "marked pin"));
        }
        let pins = if self.list.is_loading() {
            "all pins".to_owned()
        } else {
            number_of(self.list.len())
        };
        match self.list.filter() {
            None => format!("Export {pins}"),
            Some(_) => format!("Export {pins} that match"),
        }
    }

    /// Asks for a file of the form at this place of the menu.
    pub(super) fn export_as(&mut self, place: usize) {
        if let Some((.., format, ending)) = FORMS.get(place) {
            self.ask_file_name(*format, ending);
        }
    }

    fn ask_file_name(&mut self, format: RecordFormat, ending: &str) {
        let name = format!("pins-{}.{ending}", self.now.wall.strftime("%Y-%m-%d"));
        self.open_export_form(format, &name, None);
    }

    fn open_export_form(&mut self, format: RecordFormat, name: &str, error: Option<String>) {
        let mut form = Form::new(&[("file", name, false, "its name, or a path")]);
        form.error = error;
        self.modal = Some(Modal::Export(Box::new(ExportForm { form, format })));
    }

    /// Sends the dialog.
    pub(super) fn send_export(&mut self) {
        let Some(Modal::Export(export)) = &mut self.modal else {
            return;
        };
        let name = export.form.text(0);
        if name.is_empty() {
            export.form.error = Some("the file needs a name".to_owned());
            return;
        }
        let format = export.format;
        self.modal = None;
        let marked = self.marks.pins().cloned().collect();
        let plan = ExportPlan {
            format,
            path: self.config.directory.join(&name),
            marked: (!self.marks.is_empty()).then_some(marked),
            view: self.list.local_view(),
        };
        let job = self.new_job();
        let kind = JobKind::Export {
            format,
            name,
            written: 0,
            total: None,
        };
        self.jobs.start(job, kind, self.now.tick);
        self.effect(Effect::Submit(Request::Export { job, plan }));
    }

    /// An export got a little further.
    pub(super) fn export_progress(&mut self, job: JobId, pins: u64, of: u64) {
        if let Some(Job {
            kind: JobKind::Export { written, total, .. },
            ..
        }) = self.jobs.get_mut(job)
        {
            *written = pins;
            *total = Some(of);
        }
    }

    /// An export is over: say where it lies, or ask for another name.
    pub(super) fn export_over(&mut self, job: Job, end: JobEnd) {
        let (summary, went_well) = match end {
            JobEnd::Exported { path, pins, doubt } => self.exported(&path, pins, doubt),
            JobEnd::Failed(ApiError::Cancelled) => {
                let said = "the export was called off, nothing was written";
                (said.to_owned(), true)
            }
            JobEnd::Failed(error) => return self.export_failed(job, error.to_string()),
            JobEnd::Broken(why) => return self.export_failed(job, why),
            JobEnd::BatchOver | JobEnd::Pinned(_) | JobEnd::AlreadyPinned(_) => return,
        };
        if went_well {
            self.inform(summary.clone());
        } else {
            self.warn(summary.clone());
        }
        self.keep_job(job, summary, went_well);
    }

    fn export_failed(&mut self, job: Job, why: String) {
        let summary = format!("not exported: {why}");
        if let JobKind::Export { format, name, .. } = &job.kind
            && self.modal.is_none()
            && !self.filter.is_open
        {
            self.open_export_form(*format, name, Some(why));
        } else {
            self.warn(summary.clone());
        }
        self.keep_job(job, summary, false);
    }

    fn exported(&self, path: &Path, pins: u64, doubt: Option<String>) -> (String, bool) {
        let path = path.strip_prefix(&self.config.directory).unwrap_or(path);
        let done = format!("exported {} to {}", number_of(pins), path.display());
        match doubt {
            None => (done, true),
            Some(doubt) => (format!("{done} · {doubt}"), false),
        }
    }
}

fn number_of(pins: u64) -> String {
    count(usize::try_from(pins).unwrap_or(usize::MAX), "pin")
}
