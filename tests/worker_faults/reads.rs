//! Lists, details and refreshes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lazypin::domain::{ListQuery, PinId};
use lazypin::error::ApiError;
use lazypin::protocol::{Reply, Request, Seq};

use crate::fake::{Fake, Fault, next, pin, worker};

fn list(seq: u64, offset: u64) -> Request {
    Request::List {
        seq: Seq(seq),
        query: ListQuery {
            offset,
            ..ListQuery::default()
        },
        local: None,
    }
}

fn details(seq: u64, id: &str) -> Request {
    Request::Details {
        seq: Seq(seq),
        id: PinId::from(id),
    }
}

#[tokio::test(start_paused = true)]
async fn the_newest_list_wins_and_the_older_one_is_answered_too() {
    let fake = Arc::new(Fake::with_pins([pin("a")]).on("list 0", [Fault::Hangs]));
    let (handle, mut replies) = worker(&fake).await;
    handle.submit(list(1, 0)).unwrap();
    while fake.count("list 0") == 0 {
        tokio::task::yield_now().await;
    }
    handle.submit(list(2, 10)).unwrap();
    let mut results = [next(&mut replies).await, next(&mut replies).await];
    results.sort_by_key(|reply| match reply {
        Reply::List { seq, .. } => *seq,
        other => panic!("{other:?}"),
    });
    assert!(matches!(
        &results[0],
        Reply::List {
            seq: Seq(1),
            result: Err(ApiError::Cancelled),
            ..
        }
    ));
    assert!(matches!(
        &results[1],
        Reply::List {
            seq: Seq(2),
            result: Ok(_),
            ..
        }
    ));
    assert_eq!(fake.dropped.load(Ordering::SeqCst), 1);
    // One that comes late is not even asked for.
    handle.submit(list(1, 20)).unwrap();
    assert!(matches!(
        next(&mut replies).await,
        Reply::List {
            seq: Seq(1),
            result: Err(ApiError::Cancelled),
            ..
        }
    ));
    assert_eq!(fake.count("list 20"), 0);
}

#[tokio::test(start_paused = true)]
async fn pages_of_one_list_come_side_by_side_but_not_all_at_once() {
    let fake = Arc::new(Fake::with_pins([pin("a")]));
    let (handle, mut replies) = worker(&fake).await;
    for page in 0..20 {
        handle.submit(list(1, page)).unwrap();
    }
    for _ in 0..20 {
        assert!(matches!(
            next(&mut replies).await,
            Reply::List { result: Ok(_), .. }
        ));
    }
    assert_eq!(fake.most_at_once(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_newest_look_at_a_record_wins() {
    let fake = Arc::new(Fake::with_pins([pin("a"), pin("b")]).on("details a", [Fault::Hangs]));
    let (handle, mut replies) = worker(&fake).await;
    handle.submit(details(1, "a")).unwrap();
    handle.submit(details(2, "b")).unwrap();
    let mut good = 0;
    for _ in 0..2 {
        match next(&mut replies).await {
            Reply::Details {
                seq: Seq(1),
                result,
                ..
            } => {
                assert_eq!(result, Err(ApiError::Cancelled));
            }
            Reply::Details { id, result, .. } => {
                assert_eq!(result.unwrap().pin.id, id);
                good += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(good, 1);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_breaks_is_an_error_and_the_next_one_works() {
    let fake = Arc::new(
        Fake::with_pins([pin("a")])
            .on("list 0", [Fault::Panics])
            .on("details a", [Fault::Panics]),
    );
    let (handle, mut replies) = worker(&fake).await;
    handle.submit(list(1, 0)).unwrap();
    let Reply::List {
        result: Err(error), ..
    } = next(&mut replies).await
    else {
        panic!("no error");
    };
    assert!(error.to_string().contains("scripted to break"), "{error}");
    handle.submit(details(1, "a")).unwrap();
    assert!(matches!(
        next(&mut replies).await,
        Reply::Details { result: Err(_), .. }
    ));
    handle.submit(list(1, 0)).unwrap();
    assert!(matches!(
        next(&mut replies).await,
        Reply::List { result: Ok(_), .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn a_refresh_brings_what_could_be_read() {
    let fake = Arc::new(
        Fake::with_pins(["a", "b", "c", "d"].map(pin))
            .on("details b", [Fault::Panics])
            .on(
                "details c",
                [Fault::Fails(ApiError::Unavailable("no".to_owned()))],
            )
            .on("details a", [Fault::Takes(Duration::from_secs(5))]),
    );
    let (handle, mut replies) = worker(&fake).await;
    let ids: Vec<_> = ["a", "b", "c", "d", "gone"].map(PinId::from).into();
    handle
        .submit(Request::Refresh { ids: ids.clone() })
        .unwrap();
    let Reply::Refreshed { ids: told, pins } = next(&mut replies).await else {
        panic!("no refresh");
    };
    assert_eq!(told, ids);
    let read: Vec<_> = pins.iter().map(|pin| pin.id.as_str()).collect();
    assert_eq!(read, ["a", "d"]);
}
