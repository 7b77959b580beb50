//! Pages of text over the screen: a record in full, the service's own JSON, help, results.

use unicode_segmentation::UnicodeSegmentation as _;

use super::{App, Modal};
use crate::domain::filter::Scratch;
use crate::domain::text::{ago, date_time, human_bytes, scrub, width};
use crate::domain::{Pin, PinState};
use crate::input::{Action, Context, Keymap};
use crate::protocol::{JobId, Seq};

/// A page of text and how far it is scrolled.
#[derive(Clone, Debug)]
pub struct Reader {
    /// What it shows.
    pub subject: ReaderSubject,
    /// Lines above the first one on the screen.
    pub scroll: u16,
}

/// What a page of text shows.
#[derive(Clone, Debug)]
pub enum ReaderSubject {
    /// A pin's record; the known one until a fresh one comes.
    Record {
        /// The look that was last asked for.
        seq: Seq,
        /// The record.
        pin: Box<Pin>,
        /// What is to be said of how fresh it is; empty once it is.
        note: String,
    },
    /// The service's own JSON of a pin.
    Raw {
        /// The look that was last asked for.
        seq: Seq,
        /// The pin.
        pin: Box<Pin>,
        /// The text, or what is to be said while there is none.
        text: Result<String, String>,
    },
    /// The keys.
    Help,
    /// What became of a job.
    Results {
        /// In a few words.
        title: String,
        /// One line an item: what it is, and what became of it.
        items: Vec<(String, String)>,
        /// The job, where the page was opened from the panel of jobs.
        of: Option<JobId>,
    },
}

/// One line of a page: a label, which may be empty, and a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderLine {
    /// Short, in a column of its own.
    pub label: String,
    /// The rest. Scrubbed.
    pub value: String,
    /// Whether the line is a heading.
    pub is_heading: bool,
    /// Whether the value begins where the labels do.
    pub is_wide: bool,
}

impl ReaderLine {
    fn plain(value: impl Into<String>) -> Self {
        Self {
            is_wide: true,
            ..Self::pair("", value)
        }
    }

    fn pair(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
            is_heading: false,
            is_wide: false,
        }
    }

    fn heading(value: impl Into<String>) -> Self {
        Self {
            is_heading: true,
            ..Self::plain(value)
        }
    }
}

impl Reader {
    /// A page from its top.
    pub fn new(subject: ReaderSubject) -> Self {
        Self { subject, scroll: 0 }
    }

    /// What it is called.
    pub fn title(&self) -> String {
        match &self.subject {
            ReaderSubject::Record { pin, .. } => pin.title().to_owned(),
            ReaderSubject::Raw { pin, .. } => format!("{} · raw record", pin.title()),
            ReaderSubject::Help => "Help".to_owned(),
            ReaderSubject::Results { title, .. } => title.clone(),
        }
    }

    /// Whether it is about one pin.
    pub fn is_about_a_pin(&self) -> bool {
        self.pin().is_some()
    }

    /// Its lines in so many columns.
    pub fn lines(&self, app: &App, columns: usize) -> Vec<ReaderLine> {
        match &self.subject {
            ReaderSubject::Record { pin, note, .. } => {
                let mut lines = full_record_lines(pin, app, columns);
                if !note.is_empty() {
                    lines.push(ReaderLine::plain(""));
                    lines.push(ReaderLine::plain(note.clone()));
                }
                lines
            }
            ReaderSubject::Raw { text, .. } => {
                let text = text.as_ref().unwrap_or_else(|note| note);
                text.lines()
                    .flat_map(|line| wrap(&scrub(line), columns))
                    .map(ReaderLine::plain)
                    .collect()
            }
            ReaderSubject::Help => help_lines(&app.keymap, columns),
            ReaderSubject::Results { items, .. } => items
                .iter()
                .flat_map(|(what, outcome)| {
                    let text = format!("{}: {}", scrub(what), scrub(outcome));
                    wrap(&text, columns)
                })
                .map(ReaderLine::plain)
                .collect(),
        }
    }
}

