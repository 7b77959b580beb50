//! The pure core: state, what happened, and what to do about it.
//!
//! [`App::update`] takes one [`Message`] and the time, changes the state and answers with
//! [`Effect`]s. No clock, file, network or terminal is touched here, so a test can play any
//! sequence of messages. A verb (unpin, upload, ...) lives in a file of its own: what it asks the
//! person, what it asks the worker, and what it does with the answer.

mod change_log;
mod choose;
mod commands;
mod connection;
mod copy;
mod details;
mod duplicates;
mod effect;
mod export;
mod filter;
pub mod form;
mod hidden;
mod jobs;
mod jobs_panel;
mod layout;
mod line;
mod list;
mod mark_all;
mod marks;
mod menu;
mod message;
mod modal;
mod mouse;
mod open;
mod palette;
mod pending;
pub mod picker;
mod pin_by_cid;
mod pin_form;
mod pin_list;
mod pin_list_form;
mod protect;
mod reader;
mod replies;
mod results;
mod resume;
mod save_plan;
mod toasts;
mod undo;
mod unpin;
mod update;
mod upload;
mod upload_form;
mod views;

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::Size;

pub use change_log::{ChangeLog, Rows};
pub use connection::Connection;
pub use copy::CopyForm;
pub use effect::{CopyFailure, CopyRoute, Effect};
pub use export::ExportForm;
pub use filter::FilterLine;
pub use hidden::Hidden;
pub use jobs::{Job, JobKind, Jobs};
pub use jobs_panel::JobsPanel;
pub use layout::{DetailPlace, Layout};
pub use line::TextLine;
pub use list::{List, View};
pub use mark_all::KnownPart;
pub use marks::Marks;
pub use menu::{Choice, Menu, MenuKind};
pub use message::{DirectoryEntry, EntryKind, Message};
pub use modal::{Confirm, Modal, Question};
pub use palette::Palette;
pub use pin_form::PinForm;
pub use pin_list::ListReport;
pub use pin_list_form::PinListForm;
pub use reader::{Reader, ReaderLine, ReaderSubject};
pub(crate) use reader::{record_lines, wrap};
pub use results::{EndedJob, Results};
pub use save_plan::SavePlanForm;
pub use toasts::{Toast, ToastKind, Toasts};
pub use upload_form::UploadForm;

use crate::domain::{Account, Protection, SavedView};
use crate::input::{Context, Keymap};
use crate::protocol::{BatchOffer, JobId, Seq};
use pending::Pending;

/// The time, as it was when a message came in.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Since the program started; never goes back.
    pub tick: Duration,
    /// The time of day.
    pub wall: Timestamp,
}

/// What the app is told when it starts.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// Whose pins these are.
    pub account: Account,
    /// What the service is called until its address is known.
    pub service: String,
    /// Whether changes are refused.
    pub read_only: bool,
    /// Rows on a page at the most; `None` fills the window.
    pub page_size: Option<u16>,
    /// Where lazypin was started: the file picker opens there first, and files are written there.
    pub directory: PathBuf,
    /// What no bulk unpin touches.
    pub protection: Protection,
    /// The person's own views, by name.
    pub views: Vec<(String, SavedView)>,
}

/// Which pane has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    #[default]
    List,
    /// The detail pane.
    Pane,
}

/// Everything that lazypin knows while it runs.
#[derive(Debug)]
pub struct App {
    /// What it was told at the start.
    pub config: AppConfig,
    /// The keys.
    pub keymap: Keymap,
    /// The service, as far as it is known.
    pub connection: Connection,
    /// Where things are on the screen.
    pub layout: Layout,
    /// The pins.
    pub list: List,
    /// The marked pins.
    pub marks: Marks,
    /// What no bulk unpin touches.
    pub protection: Protection,
    /// How many of them the view does not show.
    pub hidden: Hidden,
    /// The filter's line.
    pub filter: FilterLine,
    /// How much of the account is known here, once it was needed.
    pub known: Option<KnownPart>,
    /// Which pane has the keys.
    pub focus: Focus,
    /// Lines that the detail pane is scrolled by.
    pub pane_scroll: u16,
    /// Work under way.
    pub jobs: Jobs,
    /// Short notices.
    pub toasts: Toasts,
    /// What lies over the list.
    pub modal: Option<Modal>,
    /// The time of the last message.
    pub now: Now,
    /// Whether the program is over.
    pub is_over: bool,
    /// Where the file picker opens.
    picker_directory: PathBuf,
    pending: Pending,
    cut_off: Option<BatchOffer>,
    next_job: JobId,
    next_look: Seq,
    match_all: Option<Seq>,
    planning: Option<Seq>,
    protecting: Option<Seq>,
    effects: Vec<Effect>,
}

impl App {
    /// An app for a window of this size that knows nothing yet.
    pub fn new(config: AppConfig, keymap: Keymap, size: Size, now: Now) -> Self {
        let layout = Layout::new(size, config.page_size);
        let mut list = List::new(layout.page_rows());
        list.refresh();
        Self {
            connection: Connection::new(config.service.clone()),
            protection: config.protection.clone(),
            picker_directory: config.directory.clone(),
            config,
            keymap,
            layout,
            list,
            marks: Marks::default(),
            hidden: Hidden::default(),
            filter: FilterLine::default(),
            known: None,
            focus: Focus::default(),
            pane_scroll: 0,
            jobs: Jobs::default(),
            toasts: Toasts::default(),
            modal: None,
            now,
            is_over: false,
            pending: Pending::default(),
            cut_off: None,
            next_job: JobId::default(),
            next_look: Seq::default(),
            match_all: None,
            planning: None,
            protecting: None,
            effects: Vec::new(),
        }
    }

    /// Where a key pressed now is pressed.
    pub fn context(&self) -> Context {
        match &self.modal {
            Some(modal) => modal.context(),
            None => self.context_below(),
        }
    }

    /// Where a key is pressed while nothing lies over the list.
    pub fn context_below(&self) -> Context {
        match self.focus {
            _ if self.filter.is_open => Context::Filter,
            Focus::List => Context::List,
            Focus::Pane => Context::Pane,
        }
    }

    /// When the app wants to be told the time next, on the clock of [`Now::tick`]; `None` while
    /// nothing on the screen depends on it.
    pub fn wake_at(&self) -> Option<Duration> {
        [
            self.toasts.next_end(),
            self.jobs.next_frame(self.now.tick),
            self.pending.due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn new_job(&mut self) -> JobId {
        self.next_job.0 += 1;
        self.next_job
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn inform(&mut self, text: impl Into<String>) {
        self.toasts.push(ToastKind::Info, text, self.now.tick);
    }

    fn warn(&mut self, text: impl Into<String>) {
        self.toasts.push(ToastKind::Warning, text, self.now.tick);
    }
}
