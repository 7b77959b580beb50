//! Uploads and pins by CID.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lazypin::domain::{Cid, ListQuery, Metadata, Pin, UploadPlan};
use lazypin::error::ApiError;
use lazypin::protocol::{JobEnd, JobId, Reply, Request, Seq};
use lazypin::worker::WorkerHandle;
use lazypin::worker::upload::scan;
use tokio::sync::mpsc;

use crate::fake::{CID, Fake, Fault, next, pin, timeout, worker};

/// What `ipfs add --cid-version=1` names the file that [`plan`] plans.
const HELLO: &str = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

fn plan(directory: &Path) -> UploadPlan {
    let path = directory.join("hello.txt");
    std::fs::write(&path, "hello world").unwrap();
    scan(&path).unwrap()
}

fn upload(handle: &WorkerHandle, job: u64, plan: &UploadPlan) {
    let request = Request::Upload {
        job: JobId(job),
        plan: plan.clone(),
    };
    handle.submit(request).unwrap();
}

fn pin_by_cid(handle: &WorkerHandle, job: u64, cid: &str) {
    let request = Request::PinByCid {
        job: JobId(job),
        cid: Cid::as_received(cid),
        metadata: Metadata::default(),
    };
    handle.submit(request).unwrap();
}

async fn end(job: u64, replies: &mut mpsc::Receiver<Reply>) -> JobEnd {
    loop {
        if let Reply::Finished { job: told, end } = next(replies).await
            && told == JobId(job)
        {
            return end;
        }
    }
}

async fn uploaded(fake: Fake) -> (JobEnd, Arc<Fake>) {
    let directory = tempfile::tempdir().unwrap();
    let fake = Arc::new(fake);
    let (handle, mut replies) = worker(&fake).await;
    upload(&handle, 1, &plan(directory.path()));
    (end(1, &mut replies).await, fake)
}

async fn pinned(fake: Fake, cid: &str) -> (JobEnd, Arc<Fake>) {
    let fake = Arc::new(fake);
    let (handle, mut replies) = worker(&fake).await;
    pin_by_cid(&handle, 1, cid);
    (end(1, &mut replies).await, fake)
}

