//! Putting rows in order by any column.
//!
//! Keys are taken out of the rows once and sorted as plain numbers. Texts are sorted sixteen bytes
//! at a time: only rows that agree so far have their next sixteen looked at.

use super::rows::Rows;
use crate::domain::filter::Facts as _;
use crate::domain::packed::{CREATED, PINNED};
use crate::domain::{PinState, SortField, SortOrder};

/// What rows are ordered by. What is alike comes by the time of making, in the same direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortKey {
    /// How well the filter's words fit; descending means the best first.
    Score,
    /// When the record was made, else when it was pinned.
    #[default]
    Created,
    /// When it was pinned.
    Pinned,
    /// Bytes, unknown ones as 0.
    Size,
    /// The name, without case first.
    Name,
    /// The state: pinned, pinning, failed, unpinned.
    State,
    /// The CID's text.
    Cid,
    /// The MIME type.
    Type,
}

impl From<SortField> for SortKey {
    fn from(field: SortField) -> Self {
        match field {
            SortField::CreatedAt => Self::Created,
            SortField::Size => Self::Size,
            SortField::Name => Self::Name,
        }
    }
}

/// A row that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) row: u32,
    pub(super) score: u32,
}

/// Texts are told apart by this many bytes at the most.
const TEXT: usize = 512;

/// The hits' rows in order.
pub(super) fn sorted(rows: &Rows, hits: &[Hit], key: SortKey, order: SortOrder) -> Vec<u32> {
    let created = |hit: &Hit| rows.fixed(hit.row).map_or(0, |row| made(row.dates_made()));
    let mut sorted: Vec<u32> = match key {
        SortKey::Created => by(hits, |hit| created(hit)),
        SortKey::Score => by(hits, |hit| (hit.score, created(hit))),
        SortKey::Pinned => by(hits, |hit| {
            let date = rows.fixed(hit.row).and_then(|row| row.date(PINNED));
            (made(date), created(hit))
        }),
        SortKey::Size => by(hits, |hit| {
            let size = rows
                .fixed(hit.row)
                .and_then(crate::domain::packed::Fixed::size);
            (size.unwrap_or_default(), created(hit))
        }),
        SortKey::State => by(hits, |hit| {
            let state = rows.fixed(hit.row).map(crate::domain::packed::Fixed::state);
            (state.map_or(0, rank), created(hit))
        }),
        SortKey::Name | SortKey::Cid | SortKey::Type => {
            let texts = Texts { rows, key };
            let mut all: Vec<(u128, u64, u32)> = hits
                .iter()
                .map(|hit| (texts.piece(hit.row, 0), created(hit), hit.row))
                .collect();
            texts.sort(&mut all, 0);
            all.into_iter().map(|(.., row)| row).collect()
        }
    };
    if order == SortOrder::Descending {
        sorted.reverse();
    }
    sorted
}

fn by<K: Ord>(hits: &[Hit], key: impl Fn(&Hit) -> K) -> Vec<u32> {
    let mut all: Vec<(K, u32)> = hits.iter().map(|hit| (key(hit), hit.row)).collect();
    // Rows often lie in the order of their making already, which this sort makes use of.
    all.sort();
    all.into_iter().map(|(_, row)| row).collect()
}

/// A time as a number that is smaller for an earlier one, and smallest for none.
fn made(micros: Option<i64>) -> u64 {
    micros.map_or(0, |micros| micros.cast_unsigned() ^ (1 << 63))
}

fn rank(state: PinState) -> u8 {
    match state {
        PinState::Pinned => 0,
        PinState::Pinning => 1,
        PinState::Failed => 2,
        PinState::Unpinned => 3,
    }
}

struct Texts<'a> {
    rows: &'a Rows,
    key: SortKey,
}

impl Texts<'_> {
    /// Sorts rows whose texts agree in the first `at` bytes.
    fn sort(&self, rows: &mut [(u128, u64, u32)], at: usize) {
        rows.sort_unstable();
        if at + 16 >= TEXT {
            return;
        }
        for same in rows.chunk_by_mut(|a, b| a.0 == b.0) {
            // A text that ended here is filled up with zeros.
            if same.len() > 1 && same[0].0 & 0xff != 0 {
                for (piece, _, row) in &mut *same {
                    *piece = self.piece(*row, at + 16);
                }
                self.sort(same, at + 16);
            }
        }
    }

    /// Sixteen bytes of what the row's text is compared as, as a number.
    fn piece(&self, row: u32, at: usize) -> u128 {
        let Some(row) = self.rows.row(row) else {
            return 0;
        };
        let mut piece = Piece::new(at);
        match self.key {
            SortKey::Cid => piece.take(row.cid().bytes()),
            SortKey::Type => piece.take_folded(row.mime_type()),
            _ => {
                // Names that differ in case alone come as their bytes are.
                let name = row.name();
                piece.take_folded(name);
                piece.take([1]);
                piece.take(name.bytes());
            }
        }
        u128::from_be_bytes(piece.bytes)
    }
}

/// A window of sixteen bytes on a text that goes by.
struct Piece {
    bytes: [u8; 16],
    skip: usize,
    filled: usize,
}

impl Piece {
    fn new(at: usize) -> Self {
        Self {
            bytes: [0; 16],
            skip: at,
            filled: 0,
        }
    }

    fn take(&mut self, bytes: impl IntoIterator<Item = u8>) {
        for byte in bytes {
            if self.skip > 0 {
                self.skip -= 1;
            } else if let Some(place) = self.bytes.get_mut(self.filled) {
                *place = byte;
                self.filled += 1;
            } else {
                return;
            }
        }
    }

    fn take_folded(&mut self, text: &str) {
        if text.is_ascii() {
            return self.take(text.bytes().map(|byte| byte.to_ascii_lowercase()));
        }
        let mut utf8 = [0; 4];
        for c in text.chars().flat_map(char::to_lowercase) {
            self.take(c.encode_utf8(&mut utf8).bytes());
            if self.filled == self.bytes.len() {
                return;
            }
        }
    }
}

impl crate::domain::packed::Fixed {
    /// When the record was made, as far as that is known.
    fn dates_made(&self) -> Option<i64> {
        self.date(CREATED).or_else(|| self.date(PINNED))
    }
}
