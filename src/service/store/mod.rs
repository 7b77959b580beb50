//! What the embedded service keeps: pins and directories in SQLite, large files beside it.
//!
//! Several processes may have the same directory open. Each has one writing thread and a few reading
//! connections; SQLite's own locks order the writes of all, and whatever must be decided once (is
//! this pinned already? is this content still wanted?) is decided inside a write.

mod collect;
mod content;
mod error;
mod list;
pub(super) mod pins;
mod readers;
pub(super) mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

pub(super) use content::{FlatFiles, Found, keep};
pub(super) use error::StoreError;
pub(super) use list::Page;
pub(super) use pins::PinRow;

use super::staged::{Body, Incoming, Staged};
use crate::domain::ListQuery;
use crate::ipfs::{Codec, Entry};
use readers::Readers;
use writer::Writer;

/// An open store.
pub(super) struct Store {
    writer: Writer,
    readers: Readers,
    flat: FlatFiles,
    account: Uuid,
}

/// What a path below a CID leads to.
pub(super) enum Resolved {
    /// A file whose bytes came from the database.
    Inline(Found, Vec<u8>),
    /// A file that lies at a path.
    File(Found, PathBuf),
    /// A directory.
    Directory(Found, Vec<Entry>),
}

impl Store {
    /// Opens the store in `data`, making it where there is none.
    pub(super) fn open(data: &Path) -> Result<Self, StoreError> {
        let database = database(data);
        let opened = schema::open_writer(&database, true)?;
        Self::around(data, database, opened)
    }

    /// Makes a store to be thrown away in the empty directory `data`; `fill` brings its first rows.
    pub(super) fn make(
        data: &Path,
        fill: impl FnOnce(&Connection, &FlatFiles) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        let database = database(data);
        schema::make_filled(&database, |connection| {
            fill(connection, &FlatFiles::new(data))
        })?;
        let opened = schema::open_writer(&database, false)?;
        Self::around(data, database, opened)
    }

    fn around(
        data: &Path,
        database: PathBuf,
        (connection, account): (Connection, Uuid),
    ) -> Result<Self, StoreError> {
        Ok(Self {
            writer: Writer::start(connection)?,
            readers: Readers::new(database),
            flat: FlatFiles::new(data),
            account,
        })
    }

    /// The id of the one account that this store has.
    pub(super) fn account(&self) -> Uuid {
        self.account
    }

    pub(super) async fn list(&self, query: ListQuery) -> Result<Page, StoreError> {
        self.readers
            .read(move |connection| list::page(connection, &query))
            .await
    }

    pub(super) async fn get(&self, id: Uuid) -> Result<PinRow, StoreError> {
        self.readers
            .read(move |connection| pins::get(connection, id))
            .await
    }

    pub(super) async fn unpin(&self, id: Uuid) -> Result<PinRow, StoreError> {
        self.writer
            .write(move |connection| pins::unpin(connection, id, Timestamp::now()))
            .await
    }

    /// Pins content by its CID: pinned at once where the content is here, else waiting for it.
    pub(super) async fn pin_by_hash(
        &self,
        mut pin: PinRow,
        codec: u64,
    ) -> Result<PinRow, StoreError> {
        self.writer
            .write(move |connection| {
                if pins::is_pinned(connection, &pin.root)?
                    || pins::is_waited_for(connection, &pin.root)?
                {
                    return Err(StoreError::AlreadyPinned);
                }
                match content::find(connection, &pin.root)? {
                    Some(found) if found.block.codec.code() == codec => {
                        pins::DONE.clone_into(&mut pin.status);
                        pin.pinned = true;
                        pin.size = Some(found.size);
                        pin.is_dir = found.is_dir;
                    }
                    _ => {
                        pins::QUEUED.clone_into(&mut pin.status);
                        pin.pinned = false;
                        pin.size = None;
                    }
                }
                pins::insert(connection, pin)
            })
            .await
    }

    /// Keeps an upload's content and pins its root. Pins that wait for any of it are pinned too.
    pub(super) async fn commit(&self, staged: Staged, pin: PinRow) -> Result<PinRow, StoreError> {
        let flat = self.flat.clone();
        let staged = Arc::new(staged);
        let result = self
            .writer
            .write({
                let staged = Arc::clone(&staged);
                move |connection| {
                    if pins::is_pinned(connection, &pin.root)? {
                        return Err(StoreError::AlreadyPinned);
                    }
                    let waiting = pins::any_waiting(connection)?;
                    for incoming in &staged.contents {
                        content::keep(connection, &flat, incoming, &mut |at, length| {
                            staged.read_small(at, length)
                        })?;
                        if waiting {
                            settle_waiting(connection, incoming)?;
                        }
                    }
                    pins::insert(connection, pin)
                }
            })
            .await;
        // Removing a large file takes its time, which other writes need not wait for.
        tokio::task::spawn_blocking(move || drop(staged));
        result
    }

    /// What lies at `path` (names, outermost first) below the root with this multihash and codec;
    /// `None` where nothing does.
    pub(super) async fn resolve(
        &self,
        root: Vec<u8>,
        codec: u64,
        path: Vec<String>,
    ) -> Result<Option<Resolved>, StoreError> {
        let flat = self.flat.clone();
        self.readers
            .read(move |connection| {
                let mut place = content::find(connection, &root)?
                    .filter(|found| found.block.codec.code() == codec);
                for name in &path {
                    let Some(directory) = place.filter(|found| found.is_dir) else {
                        return Ok(None);
                    };
                    place = content::child(connection, directory.seq, name)?;
                }
                let Some(found) = place else {
                    return Ok(None);
                };
                if found.is_dir {
                    let entries = content::entries(connection, found.seq)?;
                    return Ok(Some(Resolved::Directory(found, entries)));
                }
                Ok(Some(match content::bytes(connection, found.seq)? {
                    Some(bytes) => Resolved::Inline(found, bytes),
                    None => Resolved::File(found, flat.path(&found.block.multihash())),
                }))
            })
            .await
    }

    /// The MIME type that the newest pin of this root was given.
    pub(super) async fn mime_of(&self, root: Vec<u8>) -> Result<Option<String>, StoreError> {
        self.readers
            .read(move |connection| Ok(pins::mime_of(connection, &root)?))
            .await
    }
}

fn database(data: &Path) -> PathBuf {
    data.join("pins.sqlite")
}

fn settle_waiting(connection: &Connection, incoming: &Incoming) -> Result<(), StoreError> {
    for (id, cid) in pins::waiting_for(connection, &incoming.block.multihash())? {
        let codec = cid.parse::<cid::Cid>().ok().map(|cid| cid.codec());
        if codec.and_then(Codec::of) == Some(incoming.block.codec) {
            let is_dir = matches!(incoming.body, Body::Directory(_));
            pins::settle(connection, id, incoming.size, is_dir)?;
        }
    }
    Ok(())
}
