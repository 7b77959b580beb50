//! The one who writes: the table and its file, changed together.

use jiff::Timestamp;

use super::notes::Notes;
use super::seen::Seen;
use super::store::{Store, StoreError};
use super::table::{Change, Table};
use crate::domain::packed::PinKey;
use crate::domain::{Pin, PinId, PinState};

/// The table, the notes, and the cache file while there is one. Its methods may wait for the disk.
#[derive(Debug, Default)]
pub struct Keeper {
    table: Table,
    notes: Notes,
    store: Option<Store>,
    /// Why the file was given up, until somebody asks.
    trouble: Option<StoreError>,
}

/// What putting some pins in did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Put {
    /// Pins that were not there.
    pub new: usize,
    /// Pins whose records changed.
    pub changed: usize,
    /// Pins as they were.
    pub same: usize,
    /// Pins for which there is no room.
    pub left_out: usize,
    /// Pins that `seen` had not seen before.
    pub unseen: usize,
}

/// A change that was made from here, which the service confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocalChange {
    /// The service answered with this record: after an upload, a pin by CID, or a look at it.
    Record(Box<Pin>),
    /// The service unpinned this pin, at about this time, or said that it was not pinned.
    Unpinned {
        /// Which pin.
        id: PinId,
        /// When the answer came.
        at: Timestamp,
    },
}

impl LocalChange {
    /// Which pin changed.
    pub fn id(&self) -> &PinId {
        match self {
            Self::Record(pin) => &pin.id,
            Self::Unpinned { id, .. } => id,
        }
    }
}

impl Keeper {
    /// A keeper that keeps nothing on disk.
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// What the file holds. `show` sees the rows while they come, and says whether to go on.
    pub fn load(store: Store, show: &mut dyn FnMut(&Table) -> bool) -> Self {
        let mut table = Table::default();
        let loaded = store
            .notes()
            .and_then(|notes| store.load(&mut table, show).map(|()| notes));
        match loaded {
            Ok(notes) => Self {
                table,
                notes,
                store: Some(store),
                trouble: None,
            },
            // What came before the file broke is as good as any old state; the notes are not.
            Err(error) => {
                let mut keeper = Self {
                    table,
                    store: Some(store),
                    ..Self::default()
                };
                keeper.give_up(error);
                keeper
            }
        }
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What is remembered beside the pins.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Why the file was given up, once.
    pub fn take_trouble(&mut self) -> Option<StoreError> {
        self.trouble.take()
    }

    /// Puts in what a page brought, and notes in `seen` that it was there.
    pub fn put(&mut self, pins: &[Pin], seen: &mut Seen) -> Put {
        let mut put = Put::default();
        let mut rows = Vec::new();
        for pin in pins {
            let (change, row) = self.table.upsert_row(pin);
            match change {
                Change::New => put.new += 1,
                Change::Changed => put.changed += 1,
                Change::Same => put.same += 1,
                Change::Full => {
                    put.left_out += 1;
                    continue;
                }
            }
            if change != Change::Same {
                rows.push(row);
            }
            put.unseen += usize::from(seen.add(row));
        }
        self.save(&rows, &[]);
        put
    }

    /// Makes changes that the service confirmed. What was never seen can't be marked as unpinned.
    pub fn apply(&mut self, changes: &[LocalChange], seen: &mut Seen) {
        let mut rows = Vec::new();
        for change in changes {
            let pin = match change {
                LocalChange::Record(pin) => (**pin).clone(),
                LocalChange::Unpinned { id, at } => {
                    let known = self.table.get(id);
                    let Some(pin) = known.and_then(|row| self.table.rows().pin(row)) else {
                        continue;
                    };
                    Pin {
                        pinned: false,
                        state: PinState::Unpinned,
                        date_unpinned: pin.date_unpinned.or(Some(*at)),
                        ..pin
                    }
                }
            };
            let (change, row) = self.table.upsert_row(&pin);
            match change {
                Change::New | Change::Changed => rows.push(row),
                Change::Same => {}
                Change::Full => continue,
            }
            seen.add(row);
        }
        self.save(&rows, &[]);
    }

    /// Takes out all that was not seen.
    pub fn sweep(&mut self, seen: &Seen) -> usize {
        let gone: Vec<(u32, PinKey)> = self
            .table
            .rows()
            .iter()
            .filter(|row| !seen.has(row.number()))
            .map(|row| (row.number(), row.key()))
            .collect();
        let (rows, keys): (Vec<u32>, Vec<PinKey>) = gone.into_iter().unzip();
        for row in &rows {
            self.table.remove_row(*row);
        }
        self.save(&[], &keys);
        rows.len()
    }

    /// Remembers these notes.
    pub fn note(&mut self, notes: Notes) {
        if self.notes != notes {
            self.notes = notes;
            self.save(&[], &[]);
        }
    }

    fn save(&mut self, changed: &[u32], gone: &[PinKey]) {
        let Some(store) = &mut self.store else { return };
        if let Err(error) = store.save(&self.table, changed, gone, &self.notes) {
            self.give_up(error);
        }
    }

    /// Goes on without the file. It lacks a change now, and must not be taken for right on the next
    /// start.
    fn give_up(&mut self, error: StoreError) {
        let discarded = self.store.take().map(Store::discard);
        self.trouble = match discarded {
            Some(Err(worse)) => Some(worse),
            _ => Some(error),
        };
    }
}