/// The lines of a record as the detail pane shows them. What tells pins apart comes first; what can
/// be worked out from it is left to the full view, so that a moved cursor writes little.
pub(crate) fn record_lines(pin: &Pin, app: &App, columns: usize) -> Vec<ReaderLine> {
    let mut lines = RecordLines::new(columns);
    let name = pin.name.as_deref().filter(|name| !name.is_empty());
    lines.pair("name", name.unwrap_or("(none)"));
    lines.pair("CID", pin.cid.as_str());
    lines.pair("size", &size_text(pin.size));
    lines.pair("status", &status_text(pin, app));
    if pin.state != PinState::Unpinned
        && let Some(by) = app.protection.of(pin, &mut Scratch::default())
    {
        lines.pair("protected", &format!("by {by}"));
    }
    if let Some(time) = pin.date_pinned {
        lines.pair("pinned", &time_text(time, app));
    }
    if let Some(time) = pin.date_unpinned {
        lines.pair("unpinned", &time_text(time, app));
    }
    lines.pair("kind", &kind_text(pin));
    lines.pair("pin id", pin.id.as_str());
    for (index, (key, value)) in pin.keyvalues.iter().enumerate() {
        let label = if index == 0 { "keyvalues" } else { "" };
        lines.pair(label, &format!("{key} = {value}"));
    }
    lines.lines
}

/// All that is known of a pin.
fn full_record_lines(pin: &Pin, app: &App, columns: usize) -> Vec<ReaderLine> {
    let mut lines = RecordLines {
        lines: record_lines(pin, app, columns),
        ..RecordLines::new(columns)
    };
    if let Some(what) = pin.cid.describe() {
        lines.pair("CID is", &what);
    }
    lines.pair("gateway", &app.connection.gateway_url(pin.cid.as_str()));
    if let Some(hash) = &pin.root_hash {
        lines.pair("multihash", hash);
    }
    if let Some(time) = pin.created_at {
        lines.pair("created", &time_text(time, app));
    }
    if let Some(time) = pin.updated_at {
        lines.pair("updated", &time_text(time, app));
    }
    lines.lines
}

/// Columns of a record's labels.
const LABEL: usize = 10;

struct RecordLines {
    lines: Vec<ReaderLine>,
    columns: usize,
}

impl RecordLines {
    fn new(columns: usize) -> Self {
        Self {
            lines: Vec::new(),
            columns: columns.saturating_sub(LABEL).max(8),
        }
    }

    fn pair(&mut self, label: &str, value: &str) {
        let mut label = label;
        for part in wrap(&scrub(value), self.columns) {
            self.lines.push(ReaderLine::pair(label, part));
            label = "";
        }
    }
}

fn size_text(size: Option<u64>) -> String {
    match size {
        Some(bytes) if bytes >= 1000 => format!("{} ({bytes} bytes)", human_bytes(bytes)),
        Some(bytes) => human_bytes(bytes),
        None => "not told yet".to_owned(),
    }
}

fn status_text(pin: &Pin, app: &App) -> String {
    if app.jobs.is_removing(&pin.id) {
        return "unpinning…".to_owned();
    }
    let label = pin.state.label();
    match pin.status.as_deref() {
        Some(status) if !status.eq_ignore_ascii_case(label) && !status.is_empty() => {
            format!("{label} ({status})")
        }
        _ => label.to_owned(),
    }
}

fn kind_text(pin: &Pin) -> String {
    let mut parts = vec![if pin.is_dir { "directory" } else { "file" }.to_owned()];
    if pin.is_pin_by_hash {
        parts = vec!["pinned by CID".to_owned()];
    }
    parts.extend(pin.mime_type.clone().filter(|mime| !mime.is_empty()));
    parts.join(" · ")
}

fn time_text(time: jiff::Timestamp, app: &App) -> String {
    format!("{} UTC, {}", date_time(time), ago(time, app.now.wall))
}

