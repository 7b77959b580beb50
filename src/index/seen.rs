//! Which rows were seen while the list was read.

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

fn place(row: u32) -> (usize, u64) {
    ((row / 64) as usize, 1 << (row % 64))
}
