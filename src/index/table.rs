//! The table: rows found by id, with totals and duplicates kept as rows come, change and go.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry as TableEntry;

use super::chunk::{Chunk, ROWS, Slot};
use super::rows::{Rows, number, place};
use crate::domain::packed::{Fixed, IS_PINNED, PackedPin, PackedRef, PinKey};
use crate::domain::{Pin, PinId};

/// Pins at the most. A service that sends more than this is not to fill the memory.
const MAX_ROWS: usize = 8_000_000;

/// Bytes of texts at the most, for the same reason.
const MAX_TEXT: usize = 4 << 30;

/// What putting a pin into the table did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The pin was not there.
    New,
    /// It was there, with another record.
    Changed,
    /// It was there, with this very record.
    Same,
    /// There is no room; nothing was done.
    Full,
}

/// The pins of one account.
#[derive(Debug, Default)]
pub struct Table {
    rows: Rows,
    by_id: HashTable<Found>,
    /// One row of each root.
    by_root: HashTable<Found>,
    /// Numbers of rows that went.
    free: Vec<u32>,
    /// Bytes of heads and texts of all rows.
    text: usize,
    hasher: RandomState,
}

/// A row's number, with the hash under which it is found, so that growing looks at no row.
#[derive(Clone, Copy, Debug)]
struct Found {
    row: u32,
    hash: u32,
}

impl Table {
    /// The rows as they are.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The rows as they are, to be read while the table goes on.
    pub fn snapshot(&self) -> Arc<Rows> {
        Arc::new(self.rows.clone())
    }

    /// Makes room for this many pins in all, where it is known how many come.
    pub fn reserve(&mut self, pins: usize) {
        let more = pins.min(MAX_ROWS).saturating_sub(self.rows.len);
        self.by_id.reserve(more, |found| spread(found.hash));
        self.by_root.reserve(more, |found| spread(found.hash));
    }

    /// Puts a pin in, in place of the record that it had.
    pub fn upsert(&mut self, pin: &Pin) -> Change {
        self.upsert_row(pin).0
    }

    /// As [`Self::upsert`]; gives the row too.
    pub(super) fn upsert_row(&mut self, pin: &Pin) -> (Change, u32) {
        self.upsert_packed(PackedPin::new(pin).as_ref())
    }

    /// As [`Self::upsert_row`], for a pin that is packed already.
    pub(super) fn upsert_packed(&mut self, new: PackedRef<'_>) -> (Change, u32) {
        let key = new.fixed.key();
        let hash = self.hash(&key);
        if let Some(row) = self.find(key, hash) {
            return (self.replace(row, new), row);
        }
        if self.rows.len >= MAX_ROWS || self.text + new.text_bytes() > MAX_TEXT {
            return (Change::Full, u32::MAX);
        }
        let row = self.free.pop().unwrap_or_else(|| self.next_number());
        if !self.chunk_mut(row).put(place(row).1, new) {
            self.free.push(row);
            return (Change::Full, u32::MAX);
        }
        let found = Found { row, hash };
        self.by_id
            .insert_unique(spread(hash), found, |found| spread(found.hash));
        self.rows.len += 1;
        self.count(new);
        self.join_ring(row, new.fixed);
        self.rows.revision += 1;
        (Change::New, row)
    }

    /// Takes a pin out. Whether it was there.
    pub fn remove(&mut self, id: &PinId) -> bool {
        let Some(row) = self.get(id) else {
            return false;
        };
        self.remove_row(row);
        true
    }

    /// The row of this pin.
    pub fn get(&self, id: &PinId) -> Option<u32> {
        let key = PinKey::of(id);
        self.find(key, self.hash(&key))
    }

    /// Bytes that the table takes, room to grow included.
    pub fn bytes(&self) -> usize {
        let chunks: usize = self.rows.chunks.iter().map(|chunk| chunk.bytes()).sum();
        chunks + self.by_id.allocation_size() + self.by_root.allocation_size()
    }

    /// Bytes of the pins' heads and texts, a part of [`Self::bytes`].
    pub fn text_bytes(&self) -> usize {
        self.text
    }

    fn find(&self, key: PinKey, hash: u32) -> Option<u32> {
        let rows = &self.rows;
        self.by_id
            .find(spread(hash), |found| {
                found.hash == hash && rows.fixed(found.row).is_some_and(|row| row.key() == key)
            })
            .map(|found| found.row)
    }

