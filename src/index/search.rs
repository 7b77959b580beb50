//! Asking the index: which rows match, in which order.
//!
//! A search is plain work for a thread that may block. It can be called off at any time, shows what
//! it has early, and where it narrows the one before looks only at what that one found.

use super::rows::Rows;
use super::sort::{Hit, SortKey, sorted};
use crate::domain::filter::{Facts as _, Filter, Scratch};
use crate::domain::{PinnedFilter, SortOrder, Totals};

/// Rows between two looks at whether the search still counts: a tenth of a millisecond for cheap
/// terms, one or two for words.
const STEP: usize = 4096;

/// Rows that are looked at before the first find is shown.
const FIRST_LOOK: usize = 64 * 1024;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Which rows.
    pub filter: Filter,
    /// Which rows by the service's flag.
    pub pinned: PinnedFilter,
    /// Ordered by what.
    pub sort: SortKey,
    /// Which way round.
    pub order: SortOrder,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Hits {
    /// The rows' numbers, in the order asked for.
    pub rows: Vec<u32>,
    /// Pins and bytes found.
    pub totals: Totals,
    /// The revision of the rows that were looked at: numbers count for that one.
    pub revision: u64,
    /// What was asked.
    pub ask: Ask,
}

impl Hits {
    /// Whether these are what a search for `ask` in `rows` would find.
    pub fn answer(&self, rows: &Rows, ask: &Ask) -> bool {
        self.revision == rows.revision()
            && self.ask.filter.text() == ask.filter.text()
            && (self.ask.pinned, self.ask.sort, self.ask.order) == (ask.pinned, ask.sort, ask.order)
    }

    /// Whether what `ask` looks for can only be among these.
    fn hold(&self, rows: &Rows, ask: &Ask) -> bool {
        self.revision == rows.revision()
            && (self.ask.pinned == PinnedFilter::All || self.ask.pinned == ask.pinned)
            && ask.filter.narrows(&self.ask.filter)
    }

    /// Whether what is left of these is in the order that `ask` wants.
    fn are_ordered(&self, ask: &Ask) -> bool {
        self.ask.sort == ask.sort && self.ask.order == ask.order && ask.sort != SortKey::Score
    }
}

/// Looks for `ask` in `rows`. `previous` is the last whole result, of whatever was asked then.
/// `partial` is given what was found in the first part of many rows. `None` where `is_off` said
/// that nobody waits any more.
pub fn search(
    rows: &Rows,
    ask: &Ask,
    previous: Option<&Hits>,
    is_off: &dyn Fn() -> bool,
    partial: &mut dyn FnMut(Hits),
) -> Option<Hits> {
    let previous = previous.filter(|previous| previous.hold(rows, ask));
    let mut found = Found {
        hits: Vec::new(),
        totals: Totals::default(),
    };
    let mut scratch = Scratch::default();
    let mut looked = 0;
    let mut look = |row, found: &mut Found| {
        found.look(rows, ask, row, &mut scratch);
        looked += 1;
        if looked == FIRST_LOOK && !found.hits.is_empty() {
            partial(found.in_order(rows, ask, None));
        }
        !(looked % STEP == 0 && is_off())
    };
    let whole = match previous {
        Some(previous) => previous.rows.iter().all(|row| look(*row, &mut found)),
        None => (0..rows.end()).all(|row| look(row, &mut found)),
    };
    if !whole || is_off() {
        return None;
    }
    Some(found.in_order(rows, ask, previous))
}

struct Found {
    hits: Vec<Hit>,
    totals: Totals,
}

impl Found {
    #[inline]
    fn look(&mut self, rows: &Rows, ask: &Ask, number: u32, scratch: &mut Scratch) {
        let Some(row) = rows.row(number) else { return };
        let is_asked = match ask.pinned {
            PinnedFilter::All => true,
            PinnedFilter::Pinned => row.is_pinned(),
            PinnedFilter::Unpinned => !row.is_pinned(),
        };
        if !is_asked {
            return;
        }
        let Some(score) = ask.filter.matches(&row, scratch) else {
            return;
        };
        self.hits.push(Hit { row: number, score });
        self.totals.files += 1;
        self.totals.size = self
            .totals
            .size
            .saturating_add(row.size().unwrap_or_default());
    }

    fn in_order(&self, rows: &Rows, ask: &Ask, previous: Option<&Hits>) -> Hits {
        let ordered = previous.is_some_and(|previous| previous.are_ordered(ask));
        Hits {
            rows: if ordered {
                self.hits.iter().map(|hit| hit.row).collect()
            } else {
                sorted(rows, &self.hits, ask.sort, ask.order)
            },
            totals: self.totals,
            revision: rows.revision(),
            ask: ask.clone(),
        }
    }
}
