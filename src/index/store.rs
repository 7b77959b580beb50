//! The index on disk, so that it is there at once on the next start.
//!
//! It is a cache: what can't be read is thrown away and made anew, and nothing in it is worth more
//! than asking the service again. Rows lie in it packed as they lie in the table, so that loading
//! is hardly more than copying. Several processes may share a file; of two that write a row the
//! later one is right.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use super::notes::Notes;
use super::table::{Change, Table};
use crate::credentials::open_private;
use crate::domain::packed::{Fixed, PackedRef, PinKey};

/// What tells the file from any other that SQLite can read: `lzpi`.
const APPLICATION: i64 = 0x6c7a_7069;

/// The version of the tables and of packed rows. A file of another version is thrown away, so the
/// version is in the file's name too: two versions of lazypin do not take turns at it.
const VERSION: i64 = 1;

/// How long a write waits for another process's.
const PATIENCE: Duration = Duration::from_secs(5);

/// Rows between two chances to show what is there while loading.
const SHOW_EVERY: usize = 64 * 1024;

/// The note that tells how many rows there are: counting a million takes a while.
const KEPT: &str = "kept";

const TABLES: &str = "
CREATE TABLE pins(
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  fixed BLOB NOT NULL,
  head BLOB NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE TABLE notes(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// Why the cache can't be used. lazypin works without it and asks the service.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file or its directory can't be made or removed.
    #[error("the cache can't be kept at {path}: {source}")]
    File {
        /// Which file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite can't use the file.
    #[error("the cache can't be used: {0}")]
    Database(#[from] rusqlite::Error),
}

/// An open cache file.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the cache of one account in `directory`, or makes it. Whatever else lies in its place
    /// is thrown away.
    ///
    /// `key` is the API key, where there is one, so that two accounts never see each other's pins.
    /// Only a part of a hash of it is kept, in the file's name.
    pub fn open(
        directory: &Path,
        profile: &str,
        origin: &str,
        key: Option<&str>,
    ) -> Result<Self, StoreError> {
        make_directory(directory).map_err(|source| StoreError::File {
            path: directory.to_owned(),
            source,
        })?;
        let path = directory.join(file_name(profile, origin, key));
        match Self::open_file(&path) {
            Err(StoreError::Database(error)) if !is_busy(&error) => {
                discard(&path)?;
                Self::open_file(&path)
            }
            result => result,
        }
    }

    fn open_file(path: &Path) -> Result<Self, StoreError> {
        // Made here rather than by SQLite, for this user alone; its companions take after it.
        open_private(path).map_err(|source| StoreError::File {
            path: path.to_owned(),
            source,
        })?;
        let mut connection = Connection::open_with_flags(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(PATIENCE)?;
        connection.execute_batch(
            "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -2048; PRAGMA trusted_schema = OFF;",
        )?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let application: i64 =
            transaction.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let objects: i64 =
            transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if (application, version, objects) == (0, 0, 0) {
            transaction.execute_batch(TABLES)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        } else if (application, version) != (APPLICATION, VERSION) {
            return Err(rusqlite::Error::InvalidQuery.into());
        }
        // A file with the right marks may still have other tables.
        transaction.prepare("SELECT seq, id, fixed, head, text FROM pins")?;
        transaction.prepare("SELECT name, value FROM notes")?;
        transaction.commit()?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts all kept rows into the table. `show` is called now and then while it goes on, and says
    /// whether to.
    pub fn load(
        &self,
        table: &mut Table,
        show: &mut dyn FnMut(&Table) -> bool,
    ) -> Result<(), StoreError> {
        let last: Option<u32> = self
            .connection
            .query_row("SELECT max(seq) FROM pins", [], |row| row.get(0))
            .optional()?
            .flatten();
        // A file may claim anything; the table takes what it wants of it.
        table.reserve(last.unwrap_or_default() as usize);
        let mut statement = self
            .connection
            .prepare("SELECT fixed, head, text FROM pins ORDER BY seq")?;
        let mut rows = statement.query([])?;
        let mut loaded = 0;
        while let Some(row) = rows.next()? {
            let fixed = row.get_ref(0)?.as_blob().ok().and_then(Fixed::from_bytes);
            let head = row.get_ref(1)?.as_blob().ok();
            let text = row.get_ref(2)?.as_str().ok();
            // A row that is none is left out: the service will bring it again.
            let (Some(fixed), Some(head), Some(text)) = (fixed, head, text) else {
                continue;
            };
            let packed = PackedRef {
                fixed: &fixed,
                head,
                text,
            };
            if !packed.is_sound() || table.upsert_packed(packed).0 == Change::Full {
                continue;
            }
            loaded += 1;
            if loaded % SHOW_EVERY == 0 && !show(table) {
                break;
            }
        }
        Ok(())
    }

    /// How many pins it held when it was last written to.
    pub fn kept(&self) -> Result<u64, StoreError> {
        let kept: Option<i64> = self
            .connection
            .query_row("SELECT value FROM notes WHERE name = ?", [KEPT], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(kept.map_or(0, |kept| kept.try_into().unwrap_or_default()))
    }

    /// What was noted beside the rows.
    pub fn notes(&self) -> Result<Notes, StoreError> {
        let mut notes = Notes::default();
        let mut statement = self.connection.prepare("SELECT name, value FROM notes")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            notes.set(row.get_ref(0)?.as_str().unwrap_or_default(), row.get(1)?);
        }
        Ok(notes)
    }

    /// Keeps these rows of the table, forgets those that went, and notes `notes`, all or nothing.
    pub(super) fn save(
        &mut self,
        table: &Table,
        changed: &[u32],
        gone: &[PinKey],
        notes: &Notes,
    ) -> Result<(), StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut put = transaction.prepare_cached(
                "INSERT INTO pins(id, fixed, head, text) VALUES (?, ?, ?, ?)
                 ON CONFLICT(id) DO UPDATE SET
                   fixed = excluded.fixed, head = excluded.head, text = excluded.text",
            )?;
            for row in changed {
                if let Some(row) = table.rows().packed(*row) {
                    let key = row.fixed.key().to_bytes();
                    put.execute((&key[..], &row.fixed.to_bytes()[..], row.head, row.text))?;
                }
            }
            let mut drop = transaction.prepare_cached("DELETE FROM pins WHERE id = ?")?;
            for key in gone {
                drop.execute([&key.to_bytes()[..]])?;
            }
            let mut note =
                transaction.prepare_cached("INSERT OR REPLACE INTO notes VALUES (?, ?)")?;
            let kept = i64::try_from(table.rows().len()).unwrap_or(i64::MAX);
            for (name, value) in notes.all().into_iter().chain([(KEPT, kept)]) {
                note.execute((name, value))?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// Throws the file away: it holds what is not so, and may be read on the next start.
    pub fn discard(self) -> Result<(), StoreError> {
        let Self { connection, path } = self;
        drop(connection);
        discard(&path)
    }
}

/// The account's file: who it is of can be read from the profile, all else is in the hash.
fn file_name(profile: &str, origin: &str, key: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for part in [profile, origin, key.unwrap_or_default()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let hash = u64::from_be_bytes(digest.first_chunk().copied().unwrap_or_default());
    let profile: String = profile
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(32)
        .collect();
    format!("pins-{VERSION}-{profile}-{hash:016x}.sqlite")
}

fn make_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(directory)
}

fn discard(path: &Path) -> Result<(), StoreError> {
    for companion in ["-wal", "-shm", "-journal", ""] {
        let mut name = path.as_os_str().to_owned();
        name.push(companion);
        let path = PathBuf::from(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(StoreError::File {
                    path,
                    source: error,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}
