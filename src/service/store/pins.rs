//! Pin records: making, reading, unpinning and settling them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row};
use uuid::Uuid;

use super::StoreError;
use crate::wire::{PinRecord, RecordMetadata};

/// The status of a pin whose content is kept.
pub(in crate::service) const DONE: &str = "DONE";
/// The status of a pin whose content is not here.
pub(in crate::service) const QUEUED: &str = "queued";
/// The status of a pin that was taken back.
pub(in crate::service) const UNPINNED: &str = "unpinNormally";

/// A row of the table, as it is kept.
#[derive(Clone, Debug)]
pub(in crate::service) struct PinRow {
    pub(in crate::service) id: Uuid,
    /// The root's multihash.
    pub(in crate::service) root: Vec<u8>,
    pub(in crate::service) cid: String,
    pub(in crate::service) size: Option<u64>,
    pub(in crate::service) created: Timestamp,
    pub(in crate::service) unpinned: Option<Timestamp>,
    pub(in crate::service) pinned: bool,
    pub(in crate::service) by_hash: bool,
    pub(in crate::service) is_dir: bool,
    pub(in crate::service) status: String,
    pub(in crate::service) name: Option<String>,
    pub(in crate::service) mime: Option<String>,
    pub(in crate::service) keyvalues: BTreeMap<String, String>,
}

/// The columns that [`PinRow::read`] expects, in its order.
pub(super) const COLUMNS: &str = "id, root, cid, size, created, unpinned, pinned, by_hash, is_dir, \
                                  status, name, mime, keyvalues";

impl PinRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let keyvalues: Option<String> = row.get(12)?;
        Ok(Self {
            id: row.get(0)?,
            root: row.get(1)?,
            cid: row.get(2)?,
            size: row.get(3)?,
            created: time(row.get(4)?),
            unpinned: row.get::<_, Option<i64>>(5)?.map(time),
            pinned: row.get(6)?,
            by_hash: row.get(7)?,
            is_dir: row.get(8)?,
            status: row.get(9)?,
            name: row.get(10)?,
            mime: row.get(11)?,
            keyvalues: keyvalues
                .and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or_default(),
        })
    }

    /// The record of this row as the service writes it.
    pub(in crate::service) fn into_record(self, account: Uuid) -> PinRecord {
        PinRecord {
            id: Some(self.id.to_string()),
            file_record_id: Some(file_record(&self.root).to_string()),
            root_hash: Some(hex(&self.root)),
            cid: Some(self.cid),
            size: self.size,
            user_id: Some(account.to_string()),
            date_pinned: Some(self.created),
            date_unpinned: self.unpinned,
            created_at: None,
            updated_at: None,
            pinned: Some(self.pinned),
            is_pin_by_hash: Some(self.by_hash),
            is_dir: Some(self.is_dir),
            sub_hash_status: Some(self.status.clone()),
            metadata: RecordMetadata {
                name: self.name,
                mime_type: self.mime,
                keyvalues: self.keyvalues,
            },
            status: Some(self.status),
        }
    }
}

/// Adds a row at the end, with a time later than all others so that the order of making is total.
/// Gives the row as it is kept.
pub(super) fn insert(connection: &Connection, mut pin: PinRow) -> Result<PinRow, StoreError> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT created FROM pins ORDER BY created DESC, seq DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if let Some(last) = last {
        pin.created = pin.created.max(time(last.saturating_add(1)));
    }
    Inserter::new(connection)?.insert(&pin)?;
    Ok(pin)
}

/// Adds rows whose times the caller answers for.
pub(in crate::service) struct Inserter<'c>(CachedStatement<'c>);

impl<'c> Inserter<'c> {
    pub(in crate::service) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection
            .prepare_cached(
                "INSERT INTO pins(id, root, cid, size, created, unpinned, pinned, by_hash, is_dir,
                                  status, name, mime, keyvalues, name_key)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .map(Self)
    }

    pub(in crate::service) fn insert(&mut self, pin: &PinRow) -> rusqlite::Result<()> {
        let keyvalues = (!pin.keyvalues.is_empty())
            .then(|| serde_json::to_string(&pin.keyvalues))
            .transpose()
            .unwrap_or_default();
        self.0.execute((
            pin.id,
            &pin.root,
            &pin.cid,
            pin.size,
            pin.created.as_microsecond(),
            pin.unpinned.map(Timestamp::as_microsecond),
            pin.pinned,
            pin.by_hash,
            pin.is_dir,
            &pin.status,
            &pin.name,
            &pin.mime,
            keyvalues,
            name_key(pin.name.as_deref().unwrap_or_default()),
        ))?;
        Ok(())
    }
}

