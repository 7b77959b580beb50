//! Batches that are paused: what is under way ends, nothing more begins, and nobody is lost.

use std::sync::Arc;
use std::time::Duration;

use lazypin::domain::{PinId, UnpinTarget};
use lazypin::protocol::{JobEnd, JobId, Reply, Request};
use lazypin::worker::WorkerHandle;
use tokio::sync::mpsc;

use crate::fake::{Fake, Fault, next, pin, worker};

const JOB: JobId = JobId(1);

/// A batch of 40 of which each takes a second, paused with its first eight under way.
async fn paused() -> (Arc<Fake>, WorkerHandle, mpsc::Receiver<Reply>) {
    let ids: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    let mut fake = Fake::with_pins(ids.iter().map(|id| pin(id)));
    for id in &ids {
        fake = fake.on(
            format!("unpin {id}"),
            [Fault::Takes(Duration::from_secs(1))],
        );
    }
    let fake = Arc::new(fake);
    let (handle, mut replies) = worker(&fake).await;
    let pins = ids
        .iter()
        .map(|id| UnpinTarget::unknown(PinId::from(id.as_str())))
        .collect();
    handle.submit(Request::Unpin { job: JOB, pins }).unwrap();
    while fake.count_all("unpin") < 8 {
        tokio::task::yield_now().await;
    }
    handle.set_paused(JOB, true);
    let mut ended = 0;
    while ended < 8 {
        match next(&mut replies).await {
            Reply::Unpinned { items, .. } => ended += items.len(),
            other => panic!("{other:?}"),
        }
    }
    let idle = tokio::time::timeout(Duration::from_hours(1), replies.recv()).await;
    assert!(idle.is_err(), "a paused batch went on: {idle:?}");
    assert_eq!(fake.count_all("unpin"), 8);
    (fake, handle, replies)
}

async fn rest(replies: &mut mpsc::Receiver<Reply>) -> usize {
    let mut ended = 0;
    loop {
        match next(replies).await {
            Reply::Unpinned { items, .. } => ended += items.len(),
            Reply::Finished { job, end } => {
                assert_eq!((job, end), (JOB, JobEnd::BatchOver));
                return ended;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_paused_batch_goes_on_where_it_was() {
    let (fake, handle, mut replies) = paused().await;
    handle.set_paused(JOB, false);
    assert_eq!(rest(&mut replies).await, 32);
    assert_eq!(fake.count_all("unpin"), 40);
    assert_eq!(fake.most_at_once(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_paused_batch_can_be_called_off_at_once() {
    let (fake, handle, mut replies) = paused().await;
    let start = tokio::time::Instant::now();
    handle.cancel(JOB);
    assert_eq!(rest(&mut replies).await, 0);
    assert_eq!(fake.count_all("unpin"), 8);
    assert!(start.elapsed() < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_paused_batch_leaves_its_places_to_others() {
    let (fake, handle, mut replies) = paused().await;
    let pins = vec![UnpinTarget::unknown(PinId::from("39"))];
    let job = JobId(2);
    handle.submit(Request::Unpin { job, pins }).unwrap();
    while !matches!(next(&mut replies).await, Reply::Finished { job: over, .. } if over == job) {}
    assert_eq!(fake.count_all("unpin"), 9);
}
