//! The rows as everybody reads them: a state of the table that never changes again.

use std::cell::OnceCell;
use std::sync::{Arc, LazyLock};

use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::chunk::{Chunk, ROWS, Slot};
use crate::domain::filter::{Facts, Letters};
use crate::domain::packed::head::Cursor;
use crate::domain::packed::{self, Fixed, ID_TEXT, IS_DIR, IS_PINNED, PackedRef, PinKey};
use crate::domain::{PackedPin, Pin, PinState, PinnedFilter, Totals};

/// All rows of one moment. Cheap to clone and to hold: chunks are shared with later states until
/// they change.
///
/// A row is known by its number, which stays the same while its pin is in the index. A number may
/// stand for another pin in a later [`Self::revision`].
#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub(super) chunks: Vec<Arc<Chunk>>,
    pub(super) len: usize,
    /// Of pins that are not pinned, and of pinned ones.
    pub(super) totals: [Totals; 2],
    pub(super) duplicates: usize,
    pub(super) revision: u64,
}

impl Rows {
    /// Pins.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no pin.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Goes up with each change; equal revisions of one index have equal rows.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Pins that share their root hash with another pin.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// Pins and bytes that the filter lets through.
    pub fn totals(&self, pinned: PinnedFilter) -> Totals {
        let [unpinned, kept] = self.totals;
        match pinned {
            PinnedFilter::Unpinned => unpinned,
            PinnedFilter::Pinned => kept,
            PinnedFilter::All => Totals {
                files: unpinned.files + kept.files,
                size: unpinned.size.saturating_add(kept.size),
            },
        }
    }

    /// The row of this number, where there is one.
    pub fn row(&self, number: u32) -> Option<Row<'_>> {
        let (chunk, at) = place(number);
        Row::of(self.chunks.get(chunk)?, at, number)
    }

    /// The pin of this row, as it came from the service.
    pub fn pin(&self, number: u32) -> Option<Pin> {
        self.row(number)?.pin()
    }

    /// What tells the pin of this row from others.
    pub fn key(&self, number: u32) -> Option<PinKey> {
        Some(self.fixed(number)?.key())
    }

    /// The pin of this row, packed.
    pub fn packed_pin(&self, number: u32) -> Option<PackedPin> {
        let packed = self.packed(number)?;
        packed.is_sound().then(|| packed.to_owned())
    }

    /// All rows, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.chunks.iter().zip(0_u32..).flat_map(|(chunk, index)| {
            (0..chunk.slots.len())
                .zip(index * ROWS_U32..)
                .filter_map(|(at, number)| Row::of(chunk, at, number))
        })
    }

    /// The numbers of all rows of the same root hash, the given one first.
    pub fn copies(&self, number: u32) -> Vec<u32> {
        let mut copies = Vec::new();
        let mut at = number;
        while let Some(row) = self.row(at) {
            copies.push(at);
            at = row.slot.next;
            // A ring is never longer than the index.
            if at == number || copies.len() > self.len {
                break;
            }
        }
        copies
    }

    /// Numbers end before this one.
    pub(super) fn end(&self) -> u32 {
        match self.chunks.split_last() {
            None => 0,
            Some((last, full)) => number(full.len(), last.slots.len()),
        }
    }

    /// The fixed part of a row.
    pub(super) fn fixed(&self, number: u32) -> Option<&Fixed> {
        let (chunk, at) = place(number);
        Some(&self.chunks.get(chunk)?.taken(at)?.fixed)
    }

    pub(super) fn packed(&self, number: u32) -> Option<PackedRef<'_>> {
        let (chunk, at) = place(number);
        let chunk = self.chunks.get(chunk)?;
        Some(chunk.packed(chunk.taken(at)?))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "1024")]
const ROWS_U32: u32 = ROWS as u32;

/// A row's chunk, and its slot therein.
pub(super) fn place(number: u32) -> (usize, usize) {
    ((number / ROWS_U32) as usize, (number % ROWS_U32) as usize)
}

/// The number of a slot in a chunk. There are never as many rows as numbers.
pub(super) fn number(chunk: usize, at: usize) -> u32 {
    u32::try_from(chunk * ROWS + at).unwrap_or(u32::MAX)
}

