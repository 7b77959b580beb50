//! The list against a service whose pins come and go.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::domain::Cid;
use crate::domain::filter::Filter;

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

fn narrow(list: &mut List, text: &str) {
    let (filter, _) = Filter::parse(text, Timestamp::UNIX_EPOCH);
    list.show(list.view(), Some(Arc::new(filter)));
}

#[test]
fn a_preview_is_shown_until_the_answer_comes_and_never_in_its_place() {
    let pins: Vec<u64> = (0..50).collect();
    let mut list = List::new(20);
    narrow(&mut list, "a");
    let (seq, query) = list.wanted()[0];
    assert!(list.is_searching());
    list.preview(seq, &query, answer(&query, &pins[40..], 1000));
    assert!(list.is_searching());
    assert_eq!((list.len(), list.cursor()), (10, 0));
    assert_eq!(ids(&list)[0], "id40");
    // Nothing is asked for that is under way already.
    assert!(list.wanted().is_empty());

    list.receive(seq, &query, Ok(answer(&query, &pins, 1000)));
    assert!(!list.is_searching());
    assert_eq!((list.len(), list.cursor()), (50, 0));
    assert_eq!(list.selected().unwrap().id.as_str(), "id0");
    list.preview(seq, &query, answer(&query, &pins[40..], 1000));
    assert_eq!(list.len(), 50);

    // Asked again, the older answer says more than half of a new one.
    list.refresh();
    let (seq, query) = list.wanted()[0];
    list.preview(seq, &query, answer(&query, &pins[..5], 1000));
    assert_eq!((list.len(), list.is_searching()), (50, false));

    // A late preview of what was asked before is not for what is asked now.
    narrow(&mut list, "ab");
    list.preview(seq, &query, answer(&query, &pins[..5], 1000));
    assert_eq!((list.len(), list.is_searching()), (50, true));
}
