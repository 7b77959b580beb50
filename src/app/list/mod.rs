//! The paged list of pins: rows known by their place, asked for where they are looked at.
//!
//! Rows live in a sparse map from place to pin. A *generation* is one state of the question (filter,
//! sort, order, moment); every page is asked for with its generation's number and an answer to an
//! older one is dropped. Rows of the older generation stay on the screen until newer ones replace
//! them. When the total changes under a generation, every place may have moved, so what is looked
//! at is asked for again.

mod preview;
mod seek;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::domain::filter::Filter;
use crate::domain::text::total_bytes;
use crate::domain::{ListQuery, Pin, PinId, PinPage, PinnedFilter, SortKey, SortOrder, Totals};
use crate::error::ApiError;
use crate::protocol::Seq;
use preview::Heard;
use seek::Seek;
pub(super) use seek::SeekEnd;
pub use view::View;

/// Rows that one call asks for.
const CHUNK_ROWS: u32 = 100;
/// Rows kept at the most; those farthest from the cursor go first.
const KEPT_ROWS: usize = 2_400;
/// How often a generation starts over because totals change while it is read.
const RESTARTS: u8 = 3;
/// The list and its cursor.
#[derive(Debug)]
pub struct List {
    view: View,
    filter: Option<Arc<Filter>>,
    seq: Seq,
    rows: BTreeMap<u64, Pin>,
    totals: Option<Totals>,
    /// Whether this generation has had an answer.
    answered: bool,
    /// How much of an answer the question has had, in any generation.
    heard: Heard,
    restarts: u8,
    /// Rows that a call brings at the most; smaller once a service turns out to bring fewer.
    chunk_rows: u32,
    in_flight: BTreeSet<u64>,
    /// Where the pages begin that this generation has read and that are still known.
    current: BTreeSet<u64>,
    cursor: u64,
    /// Whether the cursor stays on the first row, whatever comes in above: until it is moved.
    is_parked: bool,
    /// The pin that the cursor stays with when places move.
    anchor: Option<PinId>,
    page_rows: u64,
    error: Option<ApiError>,
    seek: Option<Seek>,
}

impl List {
    /// An empty list that shows `page_rows` rows at a time.
    pub fn new(page_rows: u64) -> Self {
        Self {
            view: View::default(),
            filter: None,
            seq: Seq::default(),
            rows: BTreeMap::new(),
            totals: None,
            answered: false,
            heard: Heard::Nothing,
            restarts: 0,
            chunk_rows: CHUNK_ROWS,
            in_flight: BTreeSet::new(),
            current: BTreeSet::new(),
            cursor: 0,
            is_parked: false,
            anchor: None,
            page_rows: page_rows.max(1),
            error: None,
            seek: None,
        }
    }

    /// Which pins are listed, and in what order.
    pub fn view(&self) -> View {
        self.view
    }

    /// What the list is narrowed to.
    pub fn filter(&self) -> Option<&Arc<Filter>> {
        self.filter.as_ref()
    }

    /// Totals of the view, once the service has told.
    pub fn totals(&self) -> Option<Totals> {
        self.totals
    }

    /// Why the last question brought nothing.
    pub fn error(&self) -> Option<&ApiError> {
        self.error.as_ref()
    }

