//! A thousand rows in one piece, shared with those who read an older state until it changes.

use crate::domain::filter::Letters;
use crate::domain::packed::{Fixed, PackedRef};

/// Rows in a chunk.
pub(super) const ROWS: usize = 1024;

/// What a chunk lets lie before it is swept.
const SPARE: usize = 16 * 1024;

/// One row: its fixed part, where its head and texts lie, and its neighbours among the pins of the
/// same root, in a ring that a row without any is alone in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) fixed: Fixed,
    head: Span,
    text: Span,
    pub(super) next: u32,
    pub(super) before: u32,
    /// What its name and its pairs are made of.
    pub(super) letters: Letters,
}

impl Slot {
    /// Whether a row is here: a head is never empty.
    pub(super) fn is_taken(&self) -> bool {
        self.head.len > 0
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    at: u32,
    len: u32,
}

impl Span {
    fn of(at: usize, len: usize) -> Option<Self> {
        // The end is checked too: four gigabytes in a thousand rows are too many.
        u32::try_from(at.checked_add(len)?).ok()?;
        Some(Self {
            at: u32::try_from(at).ok()?,
            len: u32::try_from(len).ok()?,
        })
    }

    fn range(self) -> std::ops::Range<usize> {
        let at = self.at as usize;
        at..at + self.len as usize
    }
}

/// The rows and all that they hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    pub(super) slots: Vec<Slot>,
    heads: Vec<u8>,
    texts: String,
    /// Bytes of heads and texts that no row holds any more.
    spilt: usize,
}

impl Chunk {
    /// The slot at this place, where a row is in it.
    #[inline]
    pub(super) fn taken(&self, at: usize) -> Option<&Slot> {
        self.slots.get(at).filter(|slot| slot.is_taken())
    }

    /// The packed pin in one of its slots.
    #[inline]
    pub(super) fn packed<'a>(&'a self, slot: &'a Slot) -> PackedRef<'a> {
        PackedRef {
            fixed: &slot.fixed,
            head: self.heads.get(slot.head.range()).unwrap_or_default(),
            text: self.texts.get(slot.text.range()).unwrap_or_default(),
        }
    }

    /// Puts a row into this slot, the one behind the last included. Its neighbours in the ring stay
    /// as they are. `false` where there is no room.
    pub(super) fn put(&mut self, at: usize, row: PackedRef<'_>) -> bool {
        let Some((head, text)) = Span::of(self.heads.len(), row.head.len())
            .zip(Span::of(self.texts.len(), row.text.len()))
        else {
            return false;
        };
        if self.spilt > SPARE + (self.heads.len() + self.texts.len()) / 4 {
            self.sweep();
            return self.put(at, row);
        }
        grow(&mut self.heads, row.head.len());
        self.heads.extend_from_slice(row.head);
        grow_text(&mut self.texts, row.text.len());
        self.texts.push_str(row.text);
        let new = Slot {
            fixed: *row.fixed,
            head,
            text,
            next: 0,
            before: 0,
            letters: letters_of(row).unwrap_or_default(),
        };
        match self.slots.get_mut(at) {
            Some(slot) => {
                if slot.is_taken() {
                    self.spilt += (slot.head.len + slot.text.len) as usize;
                }
                *slot = Slot {
                    next: slot.next,
                    before: slot.before,
                    ..new
                };
            }
            None => self.slots.push(new),
        }
        true
    }

    /// Empties a slot.
    pub(super) fn clear(&mut self, at: usize) {
        if let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.is_taken()) {
            self.spilt += (slot.head.len + slot.text.len) as usize;
            (slot.head, slot.text) = (Span::default(), Span::default());
        }
    }

    /// Bytes that it takes, room to grow included.
    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>() + self.heads.capacity() + self.texts.capacity()
    }

    /// Leaves out what no row holds any more.
    fn sweep(&mut self) {
        let mut heads = Vec::with_capacity(self.heads.len());
        let mut texts = String::with_capacity(self.texts.len());
        for slot in &mut self.slots {
            let head = self.heads.get(slot.head.range()).unwrap_or_default();
            let text = self.texts.get(slot.text.range()).unwrap_or_default();
            let spans = Span::of(heads.len(), head.len()).zip(Span::of(texts.len(), text.len()));
            (slot.head, slot.text) = spans.unwrap_or_default();
            heads.extend_from_slice(head);
            texts.push_str(text);
        }
        self.heads = heads;
        self.texts = texts;
        self.spilt = 0;
    }
}

/// What the row's name and pairs are made of. `None` where it holds less than it says, and so has
/// none that could be read.
fn letters_of(row: PackedRef<'_>) -> Option<Letters> {
    let mut cursor = row.cursor();
    let name = cursor.optional()?.unwrap_or_default();
    let mut letters = Letters::of(name);
    cursor.text()?;
    cursor.optional()?;
    for _ in 0..cursor.number()? {
        letters = letters
            .and(Letters::of(cursor.text()?))
            .and(Letters::of("="))
            .and(Letters::of(cursor.text()?));
    }
    Some(letters)
}

/// Makes room a little at a time: what doubles wastes half.
fn grow(bytes: &mut Vec<u8>, more: usize) {
    if bytes.capacity() - bytes.len() < more {
        bytes.reserve_exact(more.max(bytes.len() / 8).max(1024));
    }
}

fn grow_text(text: &mut String, more: usize) {
    if text.capacity() - text.len() < more {
        text.reserve_exact(more.max(text.len() / 8).max(1024));
    }
}
