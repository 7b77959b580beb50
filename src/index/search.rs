//! Asking the index: which rows match, in which order.
//!
//! A search is plain work for a thread that may block, and for others that help it. It can be called
//! off at any time, shows what it has where it takes longer than a frame, and where it narrows the
//! one before looks only at what that one found.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};
use std::time::{Duration, Instant};

use super::rows::Rows;
use super::seen::Seen;
use super::sort::{Hit, first, sorted};
use crate::domain::filter::{Facts as _, Filter, Scratch};
use crate::domain::{PinnedFilter, SortKey, SortOrder, Totals};

/// Rows that a thread takes at a time, and between two looks at whether the search still counts: a
/// tenth of a millisecond for cheap terms, half of one for words.
const BLOCK: u32 = 4096;

/// Blocks for which one thread more is worth its start.
const BLOCKS_EACH: usize = 4;

/// Threads at the most. More of them wait for the memory.
const THREADS: usize = 8;

/// How long a search goes on before it shows what it has: a good part of a frame is left to put
/// that in order and to draw it.
const FIRST_LOOK: Duration = Duration::from_millis(6);

/// Blocks that are looked at before anything is shown, however long they take: what so few hold is
/// whole soon.
const FIRST_BLOCKS: usize = 4;

/// Rows that are shown then.
const FIRST_ROWS: usize = 256;

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
/// Where that takes long, `partial` is given the first rows of what is found by then, once, with
/// totals that count so far. `None` where `is_off` said that nobody waits any more.
pub fn search(
    rows: &Rows,
    ask: &Ask,
    previous: Option<&Hits>,
    is_off: &(dyn Fn() -> bool + Sync),
    partial: impl FnOnce(Hits),
) -> Option<Hits> {
    let previous = previous.filter(|previous| previous.hold(rows, ask));
    let scan = Scan {
        rows,
        ask,
        among: previous.map(|previous| previous.rows.iter().copied().collect()),
        is_off,
        next: AtomicUsize::new(0),
    };
    let mut found = Vec::new();
    scan.run(Some(Instant::now() + FIRST_LOOK), &mut found);
    if !scan.is_over() && !is_off() {
        let (hits, totals) = together(&mut found);
        if !hits.is_empty() {
            partial(Hits {
                rows: first(rows, &hits, ask.sort, ask.order, FIRST_ROWS),
                totals,
                revision: rows.revision(),
                ask: ask.clone(),
            });
        }
        scan.run(None, &mut found);
    }
    if is_off() {
        return None;
    }
    let (hits, totals) = together(&mut found);
    let ordered = previous.filter(|previous| previous.are_ordered(ask));
    let in_order = match ordered {
        Some(previous) => {
            let still: Seen = hits.iter().map(|hit| hit.row).collect();
            let rows = previous.rows.iter().copied();
            rows.filter(|row| still.has(*row)).collect()
        }
        None => sorted(rows, &hits, ask.sort, ask.order),
    };
    Some(Hits {
        rows: in_order,
        totals,
        revision: rows.revision(),
        ask: ask.clone(),
    })
}

/// A search under way. Blocks are taken in their order, and each that was taken is finished.
struct Scan<'a> {
    rows: &'a Rows,
    ask: &'a Ask,
    /// The only rows that can match.
    among: Option<Seen>,
    is_off: &'a (dyn Fn() -> bool + Sync),
    /// The block to be taken next.
    next: AtomicUsize,
}

impl Scan<'_> {
    /// Looks on with several threads: to the end, until then, or until it is called off.
    fn run(&self, until: Option<Instant>, found: &mut Vec<Found>) {
        let rows = self.among.as_ref().map_or(self.rows.len(), Seen::len);
        let worth = rows / (BLOCK as usize * BLOCKS_EACH) + 1;
        let threads = available_parallelism()
            .map_or(1, usize::from)
            .min(THREADS)
            .min(worth);
        let work = || {
            let mut scratch = Scratch::default();
            std::iter::from_fn(|| Some(self.look(self.take(until)?, &mut scratch))).collect()
        };
        thread::scope(|scope| {
            // Where the system has no more threads, fewer do.
            let helpers: Vec<_> = (1..threads)
                .filter_map(|_| thread::Builder::new().spawn_scoped(scope, work).ok())
                .collect();
            let own: Vec<Found> = work();
            found.extend(own);
            for helper in helpers {
                match helper.join() {
                    Ok(blocks) => found.extend(blocks),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
    }

    fn is_over(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.blocks()
    }

    fn blocks(&self) -> usize {
        self.rows.end().div_ceil(BLOCK) as usize
    }

    fn take(&self, until: Option<Instant>) -> Option<u32> {
        let is_late = |until: Instant| {
            self.next.load(Ordering::Relaxed) >= FIRST_BLOCKS && Instant::now() >= until
        };
        if self.is_over() || (self.is_off)() || until.is_some_and(is_late) {
            return None;
        }
        let block = self.next.fetch_add(1, Ordering::Relaxed);
        if block >= self.blocks() {
            return None;
        }
        u32::try_from(block).ok()
    }

    fn look(&self, block: u32, scratch: &mut Scratch) -> Found {
        let mut found = Found {
            block,
            hits: Vec::new(),
            totals: Totals::default(),
        };
        let start = block * BLOCK;
        let rows = start..(start + BLOCK).min(self.rows.end());
        match &self.among {
            Some(among) => {
                for row in among.within(rows) {
                    found.look(self.rows, self.ask, row, scratch);
                }
            }
            None => {
                for row in rows {
                    found.look(self.rows, self.ask, row, scratch);
                }
            }
        }
        found
    }
}

/// What was found in one block.
struct Found {
    block: u32,
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
}

/// All that was found so far, in the order of the rows' numbers.
fn together(found: &mut [Found]) -> (Vec<Hit>, Totals) {
    found.sort_unstable_by_key(|found| found.block);
    let mut totals = Totals::default();
    for found in &*found {
        totals.files += found.totals.files;
        totals.size = totals.size.saturating_add(found.totals.size);
    }
    let hits = found.iter().flat_map(|found| found.hits.iter().copied());
    (hits.collect(), totals)
}
