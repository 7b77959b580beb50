//! Letting go of content that nobody has had pinned for a week.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::content::FlatFiles;
use super::{Store, StoreError};

/// How long content stays after its last unpin, so that taking an unpin back brings it back.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Records that were unpinned before `?1` and whose root nobody has pinned, waits for, or has
/// unpinned since; only those whose content is here. `CROSS JOIN` begins with the few records, not with
/// all content.
const LEAVING: &str = "
SELECT old.seq FROM pins AS old CROSS JOIN content ON content.hash = old.root
WHERE old.status = 'unpinNormally' AND old.unpinned < ?1 AND NOT EXISTS (
  SELECT 1 FROM pins AS other WHERE other.root = old.root AND (
    other.pinned = 1 OR other.status IN ('queued', 'pinning') OR other.unpinned >= ?1))";

/// Contents that no record holds any more, be it as its root or somewhere below it.
const UNHELD: &str = "
WITH RECURSIVE held(seq) AS (
  SELECT content.seq FROM content JOIN pins ON pins.root = content.hash
    WHERE pins.pinned = 1 OR pins.status <> 'gcDone'
  UNION SELECT links.child FROM links JOIN held ON links.directory = held.seq)
SELECT seq FROM content WHERE seq NOT IN held";

impl Store {
    /// Lets go of what has been unpinned for a week. Two writes, each of which sees what other
    /// processes did: first the rows go, and what lies in files is written down as garbage; then the
    /// files go, those that nobody has brought again in between.
    pub(in crate::service) async fn collect(&self, now: Timestamp) -> Result<(), StoreError> {
        let before = now.saturating_sub(KEPT_FOR).unwrap_or(Timestamp::MIN);
        let work = self
            .readers
            .read(move |connection| Ok(is_due(connection, before)?))
            .await?;
        if !work {
            return Ok(());
        }
        self.writer
            .write(move |connection| Ok(forget(connection, before)?))
            .await?;
        let flat = self.flat.clone();
        self.writer
            .write(move |connection| Ok(sweep(connection, &flat)?))
            .await
    }
}

fn is_due(connection: &Connection, before: Timestamp) -> rusqlite::Result<bool> {
    let garbage = connection
        .prepare("SELECT 1 FROM garbage LIMIT 1")?
        .exists([])?;
    Ok(garbage
        || connection
            .prepare(&format!("{LEAVING} LIMIT 1"))?
            .exists([before.as_microsecond()])?)
}

fn forget(connection: &Connection, before: Timestamp) -> rusqlite::Result<()> {
    let records = connection.execute(
        &format!("UPDATE pins SET status = 'gcDone' WHERE seq IN ({LEAVING})"),
        [before.as_microsecond()],
    )?;
    connection.execute_batch(&format!(
        "CREATE TEMP TABLE unheld AS {UNHELD};
         INSERT OR IGNORE INTO garbage
           SELECT hash FROM content WHERE seq IN unheld AND is_dir = 0 AND bytes IS NULL;
         DELETE FROM links WHERE directory IN unheld;
         DELETE FROM content WHERE seq IN unheld;
         DROP TABLE unheld;"
    ))?;
    tracing::info!(records, "let go of content unpinned for a week");
    Ok(())
}

fn sweep(connection: &Connection, flat: &FlatFiles) -> rusqlite::Result<()> {
    let garbage: Vec<Vec<u8>> = connection
        .prepare("SELECT hash FROM garbage WHERE hash NOT IN (SELECT hash FROM content)")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for hash in garbage {
        let path = flat.path(&hash);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, path = %path.display(), "can't remove old content");
            }
            _ => {}
        }
    }
    connection.execute("DELETE FROM garbage", [])?;
    Ok(())
}
