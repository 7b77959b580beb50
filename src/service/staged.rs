//! What an upload brings, complete and on the disk: between its receiving and its keeping.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::ipfs::{Block, Entry};

/// Files of at most this many bytes lie in the database: a thousand small files then take one
/// fsync instead of a thousand.
pub(super) const INLINE: usize = 16 * 1024;

/// The upload's directory, gone when the upload is.
#[derive(Debug)]
pub(super) struct Spool {
    directory: PathBuf,
}

impl Spool {
    /// The directory, which is there already.
    pub(super) fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A complete upload, all of it on the disk.
#[derive(Debug)]
pub(super) struct Staged {
    /// The root's block.
    pub(super) root: Block,
    pub(super) is_dir: bool,
    /// Bytes of content.
    pub(super) size: u64,
    /// The name of the file, or of the directory that all files lie in.
    pub(super) name: Option<String>,
    /// All that the upload brings, what lies in a directory before the directory.
    pub(super) contents: Vec<Incoming>,
    small: Option<File>,
    _spool: Spool,
}

impl Staged {
    /// An upload with this root (block, whether a directory, bytes).
    pub(super) fn new(
        (root, is_dir, size): (Block, bool, u64),
        name: Option<String>,
        contents: Vec<Incoming>,
        small: Option<File>,
        spool: Spool,
    ) -> Self {
        Self {
            root,
            is_dir,
            size,
            name,
            contents,
            small,
            _spool: spool,
        }
    }

    /// A small file's bytes.
    pub(super) fn read_small(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        if let Some(mut file) = self.small.as_ref() {
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut bytes)?;
        }
        Ok(bytes)
    }
}

/// Content that an upload brings, complete and checked.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) block: Block,
    pub(super) size: u64,
    pub(super) tsize: u64,
    pub(super) body: Body,
}

/// Where its bytes are.
#[derive(Debug)]
pub(super) enum Body {
    /// A small file's bytes: this many, at this place of the upload's own file of small ones.
    Small { at: u64, length: usize },
    /// A file, already synced, to be moved into its place.
    File(PathBuf),
    /// A directory, whose entries are there already.
    Directory(Vec<Entry>),
}