    /// Whether an answer is awaited.
    pub fn is_loading(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Rows in the whole view; 0 until the service has told.
    pub fn len(&self) -> u64 {
        self.totals.map_or(0, |totals| totals.files)
    }

    /// Whether no row is known to be there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place of the cursor, from 0.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Rows on a page.
    pub fn page_rows(&self) -> u64 {
        self.page_rows
    }

    /// The place of the first row on the screen.
    pub fn top(&self) -> u64 {
        self.cursor / self.page_rows * self.page_rows
    }

    /// The places on the screen.
    pub fn visible(&self) -> Range<u64> {
        let top = self.top();
        top..self.len().min(top + self.page_rows).max(top)
    }

    /// The page on the screen and the number of pages, both from 1.
    pub fn page(&self) -> (u64, u64) {
        let pages = self.len().div_ceil(self.page_rows).max(1);
        (self.cursor / self.page_rows + 1, pages)
    }

    /// The pin at a place, where it is known.
    pub fn row(&self, place: u64) -> Option<&Pin> {
        self.rows.get(&place)
    }

    /// The pin under the cursor, where it is known.
    pub fn selected(&self) -> Option<&Pin> {
        self.row(self.cursor)
    }

    /// The known pins at these places.
    pub fn known(&self, places: Range<u64>) -> impl Iterator<Item = &Pin> {
        self.rows.range(places).map(|(_, pin)| pin)
    }

    /// The known pins among these.
    pub fn known_by_id<'a>(&'a self, ids: &'a HashSet<PinId>) -> impl Iterator<Item = &'a Pin> {
        self.rows.values().filter(|pin| ids.contains(&pin.id))
    }

    /// Shows another number of rows at a time.
    pub fn set_page_rows(&mut self, page_rows: u64) {
        self.page_rows = page_rows.max(1);
    }

    /// Moves the cursor by so many rows, up to the ends.
    pub fn move_by(&mut self, rows: i64) {
        self.move_to(self.cursor.saturating_add_signed(rows));
    }

    /// Moves the cursor to a place, or to the last row where there are fewer.
    pub fn move_to(&mut self, place: u64) {
        self.cursor = place.min(self.len().saturating_sub(1));
        self.is_parked = false;
        self.take_anchor();
        // Whoever moves on wants to see; one more try is in order.
        if self.totals.is_some() {
            self.error = None;
        }
    }

    /// To the next page, or with `-1` to the one before, staying on the same line.
    pub fn move_pages(&mut self, pages: i64) {
        let step = i64::try_from(self.page_rows).unwrap_or(i64::MAX);
        let (page, count) = self.page();
        if pages > 0 && page == count {
            self.move_to(u64::MAX);
        } else if pages < 0 && page == 1 {
            self.move_to(0);
        } else {
            self.move_by(step.saturating_mul(pages));
        }
    }

    fn take_anchor(&mut self) {
        self.anchor = self.selected().map(|pin| pin.id.clone());
    }

    /// Begins a new generation: what is known stays on the screen until it is replaced.
    pub fn refresh(&mut self) {
        self.next_generation();
        self.answered = false;
        self.restarts = 0;
        self.error = None;
        self.seek = None;
    }

    /// The pages to ask for now: what is on the screen, the page after and the one before, as far
    /// as they are not known in this generation and not asked for already.
    pub fn wanted(&mut self) -> Vec<(Seq, ListQuery)> {
        if self.error.is_some() {
            return Vec::new();
        }
        let chunk = u64::from(self.chunk_rows);
        let mut starts = Vec::new();
        if let Some(seek) = &self.seek {
            starts.push(seek.next);
        }
        let top = self.top();
        if self.answered {
            let from = top.saturating_sub(self.page_rows);
            let to = self.len().min(top + 2 * self.page_rows);
            let mut start = from / chunk * chunk;
            while start < to {
                if !self.current.contains(&start) {
                    starts.push(start);
                }
                start += chunk;
            }
        } else if self.in_flight.is_empty() {
            // Until the first answer one page is enough: it may tell that there are fewer rows.
            starts.push(top / chunk * chunk);
        }
        starts.retain(|start| self.in_flight.insert(*start));
        starts
            .into_iter()
            .map(|offset| {
                let query = ListQuery {
                    offset,
                    limit: self.chunk_rows,
                    pinned: self.view.pinned,
                    sort: self.view.sort.service_field().unwrap_or_default(),
                    order: self.view.order,
                };
                (self.seq, query)
            })
            .collect()
    }

    /// Takes an answer; answers to older generations change nothing.
    pub fn receive(
        &mut self,
        seq: Seq,
        query: &ListQuery,
        result: Result<PinPage, ApiError>,
    ) -> Option<SeekEnd> {
        if seq != self.seq {
            return None;
        }
        self.in_flight.remove(&query.offset);
        match result {
            Ok(page) => self.take_page(query, page),
            Err(error) => {
                self.error = Some(error);
                self.seek.take().map(|seek| SeekEnd::Missed(seek.id))
            }
        }
    }

    fn take_page(&mut self, query: &ListQuery, page: PinPage) -> Option<SeekEnd> {
        let total = page.totals.files;
        let moved = self.answered && self.totals.is_some_and(|known| known.files != total);
        self.totals = Some(page.totals);
        self.answered = true;
        self.heard = Heard::Whole;
        let asked = u64::from(query.limit);
        let brought = page.rows as u64;
        let end = query.offset.saturating_add(brought);

        // A service that brings fewer rows than asked for, though there are more, always will.
        let short = brought < asked && end < total && brought > 0;
        if short && query.limit == self.chunk_rows {
            self.chunk_rows = u32::try_from(brought).unwrap_or(CHUNK_ROWS);
            self.next_generation();
        }
        if moved && self.restarts < RESTARTS {
            self.restarts += 1;
            self.next_generation();
        }

        self.put_rows(query.offset, page.pins);
        self.current.insert(query.offset);
        if brought == 0 && query.offset < total {
            // Nothing where the total promises rows: believe the rows, so that nobody asks forever.
            self.totals = Some(Totals {
                files: query.offset,
                ..page.totals
            });
        }
        let len = self.len();
        self.rows.split_off(&len);
        self.follow_anchor();
        let end = self.advance_seek(query, end >= total);
        self.evict();
        end
    }

    /// Everything known so far is of an older state; the view stays the same.
    fn next_generation(&mut self) {
        self.seq.advance();
        self.in_flight.clear();
        self.current.clear();
    }

    fn put_rows(&mut self, offset: u64, pins: Vec<Pin>) {
        let ids: HashSet<&PinId> = pins.iter().map(|pin| &pin.id).collect();
        // A pin that moved here must not stand at its old place as well.
        self.rows.retain(|_, pin| !ids.contains(&pin.id));
        self.rows.extend((offset..).zip(pins));
    }

    fn follow_anchor(&mut self) {
        let len = self.len();
        if !self.is_parked
            && let Some(anchor) = &self.anchor
            && self.selected().map(|pin| &pin.id) != Some(anchor)
            && let Some(place) = self.place_of(anchor)
        {
            self.cursor = place;
        }
        self.cursor = self.cursor.min(len.saturating_sub(1));
        if self.selected().is_some() {
            self.take_anchor();
        }
    }

    fn evict(&mut self) {
        while self.rows.len() > KEPT_ROWS {
            let (Some((&first, _)), Some((&last, _))) =
                (self.rows.first_key_value(), self.rows.last_key_value())
            else {
                return;
            };
            let farthest = if self.cursor.abs_diff(first) > self.cursor.abs_diff(last) {
                first
            } else {
                last
            };
            self.rows.remove(&farthest);
            let chunk = u64::from(self.chunk_rows);
            self.current.remove(&(farthest / chunk * chunk));
        }
    }

    /// The place of a pin among the known rows.
    pub fn place_of(&self, id: &PinId) -> Option<u64> {
        self.rows
            .iter()
            .find_map(|(place, pin)| (pin.id == *id).then_some(*place))
    }

    /// Puts newer records of known rows in their places. A row that no longer belongs to the view
    /// leaves, and the rows below move up.
    pub fn update(&mut self, pins: &[Pin]) {
        let mut leaving = HashSet::new();
        for pin in pins {
            let Some(known) = self.rows.values_mut().find(|known| known.id == pin.id) else {
                continue;
            };
            let mut pin = pin.clone();
            // Some answers leave out what is known from before.
            pin.size = pin.size.or(known.size);
            pin.created_at = pin.created_at.or(known.created_at);
            pin.root_hash = pin.root_hash.or_else(|| known.root_hash.take());
            let belongs = match self.view.pinned {
                PinnedFilter::All => true,
                PinnedFilter::Pinned => pin.pinned,
                PinnedFilter::Unpinned => !pin.pinned,
            };
            if !belongs {
                leaving.insert(pin.id.clone());
            }
            *known = pin;
        }
        self.remove(&leaving);
    }

    /// Takes rows out; the rows below move up, and so does the cursor where one above it went.
    pub fn remove(&mut self, ids: &HashSet<PinId>) {
        if ids.is_empty() {
            return;
        }
        let mut gone = 0;
        let mut gone_above = 0;
        let mut bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        for (place, pin) in rows {
            if ids.contains(&pin.id) {
                gone += 1;
                gone_above += u64::from(place < self.cursor);
                bytes = total_bytes([bytes, pin.size.unwrap_or(0)]);
            } else {
                self.rows.insert(place - gone, pin);
            }
        }
        if let Some(totals) = &mut self.totals {
            totals.files = totals.files.saturating_sub(gone);
            totals.size = totals.size.saturating_sub(bytes);
        }
        // Where the known rows end, the rows that moved up from below are missing.
        let (rows, len) = (&self.rows, self.len());
        let chunk = u64::from(self.chunk_rows);
        self.current.retain(|start| {
            let places = *start..(start + chunk).min(len).max(*start);
            rows.range(places.clone()).count() as u64 == places.end - places.start
        });
        self.cursor = self
            .cursor
            .saturating_sub(gone_above)
            .min(self.len().saturating_sub(1));
        self.take_anchor();
    }

    /// Puts a new pin at the top and the cursor on it, where the view would show it there; says
    /// whether it did.
    pub fn insert_newest(&mut self, pin: &Pin) -> bool {
        let newest_first = self.filter.is_none()
            && self.view.sort == SortKey::Created
            && self.view.order == SortOrder::Descending;
        let listed = match self.view.pinned {
            PinnedFilter::All => true,
            PinnedFilter::Pinned => pin.pinned,
            PinnedFilter::Unpinned => false,
        };
        if !newest_first || !listed {
            return false;
        }
        let rows = std::mem::take(&mut self.rows);
        self.rows = rows
            .into_iter()
            .filter(|(_, known)| known.id != pin.id)
            .map(|(place, known)| (place + 1, known))
            .collect();
        let totals = self.totals.get_or_insert_default();
        totals.files = totals.files.saturating_add(1);
        totals.size = total_bytes([totals.size, pin.size.unwrap_or(0)]);
        self.rows.insert(0, pin.clone());
        self.move_to(0);
        true
    }
}

#[cfg(test)]
mod tests;
