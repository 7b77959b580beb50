//! Searching against the slow way: each pin matched by itself, and a plain sort.

use std::cmp;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

use super::tests::any_pin;
use super::*;
use crate::domain::filter::{Filter, PinFacts, Scratch};
use crate::domain::{Cid, Pin, PinState, PinnedFilter, SortKey, SortOrder};

const SORTS: [SortKey; 8] = [
    SortKey::Score,
    SortKey::Created,
    SortKey::Pinned,
    SortKey::Size,
    SortKey::Name,
    SortKey::State,
    SortKey::Cid,
    SortKey::Type,
];

fn ask(filter: &str, pinned: PinnedFilter, sort: SortKey, order: SortOrder) -> Ask {
    let now = Timestamp::from_second(1_700_000_000).unwrap();
    Ask {
        filter: Filter::parse(filter, now).0,
        pinned,
        sort,
        order,
    }
}

fn whole(rows: &Rows, ask: &Ask, previous: Option<&Hits>) -> Hits {
    search(rows, ask, previous, &|| false, drop).unwrap()
}

/// How two pins are to lie, but for those that are alike.
fn compare(sort: SortKey, a: &(Pin, u32), b: &(Pin, u32)) -> cmp::Ordering {
    let micros = |time: Option<Timestamp>| time.map(|time| time.as_nanosecond().div_euclid(1000));
    let made = |pin: &Pin| micros(pin.created_at.or(pin.date_pinned));
    let folded = |text: &Option<String>| text.clone().unwrap_or_default().to_lowercase();
    let ((a, a_score), (b, b_score)) = (a, b);
    let first = match sort {
        SortKey::Score => a_score.cmp(b_score),
        SortKey::Created => cmp::Ordering::Equal,
        SortKey::Pinned => micros(a.date_pinned).cmp(&micros(b.date_pinned)),
        SortKey::Size => a.size.unwrap_or_default().cmp(&b.size.unwrap_or_default()),
        SortKey::Name => (folded(&a.name), a.name.clone().unwrap_or_default())
            .cmp(&(folded(&b.name), b.name.clone().unwrap_or_default())),
        SortKey::State => a.state.cmp(&b.state),
        SortKey::Cid => a.cid.cmp(&b.cid),
        SortKey::Type => folded(&a.mime_type).cmp(&folded(&b.mime_type)),
        SortKey::Copies => unreachable!("it has a test of its own"),
    };
    first.then(made(a).cmp(&made(b)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_search_finds_what_a_walk_finds_and_orders_it(
        pins in vec(any_pin(), 0..40),
        texts in prop::sample::select(vec![
            ("", "x"), ("a", "ab"), ("size>1kB", "size>1MB"), ("dup:yes", "dup:yes x"),
            ("!status:pinned", "!status:pinned|failed"), ("kv:a", "kv:a name:b"), ("id:0", "id:00"),
        ]),
        pinned in prop::sample::select(vec![
            PinnedFilter::All, PinnedFilter::Pinned, PinnedFilter::Unpinned,
        ]),
        order in prop::sample::select(vec![SortOrder::Ascending, SortOrder::Descending]),
    ) {
        let mut table = Table::default();
        for pin in &pins {
            table.upsert(pin);
        }
        let rows = table.rows();
        for sort in SORTS {
            let mut previous = None;
            for filter in [texts.0, texts.1] {
                let ask = ask(filter, pinned, sort, order);
                let hits = whole(rows, &ask, previous.as_ref());
                let mut scratch = Scratch::default();
                let mut expected: Vec<u32> = rows
                    .iter()
                    .filter(|row| {
                        let pin = row.pin().unwrap();
                        let is_duplicate = rows.copies(row.number()).len() > 1;
                        let facts = PinFacts { pin: &pin, is_duplicate };
                        (pinned == PinnedFilter::All || (pinned == PinnedFilter::Pinned) == pin.pinned)
                            && ask.filter.matches(&facts, &mut scratch).is_some()
                    })
                    .map(|row| row.number())
                    .collect();
                prop_assert_eq!(hits.totals.files, expected.len() as u64);
                let mut found = hits.rows.clone();
                found.sort_unstable();
                expected.sort_unstable();
                prop_assert_eq!(found, expected);
                let in_order: Vec<(Pin, u32)> = hits
                    .rows
                    .iter()
                    .map(|row| {
                        let score = ask.filter.matches(&rows.row(*row).unwrap(), &mut scratch);
                        (rows.pin(*row).unwrap(), score.unwrap())
                    })
                    .collect();
                for pair in in_order.windows(2) {
                    let lies = compare(sort, &pair[0], &pair[1]);
                    let wrong = if order == SortOrder::Ascending { cmp::Ordering::Greater } else { cmp::Ordering::Less };
                    prop_assert_ne!(lies, wrong, "{:?} {:#?}", sort, pair);
                }
                previous = Some(hits);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn copies_lie_side_by_side_and_of_each_content_one_stays(
        pins in vec(any_pin(), 0..40),
        chosen in vec(any::<bool>(), 40),
    ) {
        let mut table = Table::default();
        for pin in &pins {
            table.upsert(pin);
        }
        let rows = table.rows();
        let all = ask("", PinnedFilter::All, SortKey::Copies, SortOrder::Descending);
        let hits = whole(rows, &all, None);
        let content = |row: &u32| rows.copies(*row).into_iter().min();
        let mut seen: Vec<Option<u32>> = hits.rows.iter().map(content).collect();
        seen.dedup();
        let groups = seen.len();
        seen.sort();
        seen.dedup();
        prop_assert_eq!(seen.len(), groups, "a content stands at two places");

        let among: Vec<u32> = hits.rows.iter().zip(&chosen).filter(|(_, is)| **is).map(|(row, _)| *row).collect();
        let spare = rows.spare_copies(&among);
        prop_assert!(spare.iter().all(|row| among.contains(row)));
        for one in seen {
            let is_alive = |row: &u32| rows.pin(*row).unwrap().state != PinState::Unpinned;
            let living: Vec<u32> = hits
                .rows
                .iter()
                .copied()
                .filter(|row| content(row) == one && is_alive(row))
                .collect();
            let going = living.iter().filter(|row| spare.contains(row)).count();
            prop_assert!(living.is_empty() || going < living.len(), "nothing of a content would stay");
            let wanted = living.iter().filter(|row| among.contains(row)).count();
            prop_assert!(going + 1 >= wanted, "more than one of a content would stay");
        }
    }
}

#[test]
fn the_oldest_that_the_service_keeps_stays() {
    let mut table = Table::default();
    let at = |second| Some(Timestamp::from_second(second).unwrap());
    let copy = |id: &str, state, created_at| Pin {
        state,
        created_at,
        ..Pin::new(id, Cid::as_received("c"))
    };
    for pin in [
        copy("old but failed", PinState::Failed, at(1)),
        copy("gone", PinState::Unpinned, at(2)),
        copy("no date", PinState::Pinned, None),
        copy("the one", PinState::Pinned, at(3)),
        copy("newer", PinState::Pinned, at(4)),
    ] {
        table.upsert(&pin);
    }
    let rows = table.rows();
    let all: Vec<u32> = rows.iter().map(|row| row.number()).collect();
    let spare = rows.spare_copies(&all).into_iter();
    let ids: Vec<String> = spare
        .map(|row| rows.pin(row).unwrap().id.to_string())
        .collect();
    assert_eq!(ids, ["old but failed", "no date", "newer"]);
    // Of a content that is pinned once nothing can go, whatever history lies beside it.
    let mut table = Table::default();
    table.upsert(&copy("gone", PinState::Unpinned, at(1)));
    table.upsert(&copy("last", PinState::Pinned, at(2)));
    assert!(table.rows().spare_copies(&[0, 1]).is_empty());
}

fn many(count: u32) -> Table {
    let mut table = Table::default();
    for n in 0..count {
        table.upsert(&Pin {
            name: Some(format!("file {n}")),
            size: Some(u64::from(n)),
            ..Pin::new(
                format!("{n:08x}-ca65-4b8e-bcf3-c8e2ceaa23d2"),
                Cid::as_received("c"),
            )
        });
    }
    table
}

#[test]
fn a_search_that_takes_long_shows_the_best_rows_so_far() {
    let table = many(40_000);
    for (sort, order) in [
        (SortKey::Size, SortOrder::Ascending),
        (SortKey::Score, SortOrder::Descending),
        (SortKey::Name, SortOrder::Descending),
    ] {
        let all = ask("file", PinnedFilter::All, sort, order);
        let slow = || {
            thread::sleep(Duration::from_millis(3));
            false
        };
        let mut early: Option<Hits> = None;
        let hits = search(table.rows(), &all, None, &slow, |hits| early = Some(hits)).unwrap();
        let early = early.unwrap();
        assert!(early.totals.files < hits.totals.files);
        // Rows are looked at in their order: the best of the first ones.
        let seen = u32::try_from(early.totals.files).unwrap();
        let best = hits.rows.into_iter().filter(|row| *row < seen);
        assert_eq!(early.rows, best.take(256).collect::<Vec<_>>(), "{sort:?}");
    }
}

#[test]
fn a_search_ends_when_nobody_waits() {
    let table = many(40_000);
    let all = ask(
        "file",
        PinnedFilter::All,
        SortKey::Size,
        SortOrder::Ascending,
    );
    let asked = AtomicUsize::new(0);
    let off = || asked.fetch_add(1, Ordering::Relaxed) >= 2;
    assert!(search(table.rows(), &all, None, &off, drop).is_none());
    let asked = asked.into_inner();
    assert!(asked < 30, "all went on after it was called off: {asked}");
}

#[test]
fn a_narrower_search_looks_only_at_what_was_found_before() {
    let mut table = many(50_000);
    let wide = ask(
        "size<100B",
        PinnedFilter::All,
        SortKey::Size,
        SortOrder::Descending,
    );
    let mut first = whole(table.rows(), &wide, None);
    assert_eq!(first.rows.len(), 100);
    // What was not found before can't be found now.
    first.rows.retain(|row| *row != 5);
    for (sort, expected) in [
        (SortKey::Size, [9, 8, 7, 6, 4, 3, 2, 1, 0]),
        (SortKey::Name, [9, 8, 7, 6, 4, 3, 2, 1, 0]),
    ] {
        let narrow = ask("size<10B", PinnedFilter::All, sort, SortOrder::Descending);
        let found = whole(table.rows(), &narrow, Some(&first));
        assert_eq!(found.rows, expected);
    }
    // In a later revision old numbers count for nothing.
    table.upsert(&Pin::new("new", Cid::as_received("c")));
    let narrow = Ask {
        filter: Filter::parse("size<10B", Timestamp::UNIX_EPOCH).0,
        ..wide
    };
    let found = whole(table.rows(), &narrow, Some(&first));
    assert_eq!(found.rows.len(), 10);
}