fn already() -> ApiError {
    ApiError::AlreadyPinned("Pin with that hash already exists".to_owned())
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_some_times_a_second_and_never_after_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("big");
    // The fake sends a byte a millisecond: 2 seconds.
    std::fs::write(&path, vec![0; 2000]).unwrap();
    let fake = Arc::new(Fake::default());
    let (handle, mut replies) = worker(&fake).await;
    upload(&handle, 1, &scan(&path).unwrap());
    let mut told = Vec::new();
    loop {
        match next(&mut replies).await {
            Reply::UploadProgress { sent, .. } => told.push(sent),
            Reply::Finished {
                end: JobEnd::Pinned(_),
                ..
            } => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(told.is_sorted());
    assert_eq!(told.last(), Some(&2000));
    assert!((10..=45).contains(&told.len()), "{} reports", told.len());
    drop(handle);
    assert_eq!(replies.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn content_that_is_pinned_already_is_found_by_what_it_is() {
    // Another CID version, far down, and the service brings 7 rows a page whatever is asked.
    let v0 = "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n";
    let v1 = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    let mut pins: Vec<_> = (0..40).map(|n| pin(&n.to_string())).collect();
    pins[33].cid = Cid::as_received(v0);
    let mut fake = Fake::with_pins(pins.clone()).on("pin", [Fault::Fails(already())]);
    fake.page_cap = 7;
    let (end, fake) = pinned(fake, v1).await;
    assert_eq!(end, JobEnd::AlreadyPinned(Some(pins[33].clone())));
    assert_eq!(fake.count_all("list"), 5);

    // By the record's root hash where there is one, and for an upload by what its bytes hash to.
    pins[5].cid = Cid::as_received("unreadable");
    pins[5].root_hash = Cid::as_received(HELLO)
        .multihash_hex()
        .map(|hash| hash.to_uppercase());
    let fake = Fake::with_pins(pins.clone()).on("upload", [Fault::Fails(already())]);
    assert_eq!(
        uploaded(fake).await.0,
        JobEnd::AlreadyPinned(Some(pins[5].clone()))
    );

    // One that is no longer pinned is not it.
    pins[5].state = lazypin::domain::PinState::Unpinned;
    let fake = Fake::with_pins(pins).on("upload", [Fault::Fails(already())]);
    assert_eq!(uploaded(fake).await.0, JobEnd::AlreadyPinned(None));
}

#[tokio::test(start_paused = true)]
async fn an_unclear_end_is_looked_up_and_never_repeated() {
    let unclear = [
        timeout(),
        ApiError::Unavailable("boom".to_owned()),
        ApiError::NotUnderstood("<html>".to_owned()),
        ApiError::Transport {
            message: "broke".to_owned(),
            sent: true,
        },
    ];
    for error in unclear {
        let (end, fake) =
            uploaded(Fake::default().on("upload", [Fault::DoneBut(error.clone())])).await;
        assert!(
            matches!(&end, JobEnd::Pinned(Pin { cid, .. }) if cid.as_str() == HELLO),
            "{end:?}"
        );
        assert_eq!(fake.count("upload"), 1);
        let (end, _) = pinned(
            Fake::default().on("pin", [Fault::DoneBut(error.clone())]),
            CID,
        )
        .await;
        assert!(matches!(end, JobEnd::Pinned(_)), "{end:?}");

        let (end, fake) =
            uploaded(Fake::default().on("upload", [Fault::Fails(error.clone())])).await;
        assert_eq!(end, JobEnd::Failed(error));
        assert_eq!(fake.count("upload"), 1);
        assert_eq!(
            fake.count_all("list"),
            3,
            "the service may still have been at it"
        );
    }
    // A pin of the same content from long before is not what this call made.
    let old = Pin {
        date_pinned: Some("2023-06-07T03:52:39Z".parse().unwrap()),
        ..pin("old")
    };
    let fake = Fake::with_pins([old.clone()]).on("pin", [Fault::Fails(timeout())]);
    assert_eq!(pinned(fake, CID).await.0, JobEnd::AlreadyPinned(Some(old)));
}

#[tokio::test(start_paused = true)]
async fn a_clear_refusal_ends_it_without_a_search() {
    let error = ApiError::Refused("User not enough balance".to_owned());
    let (end, fake) = uploaded(Fake::default().on("upload", [Fault::Fails(error.clone())])).await;
    assert_eq!(end, JobEnd::Failed(error));
    assert_eq!(fake.count_all("list"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_breaks_says_so_and_the_next_one_works() {
    let directory = tempfile::tempdir().unwrap();
    let fake = Arc::new(
        Fake::default()
            .on("upload", [Fault::Panics])
            .on("pin", [Fault::Panics]),
    );
    let (handle, mut replies) = worker(&fake).await;
    upload(&handle, 1, &plan(directory.path()));
    let JobEnd::Broken(sentence) = end(1, &mut replies).await else {
        panic!("not broken");
    };
    assert!(sentence.contains("scripted to break"), "{sentence}");
    pin_by_cid(&handle, 2, CID);
    assert!(matches!(end(2, &mut replies).await, JobEnd::Broken(_)));
    upload(&handle, 3, &plan(directory.path()));
    assert!(matches!(end(3, &mut replies).await, JobEnd::Pinned(_)));
}

#[tokio::test(start_paused = true)]
async fn an_upload_is_called_off_while_it_runs_and_while_it_waits() {
    let directory = tempfile::tempdir().unwrap();
    let plan = plan(directory.path());
    let fake = Arc::new(Fake::default().on("upload", vec![Fault::Hangs; 2]));
    let (handle, mut replies) = worker(&fake).await;
    for job in 1..=3 {
        upload(&handle, job, &plan);
    }
    while fake.count("upload") < 2 {
        tokio::task::yield_now().await;
    }
    handle.cancel(JobId(3));
    assert_eq!(
        end(3, &mut replies).await,
        JobEnd::Failed(ApiError::Cancelled)
    );
    assert_eq!(fake.count("upload"), 2);
    handle.cancel(JobId(1));
    assert_eq!(
        end(1, &mut replies).await,
        JobEnd::Failed(ApiError::Cancelled)
    );
    assert_eq!(fake.dropped.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn uploads_that_hang_hold_up_neither_reads_nor_pins() {
    let directory = tempfile::tempdir().unwrap();
    let plan = plan(directory.path());
    let fake = Arc::new(Fake::default().on("upload", vec![Fault::Hangs; 9]));
    let (handle, mut replies) = worker(&fake).await;
    for job in 1..=9 {
        upload(&handle, job, &plan);
    }
    pin_by_cid(&handle, 10, CID);
    assert!(matches!(end(10, &mut replies).await, JobEnd::Pinned(_)));
    let query = ListQuery::default();
    handle
        .submit(Request::List {
            seq: Seq(1),
            query,
            local: None,
        })
        .unwrap();
    assert!(matches!(
        next(&mut replies).await,
        Reply::List { result: Ok(_), .. }
    ));
    assert_eq!(fake.count("upload"), 2, "two at a time");
}