/// What a UUID is made of.
static UUID_LETTERS: LazyLock<Letters> = LazyLock::new(|| Letters::of("0123456789abcdef-"));

/// One row, with what a filter asks of it.
pub struct Row<'a> {
    number: u32,
    chunk: &'a Chunk,
    slot: &'a Slot,
    id: OnceCell<[u8; Hyphenated::LENGTH]>,
}

impl<'a> Row<'a> {
    #[inline]
    fn of(chunk: &'a Chunk, at: usize, number: u32) -> Option<Self> {
        Some(Self {
            number,
            chunk,
            slot: chunk.taken(at)?,
            id: OnceCell::new(),
        })
    }

    /// Heads and texts lie elsewhere and are read only where they are asked for.
    fn packed(&self) -> PackedRef<'a> {
        self.chunk.packed(self.slot)
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The pin. `None` only where a cache file was tampered with.
    pub fn pin(&self) -> Option<Pin> {
        self.packed().unpack()
    }

    /// The service's own flag.
    pub fn is_pinned(&self) -> bool {
        self.slot.fixed.has(IS_PINNED)
    }

    pub(super) fn key(&self) -> PinKey {
        self.slot.fixed.key()
    }

    /// What lies behind the CID.
    fn behind_cid(&self) -> Option<Cursor<'a>> {
        let mut cursor = self.packed().cursor();
        cursor.optional()?;
        cursor.text()?;
        Some(cursor)
    }

    fn id_text(&self) -> Option<&'a str> {
        let mut cursor = self.behind_cid()?;
        cursor.optional()?;
        for _ in 0..cursor.number()? {
            cursor.text()?;
            cursor.text()?;
        }
        cursor.optional()?;
        cursor.optional()?;
        if self.slot.fixed.has(packed::ROOT_TEXT) {
            cursor.text()?;
        }
        cursor.text()
    }
}

impl Facts for Row<'_> {
    fn name(&self) -> &str {
        let name = self.packed().cursor().optional();
        name.flatten().unwrap_or_default()
    }

    fn cid(&self) -> &str {
        let mut cursor = self.packed().cursor();
        let cid = cursor.optional().and_then(|_| cursor.text());
        cid.unwrap_or_default()
    }

    fn id(&self) -> &str {
        if self.slot.fixed.has(ID_TEXT) {
            return self.id_text().unwrap_or_default();
        }
        let bytes = self.id.get_or_init(|| {
            let mut text = [0; Hyphenated::LENGTH];
            let uuid = Uuid::from_bytes(self.slot.fixed.id);
            uuid.hyphenated().encode_lower(&mut text);
            text
        });
        str::from_utf8(bytes).unwrap_or_default()
    }

    fn mime_type(&self) -> &str {
        let mime = self.behind_cid().and_then(|mut cursor| cursor.optional());
        mime.flatten().unwrap_or_default()
    }

    fn size(&self) -> Option<u64> {
        self.slot.fixed.size()
    }

    fn date_pinned(&self) -> Option<i64> {
        let micros = self.slot.fixed.date(packed::PINNED)?;
        Some(seconds(micros))
    }

    fn state(&self) -> PinState {
        self.slot.fixed.state()
    }

    fn is_dir(&self) -> bool {
        self.slot.fixed.has(IS_DIR)
    }

    fn is_duplicate(&self) -> bool {
        self.slot.next != self.number
    }

    fn letters(&self) -> Letters {
        self.slot.letters
    }

    fn id_letters(&self) -> Letters {
        if self.slot.fixed.has(ID_TEXT) {
            return Letters::ANY;
        }
        *UUID_LETTERS
    }

    fn keyvalues(&self) -> impl Iterator<Item = (&str, &str)> {
        let start = self.behind_cid().and_then(|mut cursor| {
            cursor.optional()?;
            let pairs = cursor.number()?;
            Some((cursor, pairs))
        });
        let (mut cursor, pairs) = match start {
            Some((cursor, pairs)) => (Some(cursor), pairs),
            None => (None, 0),
        };
        (0..pairs).map_while(move |_| {
            let cursor = cursor.as_mut()?;
            Some((cursor.text()?, cursor.text()?))
        })
    }
}

/// As jiff counts the seconds of a time: towards 1970.
fn seconds(micros: i64) -> i64 {
    micros / 1_000_000
}
