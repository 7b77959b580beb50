//! The marked pins. They stay marked, by id, while one pages, sorts and filters.

use indexmap::IndexMap;

use super::list::List;
use crate::domain::{Pin, PinId};

/// The marked pins, in the order in which they were marked.
#[derive(Debug, Default)]
pub struct Marks {
    pins: IndexMap<PinId, Pin>,
    /// Where a range began that is not ended yet.
    range_start: Option<u64>,
}

impl Marks {
    /// How many pins are marked.
    pub fn len(&self) -> usize {
        self.pins.len()
    }

    /// Whether no pin is marked.
    pub fn is_empty(&self) -> bool {
        self.pins.is_empty()
    }

    /// The marked pins.
    pub fn pins(&self) -> impl Iterator<Item = &Pin> {
        self.pins.values()
    }

    /// Whether this pin is marked.
    pub fn contains(&self, id: &PinId) -> bool {
        self.pins.contains_key(id)
    }

    /// Whether the row at this place is in the range that is being marked.
    pub fn in_range(&self, place: u64, cursor: u64) -> bool {
        self.range_start
            .is_some_and(|start| (start.min(cursor)..=start.max(cursor)).contains(&place))
    }

    /// Whether a range is being marked.
    pub fn has_range(&self) -> bool {
        self.range_start.is_some()
    }

    /// Marks, or unmarks.
    pub fn toggle(&mut self, pin: &Pin) {
        if self.pins.shift_remove(&pin.id).is_none() {
            self.pins.insert(pin.id.clone(), pin.clone());
        }
    }

    /// Marks all of these; or unmarks them, where all are marked.
    pub fn toggle_all(&mut self, pins: &[&Pin]) {
        if pins.iter().all(|pin| self.contains(&pin.id)) {
            for pin in pins {
                self.pins.shift_remove(&pin.id);
            }
        } else {
            for pin in pins {
                self.pins.insert(pin.id.clone(), (*pin).clone());
            }
        }
    }

    /// Marks these too.
    pub fn extend(&mut self, pins: Vec<Pin>) {
        self.pins
            .extend(pins.into_iter().map(|pin| (pin.id.clone(), pin)));
    }

    /// Begins a range at the cursor.
    pub fn begin_range(&mut self, list: &List) {
        self.range_start = Some(list.cursor());
    }

    /// Marks the range up to the cursor; gives the number of its rows that could not be marked
    /// because they are not known yet.
    pub fn end_range(&mut self, list: &List) -> u64 {
        let Some(start) = self.range_start.take() else {
            return 0;
        };
        let cursor = list.cursor();
        let places = start.min(cursor)..start.max(cursor) + 1;
        let wanted = places.end - places.start;
        let mut marked = 0;
        for pin in list.known(places) {
            self.pins.insert(pin.id.clone(), pin.clone());
            marked += 1;
        }
        wanted - marked
    }

    /// Gives up the range; says whether there was one.
    pub fn drop_range(&mut self) -> bool {
        self.range_start.take().is_some()
    }

    /// Unmarks these.
    pub fn remove<'a>(&mut self, ids: impl IntoIterator<Item = &'a PinId>) {
        for id in ids {
            self.pins.shift_remove(id);
        }
    }

    /// Unmarks all.
    pub fn clear(&mut self) {
        self.pins.clear();
        self.range_start = None;
    }
}
