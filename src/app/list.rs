//! The paged list of pins: rows known by their place, asked for where they are looked at.
//!
//! Rows live in a sparse map from place to pin. A *generation* is one state of the question (filter,
//! sort, order, moment); every page is asked for with its generation's number and an answer to an
//! older one is dropped. Rows of the older generation stay on the screen until newer ones replace
//! them. When the total changes under a generation, every place may have moved, so what is looked
//! at is asked for again.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use crate::domain::text::total_bytes;
use crate::domain::{ListQuery, Pin, PinId, PinPage, PinnedFilter, SortField, SortOrder, Totals};
use crate::error::ApiError;
use crate::protocol::Seq;

/// Rows that one call asks for.
const CHUNK_ROWS: u32 = 100;
/// Rows kept at the most; those farthest from the cursor go first.
const KEPT_ROWS: usize = 2_400;
/// How often a generation starts over because totals change while it is read.
const RESTARTS: u8 = 3;
/// Pages looked through for one pin.
const SEEK_CHUNKS: u64 = 100;

/// Which pins are listed, and in what order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Which.
    pub pinned: PinnedFilter,
    /// Sorted by what.
    pub sort: SortField,
    /// Which way round.
    pub order: SortOrder,
}

/// Looking for one pin, page by page.
#[derive(Clone, Debug)]
struct Seek {
    id: PinId,
    next: u64,
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

/// The list and its cursor.
#[derive(Debug)]
pub struct List {
    view: View,
    seq: Seq,
    rows: BTreeMap<u64, Pin>,
    totals: Option<Totals>,
    /// Whether this generation has had an answer.
    answered: bool,
    restarts: u8,
    /// Rows that a call brings at the most; smaller once a service turns out to bring fewer.
    chunk_rows: u32,
    in_flight: BTreeSet<u64>,
    /// Where the pages begin that this generation has read and that are still known.
    current: BTreeSet<u64>,
    cursor: u64,
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
            seq: Seq::default(),
            rows: BTreeMap::new(),
            totals: None,
            answered: false,
            restarts: 0,
            chunk_rows: CHUNK_ROWS,
            in_flight: BTreeSet::new(),
            current: BTreeSet::new(),
            cursor: 0,
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

    /// Shows another view from its first row. What was known is of no use there.
    pub fn set_view(&mut self, view: View) {
        if view == self.view {
            return;
        }
        self.view = view;
        self.rows.clear();
        self.cursor = 0;
        self.anchor = None;
        self.totals = None;
        self.refresh();
    }

    /// Begins a new generation: what is known stays on the screen until it is replaced.
    pub fn refresh(&mut self) {
        self.next_generation();
        self.answered = false;
        self.restarts = 0;
        self.error = None;
        self.seek = None;
    }

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
                    sort: self.view.sort,
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
        if let Some(anchor) = &self.anchor
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