fn help_lines(keymap: &Keymap, columns: usize) -> Vec<ReaderLine> {
    let mut lines = vec![
        ReaderLine::plain("lazypin keeps the pins of a hosted IPFS pinning service in view."),
        ReaderLine::plain("Mark pins with space, then act on all of them at once."),
    ];
    for context in Context::ALL {
        lines.push(ReaderLine::plain(""));
        lines.push(ReaderLine::heading(context.title()));
        for (keys, does) in keymap.help(context) {
            let mut keys = keys;
            for part in wrap(does, columns.saturating_sub(20).max(10)) {
                lines.push(ReaderLine::pair(std::mem::take(&mut keys), part));
            }
        }
    }
    lines
}

/// The text in lines of at most `columns`, broken at a space where there is one near the end.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = width(grapheme);
        if used + wide > columns {
            let rest = match line.rfind(' ') {
                Some(space) if space > 0 && space + 1 >= line.len() / 2 => {
                    let rest = line[space + 1..].to_owned();
                    line.truncate(space);
                    rest
                }
                _ => String::new(),
            };
            used = width(&rest);
            lines.push(std::mem::replace(&mut line, rest));
        }
        line.push_str(grapheme);
        used += wide;
    }
    lines.push(line);
    lines
}

impl App {
    /// How far the page over the screen can be scrolled, and how many lines it shows.
    fn reader_bounds(&self) -> Option<(u16, u16)> {
        let Some(Modal::Reader(reader)) = &self.modal else {
            return None;
        };
        let area = self.layout.reader_text();
        let lines = reader.lines(self, usize::from(area.width)).len();
        let most = u16::try_from(lines)
            .unwrap_or(u16::MAX)
            .saturating_sub(area.height);
        Some((most, area.height))
    }

    /// Closes the page, back to where it was opened from.
    pub(super) fn close_reader(&mut self) {
        let from = match self.modal.take() {
            Some(Modal::Reader(Reader {
                subject: ReaderSubject::Results { of, .. },
                ..
            })) => of,
            _ => None,
        };
        if from.is_some() {
            self.open_jobs(from);
        }
    }

    /// Scrolls the page over the screen.
    pub(super) fn scroll_reader(&mut self, scroll: Scroll) {
        let Some((most, height)) = self.reader_bounds() else {
            return;
        };
        if let Some(Modal::Reader(reader)) = &mut self.modal {
            reader.scroll = scroll.apply(reader.scroll, most, height);
        }
    }

    /// Scrolls the detail pane.
    pub(super) fn scroll_pane(&mut self, scroll: Scroll) {
        let area = self.layout.pane();
        let lines = self.list.selected().map_or(0, |pin| {
            record_lines(pin, self, usize::from(area.width)).len()
        });
        let most = u16::try_from(lines)
            .unwrap_or(u16::MAX)
            .saturating_sub(area.height);
        self.pane_scroll = scroll.apply(self.pane_scroll, most, area.height);
    }
}

/// One way to scroll.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scroll {
    Lines(i32),
    HalfPages(i32),
    Pages(i32),
    Top,
    Bottom,
}

impl Scroll {
    /// The scrolling that an action means, where it means one.
    pub(super) fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Down => Self::Lines(1),
            Action::Up => Self::Lines(-1),
            Action::HalfPageDown => Self::HalfPages(1),
            Action::HalfPageUp => Self::HalfPages(-1),
            Action::NextPage => Self::Pages(1),
            Action::PreviousPage => Self::Pages(-1),
            Action::First => Self::Top,
            Action::Last => Self::Bottom,
            _ => return None,
        })
    }

    fn apply(self, from: u16, most: u16, height: u16) -> u16 {
        let height = i32::from(height);
        let to = i32::from(from)
            + match self {
                Self::Lines(lines) => lines,
                Self::HalfPages(halves) => halves * (height / 2).max(1),
                Self::Pages(pages) => pages * height.max(1),
                Self::Top => return 0,
                Self::Bottom => return most,
            };
        u16::try_from(to.max(0)).unwrap_or(u16::MAX).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_never_too_wide() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
        for columns in 1..12 {
            for line in wrap("文件名字 with some מילים in it", columns) {
                assert!(width(&line) <= columns.max(2), "{columns} {line}");
            }
        }
    }
}
