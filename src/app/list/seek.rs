//! Looking for one pin through the whole list, page by page.

use super::List;
use crate::domain::{ListQuery, PinId};

/// Pages looked through for one pin.
const SEEK_CHUNKS: u64 = 100;

/// Looking for one pin, page by page.
#[derive(Clone, Debug)]
pub(super) struct Seek {
    pub(super) id: PinId,
    /// Where the page begins that is to be looked through next.
    pub(super) next: u64,
    end: u64,
}

/// What became of looking for a pin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeekEnd {
    /// The cursor is on it.
    Found(PinId),
    /// It is not among the rows looked through.
    Missed(PinId),
}

impl List {
    /// Looks for a pin page by page and puts the cursor on it.
    pub fn seek(&mut self, id: PinId) {
        self.refresh();
        let chunk = u64::from(self.chunk_rows);
        self.seek = Some(Seek {
            id,
            next: 0,
            end: SEEK_CHUNKS * chunk,
        });
    }

    /// Looks through the page of this query, which is the last one or not.
    pub(super) fn advance_seek(&mut self, query: &ListQuery, is_last: bool) -> Option<SeekEnd> {
        let seek = self.seek.as_ref()?;
        let id = seek.id.clone();
        if let Some(place) = self.place_of(&id) {
            self.seek = None;
            self.move_to(place);
            return Some(SeekEnd::Found(id));
        }
        let seek = self.seek.as_mut()?;
        if query.offset == seek.next {
            seek.next += u64::from(self.chunk_rows);
        }
        if is_last || seek.next >= seek.end {
            return self.seek.take().map(|seek| SeekEnd::Missed(seek.id));
        }
        None
    }
}
