//! The file picker: a directory's entries, narrowed as one types, some of them marked.

use std::path::{Path, PathBuf};

use indexmap::IndexSet;

use super::message::{DirectoryEntry, EntryKind};
use super::{App, Effect, Modal, PinForm};
use crate::input::Action;
use crate::protocol::{CidSource, Request, Seq};

/// The file picker.
#[derive(Debug)]
pub struct Picker {
    /// What the choice is for.
    pub purpose: PickerPurpose,
    /// The directory that is shown.
    pub directory: PathBuf,
    /// What was typed to narrow it.
    pub filter: String,
    /// The place of the cursor among the shown entries.
    pub cursor: usize,
    /// Whether hidden files are shown.
    pub shows_hidden: bool,
    /// Why the directory can't be shown.
    pub error: Option<String>,
    /// Whether something is awaited: the directory, or the count of what would be sent.
    pub waiting: Option<&'static str>,
    marked: IndexSet<PathBuf>,
    entries: Vec<DirectoryEntry>,
    shown: Vec<usize>,
    seq: Seq,
    /// The entry to put the cursor on once the directory is read.
    select: Option<PathBuf>,
}

/// What something is chosen for.
#[derive(Debug)]
pub enum PickerPurpose {
    /// To upload files and directories.
    Upload,
    /// To read CIDs from a file, and where to go back to.
    Cids(Box<PinForm>),
}

impl Picker {
    fn new(purpose: PickerPurpose, directory: PathBuf, seq: Seq) -> Self {
        Self {
            purpose,
            directory,
            filter: String::new(),
            cursor: 0,
            shows_hidden: false,
            error: None,
            waiting: Some("reading the directory…"),
            marked: IndexSet::new(),
            entries: Vec::new(),
            shown: Vec::new(),
            seq,
            select: None,
        }
    }

    /// The form that wants a file of CIDs.
    pub(super) fn pin_form(&self) -> Option<&PinForm> {
        match &self.purpose {
            PickerPurpose::Upload => None,
            PickerPurpose::Cids(pin) => Some(pin),
        }
    }

    /// The entries that are shown, from the top.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &DirectoryEntry> {
        self.shown.iter().map(|index| &self.entries[*index])
    }

    /// The entry under the cursor.
    pub fn selected(&self) -> Option<&DirectoryEntry> {
        self.shown
            .get(self.cursor)
            .map(|index| &self.entries[*index])
    }

    /// Whether this path is marked.
    pub fn is_marked(&self, path: &Path) -> bool {
        self.marked.contains(path)
    }

    /// How many paths are marked.
    pub fn marked_count(&self) -> usize {
        self.marked.len()
    }

    /// How many entries the directory hides.
    pub fn hidden_count(&self) -> usize {
        if self.shows_hidden {
            return 0;
        }
        self.entries
            .iter()
            .filter(|entry| entry.name.starts_with('.'))
            .count()
    }

    fn narrow(&mut self) {
        let selected = self.selected().map(|entry| entry.path.clone());
        let wanted = self.filter.to_lowercase();
        self.shown = (0..self.entries.len())
            .filter(|index| {
                let entry = &self.entries[*index];
                let hidden = entry.name.starts_with('.') && !wanted.starts_with('.');
                (self.shows_hidden || !hidden) && entry.name.to_lowercase().contains(&wanted)
            })
            .collect();
        let select = self.select.take().or(selected);
        self.cursor = select
            .and_then(|path| self.shown().position(|entry| entry.path == path))
            .unwrap_or(0);
    }

    fn take_entries(&mut self, path: PathBuf, mut entries: Vec<DirectoryEntry>) {
        entries.sort_by_cached_key(|entry| {
            (
                entry.kind != EntryKind::Directory,
                entry.name.to_lowercase(),
                entry.name.clone(),
            )
        });
        if self.directory != path {
            self.filter.clear();
        }
        self.directory = path;
        self.entries = entries;
        self.error = None;
        self.shown.clear();
        self.narrow();
    }

    fn move_by(&mut self, rows: isize) {
        self.cursor = self
            .cursor
            .saturating_add_signed(rows)
            .min(self.shown.len().saturating_sub(1));
    }

    /// Types into the filter.
    pub(super) fn type_char(&mut self, c: char) {
        self.filter.push(c);
        self.narrow();
    }

    /// Pastes into the filter.
    pub(super) fn paste(&mut self, text: &str) {
        self.filter
            .extend(text.trim().chars().filter(|c| !c.is_control()));
        self.narrow();
    }

    /// Takes a character of the filter back; says whether there was one.
    pub(super) fn untype(&mut self) -> bool {
        let had = self.filter.pop().is_some();
        self.narrow();
        had
    }
}

impl App {
    /// Rows of entries that the picker shows.
    fn picker_rows(&self) -> isize {
        isize::try_from(self.layout.screen.height.saturating_sub(8).max(1)).unwrap_or(1)
    }

