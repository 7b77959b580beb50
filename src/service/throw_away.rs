//! A directory for one run: gone with it, and gone with a later run where it was killed.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

const PREFIX: &str = "lazypin-demo-";

/// Held locked while the run lives.
const LOCK: &str = "in-use.lock";

/// How old a directory without a lock must be: a younger one may be about to get it.
const MADE: Duration = Duration::from_mins(1);

/// The directory of this run.
pub(super) struct ThrowAway {
    directory: TempDir,
    _lock: File,
}

impl ThrowAway {
    /// Makes one below the system's directory for temporary files, and removes those of runs that
    /// were killed.
    pub(super) fn make() -> io::Result<Self> {
        Self::make_in(&std::env::temp_dir())
    }

    fn make_in(parent: &Path) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = File::create_new(directory.path().join(LOCK))?;
        lock.lock()?;
        for entry in fs::read_dir(parent)?.flatten() {
            let path = entry.path();
            let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
                && path != directory.path()
                && same_owner(&path, directory.path());
            if is_ours && is_left(&path) {
                let _ = fs::remove_dir_all(&path);
            }
        }
        Ok(Self {
            directory,
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Whether a directory belongs to who made the other one: what lies in those of others may be a
/// trap, since the parent is open to all.
fn same_owner(path: &Path, own: &Path) -> bool {
    let (Ok(found), Ok(own)) = (fs::symlink_metadata(path), fs::symlink_metadata(own)) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if found.uid() != own.uid() {
            return false;
        }
    }
    found.is_dir()
}

fn is_left(directory: &Path) -> bool {
    match File::open(directory.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => fs::metadata(directory)
            .and_then(|made| made.modified())
            .is_ok_and(|made| made.elapsed().is_ok_and(|age| age > MADE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_goes_and_what_is_in_use_stays() {
        let parent = tempfile::tempdir().unwrap();
        let living = ThrowAway::make_in(parent.path()).unwrap();
        let killed = parent.path().join("lazypin-demo-killed");
        fs::create_dir(&killed).unwrap();
        fs::write(killed.join(LOCK), b"").unwrap();
        let young = parent.path().join("lazypin-demo-young");
        let other = parent.path().join("other");
        fs::create_dir(&young).unwrap();
        fs::create_dir(&other).unwrap();

        let next = ThrowAway::make_in(parent.path()).unwrap();
        assert!(!killed.exists());
        assert!(living.path().exists() && young.exists() && other.exists());
        let path = next.path().to_owned();
        drop(next);
        assert!(!path.exists());
    }
}
