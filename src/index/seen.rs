//! Which rows were seen while the list was read.

use std::ops::Range;

/// A set of row numbers, a bit each.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    words: Vec<u64>,
    len: usize,
}

impl Seen {
    /// Adds a row. Whether it was not in it.
    pub fn add(&mut self, row: u32) -> bool {
        let (word, bit) = place(row);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        self.len += usize::from(is_new);
        is_new
    }

    /// Whether the row is in it.
    pub fn has(&self, row: u32) -> bool {
        let (word, bit) = place(row);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Those of it that lie in this range, which begins at a multiple of 64.
    pub(super) fn within(&self, rows: Range<u32>) -> impl Iterator<Item = u32> {
        self.words
            .iter()
            .skip((rows.start / 64) as usize)
            .take(rows.len().div_ceil(64))
            .zip((rows.start / 64 * 64..).step_by(64))
            .flat_map(|(word, first)| bits(*word).map(move |bit| first + bit))
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no row was seen.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// Equal where the same rows were seen.
impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        let common = self.words.len().min(other.words.len());
        self.len == other.len && self.words[..common] == other.words[..common]
    }
}

impl FromIterator<u32> for Seen {
    fn from_iter<I: IntoIterator<Item = u32>>(rows: I) -> Self {
        let mut seen = Self::default();
        for row in rows {
            seen.add(row);
        }
        seen
    }
}

/// The places of the bits that are set, the lowest first.
fn bits(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.checked_sub(1)?;
        Some(bit)
    })
}

fn place(row: u32) -> (usize, u64) {
    ((row / 64) as usize, 1 << (row % 64))
}