    /// Opens the picker, where it was left.
    pub(super) fn open_picker(&mut self, purpose: PickerPurpose) {
        let seq = self.next_look.advance();
        let path = self.picker_directory.clone();
        self.modal = Some(Modal::Picker(Picker::new(purpose, path.clone(), seq)));
        self.effect(Effect::ReadDirectory { seq, path });
    }

    fn read_directory(&mut self, path: PathBuf, select: Option<PathBuf>) {
        let seq = self.next_look.advance();
        if let Some(Modal::Picker(picker)) = &mut self.modal {
            picker.seq = seq;
            picker.select = select;
            picker.waiting = Some("reading the directory…");
            self.effect(Effect::ReadDirectory { seq, path });
        }
    }

    /// Takes a directory that was read; an older one changes nothing.
    pub(super) fn directory_read(
        &mut self,
        seq: Seq,
        path: PathBuf,
        result: Result<Vec<DirectoryEntry>, String>,
    ) {
        let Some(Modal::Picker(picker)) = &mut self.modal else {
            return;
        };
        if picker.seq != seq {
            return;
        }
        picker.waiting = None;
        match result {
            Ok(entries) => {
                self.picker_directory.clone_from(&path);
                picker.take_entries(path, entries);
            }
            Err(why) => picker.error = Some(why),
        }
    }

    /// Does what an action means in the picker.
    pub(super) fn act_in_picker(&mut self, action: Action) {
        let rows = self.picker_rows();
        let Some(Modal::Picker(picker)) = &mut self.modal else {
            return;
        };
        match action {
            Action::Down => picker.move_by(1),
            Action::Up => picker.move_by(-1),
            Action::NextPage => picker.move_by(rows),
            Action::PreviousPage => picker.move_by(-rows),
            Action::First => picker.cursor = 0,
            Action::Last => picker.move_by(isize::MAX),
            Action::Hidden => {
                picker.shows_hidden = !picker.shows_hidden;
                picker.narrow();
            }
            Action::Mark => {
                if let Some(entry) = picker.selected()
                    && entry.kind != EntryKind::Other
                {
                    let path = entry.path.clone();
                    if !picker.marked.shift_remove(&path) {
                        picker.marked.insert(path);
                    }
                }
                picker.move_by(1);
            }
            Action::Parent => {
                let here = picker.directory.clone();
                if let Some(parent) = here.parent() {
                    self.read_directory(parent.to_path_buf(), Some(here));
                }
            }
            Action::Accept => match picker.selected() {
                Some(entry) if entry.kind == EntryKind::Directory => {
                    let path = entry.path.clone();
                    self.read_directory(path, None);
                }
                _ => self.choose_in_picker(),
            },
            Action::Choose => self.choose_in_picker(),
            Action::Back => {
                if picker.filter.is_empty() {
                    self.leave_picker();
                } else {
                    picker.filter.clear();
                    picker.narrow();
                }
            }
            _ => {}
        }
    }

    /// Backspace narrows less, and on an empty filter goes to the directory above.
    pub(super) fn backspace_in_picker(&mut self) {
        if let Some(Modal::Picker(picker)) = &mut self.modal
            && !picker.untype()
        {
            self.act_in_picker(Action::Parent);
        }
    }

    /// Closes the picker; back to the form that it came from.
    fn leave_picker(&mut self) {
        self.modal = match self.modal.take() {
            Some(Modal::Picker(Picker {
                purpose: PickerPurpose::Cids(pin),
                ..
            })) => Some(Modal::PinByCid(pin)),
            _ => None,
        };
    }

    /// Has the marked entries read for what they are chosen for; without marks, the one under the
    /// cursor.
    fn choose_in_picker(&mut self) {
        let seq = self.next_look.advance();
        let Some(Modal::Picker(picker)) = &mut self.modal else {
            return;
        };
        let mut paths: Vec<PathBuf> = picker.marked.iter().cloned().collect();
        if paths.is_empty() {
            match picker.selected() {
                Some(entry) if entry.kind == EntryKind::Other => {
                    picker.error = Some(format!("{} is no file and no directory", entry.name));
                    return;
                }
                Some(entry) => paths.push(entry.path.clone()),
                None => return,
            }
        }
        let (waiting, request) = match (&picker.purpose, paths.pop()) {
            (PickerPurpose::Cids(_), Some(path)) if paths.is_empty() => {
                let source = CidSource::File(path);
                ("reading the list…", Request::ReadCids { seq, source })
            }
            (PickerPurpose::Cids(_), _) => {
                picker.error = Some("one file at a time".to_owned());
                return;
            }
            (PickerPurpose::Upload, last) => {
                paths.extend(last);
                ("counting what would be sent…", Request::Scan { seq, paths })
            }
        };
        picker.seq = seq;
        picker.error = None;
        picker.waiting = Some(waiting);
        self.effect(Effect::Submit(request));
    }

    /// Whether the picker waits for this look.
    pub(super) fn picker_awaits(&self, seq: Seq) -> bool {
        matches!(&self.modal, Some(Modal::Picker(picker)) if picker.seq == seq)
    }
}
