//! How the index follows the service.

use std::time::Duration;

use jiff::Timestamp;
use lazypin::domain::{Cid, Pin, PinState, PinnedFilter};
use lazypin::error::ApiError;
use lazypin::index::LocalChange;
use lazypin::worker::gauge::Gauge;
use lazypin::worker::sync::{Depth, Stage, start};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::fake::{CID, Event, Script, Service, follow, pins, refresh, truth, wait};

#[tokio::test(start_paused = true)]
async fn a_quiet_service_is_read_once_and_then_looked_at() {
    let service = Service::new(Script::with(100));
    let handle = follow(&service, None);
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!((state.confirmed, state.total), (100, Some(100)));
    assert_eq!(pins(&state.rows), truth(&service));
    let calls = service.take_calls();
    assert_eq!(calls[0].limit, 1000);
    // What came says how many a page may have.
    assert!(calls[1..].iter().all(|call| call.limit <= 100));
    assert!(calls.len() <= 100 / 6 + 4, "{}", calls.len());

    // Nothing new: a look at the list and one at the totals.
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(service.take_calls().len(), 2);

    for _ in 0..10 {
        service.script().happen(&Event::Add);
    }
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(pins(&state.rows), truth(&service));
    assert_eq!(service.take_calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_old_pin_that_was_unpinned_elsewhere_is_found_by_the_totals() {
    let service = Service::new(Script::with(100));
    let handle = follow(&service, None);
    refresh(&handle, Depth::Newest).await;
    service.script().happen(&Event::Unpin(3));
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(pins(&state.rows), truth(&service));
    assert_eq!(state.rows.totals(PinnedFilter::Unpinned).files, 1);

    // A new name of an old pin changes no total; asking for everything brings it.
    service.script().happen(&Event::Rename(3));
    let state = refresh(&handle, Depth::Everything).await;
    assert_eq!(pins(&state.rows), truth(&service));
}

#[tokio::test(start_paused = true)]
async fn a_row_that_goes_while_pages_are_read_hides_no_other() {
    let service = Service::new(Script::with(40));
    let handle = follow(&service, None);
    // One goes and one comes: the totals stay, and one row is pulled over the edge of a page.
    service.plan([
        Event::Nothing,
        Event::Drop(38),
        Event::Nothing,
        Event::Add,
        Event::Drop(35),
    ]);
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(pins(&state.rows), truth(&service));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_and_the_next_refresh_goes_on() {
    let service = Service::new(Script::with(40));
    let handle = follow(&service, None);
    service.plan([Event::Nothing, Event::Nothing, Event::Fail]);
    let state = refresh(&handle, Depth::Newest).await;
    assert!(matches!(
        state.stage,
        Stage::Failed(ApiError::Unavailable(_))
    ));
    // What came is there.
    assert_eq!(state.rows.len(), 13);
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(pins(&state.rows), truth(&service));
}

#[tokio::test(start_paused = true)]
async fn odd_services_are_followed_too() {
    for (name, script) in [
        (
            "totals count what is not sent",
            Script {
                extra_files: 5,
                ..Script::with(40)
            },
        ),
        (
            "one row a page",
            Script {
                cap: 1,
                ..Script::with(40)
            },
        ),
        (
            "large pages refused",
            Script {
                cap: 1000,
                refuse_above: 50,
                ..Script::with(120)
            },
        ),
        ("nothing there", Script::with(0)),
        ("just one page", Script::with(7)),
    ] {
        let service = Service::new(script);
        let handle = follow(&service, None);
        let state = refresh(&handle, Depth::Newest).await;
        assert_eq!(state.stage, Stage::Fresh, "{name}");
        assert_eq!(pins(&state.rows), truth(&service), "{name}");
        service.take_calls();
        let state = refresh(&handle, Depth::Newest).await;
        assert_eq!(state.stage, Stage::Fresh, "{name}");
        assert_eq!(service.take_calls().len(), 2, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn rows_that_cannot_be_read_are_counted_and_left_out() {
    let service = Service::new(Script {
        spoilt: true,
        ..Script::with(95)
    });
    let handle = follow(&service, None);
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(state.rows.len(), 86);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_ends_is_given_up() {
    let service = Service::new(Script {
        stuck: true,
        ..Script::with(40)
    });
    let handle = follow(&service, None);
    let state = refresh(&handle, Depth::Newest).await;
    assert!(matches!(
        state.stage,
        Stage::Failed(ApiError::NotUnderstood(_))
    ));
    assert!(service.take_calls().len() < 20);
}

#[tokio::test(start_paused = true)]
async fn changes_from_here_show_at_once_and_outlive_an_older_page() {
    let service = Service::new(Script {
        delay: Duration::from_secs(100),
        cap: 1000,
        ..Script::with(10)
    });
    let handle = follow(&service, None);
    refresh(&handle, Depth::Newest).await;
    let id = service.script().pins[4].id.clone();
    handle.refresh(Depth::Everything);
    wait(&handle, |state| state.stage == Stage::Asking).await;
    // The page is on its way and tells of a pin.
    while service.take_calls().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let asked = tokio::time::Instant::now();
    service.script().happen(&Event::Unpin(4));
    let made = Pin {
        name: Some("made here".to_owned()),
        ..Pin::new("made", Cid::as_received(CID))
    };
    handle.apply(vec![
        LocalChange::Unpinned {
            id: id.clone(),
            at: Timestamp::from_second(99).unwrap(),
        },
        LocalChange::Record(Box::new(made.clone())),
        LocalChange::Unpinned {
            id: "unheard of".into(),
            at: Timestamp::UNIX_EPOCH,
        },
    ]);
    let state = wait(&handle, |state| state.rows.len() == 11).await;
    assert!(asked.elapsed() < Duration::from_secs(1));
    assert_eq!(state.rows.totals(PinnedFilter::Unpinned).files, 2);
    service.script().pins.push(made);
    let state = wait(&handle, |state| state.stage != Stage::Asking).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(pins(&state.rows), truth(&service));
    let unpinned = pins(&state.rows).into_iter().find(|pin| pin.id == id);
    assert_eq!(unpinned.unwrap().state, PinState::Unpinned);
}

#[tokio::test(start_paused = true)]
async fn the_background_stands_back_for_a_person() {
    let service = Service::new(Script::with(20));
    let gauge = Gauge::default();
    let call = gauge.enter();
    let asked = std::sync::Arc::clone(&service) as std::sync::Arc<dyn lazypin::api::PinningService>;
    let handle = start(async { asked }, None, gauge);
    let start = tokio::time::Instant::now();
    handle.refresh(Depth::Newest);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(service.take_calls().len(), 0);
    drop(call);
    wait(&handle, |state| state.stage == Stage::Fresh).await;
    assert!(start.elapsed() < Duration::from_secs(3));
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Nothing),
        2 => Just(Event::Add),
        2 => (0..64_usize).prop_map(Event::Drop),
        1 => (0..64_usize).prop_map(Event::Unpin),
        1 => (0..64_usize).prop_map(Event::Rename),
        1 => Just(Event::Fail),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn once_the_service_is_quiet_the_index_is_like_it(
        count in 0..60_u64,
        cap in 1..12_usize,
        turmoil in vec(vec(event(), 0..40), 1..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let service = Service::new(Script { cap, ..Script::with(count) });
            let handle = follow(&service, None);
            for events in turmoil {
                service.plan(events);
                refresh(&handle, Depth::Newest).await;
            }
            service.plan([]);
            // Names may have changed that no total tells of.
            let state = refresh(&handle, Depth::Everything).await;
            prop_assert_eq!(state.stage, Stage::Fresh);
            prop_assert_eq!(pins(&state.rows), truth(&service));
            Ok(())
        })?;
    }
}
