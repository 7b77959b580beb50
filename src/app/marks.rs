//! The marked pins. They stay marked, by id, while one pages, sorts and filters.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::list::List;
use crate::domain::{PackedPin, Pin, PinId, PinKey};

/// The marked pins, in the order in which they were marked. Packed, so that a hundred thousand of
/// them weigh little.
#[derive(Debug, Default)]
pub struct Marks {
    pins: IndexMap<PinKey, PackedPin>,
    /// Of all marked pins; wide enough never to overflow.
    bytes: u128,
    revision: u64,
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

    /// Bytes of all marked pins whose size is known.
    pub fn bytes(&self) -> u64 {
        u64::try_from(self.bytes).unwrap_or(u64::MAX)
    }

    /// Goes up with each change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The marked pins.
    pub fn pins(&self) -> impl Iterator<Item = &PackedPin> {
        self.pins.values()
    }

    /// What tells the marked pins from others.
    pub fn keys(&self) -> impl Iterator<Item = PinKey> {
        self.pins.keys().copied()
    }

    /// Whether this pin is marked.
    pub fn contains(&self, id: &PinId) -> bool {
        !self.pins.is_empty() && self.pins.contains_key(&PinKey::of(id))
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
        self.toggle_all(&[pin]);
    }

    /// Marks all of these; or unmarks them, where all are marked.
    pub fn toggle_all(&mut self, pins: &[&Pin]) {
        if pins.iter().all(|pin| self.contains(&pin.id)) {
            self.remove(pins.iter().map(|pin| &pin.id));
        } else {
            self.extend(pins.iter().map(|pin| PackedPin::new(pin)));
        }
    }

    /// Marks these too.
    pub fn extend(&mut self, pins: impl IntoIterator<Item = PackedPin>) {
        for pin in pins {
            self.bytes += size(&pin);
            if let Some(before) = self.pins.insert(pin.key(), pin) {
                self.bytes -= size(&before);
            }
        }
        self.revision += 1;
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
        let marked = list.known(places.clone()).count() as u64;
        self.extend(list.known(places).map(PackedPin::new));
        wanted - marked
    }

    /// Gives up the range; says whether there was one.
    pub fn drop_range(&mut self) -> bool {
        self.range_start.take().is_some()
    }

    /// Unmarks these. The others stay in their order.
    pub fn remove<'a>(&mut self, ids: impl IntoIterator<Item = &'a PinId>) {
        if self.pins.is_empty() {
            return;
        }
        // One pass over all, however many go: taking them out one by one would move the rest
        // each time.
        let going: HashSet<PinKey> = ids.into_iter().map(PinKey::of).collect();
        let bytes = &mut self.bytes;
        self.pins.retain(|key, pin| {
            let stays = !going.contains(key);
            if !stays {
                *bytes -= size(pin);
            }
            stays
        });
        self.revision += 1;
    }

    /// Unmarks all.
    pub fn clear(&mut self) {
        self.pins.clear();
        self.bytes = 0;
        self.range_start = None;
        self.revision += 1;
    }
}

fn size(pin: &PackedPin) -> u128 {
    u128::from(pin.size().unwrap_or_default())
}
