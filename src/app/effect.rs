//! What the app wants done.

use std::path::PathBuf;

use crate::protocol::{JobId, Request, Seq};

/// One thing to do, outside of the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the worker.
    Submit(Request),
    /// Call a job off, past everything that waits.
    Cancel(JobId),
    /// Read a directory; answered by [`super::Message::Directory`].
    ReadDirectory {
        /// Tells this look from later ones.
        seq: Seq,
        /// Which.
        path: PathBuf,
    },
    /// Put text where the person can paste it from; answered by [`super::Message::Copied`].
    Copy {
        /// The text.
        text: String,
        /// What it is, in words.
        what: String,
    },
    /// Show an address in the browser; answered by [`super::Message::Opened`].
    Open(String),
}

/// Which way a copy went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyRoute {
    /// The system's clipboard has it.
    Clipboard,
    /// The terminal was told by OSC 52, which gives no answer.
    Terminal,
}
