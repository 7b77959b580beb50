//! What an upload will send: decided before the first byte leaves.

use std::path::PathBuf;

use super::Metadata;
use super::text::total_bytes;

/// One regular file of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadFile {
    /// Where it lies on this machine.
    pub path: PathBuf,
    /// The name that the service is told: the file's own, or `DIRECTORY/relative/path` with `/` on
    /// every system.
    pub name: String,
    /// Bytes, as they were when the upload was planned.
    pub size: u64,
}

/// One upload: a file, or a directory with its regular files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadPlan {
    /// The path that was asked for.
    pub source: PathBuf,
    /// Whether it is a directory.
    pub is_dir: bool,
    /// The files, ordered by name.
    pub files: Vec<UploadFile>,
    /// What was left out and why (links, sockets, unreadable entries): a sentence each.
    pub skipped: Vec<String>,
    /// Name and keyvalues.
    pub metadata: Metadata,
}

impl UploadPlan {
    /// Bytes of content in all.
    pub fn total_bytes(&self) -> u64 {
        total_bytes(self.files.iter().map(|file| file.size))
    }
}
