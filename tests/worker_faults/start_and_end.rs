//! Before the service is there, where it never comes, and after nobody wants it any more.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Context as _, anyhow};
use lazypin::domain::{Cid, ListQuery, Metadata, PinId, UnpinOutcome, UnpinTarget};
use lazypin::error::ApiError;
use lazypin::protocol::{JobEnd, JobId, Reply, Request, Seq};
use lazypin::worker::spawn;
use lazypin::worker::upload::scan;
use tokio::sync::oneshot;

use crate::fake::{Fake, Fault, connected, next, pin, worker};

fn list() -> Request {
    Request::List {
        seq: Seq(1),
        query: ListQuery::default(),
        local: None,
    }
}

#[tokio::test(start_paused = true)]
async fn requests_wait_for_the_service_and_it_is_announced_first() {
    let fake = Arc::new(Fake::with_pins([pin("a")]));
    let (come, comes) = oneshot::channel::<()>();
    let connection = connected(&fake);
    let (handle, mut replies) = spawn(
        async {
            comes.await.unwrap();
            Ok(connection)
        },
        8,
        None,
        None,
    );
    handle.submit(list()).unwrap();
    tokio::task::yield_now().await;
    assert!(replies.try_recv().is_err());
    come.send(()).unwrap();
    assert_eq!(
        next(&mut replies).await,
        Reply::Connected {
            api_url: "http://127.0.0.1:1/api".to_owned(),
            gateway: None
        }
    );
    assert!(matches!(
        next(&mut replies).await,
        Reply::List { result: Ok(_), .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn where_the_service_never_comes_every_request_learns_why() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    std::fs::write(&path, "x").unwrap();
    for panics in [false, true] {
        let (handle, mut replies) = spawn(
            async move {
                assert!(!panics, "no such luck");
                Err(anyhow!("the disk\nis full")).context("can't start the service")
            },
            8,
            None,
            None,
        );
        let why = if panics {
            "no such luck"
        } else {
            "can't start the service: the disk"
        };
        let id = PinId::from("a");
        let requests = [
            list(),
            Request::Details {
                seq: Seq(1),
                id: id.clone(),
            },
            Request::Refresh {
                ids: vec![id.clone()],
            },
            Request::Unpin {
                job: JobId(1),
                pins: vec![UnpinTarget::unknown(id)],
            },
            Request::Upload {
                job: JobId(2),
                plan: scan(&path).unwrap(),
            },
            Request::PinByCid {
                job: JobId(3),
                cid: Cid::as_received("c"),
                metadata: Metadata::default(),
            },
            Request::Scan {
                seq: Seq(1),
                paths: vec![path.clone()],
            },
        ];
        for request in requests {
            handle.submit(request).unwrap();
        }
        let (mut told, mut answered) = (0, 0);
        while answered < 7 {
            let reason = match next(&mut replies).await {
                Reply::List { result, .. } => Some(result.unwrap_err().to_string()),
                Reply::Details { result, .. } => Some(result.unwrap_err().to_string()),
                Reply::Refreshed { pins, .. } => {
                    assert!(pins.is_empty());
                    None
                }
                Reply::Unpinned { items, .. } => {
                    assert_eq!(items[0].outcome, UnpinOutcome::Refused);
                    answered -= 1;
                    Some(items[0].message.clone())
                }
                Reply::Finished {
                    end: JobEnd::BatchOver,
                    ..
                } => None,
                Reply::Finished {
                    end: JobEnd::Failed(error),
                    ..
                } => Some(error.to_string()),
                Reply::Scanned { plans, .. } => {
                    assert!(plans[0].is_ok(), "the disk is there");
                    None
                }
                other => panic!("{other:?}"),
            };
            answered += 1;
            if let Some(reason) = reason {
                assert!(reason.contains(why) && !reason.contains('\n'), "{reason}");
                told += 1;
            }
        }
        assert_eq!(told, 5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_gives_the_request_back() {
    let (handle, _replies) = spawn(std::future::pending(), 8, None, None);
    let request = |job| Request::Unpin {
        job: JobId(job),
        pins: vec![UnpinTarget::unknown(PinId::from("a"))],
    };
    let mut taken = 0;
    let back = loop {
        match handle.submit(request(taken)) {
            Ok(()) => taken += 1,
            Err(back) => break back,
        }
        assert!(taken < 10_000, "the queue has no end");
        tokio::task::yield_now().await;
    };
    assert_eq!(back, request(taken));
    // The other kinds of work still have room.
    assert_eq!(handle.submit(list()), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_is_called_off_before_the_service_is_there_ends_too() {
    let (handle, mut replies) = spawn(std::future::pending(), 8, None, None);
    let job = JobId(1);
    handle
        .submit(Request::Unpin {
            job,
            pins: vec![UnpinTarget::unknown(PinId::from("a"))],
        })
        .unwrap();
    handle.cancel(job);
    assert_eq!(
        next(&mut replies).await,
        Reply::Finished {
            job,
            end: JobEnd::BatchOver
        }
    );
    let job = JobId(2);
    let pin = Request::PinByCid {
        job,
        cid: Cid::as_received("c"),
        metadata: Metadata::default(),
    };
    handle.submit(pin).unwrap();
    handle.cancel(job);
    let end = JobEnd::Failed(ApiError::Cancelled);
    assert_eq!(next(&mut replies).await, Reply::Finished { job, end });
}

#[tokio::test(start_paused = true)]
async fn dropping_the_handle_ends_everything() {
    let fake = Arc::new(
        Fake::default()
            .on("list 0", [Fault::Hangs])
            .on("pin", [Fault::Hangs])
            .on("unpin a", [Fault::Hangs]),
    );
    let (handle, mut replies) = worker(&fake).await;
    handle.submit(list()).unwrap();
    handle
        .submit(Request::Unpin {
            job: JobId(1),
            pins: vec![UnpinTarget::unknown(PinId::from("a"))],
        })
        .unwrap();
    let pin = Request::PinByCid {
        job: JobId(2),
        cid: Cid::as_received("c"),
        metadata: Metadata::default(),
    };
    handle.submit(pin).unwrap();
    while fake.count_all("") < 3 {
        tokio::task::yield_now().await;
    }
    drop(handle);
    assert_eq!(replies.recv().await, None);
    assert_eq!(fake.dropped.load(Ordering::SeqCst), 3);
}
