//! Batches of unpins: each pin once, nothing guessed, nothing lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt as _;
use lazypin::api::PinningService;
use lazypin::domain::{PinId, UnpinItem, UnpinOutcome, UnpinTarget};
use lazypin::error::ApiError;
use lazypin::protocol::{JobEnd, JobId, Reply, Request};
use lazypin::worker::unpin::unpin_all;
use tokio::sync::mpsc;

use crate::fake::{Fake, Fault, gate, next, pin, timeout, worker};

fn targets(ids: impl IntoIterator<Item = PinId>) -> Vec<UnpinTarget> {
    ids.into_iter().map(UnpinTarget::unknown).collect()
}

fn ids<T: AsRef<str>>(ids: impl IntoIterator<Item = T>) -> Vec<PinId> {
    ids.into_iter().map(|id| PinId::from(id.as_ref())).collect()
}

/// The items until the job is over, and how many replies they came in.
async fn batch(job: JobId, replies: &mut mpsc::Receiver<Reply>) -> (Vec<UnpinItem>, usize) {
    let (mut all, mut count) = (Vec::new(), 0);
    loop {
        match next(replies).await {
            Reply::Unpinned { job: told, items } => {
                assert_eq!(told, job);
                assert!((1..=32).contains(&items.len()));
                all.extend(items);
                count += 1;
            }
            Reply::Finished { job: told, end } => {
                assert_eq!((told, end), (job, JobEnd::BatchOver));
                return (all, count);
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn one(fake: Fake) -> (UnpinItem, Arc<Fake>) {
    let fake = Arc::new(fake);
    let service = Arc::clone(&fake) as Arc<dyn PinningService>;
    let items: Vec<_> = unpin_all(service, ids(["a"]), gate(4)).collect().await;
    assert_eq!(items.len(), 1);
    (items.into_iter().next().unwrap(), fake)
}

#[tokio::test(start_paused = true)]
async fn two_hundred_with_every_kind_of_failure_each_once() {
    let refused = || ApiError::Refused("not yours".to_owned());
    let mut fake = Fake::with_pins((0..200).map(|n| pin(&n.to_string())));
    let mut expected = HashMap::new();
    for n in 0..200 {
        let (faults, outcome) = match n % 8 {
            0 => (vec![Fault::Fails(refused())], UnpinOutcome::Refused),
            1 => (vec![Fault::DoneBut(timeout())], UnpinOutcome::Done),
            2 => (vec![Fault::Fails(timeout())], UnpinOutcome::Done),
            3 => (vec![Fault::Panics], UnpinOutcome::Unknown),
            4 => (
                vec![Fault::Fails(ApiError::NotFound("gone".to_owned()))],
                UnpinOutcome::Gone,
            ),
            5 => (
                vec![Fault::Takes(Duration::from_millis(70))],
                UnpinOutcome::Done,
            ),
            _ => (vec![], UnpinOutcome::Done),
        };
        fake = fake.on(format!("unpin {n}"), faults);
        expected.insert(PinId::from(n.to_string()), outcome);
    }
    let fake = Arc::new(fake);
    let (handle, mut replies) = worker(&fake).await;
    let job = JobId(7);
    let ids: Vec<_> = (0..200).map(|n| PinId::from(n.to_string())).collect();
    handle
        .submit(Request::Unpin {
            job,
            pins: targets(ids),
        })
        .unwrap();
    let (items, count) = batch(job, &mut replies).await;
    assert_eq!(items.len(), 200);
    for item in items {
        let outcome = expected.remove(&item.id).expect("each id once");
        assert_eq!(item.outcome, outcome, "{item:?}");
        assert_eq!(item.message.is_empty(), outcome.is_off(), "{item:?}");
    }
    assert!(expected.is_empty());
    assert!(count < 60, "{count} replies");
    assert_eq!(fake.most_at_once(), 8);
}

#[tokio::test(start_paused = true)]
async fn an_unclear_unpin_is_looked_at_before_anything_else() {
    let a = || Fake::with_pins([pin("a")]);
    let broke = || ApiError::Transport {
        message: "broke".to_owned(),
        sent: true,
    };

    let (item, fake) = one(a().on("unpin a", [Fault::DoneBut(timeout())])).await;
    assert_eq!(item.outcome, UnpinOutcome::Done);
    assert_eq!((fake.count("unpin a"), fake.count("details a")), (1, 1));

    let (item, fake) = one(a().on("unpin a", [Fault::Fails(broke())])).await;
    assert_eq!(item.outcome, UnpinOutcome::Done);
    assert_eq!((fake.count("unpin a"), fake.count("details a")), (2, 1));

    let (item, fake) = one(a().on("unpin a", vec![Fault::Fails(broke()); 9])).await;
    assert_eq!(item.outcome, UnpinOutcome::Refused);
    assert!(item.message.contains("still pinned"), "{}", item.message);
    assert_eq!((fake.count("unpin a"), fake.count("details a")), (3, 3));

    let blind = a()
        .on("unpin a", [Fault::DoneBut(timeout())])
        .on("details a", [Fault::Fails(broke())]);
    let (item, fake) = one(blind).await;
    assert_eq!(item.outcome, UnpinOutcome::Unknown);
    assert!(item.message.contains("silence"), "{}", item.message);
    assert_eq!(fake.count("unpin a"), 1);

    // Done by the first try, whose answer was lost: a 404 to the second says so.
    let lost = a().on(
        "unpin a",
        [
            Fault::Fails(timeout()),
            Fault::Fails(ApiError::NotFound(String::new())),
        ],
    );
    assert_eq!(one(lost).await.0.outcome, UnpinOutcome::Done);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_believed_unless_the_pin_turns_out_to_be_off() {
    let refused = || ApiError::Refused("already unpinned".to_owned());
    let mut off = pin("a");
    off.pinned = false;
    off.state = lazypin::domain::PinState::Unpinned;
    let gone = Fake::with_pins([off]).on("unpin a", [Fault::Fails(refused())]);
    assert_eq!(one(gone).await.0.outcome, UnpinOutcome::Gone);

    let kept = Fake::with_pins([pin("a")]).on("unpin a", [Fault::Fails(refused())]);
    let (item, _) = one(kept).await;
    assert_eq!(item.outcome, UnpinOutcome::Refused);
    assert!(item.message.contains("already unpinned"));

    for error in [
        ApiError::Unauthorized("no scope".to_owned()),
        ApiError::RateLimited { retry_after: None },
        ApiError::Transport {
            message: "can't connect".to_owned(),
            sent: false,
        },
    ] {
        let fake = Fake::with_pins([pin("a")]).on("unpin a", [Fault::Fails(error)]);
        let (item, fake) = one(fake).await;
        assert_eq!(item.outcome, UnpinOutcome::Refused);
        assert_eq!(fake.count("details a"), 0, "nothing to look for");
    }
    assert_eq!(one(Fake::default()).await.0.outcome, UnpinOutcome::Gone);
}

#[tokio::test(start_paused = true)]
async fn an_id_given_twice_is_unpinned_once() {
    let fake = Arc::new(Fake::with_pins([pin("a"), pin("b")]));
    let service = Arc::clone(&fake) as Arc<dyn PinningService>;
    let items: Vec<_> = unpin_all(service, ids(["a", "b", "a", "a"]), gate(0))
        .collect()
        .await;
    assert_eq!(items.len(), 2);
    assert_eq!(fake.count_all("unpin"), 2);
    assert_eq!(fake.most_at_once(), 1);
}

#[tokio::test(start_paused = true)]
async fn calling_a_batch_off_finishes_what_is_under_way_and_starts_nothing_more() {
    let mut fake = Fake::with_pins((0..100).map(|n| pin(&n.to_string())));
    for n in 0..100 {
        fake = fake.on(format!("unpin {n}"), [Fault::Takes(Duration::from_secs(1))]);
    }
    let fake = Arc::new(fake);
    let (handle, mut replies) = worker(&fake).await;
    let job = JobId(1);
    let ids: Vec<_> = (0..100).map(|n| PinId::from(n.to_string())).collect();
    handle
        .submit(Request::Unpin {
            job,
            pins: targets(ids),
        })
        .unwrap();
    while fake.count_all("unpin") < 8 {
        tokio::task::yield_now().await;
    }
    handle.cancel(job);
    let (items, _) = batch(job, &mut replies).await;
    assert_eq!(items.len(), 8);
    assert!(items.iter().all(|item| item.outcome == UnpinOutcome::Done));
    assert_eq!(fake.count_all("unpin"), 8);
    handle.cancel(job);
}

#[tokio::test(start_paused = true)]
async fn a_small_batch_does_not_wait_for_a_large_one() {
    let mut fake = Fake::with_pins((0..500).map(|n| pin(&n.to_string())));
    for n in 0..500 {
        fake = fake.on(format!("unpin {n}"), [Fault::Takes(Duration::from_secs(1))]);
    }
    let fake = Arc::new(fake);
    let (handle, mut replies) = worker(&fake).await;
    let large = (0..499).map(|n| PinId::from(n.to_string()));
    handle
        .submit(Request::Unpin {
            job: JobId(1),
            pins: targets(large),
        })
        .unwrap();
    handle
        .submit(Request::Unpin {
            job: JobId(2),
            pins: targets(ids(["499"])),
        })
        .unwrap();
    while !matches!(
        next(&mut replies).await,
        Reply::Finished { job: JobId(2), .. }
    ) {}
    assert!(fake.count_all("unpin") < 40);
    assert_eq!(fake.most_at_once(), 8);
    drop(handle);
    while replies.recv().await.is_some() {}
    assert_eq!(fake.dropped.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn an_empty_batch_is_over_at_once() {
    let fake = Arc::new(Fake::default());
    let (handle, mut replies) = worker(&fake).await;
    handle
        .submit(Request::Unpin {
            job: JobId(3),
            pins: Vec::new(),
        })
        .unwrap();
    assert_eq!(batch(JobId(3), &mut replies).await.0, Vec::new());
}
