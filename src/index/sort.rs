//! Putting rows in order by any column.
//!
//! Keys are taken out of the rows once and sorted as plain numbers. Texts are sorted sixteen bytes
//! at a time: only rows that agree so far have their next sixteen looked at.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::rows::Rows;
use crate::domain::filter::Facts as _;
use crate::domain::packed::{CREATED, Fixed, PINNED};
use crate::domain::{PinState, SortKey, SortOrder};

/// A row that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) row: u32,
    pub(super) score: u32,
}

/// Texts are told apart by this many bytes at the most.
const TEXT: usize = 512;

/// The hits' rows in order. The hits come in the order of their numbers.
pub(super) fn sorted(rows: &Rows, hits: &[Hit], key: SortKey, order: SortOrder) -> Vec<u32> {
    let mut sorted: Vec<u32> = match key {
        SortKey::Created => in_time(rows, hits)
            .into_iter()
            .map(|(_, hit)| hit.row)
            .collect(),
        SortKey::Score => by(rows, hits, |hit| hit.score),
        SortKey::Pinned => by(rows, hits, |hit| pinned(rows, hit)),
        SortKey::Size => by(rows, hits, |hit| size(rows, hit)),
        SortKey::State => by(rows, hits, |hit| state(rows, hit)),
        SortKey::Copies => copies(rows, hits),
        SortKey::Name | SortKey::Cid | SortKey::Type => {
            let texts = Texts { rows, key };
            let mut all: Vec<(u128, u64, u32)> = hits
                .iter()
                .map(|hit| (texts.piece(hit.row, 0), created(rows, *hit), hit.row))
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

/// The rows of the first hits in order, for a first look: long texts that begin alike may be taken
/// for each other where the rows end.
pub(super) fn first(
    rows: &Rows,
    hits: &[Hit],
    key: SortKey,
    order: SortOrder,
    most: usize,
) -> Vec<u32> {
    let texts = Texts { rows, key };
    let mut all: Vec<((u128, u64, u32), Hit)> = hits
        .iter()
        .map(|hit| {
            let key = match key {
                SortKey::Created => 0,
                SortKey::Score => hit.score.into(),
                SortKey::Pinned => pinned(rows, *hit).into(),
                SortKey::Size => size(rows, *hit).into(),
                SortKey::State => state(rows, *hit).into(),
                SortKey::Copies => u128::from(size(rows, *hit)) << 64 | root(rows, *hit) >> 64,
                SortKey::Name | SortKey::Cid | SortKey::Type => texts.piece(hit.row, 0),
            };
            ((key, created(rows, *hit), hit.row), *hit)
        })
        .collect();
    if all.len() > most {
        all.select_nth_unstable_by(most, |(a, _), (b, _)| match order {
            SortOrder::Ascending => a.cmp(b),
            SortOrder::Descending => b.cmp(a),
        });
        all.truncate(most);
    }
    all.sort_unstable_by_key(|(_, hit)| hit.row);
    let hits: Vec<Hit> = all.into_iter().map(|(_, hit)| hit).collect();
    sorted(rows, &hits, key, order)
}

/// Those of one root side by side.
fn copies(rows: &Rows, hits: &[Hit]) -> Vec<u32> {
    // Whether there are several, and their size, which may not be known of some yet.
    let mut contents: HashMap<u128, (bool, u64)> = HashMap::new();
    for hit in hits {
        let size = size(rows, *hit);
        contents
            .entry(root(rows, *hit))
            .and_modify(|known| *known = (true, known.1.max(size)))
            .or_insert((false, size));
    }
    by(rows, hits, |hit| {
        let root = root(rows, hit);
        let content = contents.get(&root).copied();
        // The oldest first where the rest descends.
        (content, root, Reverse(created(rows, hit)), Reverse(hit.row))
    })
}

fn root(rows: &Rows, hit: Hit) -> u128 {
    rows.fixed(hit.row)
        .map_or(0, |row| u128::from_be_bytes(row.root))
}

/// By the time of making, which rows often lie in already, one way or the other: that makes a sort
/// as good as free.
fn in_time(rows: &Rows, hits: &[Hit]) -> Vec<(u64, Hit)> {
    let mut all: Vec<(u64, Hit)> = hits.iter().map(|hit| (created(rows, *hit), *hit)).collect();
    all.sort_by_key(|(created, _)| *created);
    all
}

/// By a key, and where that is alike by the time of making.
fn by<K: Ord>(rows: &Rows, hits: &[Hit], key: impl Fn(Hit) -> K) -> Vec<u32> {
    let in_time = in_time(rows, hits).into_iter();
    let mut all: Vec<(K, u32)> = in_time.map(|(_, hit)| (key(hit), hit.row)).collect();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all.into_iter().map(|(_, row)| row).collect()
}

fn created(rows: &Rows, hit: Hit) -> u64 {
    made(rows.fixed(hit.row).and_then(Fixed::made))
}

fn pinned(rows: &Rows, hit: Hit) -> u64 {
    made(rows.fixed(hit.row).and_then(|row| row.date(PINNED)))
}

fn size(rows: &Rows, hit: Hit) -> u64 {
    let size = rows.fixed(hit.row).and_then(Fixed::size);
    size.unwrap_or_default()
}

fn state(rows: &Rows, hit: Hit) -> u8 {
    rows.fixed(hit.row).map_or(0, |row| rank(row.state()))
}

/// A time as a number that is smaller for an earlier one, and smallest for none.
pub(super) fn made(micros: Option<i64>) -> u64 {
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

impl Fixed {
    /// When the record was made, as far as that is known.
    pub(super) fn made(&self) -> Option<i64> {
        self.date(CREATED).or_else(|| self.date(PINNED))
    }
}