    fn replace(&mut self, row: u32, new: PackedRef<'_>) -> Change {
        let Some(old) = self.rows.packed(row) else {
            return Change::Full;
        };
        if old == new {
            return Change::Same;
        }
        let (fixed, bytes) = (*old.fixed, old.text_bytes());
        if self.text - bytes + new.text_bytes() > MAX_TEXT
            || !self.chunk_mut(row).put(place(row).1, new)
        {
            return Change::Full;
        }
        self.discount(&fixed, bytes);
        self.count(new);
        if fixed.root != new.fixed.root {
            self.leave_ring(row, &fixed);
            self.join_ring(row, new.fixed);
        }
        self.rows.revision += 1;
        Change::Changed
    }

    pub(super) fn remove_row(&mut self, row: u32) {
        let Some(old) = self.rows.packed(row) else {
            return;
        };
        let (fixed, bytes) = (*old.fixed, old.text_bytes());
        let hash = self.hash(&fixed.key());
        self.discount(&fixed, bytes);
        self.leave_ring(row, &fixed);
        if let Ok(found) = self
            .by_id
            .find_entry(spread(hash), |found| found.row == row)
        {
            found.remove();
        }
        self.chunk_mut(row).clear(place(row).1);
        self.free.push(row);
        self.rows.len -= 1;
        self.rows.revision += 1;
    }

    fn next_number(&mut self) -> u32 {
        let chunks = &mut self.rows.chunks;
        match chunks.last() {
            Some(last) if last.slots.len() < ROWS => number(chunks.len() - 1, last.slots.len()),
            _ => {
                chunks.push(Arc::default());
                number(chunks.len() - 1, 0)
            }
        }
    }

    /// The row's chunk, for writing. The chunk of a number that was given out is always there.
    fn chunk_mut(&mut self, row: u32) -> &mut Chunk {
        let (chunk, _) = place(row);
        while self.rows.chunks.len() <= chunk {
            self.rows.chunks.push(Arc::default());
        }
        Arc::make_mut(&mut self.rows.chunks[chunk])
    }

    fn slot_mut(&mut self, row: u32) -> Option<&mut Slot> {
        self.chunk_mut(row).slots.get_mut(place(row).1)
    }

    fn count(&mut self, row: PackedRef<'_>) {
        let totals = &mut self.rows.totals[usize::from(row.fixed.has(IS_PINNED))];
        totals.files += 1;
        // Sizes are the service's word and may be absurd: a sum that wraps comes back when they go.
        totals.size = totals
            .size
            .wrapping_add(row.fixed.size().unwrap_or_default());
        self.text += row.text_bytes();
    }

    fn discount(&mut self, fixed: &Fixed, text_bytes: usize) {
        let totals = &mut self.rows.totals[usize::from(fixed.has(IS_PINNED))];
        totals.files -= 1;
        totals.size = totals.size.wrapping_sub(fixed.size().unwrap_or_default());
        self.text -= text_bytes;
    }

    fn join_ring(&mut self, row: u32, fixed: &Fixed) {
        let hash = self.hash(&fixed.root);
        let rows = &self.rows;
        let entry = self.by_root.entry(
            spread(hash),
            |found| {
                found.hash == hash
                    && rows
                        .fixed(found.row)
                        .is_some_and(|other| other.root == fixed.root)
            },
            |found| spread(found.hash),
        );
        let (before, next) = match entry {
            TableEntry::Vacant(place) => {
                place.insert(Found { row, hash });
                (row, row)
            }
            TableEntry::Occupied(found) => {
                let before = found.get().row;
                let (chunk, at) = place(before);
                (before, rows.chunks[chunk].slots[at].next)
            }
        };
        if before != row {
            self.rows.duplicates += if before == next { 2 } else { 1 };
            if let Some(slot) = self.slot_mut(before) {
                slot.next = row;
            }
            if let Some(slot) = self.slot_mut(next) {
                slot.before = row;
            }
        }
        if let Some(slot) = self.slot_mut(row) {
            (slot.before, slot.next) = (before, next);
        }
    }

    fn leave_ring(&mut self, row: u32, fixed: &Fixed) {
        let Some(slot) = self.slot_mut(row) else {
            return;
        };
        let (before, next) = (slot.before, slot.next);
        (slot.before, slot.next) = (row, row);
        let hash = self.hash(&fixed.root);
        let entry = self
            .by_root
            .find_entry(spread(hash), |found| found.row == row);
        if next == row {
            if let Ok(found) = entry {
                found.remove();
            }
            return;
        }
        if let Ok(mut found) = entry {
            found.get_mut().row = next;
        }
        self.rows.duplicates -= if before == next { 2 } else { 1 };
        if let Some(slot) = self.slot_mut(before) {
            slot.next = next;
        }
        if let Some(slot) = self.slot_mut(next) {
            slot.before = before;
        }
    }

    fn hash(&self, key: &impl std::hash::Hash) -> u32 {
        let [a, b, c, d, ..] = self.hasher.hash_one(key).to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }
}

/// Half a hash in both halves: the table looks at the highest bits and at the lowest.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}
