//! Lists that are narrowed, in an account so large that a search takes longer than a frame.

use std::sync::Arc;

use jiff::Timestamp;
use lazypin::domain::filter::Filter;
use lazypin::domain::{ListQuery, Pin, PinnedFilter, SortKey, SortOrder};
use lazypin::protocol::{AccountReading, LocalView, Reply, Request, Seq};

use crate::fake::{Fake, next, pin, worker};

const PINS: u64 = 24_000;

fn list(seq: u64, filter: &str) -> Request {
    Request::List {
        seq: Seq(seq),
        query: ListQuery::default(),
        local: Some(LocalView {
            filter: Arc::new(Filter::parse(filter, Timestamp::UNIX_EPOCH).0),
            pinned: PinnedFilter::All,
            sort: SortKey::Score,
            order: SortOrder::Descending,
        }),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_search_shows_what_it_has_found_and_then_everything() {
    let pins = (0..PINS).map(|n| Pin {
        name: Some(format!("pin {n}")),
        ..pin(&format!("{n:08x}-ca65-4b8e-bcf3-c8e2ceaa23d2"))
    });
    let (handle, mut replies) = worker(&Arc::new(Fake::with_pins(pins))).await;
    handle.submit(list(1, "size>1")).unwrap();
    loop {
        if let Reply::Indexed {
            known,
            reading: AccountReading::Whole,
            ..
        } = next(&mut replies).await
        {
            assert_eq!(known, PINS);
            break;
        }
    }
    // So many words that no machine is done with them within a frame.
    handle.submit(list(2, &"p i n ".repeat(10))).unwrap();
    let early = loop {
        match next(&mut replies).await {
            Reply::FirstMatches { seq, page, .. } => {
                assert_eq!(seq, Seq(2));
                break page;
            }
            Reply::List { seq, .. } => assert_ne!(seq, Seq(2), "nothing was shown early"),
            _ => {}
        }
    };
    assert_eq!(early.pins.len(), 10);
    assert!(early.totals.files < PINS, "{:?}", early.totals);
    let whole = loop {
        if let Reply::List {
            seq: Seq(2),
            result,
            ..
        } = next(&mut replies).await
        {
            break result.unwrap();
        }
    };
    assert_eq!(whole.totals.files, PINS);
}
