//! Content, kept once a multihash: small files in their row, large ones as flat files beside the
//! database, directories as links.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::StoreError;
use super::pins::hex;
use crate::ipfs::{Block, Codec, Entry};
use crate::service::staged::{Body, Incoming};

/// What is kept under one multihash.
#[derive(Clone, Copy, Debug)]
pub(in crate::service) struct Found {
    pub(in crate::service) seq: i64,
    pub(in crate::service) block: Block,
    pub(in crate::service) is_dir: bool,
    pub(in crate::service) size: u64,
    pub(in crate::service) tsize: u64,
}

impl Found {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let hash: [u8; 34] = row.get(1)?;
        let mut digest = [0; 32];
        digest.copy_from_slice(&hash[2..]);
        let codec: u32 = row.get(2)?;
        Ok(Self {
            seq: row.get(0)?,
            block: Block {
                codec: Codec::of(codec.into()).unwrap_or(Codec::Raw),
                digest,
            },
            is_dir: row.get(3)?,
            size: row.get(4)?,
            tsize: row.get(5)?,
        })
    }
}

const COLUMNS: &str = "seq, hash, codec, is_dir, size, tsize";

/// Where the flat files lie.
#[derive(Clone, Debug)]
pub(in crate::service) struct FlatFiles(PathBuf);

impl FlatFiles {
    pub(in crate::service) fn new(data: &Path) -> Self {
        Self(data.join("content"))
    }

    /// The place of the content with this multihash.
    pub(in crate::service) fn path(&self, hash: &[u8]) -> PathBuf {
        let name = hex(hash);
        // The first two bytes say SHA-256 for all; the next spreads them over 256 directories.
        let spread = name.get(4..6).unwrap_or("xx");
        self.0.join(spread).join(&name)
    }

    /// Moves a synced file into its place, durably. What lies there with the right size is the same
    /// bytes and stays.
    fn put(&self, from: &Path, hash: &[u8], size: u64) -> io::Result<()> {
        let to = self.path(hash);
        let directory = to.parent().unwrap_or(&self.0);
        if !directory.is_dir() {
            fs::create_dir_all(directory)?;
            sync_directory(&self.0)?;
        }
        if !fs::metadata(&to).is_ok_and(|there| there.len() == size) {
            fs::rename(from, &to)?;
        }
        // Also where another process moved it: that one may not have come to this line.
        sync_directory(directory)
    }
}

/// Makes renames inside a directory durable, where the system has a way to.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// Keeps incoming content. `small` reads the bytes of small files.
pub(in crate::service) fn keep(
    connection: &Connection,
    flat: &FlatFiles,
    incoming: &Incoming,
    small: &mut impl FnMut(u64, usize) -> io::Result<Vec<u8>>,
) -> Result<(), StoreError> {
    let hash = incoming.block.multihash();
    let bytes = match &incoming.body {
        Body::Small { at, length } => {
            if find(connection, &hash)?.is_some() {
                return Ok(());
            }
            Some(small(*at, *length)?)
        }
        Body::File(path) => {
            // Even where a row is there: a file that went missing is made good.
            flat.put(path, &hash, incoming.size)?;
            None
        }
        Body::Directory(_) => None,
    };
    let is_dir = matches!(incoming.body, Body::Directory(_));
    let added = connection
        .prepare_cached(
            "INSERT INTO content(hash, codec, is_dir, size, tsize, bytes) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING RETURNING seq",
        )?
        .query_row(
            (
                hash,
                code(incoming.block.codec),
                is_dir,
                incoming.size,
                incoming.tsize,
                bytes,
            ),
            |row| row.get::<_, i64>(0),
        )
        .optional()?;
    if let (Some(directory), Body::Directory(entries)) = (added, &incoming.body) {
        let mut link = connection.prepare_cached(
            "INSERT INTO links(directory, name, child)
             SELECT ?1, ?2, seq FROM content WHERE hash = ?3",
        )?;
        for entry in entries {
            link.execute((directory, &entry.name, entry.block.multihash()))?;
        }
    }
    Ok(())
}

fn code(codec: Codec) -> u32 {
    match codec {
        Codec::Raw => 0x55,
        Codec::DagPb => 0x70,
    }
}

/// The content with this multihash, where it is here.
pub(super) fn find(connection: &Connection, hash: &[u8]) -> rusqlite::Result<Option<Found>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM content WHERE hash = ?"))?
        .query_row([hash], Found::read)
        .optional()
}

/// The content that a name in a directory stands for.
pub(super) fn child(
    connection: &Connection,
    directory: i64,
    name: &str,
) -> rusqlite::Result<Option<Found>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM content
             WHERE seq = (SELECT child FROM links WHERE directory = ? AND name = ?)"
        ))?
        .query_row((directory, name), Found::read)
        .optional()
}

/// A directory's entries, ordered by the bytes of their names.
pub(super) fn entries(connection: &Connection, directory: i64) -> rusqlite::Result<Vec<Entry>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS}, links.name FROM links JOIN content ON content.seq = links.child
             WHERE directory = ? ORDER BY links.name"
        ))?
        .query_map([directory], |row| {
            let found = Found::read(row)?;
            Ok(Entry {
                name: row.get(6)?,
                block: found.block,
                size: found.size,
                tsize: found.tsize,
                is_dir: found.is_dir,
            })
        })?
        .collect()
}

/// A small file's bytes; `None` where they lie in a flat file.
pub(super) fn bytes(connection: &Connection, seq: i64) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT bytes FROM content WHERE seq = ?")?
        .query_row([seq], |row| row.get(0))
}