    fn advance_seek(&mut self, query: &ListQuery, is_last: bool) -> Option<SeekEnd> {
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
        let newest_first =
            self.view.sort == SortField::CreatedAt && self.view.order == SortOrder::Descending;
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
mod tests {
    use super::*;
    use crate::domain::Cid;

    fn pin(n: u64) -> Pin {
        let mut pin = Pin::new(format!("id{n}"), Cid::as_received(format!("cid{n}")));
        pin.pinned = true;
        pin.size = Some(1);
        pin
    }

    /// A service that has `pins` and brings at most `cap` rows a call.
    fn answer(query: &ListQuery, pins: &[u64], cap: u32) -> PinPage {
        let from = usize::try_from(query.offset).unwrap().min(pins.len());
        let to = (from + query.limit.min(cap) as usize).min(pins.len());
        let pins_here: Vec<Pin> = pins[from..to].iter().copied().map(pin).collect();
        PinPage {
            rows: pins_here.len(),
            pins: pins_here,
            totals: Totals {
                files: pins.len() as u64,
                size: pins.len() as u64,
            },
        }
    }

    /// Asks and answers until nothing more is wanted; gives the number of calls.
    fn settle(list: &mut List, pins: &[u64], cap: u32) -> usize {
        let mut calls = 0;
        loop {
            let wanted = list.wanted();
            if wanted.is_empty() {
                return calls;
            }
            for (seq, query) in wanted {
                calls += 1;
                assert!(calls < 500, "the list never has enough");
                list.receive(seq, &query, Ok(answer(&query, pins, cap)));
            }
        }
    }

    fn ids(list: &List) -> Vec<String> {
        list.known(list.visible())
            .map(|pin| pin.id.to_string())
            .collect()
    }

    #[test]
    fn it_asks_for_what_is_seen_and_a_little_ahead_and_jumps_without_the_middle() {
        let pins: Vec<u64> = (0..100_000).collect();
        let mut list = List::new(20);
        list.refresh();
        assert_eq!(settle(&mut list, &pins, 1000), 1);
        list.move_to(u64::MAX);
        assert_eq!(settle(&mut list, &pins, 1000), 1);
        assert_eq!(list.selected().unwrap().id.as_str(), "id99999");
        assert_eq!(list.page(), (5000, 5000));
        list.move_to(0);
        assert_eq!(settle(&mut list, &pins, 1000), 0, "what was read is kept");
    }

    #[test]
    fn what_is_kept_stays_bounded() {
        let pins: Vec<u64> = (0..10_000).collect();
        let mut list = List::new(20);
        list.refresh();
        for _ in 0..400 {
            settle(&mut list, &pins, 1000);
            list.move_pages(1);
        }
        assert!(list.rows.len() <= KEPT_ROWS);
        assert_eq!(ids(&list).len(), 20);
    }

    #[test]
    fn a_service_that_brings_fewer_rows_is_learned() {
        let pins: Vec<u64> = (0..1000).collect();
        let mut list = List::new(30);
        list.refresh();
        settle(&mut list, &pins, 25);
        assert_eq!(list.chunk_rows, 25);
        list.move_to(500);
        settle(&mut list, &pins, 25);
        assert_eq!(ids(&list).len(), 30);
        assert_eq!(list.selected().unwrap().id.as_str(), "id500");
    }

    #[test]
    fn an_older_answer_never_overwrites_a_newer_one() {
        let mut list = List::new(20);
        list.refresh();
        let (old, query) = list.wanted().remove(0);
        list.refresh();
        settle(&mut list, &[1, 2, 3], 1000);
        list.receive(old, &query, Ok(answer(&query, &[7, 8], 1000)));
        assert_eq!(ids(&list), ["id1", "id2", "id3"]);
        assert_eq!(list.len(), 3);
    }

    #[test]
    fn the_cursor_stays_with_its_pin_when_places_move() {
        let mut list = List::new(20);
        list.refresh();
        settle(&mut list, &[1, 2, 3, 4], 1000);
        list.move_to(2);
        list.refresh();
        settle(&mut list, &[9, 8, 1, 2, 3, 4], 1000);
        assert_eq!(list.selected().unwrap().id.as_str(), "id3");
        assert_eq!(list.cursor(), 4);
    }

    #[test]
    fn totals_that_change_under_it_make_it_ask_again_but_not_forever() {
        let pins: Vec<u64> = (0..1000).collect();
        let mut list = List::new(60);
        list.refresh();
        settle(&mut list, &pins, 1000);
        list.move_to(90);
        for (seq, query) in list.wanted() {
            // One pin went between the two pages.
            list.receive(seq, &query, Ok(answer(&query, &pins[1..], 1000)));
        }
        settle(&mut list, &pins[1..], 1000);
        let shown = ids(&list);
        assert_eq!(
            shown.iter().collect::<HashSet<_>>().len(),
            shown.len(),
            "no pin twice"
        );
        assert_eq!(shown.len(), 60);
        // A total that never agrees comes to an end.
        list.refresh();
        let mut calls = 0;
        let mut shrinking = pins.len();
        loop {
            let wanted = list.wanted();
            if wanted.is_empty() {
                break;
            }
            for (seq, query) in wanted {
                calls += 1;
                shrinking -= 1;
                list.receive(seq, &query, Ok(answer(&query, &pins[..shrinking], 1000)));
            }
            assert!(calls < 100);
        }
    }

    #[test]
    fn rows_leave_by_id_and_the_rest_moves_up() {
        let mut list = List::new(20);
        list.refresh();
        settle(&mut list, &[1, 2, 3, 4, 5], 1000);
        list.move_to(3);
        list.remove(&HashSet::from([PinId::from("id1"), PinId::from("id5")]));
        assert_eq!(ids(&list), ["id2", "id3", "id4"]);
        assert_eq!(list.selected().unwrap().id.as_str(), "id4");
        list.remove(&HashSet::from([PinId::from("id4")]));
        assert_eq!(list.selected().unwrap().id.as_str(), "id3");
    }

    #[test]
    fn an_error_stops_the_asking_until_somebody_asks_again() {
        let mut list = List::new(20);
        list.refresh();
        let (seq, query) = list.wanted().remove(0);
        list.receive(seq, &query, Err(ApiError::Timeout("x".to_owned())));
        assert!(list.wanted().is_empty());
        assert!(list.error().is_some());
        list.refresh();
        assert_eq!(list.wanted().len(), 1);
    }

    #[test]
    fn a_pin_is_found_page_by_page() {
        let pins: Vec<u64> = (0..1000).collect();
        let mut list = List::new(20);
        list.seek(PinId::from("id733"));
        let mut end = None;
        for _ in 0..20 {
            for (seq, query) in list.wanted() {
                end = end.or(list.receive(seq, &query, Ok(answer(&query, &pins, 1000))));
            }
        }
        assert_eq!(end, Some(SeekEnd::Found(PinId::from("id733"))));
        assert_eq!(list.cursor(), 733);
        list.seek(PinId::from("id5555"));
        let mut end = None;
        for _ in 0..30 {
            for (seq, query) in list.wanted() {
                end = end.or(list.receive(seq, &query, Ok(answer(&query, &pins, 1000))));
            }
        }
        assert_eq!(end, Some(SeekEnd::Missed(PinId::from("id5555"))));
    }

    #[test]
    fn unreadable_rows_do_not_make_it_ask_forever() {
        let mut list = List::new(20);
        list.refresh();
        for _ in 0..10 {
            for (seq, query) in list.wanted() {
                let mut page = answer(&query, &[1, 2, 3], 1000);
                page.pins.remove(1);
                list.receive(seq, &query, Ok(page));
            }
        }
        assert!(list.wanted().is_empty());
    }
}
