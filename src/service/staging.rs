//! The receiving side of an upload: bytes to disk and through the hash, on a thread that may block.
//!
//! An upload has a directory of its own while it comes in. It goes with the upload, whatever becomes
//! of that; what a killed process left is swept when a service starts on the same data, known as
//! left by a lock that nobody holds.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::staged::{Body, INLINE, Incoming, Spool, Staged};
use crate::ipfs::{DirectoryNode, FileBuilder, FilePath, FileRoot, Tree};

/// Files of one upload at the most. Each costs some 300 bytes of memory until the upload ends.
const MAX_FILES: usize = 100_000;

/// Where uploads come in, for one service on one data directory.
pub(super) struct Staging {
    parent: PathBuf,
    /// Made with the first upload.
    own: Mutex<Option<Own>>,
}

/// This service's part of the incoming directory, and the lock that says it is in use.
struct Own {
    directory: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
        let _ = fs::remove_file(&self.lock_path);
    }
}

impl Staging {
    pub(super) fn new(data: &Path) -> Self {
        Self {
            parent: data.join("incoming"),
            own: Mutex::new(None),
        }
    }

    /// Removes what services left that were killed.
    pub(super) fn sweep(&self) -> io::Result<()> {
        let entries = match fs::read_dir(&self.parent) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "lock")
            {
                // Held until the removal is through: who waits for it finds the file gone.
                if let Ok(lock) = File::open(&path)
                    && lock.try_lock().is_ok()
                {
                    let _ = fs::remove_dir_all(path.with_extension(""));
                    let _ = fs::remove_file(&path);
                }
            } else if !path.with_extension("lock").exists() {
                let _ = fs::remove_dir_all(&path);
            }
        }
        Ok(())
    }

    /// A directory for one more upload.
    pub(super) fn begin(&self) -> io::Result<Receiver> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let own = match &mut *own {
            Some(own) => own,
            none => none.insert(self.claim()?),
        };
        let directory = own.directory.join(Uuid::new_v4().simple().to_string());
        fs::create_dir(&directory)?;
        Ok(Receiver {
            spool: Spool::new(directory),
            small: None,
            small_length: 0,
            current: None,
            tree: Tree::default(),
            contents: Vec::new(),
            single: None,
        })
    }

    fn claim(&self) -> io::Result<Own> {
        fs::create_dir_all(&self.parent)?;
        loop {
            let directory = self.parent.join(Uuid::new_v4().simple().to_string());
            let lock_path = directory.with_extension("lock");
            let lock = File::create_new(&lock_path)?;
            lock.lock()?;
            // A sweep may have come between the two lines above and have taken the file away.
            if lock_path.exists() {
                fs::create_dir(&directory)?;
                return Ok(Own {
                    directory,
                    lock_path,
                    _lock: lock,
                });
            }
        }
    }
}

/// An upload as it comes in.
pub(super) struct Receiver {
    spool: Spool,
    /// The bytes of all small files, one after the other.
    small: Option<File>,
    small_length: u64,
    current: Option<Current>,
    tree: Tree,
    contents: Vec<Incoming>,
    single: Option<Single>,
}

struct Current {
    path: FilePath,
    hash: FileBuilder,
    start: Vec<u8>,
    file: Option<(PathBuf, File)>,
}

struct Single {
    name: String,
    root: FileRoot,
}

/// Why an upload ends before its end.
#[derive(Debug)]
pub(super) enum Refusal {
    /// What came is no upload: a sentence.
    Invalid(String),
    /// The client, or what stands between, went away before the end.
    CutOff,
    /// The disk failed.
    Disk(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Receiver {
    /// Begins a file.
    pub(super) fn begin_file(&mut self, path: FilePath) -> Result<(), Refusal> {
        if self.contents.len() >= MAX_FILES {
            return Err(Refusal::Invalid(format!(
                "more than {MAX_FILES} files in one upload"
            )));
        }
        self.current = Some(Current {
            path,
            hash: FileBuilder::default(),
            start: Vec::new(),
            file: None,
        });
        Ok(())
    }

    /// Takes the next bytes of the file.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        current.hash.push(bytes);
        if let Some((_, file)) = &mut current.file {
            file.write_all(bytes)?;
        } else if current.start.len() + bytes.len() <= INLINE {
            current.start.extend_from_slice(bytes);
        } else {
            let path = self.spool.directory().join(self.contents.len().to_string());
            let mut file = File::create_new(&path)?;
            file.write_all(&current.start)?;
            file.write_all(bytes)?;
            current.start = Vec::new();
            current.file = Some((path, file));
        }
        Ok(())
    }

    /// Ends the file: its bytes are on the disk, and its name is in the tree.
    pub(super) fn end_file(&mut self) -> Result<(), Refusal> {
        let Some(current) = self.current.take() else {
            return Ok(());
        };
        let root = current.hash.finish();
        let body = if let Some((path, file)) = current.file {
            file.sync_all()?;
            Body::File(path)
        } else {
            let small = match &mut self.small {
                Some(file) => file,
                none => none.insert(
                    File::options()
                        .read(true)
                        .write(true)
                        .create_new(true)
                        .open(self.spool.directory().join("small"))?,
                ),
            };
            small.write_all(&current.start)?;
            let at = self.small_length;
            self.small_length += current.start.len() as u64;
            Body::Small {
                at,
                length: current.start.len(),
            }
        };
        self.tree
            .insert(&current.path, root)
            .map_err(Refusal::Invalid)?;
        self.contents.push(Incoming {
            block: root.block,
            size: root.size,
            tsize: root.tsize,
            body,
        });
        self.single = Some(Single {
            name: current.path.as_str().to_owned(),
            root,
        });
        Ok(())
    }

    /// Ends the upload.
    pub(super) fn finish(self) -> Result<Staged, Refusal> {
        let Some(last) = self.single else {
            return Err(Refusal::Invalid(
                "no file in the upload; send one or more parts named 'file'".to_owned(),
            ));
        };
        let mut contents = self.contents;
        let plain = !last.name.contains('/');
        let directory_name = last.name.split_once('/').map(|(name, _)| name.to_owned());
        let (root, is_dir, size, name) = if plain && contents.len() == 1 {
            (last.root.block, false, last.root.size, Some(last.name))
        } else {
            let tree = self.tree.into_root().map_err(Refusal::Invalid)?;
            let mut keep = |node: DirectoryNode| {
                contents.push(Incoming {
                    block: node.block,
                    size: node.size,
                    tsize: node.tsize,
                    body: Body::Directory(node.entries),
                });
                Ok::<(), Refusal>(())
            };
            let root = tree.finish(&mut keep)?;
            let (block, size) = (root.block, root.size);
            keep(root)?;
            (block, true, size, directory_name)
        };
        Ok(Staged::new(
            (root, is_dir, size),
            name,
            contents,
            self.small,
            self.spool,
        ))
    }
}
