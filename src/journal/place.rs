//! Where a journal lies, and how several processes write to it at once without spoiling each
//! other's lines.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::credentials::open_private;

/// How long to wait for another process. Each holds the lock for a write only, so that one which
/// has it longer is stopped or broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// The files of one profile's journal.
#[derive(Clone, Debug)]
pub(super) struct Place {
    directory: PathBuf,
    profile: String,
}

impl Place {
    pub(super) fn new(directory: &Path, profile: &str) -> Self {
        Self {
            directory: directory.to_owned(),
            profile: file_name(profile),
        }
    }

    /// Where the journals of all profiles lie.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The journal itself.
    pub(super) fn file(&self) -> PathBuf {
        self.directory
            .join(format!("journal-{}.jsonl", self.profile))
    }

    /// The pins that are protected by hand.
    pub(super) fn protected_file(&self) -> PathBuf {
        self.directory
            .join(format!("protected-{}.jsonl", self.profile))
    }

    /// Does something that no other process does at the same time.
    pub(super) fn locked<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        fs::create_dir_all(&self.directory)?;
        let lock = self
            .directory
            .join(format!("journal-{}.lock", self.profile));
        let lock = open_private(&lock)?;
        let start = Instant::now();
        while let Err(error) = lock.try_lock() {
            match error {
                TryLockError::Error(error) => return Err(error),
                TryLockError::WouldBlock if start.elapsed() > PATIENCE => {
                    return Err(io::Error::new(
                        ErrorKind::TimedOut,
                        "another lazypin keeps it locked",
                    ));
                }
                TryLockError::WouldBlock => std::thread::sleep(Duration::from_millis(1)),
            }
        }
        work()
    }

    /// Adds whole lines. A last line that was torn by a crash gets its end first.
    pub(super) fn append(&self, lines: &[u8], durable: bool) -> io::Result<()> {
        self.locked(|| self.append_locked(lines, durable))
    }

    pub(super) fn append_locked(&self, lines: &[u8], durable: bool) -> io::Result<()> {
        let path = self.file();
        let mut file = open_private(&path)?;
        if is_torn(&path)? {
            file.write_all(&[b"\n", lines].concat())?;
        } else {
            file.write_all(lines)?;
        }
        if durable {
            file.sync_all()?;
            sync_directory(&self.directory)?;
        }
        Ok(())
    }

    /// Puts other content in a file's place, all of it or nothing.
    pub(super) fn replace_locked(
        &self,
        file: &Path,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        // Made for this user alone.
        let mut new = tempfile::Builder::new()
            .prefix(".journal")
            .tempfile_in(&self.directory)?;
        write(new.as_file_mut())?;
        new.as_file().sync_all()?;
        new.persist(file)?;
        sync_directory(&self.directory)
    }

    /// Takes a batch for this process; `None` where another one, or another part of this one, has
    /// it.
    pub(super) fn claim(&self, batch: Uuid) -> io::Result<Option<Claim>> {
        self.locked(|| self.claim_locked(batch))
    }

    pub(super) fn claim_locked(&self, batch: Uuid) -> io::Result<Option<Claim>> {
        let file = open_private(&self.claim_file(batch))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Claim {
                place: self.clone(),
                batch,
                file: Some(file),
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Which of these batches a living process is at.
    pub(super) fn claimed(&self, batches: &[Uuid]) -> io::Result<Vec<Uuid>> {
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        self.locked(|| {
            let mut claimed = Vec::new();
            for batch in batches {
                match File::open(self.claim_file(*batch)) {
                    Ok(file) => match file.try_lock_shared() {
                        Ok(()) => {}
                        Err(TryLockError::WouldBlock) => claimed.push(*batch),
                        Err(TryLockError::Error(error)) => return Err(error),
                    },
                    Err(error) if error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(claimed)
        })
    }

    fn claim_file(&self, batch: Uuid) -> PathBuf {
        self.directory.join(format!("running-{batch}.lock"))
    }
}

/// A batch that this process is at. However the process ends, the claim ends with it.
#[derive(Debug)]
pub struct Claim {
    place: Place,
    batch: Uuid,
    file: Option<File>,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let file = self.file.take();
        // Under the lock, or somebody might have opened the file that goes here. What can't be
        // removed stays as an empty file that nobody holds.
        let _ = self.place.locked(|| {
            drop(file);
            fs::remove_file(self.place.claim_file(self.batch))
        });
    }
}

/// Whether the file ends in the middle of a line.
fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// A new name is on the disk only once its directory is.
fn sync_directory(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

/// The longest profile name that becomes a file name as it is.
const LONGEST: usize = 60;

/// A file name for a profile: different for different profiles, also where file names are compared
/// without case.
fn file_name(profile: &str) -> String {
    let plain = profile
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte));
    if plain && (1..=LONGEST).contains(&profile.len()) {
        return profile.to_owned();
    }
    let readable: String = profile
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(20)
        .collect();
    let hash = Sha256::digest(profile.as_bytes());
    let hash: u64 = hash
        .iter()
        .take(8)
        .fold(0, |all, byte| all << 8 | u64::from(*byte));
    format!("{}.{hash:016x}", readable.to_ascii_lowercase())
}

/// The journals of all profiles in a directory.
pub(super) fn files_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("journal-") && name.ends_with(".jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_profile_has_a_file_name_of_its_own() {
        assert_eq!(file_name("work-2_a"), "work-2_a");
        let long = "x".repeat(500);
        let names = ["", "Work", "work", "../../etc", "a/b", "a b", "ä", &long].map(file_name);
        for (index, name) in names.iter().enumerate() {
            assert!(name.len() < 100 && !name.contains(['/', '\\']), "{name}");
            assert!(!names[..index].contains(name), "{name}");
        }
    }

    #[test]
    fn a_batch_is_claimed_once_and_free_again_after() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::new(directory.path(), "default");
        let batch = Uuid::new_v4();
        let claim = place.claim(batch).unwrap().unwrap();
        assert!(place.claim(batch).unwrap().is_none());
        assert_eq!(place.claimed(&[batch, Uuid::new_v4()]).unwrap(), [batch]);
        drop(claim);
        assert!(place.claimed(&[batch]).unwrap().is_empty());
        assert!(place.claim(batch).unwrap().is_some());
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_torn_line_gets_its_end_before_the_next_one() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::new(directory.path(), "default");
        place.append(b"one\n", true).unwrap();
        fs::write(place.file(), b"one\ntor").unwrap();
        place.append(b"two\n", false).unwrap();
        place.append(b"three\n", false).unwrap();
        assert_eq!(fs::read(place.file()).unwrap(), b"one\ntor\ntwo\nthree\n");
    }
}
