//! What can happen to the app.

use std::path::PathBuf;

use crossterm::event::{KeyEvent, MouseEvent};
use jiff::Timestamp;
use ratatui::layout::Size;

use super::effect::{CopyFailure, CopyRoute};
use crate::protocol::{Reply, Request, Seq};

/// One thing that happened.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a message is moved once into the app and never kept"
)]
pub enum Message {
    /// A key went down, or repeats.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The window has another size.
    Resize(Size),
    /// Time went by.
    Tick,
    /// The worker answered.
    Reply(Reply),
    /// The worker has too much to do and gave a request back.
    Busy(Request),
    /// A directory was read, or why not, in a sentence.
    Directory {
        /// From the effect.
        seq: Seq,
        /// The directory, with all links in its path followed.
        path: PathBuf,
        /// What lies in it.
        result: Result<Vec<DirectoryEntry>, String>,
    },
    /// A copy was made or sent, or why not.
    Copied {
        /// What was copied, in words.
        what: String,
        /// Which way.
        route: CopyRoute,
        /// Whether it went that way.
        result: Result<(), CopyFailure>,
    },
    /// A plan was saved, or why not, in a sentence.
    PlanSaved {
        /// The file.
        path: PathBuf,
        /// Whether it is there.
        result: Result<(), String>,
    },
    /// The browser was started, or why not, in a sentence.
    Opened {
        /// The address.
        url: String,
        /// Whether the system took it.
        result: Result<(), String>,
    },
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Its path.
    pub path: PathBuf,
    /// Its name, with what is no text replaced.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes; 0 for what is no file.
    pub size: u64,
    /// When it last changed, where the system tells.
    pub modified: Option<Timestamp>,
}

/// What a directory entry is, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A link to nowhere, a socket, a device: nothing to upload.
    Other,
}
