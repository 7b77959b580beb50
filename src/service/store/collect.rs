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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::ToSpan as _;
    use uuid::Uuid;

    use super::super::pins::{DONE, PinRow};
    use super::*;
    use crate::ipfs::FilePath;
    use crate::service::staged::Staged;
    use crate::service::staging::Staging;

    fn staged(staging: &Staging, files: &[(&str, usize)]) -> Staged {
        let mut receiver = staging.begin().unwrap();
        for (name, size) in files {
            receiver.begin_file(FilePath::parse(name).unwrap()).unwrap();
            receiver.push(&vec![b'x'; *size]).unwrap();
            receiver.end_file().unwrap();
        }
        receiver.finish().unwrap()
    }

    async fn upload(store: &Store, staging: &Staging, files: &[(&str, usize)]) -> PinRow {
        let staged = staged(staging, files);
        let pin = PinRow {
            id: Uuid::new_v4(),
            root: staged.root.multihash().to_vec(),
            cid: staged.root.to_string(),
            size: Some(staged.size),
            created: Timestamp::now(),
            unpinned: None,
            pinned: true,
            by_hash: false,
            is_dir: staged.is_dir,
            status: DONE.to_owned(),
            name: None,
            mime: None,
            keyvalues: std::collections::BTreeMap::new(),
        };
        store.commit(staged, pin).await.unwrap()
    }

    fn files_below(directory: &Path) -> usize {
        std::fs::read_dir(directory).map_or(0, |entries| {
            entries
                .flatten()
                .map(|entry| match entry.path() {
                    path if path.is_dir() => files_below(&path),
                    _ => 1,
                })
                .sum()
        })
    }

    async fn has(store: &Store, pin: &PinRow) -> bool {
        let codec = if pin.is_dir || pin.cid.starts_with("bafy") {
            0x70
        } else {
            0x55
        };
        let found = store.resolve(pin.root.clone(), codec, Vec::new()).await;
        found.unwrap().is_some()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_nobody_has_pinned_for_a_week_goes_and_nothing_else() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path()).unwrap();
        let staging = Staging::new(data.path());
        let content = data.path().join("content");
        let small = upload(&store, &staging, &[("small", 10)]).await;
        let large = upload(&store, &staging, &[("large", 300_000)]).await;
        // Keeps the large file alive by having it inside.
        let around = [("d/large", 300_000), ("d/sub/own", 20_000)];
        let around = upload(&store, &staging, &around).await;
        let other = upload(&store, &staging, &[("other", 50_000)]).await;
        assert_eq!(files_below(&content), 3);

        let status = async |pin: &PinRow| store.get(pin.id).await.unwrap().status;
        for pin in [&small, &large, &other] {
            store.unpin(pin.id).await.unwrap();
        }
        // Pinned again, and so held.
        let again = PinRow {
            id: Uuid::new_v4(),
            by_hash: true,
            ..other.clone()
        };
        store.pin_by_hash(again, 0x55).await.unwrap();

        let in_days = |days: i64| Timestamp::now() + (days * 24).hours();
        store.collect(in_days(6)).await.unwrap();
        assert_eq!(status(&small).await, "unpinNormally");
        assert!(has(&store, &small).await);

        store.collect(in_days(8)).await.unwrap();
        assert_eq!(status(&small).await, "gcDone");
        assert_eq!(status(&large).await, "gcDone");
        assert_eq!(status(&other).await, "unpinNormally");
        assert!(!has(&store, &small).await);
        assert!(has(&store, &large).await && has(&store, &around).await);
        assert!(has(&store, &other).await);
        assert_eq!(files_below(&content), 3);

        store.unpin(around.id).await.unwrap();
        store.collect(in_days(8)).await.unwrap();
        assert_eq!(status(&around).await, "gcDone");
        assert!(!has(&store, &large).await && !has(&store, &around).await);
        assert_eq!(files_below(&content), 1);

        // What went can come again.
        upload(&store, &staging, &[("large", 300_000)]).await;
        assert!(has(&store, &large).await);
        assert_eq!(files_below(&content), 2);
    }
}