pub(super) fn get(connection: &Connection, id: Uuid) -> Result<PinRow, StoreError> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM pins WHERE id = ?"))?
        .query_row([id], PinRow::read)
        .optional()?
        .ok_or(StoreError::NoSuchPin)
}

/// Takes a pin back. Its record stays, as history.
pub(super) fn unpin(
    connection: &Connection,
    id: Uuid,
    now: Timestamp,
) -> Result<PinRow, StoreError> {
    connection
        .prepare_cached(&format!(
            "UPDATE pins SET pinned = 0, status = '{UNPINNED}', unpinned = max(?2, created)
             WHERE id = ?1 AND unpinned IS NULL RETURNING {COLUMNS}"
        ))?
        .query_row((id, now.as_microsecond()), PinRow::read)
        .optional()?
        .ok_or(StoreError::NoSuchPin)
}

/// Whether content with this multihash is pinned now.
pub(super) fn is_pinned(connection: &Connection, root: &[u8]) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM pins WHERE root = ? AND pinned = 1")?
        .exists([root])
}

/// Whether a pin waits for content with this multihash.
pub(super) fn is_waited_for(connection: &Connection, root: &[u8]) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM pins WHERE root = ? AND status IN ('queued', 'pinning')")?
        .exists([root])
}

/// The pins that wait for content with this multihash: their ids and CIDs.
pub(super) fn waiting_for(
    connection: &Connection,
    root: &[u8],
) -> rusqlite::Result<Vec<(Uuid, String)>> {
    connection
        .prepare_cached(
            "SELECT id, cid FROM pins WHERE root = ? AND status IN ('queued', 'pinning')",
        )?
        .query_map([root], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Whether any pin waits for content.
pub(super) fn any_waiting(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM pins WHERE status IN ('queued', 'pinning') LIMIT 1")?
        .exists([])
}

/// Makes a waiting pin a pinned one: its content has come.
pub(super) fn settle(
    connection: &Connection,
    id: Uuid,
    size: u64,
    is_dir: bool,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(&format!(
            "UPDATE pins SET pinned = 1, status = '{DONE}', size = ?2, is_dir = ?3 WHERE id = ?1"
        ))?
        .execute((id, size, is_dir))?;
    Ok(())
}

/// The MIME type that the newest pin of this root was given, where one was.
pub(super) fn mime_of(connection: &Connection, root: &[u8]) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(
            "SELECT mime FROM pins WHERE root = ? AND mime IS NOT NULL ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([root], |row| row.get(0))
        .optional()
}

/// What names are ordered by: without case first; among names that differ in case alone, as their
/// bytes are.
pub(super) fn name_key(name: &str) -> String {
    let lower = name.to_lowercase();
    if lower == name {
        // Small letters come after capitals in bytes, and so does 1 after 0 here.
        lower + "\u{1}"
    } else {
        lower + "\0" + name
    }
}

/// The id of a content: the same for all of its pins, and for every store that has it.
fn file_record(root: &[u8]) -> Uuid {
    let mut bytes = [0; 16];
    for (into, from) in bytes.iter_mut().rev().zip(root.iter().rev()) {
        *into = *from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn time(microseconds: i64) -> Timestamp {
    Timestamp::from_microsecond(microseconds).unwrap_or_default()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_without_case_and_then_by_bytes() {
        let mut names = vec![
            "b", "abc", "Abc", "aBc", "ab", "ABD", "", "Änd", "änd", "Z", "ab c",
        ];
        let mut expected = names.clone();
        expected.sort_by_key(|name| (name.to_lowercase(), name.as_bytes().to_vec()));
        names.sort_by_key(|name| name_key(name));
        assert_eq!(names, expected);
    }
}
