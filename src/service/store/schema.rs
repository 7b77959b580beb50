//! Opening the database: its settings, its tables, and the promise that its version is ours.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, TransactionBehavior};
use uuid::Uuid;

use super::StoreError;

/// The version that this program writes, in SQLite's `user_version`.
const VERSION: i64 = 1;

/// How long a write waits for another process's, and an opening for another's opening.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pins in the order in which they were made, contents by their multihash, and the names in
/// directories. Times are microseconds since 1970.
const TABLES: &str = "
CREATE TABLE account(user_id BLOB NOT NULL);
CREATE TABLE pins(
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  root BLOB NOT NULL,
  cid TEXT NOT NULL,
  size INTEGER,
  created INTEGER NOT NULL,
  unpinned INTEGER,
  pinned INTEGER NOT NULL,
  by_hash INTEGER NOT NULL,
  is_dir INTEGER NOT NULL,
  status TEXT NOT NULL,
  name TEXT,
  name_key TEXT NOT NULL,
  mime TEXT,
  keyvalues TEXT
) STRICT;
CREATE TABLE totals(pinned INTEGER PRIMARY KEY, files INTEGER NOT NULL, size INTEGER NOT NULL) STRICT;
CREATE TABLE content(
  seq INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  codec INTEGER NOT NULL,
  is_dir INTEGER NOT NULL,
  size INTEGER NOT NULL,
  tsize INTEGER NOT NULL,
  bytes BLOB
) STRICT;
CREATE TABLE links(
  directory INTEGER NOT NULL,
  name TEXT NOT NULL,
  child INTEGER NOT NULL,
  PRIMARY KEY(directory, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE garbage(hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
";

/// What finds a pin and walks the three orders. `pinned` stands at the end of each order, so that a
/// walk that filters by it never leaves the index. Made after the rows where there are many.
pub(in crate::service) const INDICES: &str = "
CREATE UNIQUE INDEX pins_by_id ON pins(id);
CREATE INDEX pins_by_root ON pins(root);
CREATE INDEX pins_by_created ON pins(created, seq, pinned);
CREATE INDEX pins_by_size ON pins(ifnull(size, 0), seq, pinned);
CREATE INDEX pins_by_name ON pins(name_key, seq, pinned);
CREATE INDEX pins_waiting ON pins(root) WHERE status IN ('queued', 'pinning');
CREATE INDEX pins_leaving ON pins(unpinned) WHERE status = 'unpinNormally';
";

/// Totals are kept as rows come and change, so that a list call counts nothing.
pub(in crate::service) const TOTALS: &str = "
INSERT INTO totals SELECT p.column1, count(seq), ifnull(sum(size), 0)
  FROM (VALUES (0), (1)) p LEFT JOIN pins ON pins.pinned = p.column1 GROUP BY p.column1;
CREATE TRIGGER pin_added AFTER INSERT ON pins BEGIN
  UPDATE totals SET files = files + 1, size = size + ifnull(new.size, 0) WHERE pinned = new.pinned;
END;
CREATE TRIGGER pin_changed AFTER UPDATE OF pinned, size ON pins BEGIN
  UPDATE totals SET files = files - 1, size = size - ifnull(old.size, 0) WHERE pinned = old.pinned;
  UPDATE totals SET files = files + 1, size = size + ifnull(new.size, 0) WHERE pinned = new.pinned;
END;
";

/// Opens the database for writing and makes its tables where there are none. `fill` brings the first
/// rows of a new database, before there are indices.
pub(super) fn open_writer(
    path: &Path,
    fill: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<(Connection, Uuid), StoreError> {
    let deadline = Instant::now() + PATIENCE;
    let mut connection = loop {
        // Turning a new database to WAL ignores the busy time-out when two processes do it at once.
        match connect(path) {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(5));
            }
            result => break result?,
        }
    };
    let mut version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version == 0 {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        version = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version == 0 {
            transaction.execute_batch(TABLES)?;
            transaction.execute("INSERT INTO account VALUES (?)", [Uuid::new_v4()])?;
            fill(&transaction)?;
            transaction.execute_batch(INDICES)?;
            transaction.execute_batch(TOTALS)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
            version = VERSION;
        }
        transaction.commit()?;
    }
    if version != VERSION {
        return Err(StoreError::Version {
            path: path.to_owned(),
            found: version,
        });
    }
    let user = connection
        .query_row("SELECT user_id FROM account", [], |row| row.get(0))
        .optional()?
        .unwrap_or_default();
    Ok((connection, user))
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(PATIENCE)?;
    // 201 means durable: NORMAL would lose the last commits when the power goes.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -1024;",
    )?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Opens the database for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("PRAGMA cache_size = -1024;")?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}
