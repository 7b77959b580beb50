//! What the index remembers about the account besides its pins.

use super::Rows;
use crate::domain::{PinnedFilter, Totals};

/// Whether the index was ever whole, and how the service's totals then differed from the index's:
/// a service may count rows that it does not send, or bytes in another way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// All pins were read once, in one piece.
    pub settled: bool,
    /// The service's files less the index's, over all pins.
    files: i64,
    size: i64,
    /// The same over those that are pinned.
    pinned_files: i64,
    pinned_size: i64,
}

impl Notes {
    /// Whether the service's totals are what they would be if nothing had changed.
    pub fn agree(&self, rows: &Rows, pinned: PinnedFilter, told: Totals) -> bool {
        let (files, size) = self.difference(pinned);
        (files, size) == difference(rows.totals(pinned), told)
    }

    /// Remembers how the service's totals differ from those of an index that is right.
    pub fn learn(&mut self, rows: &Rows, pinned: PinnedFilter, told: Totals) {
        let (files, size) = difference(rows.totals(pinned), told);
        match pinned {
            PinnedFilter::All | PinnedFilter::Unpinned => (self.files, self.size) = (files, size),
            PinnedFilter::Pinned => (self.pinned_files, self.pinned_size) = (files, size),
        }
    }

    fn difference(&self, pinned: PinnedFilter) -> (i64, i64) {
        match pinned {
            PinnedFilter::All | PinnedFilter::Unpinned => (self.files, self.size),
            PinnedFilter::Pinned => (self.pinned_files, self.pinned_size),
        }
    }

    pub(super) fn all(&self) -> [(&'static str, i64); 5] {
        [
            ("settled", i64::from(self.settled)),
            ("files", self.files),
            ("size", self.size),
            ("pinned_files", self.pinned_files),
            ("pinned_size", self.pinned_size),
        ]
    }

    /// Takes a note as it was kept; one of an unknown name is left out.
    pub(super) fn set(&mut self, name: &str, value: i64) {
        match name {
            "settled" => self.settled = value != 0,
            "files" => self.files = value,
            "size" => self.size = value,
            "pinned_files" => self.pinned_files = value,
            "pinned_size" => self.pinned_size = value,
            _ => {}
        }
    }
}

/// Wraps for absurd totals, the same way each time.
fn difference(ours: Totals, told: Totals) -> (i64, i64) {
    (
        told.files.wrapping_sub(ours.files).cast_signed(),
        told.size.wrapping_sub(ours.size).cast_signed(),
    )
}
