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
const INDICES: &str = "
CREATE UNIQUE INDEX pins_by_id ON pins(id);
CREATE INDEX pins_by_root ON pins(root);
CREATE INDEX pins_by_created ON pins(created, seq, pinned);
CREATE INDEX pins_by_size ON pins(ifnull(size, 0), seq, pinned);
CREATE INDEX pins_by_name ON pins(name_key, seq, pinned);
CREATE INDEX pins_waiting ON pins(root) WHERE status IN ('queued', 'pinning');
CREATE INDEX pins_leaving ON pins(unpinned) WHERE status = 'unpinNormally';
";

/// Totals are kept as rows come and change, so that a list call counts nothing.
const TOTALS: &str = "
INSERT INTO totals SELECT 0, count(*), ifnull(sum(size), 0) FROM pins WHERE pinned = 0;
INSERT INTO totals SELECT 1, count(*), ifnull(sum(size), 0) FROM pins WHERE pinned = 1;
CREATE TRIGGER pin_added AFTER INSERT ON pins BEGIN
  UPDATE totals SET files = files + 1, size = size + ifnull(new.size, 0) WHERE pinned = new.pinned;
END;
CREATE TRIGGER pin_changed AFTER UPDATE OF pinned, size ON pins BEGIN
  UPDATE totals SET files = files - 1, size = size - ifnull(old.size, 0) WHERE pinned = old.pinned;
  UPDATE totals SET files = files + 1, size = size + ifnull(new.size, 0) WHERE pinned = new.pinned;
END;
";

/// Opens the database for writing and makes its tables where there are none. Gives the id of its
/// account too. What is not `durable` does not wait for the disk.
pub(super) fn open_writer(path: &Path, durable: bool) -> Result<(Connection, Uuid), StoreError> {
    let deadline = Instant::now() + PATIENCE;
    let mut connection = loop {
        // Turning a new database to WAL ignores the busy time-out when two processes do it at once.
        match connect(path, durable) {
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
            make(&transaction, Uuid::new_v4(), |_| Ok(()))?;
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

/// Makes a database that no other process knows yet, with rows that `fill` brings: without a log and
/// without waiting for the disk, since nothing is lost with it.
pub(super) fn make_filled(
    path: &Path,
    fill: impl FnOnce(&Connection) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut connection = Connection::open(path)?;
    // The small cache is a choice: it makes the sorts of the indices small enough to be fast.
    connection.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2048;",
    )?;
    let transaction = connection.transaction()?;
    // The same account each time, as all else in it.
    make(&transaction, Uuid::nil(), fill)?;
    transaction.commit()?;
    Ok(())
}

fn make(
    connection: &Connection,
    account: Uuid,
    fill: impl FnOnce(&Connection) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    connection.execute_batch(TABLES)?;
    connection.execute("INSERT INTO account VALUES (?)", [account])?;
    fill(connection)?;
    connection.execute_batch(INDICES)?;
    connection.execute_batch(TOTALS)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    Ok(())
}

fn connect(path: &Path, durable: bool) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(PATIENCE)?;
    // 201 means durable: NORMAL would lose the last commits when the power goes.
    let synchronous = if durable { "FULL" } else { "OFF" };
    connection.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA journal_mode = WAL; PRAGMA cache_size = -1024;"
    ))?;
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
