//! Searching against the slow way: each pin matched by itself, and a plain sort.

use std::cell::Cell;
use std::cmp::Ordering;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;

use super::tests::any_pin;
use super::*;
use crate::domain::filter::{Filter, PinFacts, Scratch};
use crate::domain::{Cid, Pin, PinnedFilter, SortOrder};

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
    search(rows, ask, previous, &|| false, &mut |_| ()).unwrap()
}

/// How two pins are to lie, but for those that are alike.
fn compare(sort: SortKey, a: &(Pin, u32), b: &(Pin, u32)) -> Ordering {
    let micros = |time: Option<Timestamp>| time.map(|time| time.as_nanosecond().div_euclid(1000));
    let made = |pin: &Pin| micros(pin.created_at.or(pin.date_pinned));
    let folded = |text: &Option<String>| text.clone().unwrap_or_default().to_lowercase();
    let ((a, a_score), (b, b_score)) = (a, b);
    let first = match sort {
        SortKey::Score => a_score.cmp(b_score),
        SortKey::Created => Ordering::Equal,
        SortKey::Pinned => micros(a.date_pinned).cmp(&micros(b.date_pinned)),
        SortKey::Size => a.size.unwrap_or_default().cmp(&b.size.unwrap_or_default()),
        SortKey::Name => (folded(&a.name), a.name.clone().unwrap_or_default())
            .cmp(&(folded(&b.name), b.name.clone().unwrap_or_default())),
        SortKey::State => a.state.cmp(&b.state),
        SortKey::Cid => a.cid.cmp(&b.cid),
        SortKey::Type => folded(&a.mime_type).cmp(&folded(&b.mime_type)),
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
                    let wrong = if order == SortOrder::Ascending { Ordering::Greater } else { Ordering::Less };
                    prop_assert_ne!(lies, wrong, "{:?} {:#?}", sort, pair);
                }
                previous = Some(hits);
            }
        }
    }
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
fn a_search_shows_something_early_and_ends_when_nobody_waits() {
    let table = many(100_000);
    let all = ask(
        "file",
        PinnedFilter::All,
        SortKey::Size,
        SortOrder::Ascending,
    );
    let mut early = Vec::new();
    let hits = search(table.rows(), &all, None, &|| false, &mut |hits| {
        early.push(hits.rows.len());
    });
    assert_eq!(hits.unwrap().rows.len(), 100_000);
    assert_eq!(early, [64 * 1024]);

    let asked = Cell::new(0);
    let off = || {
        asked.set(asked.get() + 1);
        asked.get() > 2
    };
    assert!(search(table.rows(), &all, None, &off, &mut |_| ()).is_none());
    assert_eq!(asked.get(), 3, "all went on after it was called off");
}

#[test]
fn a_narrower_search_does_not_look_at_all_rows_again() {
    let mut table = many(50_000);
    let wide = ask(
        "size<100B",
        PinnedFilter::All,
        SortKey::Size,
        SortOrder::Descending,
    );
    let first = whole(table.rows(), &wide, None);
    assert_eq!(first.rows.len(), 100);
    let narrow = Ask {
        filter: Filter::parse("size<10B", Timestamp::UNIX_EPOCH).0,
        ..wide
    };
    let looks = |rows: &Rows| {
        let asked = Cell::new(0);
        let off = || {
            asked.set(asked.get() + 1);
            false
        };
        let hits = search(rows, &narrow, Some(&first), &off, &mut |_| ()).unwrap();
        (asked.get(), hits.rows.len())
    };
    assert_eq!(looks(table.rows()), (1, 10));
    // In a later revision old numbers count for nothing.
    table.upsert(&Pin::new("new", Cid::as_received("c")));
    let (asked, found) = looks(table.rows());
    assert!(asked > 10 && found == 10, "{asked} {found}");
}
