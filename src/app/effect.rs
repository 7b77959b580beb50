//! What the app wants done.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Account, UnpinPlan};
use crate::protocol::{JobId, Request, Seq};

/// One thing to do, outside of the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the worker.
    Submit(Request),
    /// Call a job off, past everything that waits.
    Cancel(JobId),
    /// Pause a job that is made of items, or let it go on.
    Pause {
        /// Which.
        job: JobId,
        /// Whether it is to pause.
        paused: bool,
    },
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
        /// Which way.
        route: CopyRoute,
    },
    /// Save a plan in a new file; answered by [`super::Message::PlanSaved`].
    SavePlan {
        /// The file.
        path: PathBuf,
        /// What would be unpinned.
        plan: Arc<UnpinPlan>,
        /// Whose pins those are.
        account: Account,
        /// When the person asked for it.
        made: Timestamp,
    },
    /// Show an address in the browser; answered by [`super::Message::Opened`].
    Open(String),
}

/// The ways in which text can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyRoute {
    /// To the system's clipboard, which says whether it took it.
    Clipboard,
    /// By telling the terminal (OSC 52), which gives no answer.
    Terminal,
}

/// Why text could not be copied this way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFailure {
    /// The text, for another way.
    pub text: String,
    /// A sentence.
    pub why: String,
}
