//! Lists of CIDs: reading them, and pinning all of one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lazypin::domain::{Account, CidList, Metadata, RecordFormat};
use lazypin::error::ApiError;
use lazypin::journal::{Journal, Kind, Outcome};
use lazypin::protocol::{CidSource, ExportPlan, JobEnd, JobId, LocalView, Reply, Request, Seq};
use lazypin::worker::{WorkerHandle, spawn};
use tokio::sync::mpsc;

use crate::fake::{Fake, Fault, connected, next, pin as pin_of, timeout, worker};

fn list(pins: u8) -> Arc<CidList> {
    let lines: Vec<String> = (0..pins)
        .map(|n| {
            let hash = multihash::Multihash::<64>::wrap(0x12, &[n; 32]).unwrap();
            format!("{} pin {n}", cid::Cid::new_v1(0x55, hash))
        })
        .collect();
    Arc::new(CidList::read(lines.join("\n").as_bytes()).unwrap())
}

fn pin(handle: &WorkerHandle, list: &Arc<CidList>) {
    let request = Request::PinList {
        job: JobId(1),
        list: Arc::clone(list),
        metadata: Metadata::default(),
    };
    handle.submit(request).unwrap();
}

/// How each of the list ended, by its place; and how the job did.
async fn ends(pins: usize, replies: &mut mpsc::Receiver<Reply>) -> (Vec<Option<JobEnd>>, JobEnd) {
    let mut ends = vec![None; pins];
    loop {
        match next(replies).await {
            Reply::ListPinned { items, .. } => {
                for item in items {
                    let before = ends[item.place].replace(item.end);
                    assert_eq!(before, None, "told twice");
                }
            }
            Reply::Finished { end, .. } => return (ends, end),
            _ => {}
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_of_a_list_has_its_own_end_and_none_is_asked_for_blindly() {
    let refused = ApiError::Refused("User not enough balance".to_owned());
    let limited = ApiError::RateLimited { retry_after: None };
    let fake = Fake::default().on(
        "pin",
        [
            Fault::Fails(refused.clone()),
            Fault::DoneBut(timeout()),
            Fault::Fails(timeout()),
            Fault::Panics,
            Fault::Fails(ApiError::AlreadyPinned(String::new())),
            Fault::Fails(limited),
        ],
    );
    let fake = Arc::new(fake);
    let (handle, mut replies) = worker(&fake).await;
    pin(&handle, &list(40));
    let (ends, over) = ends(40, &mut replies).await;
    assert_eq!(over, JobEnd::BatchOver);
    assert_eq!(ends[0], Some(JobEnd::Failed(refused)));
    assert!(matches!(ends[1], Some(JobEnd::Pinned(_))), "{:?}", ends[1]);
    assert_eq!(ends[2], Some(JobEnd::Failed(timeout())));
    assert!(matches!(ends[3], Some(JobEnd::Broken(_))), "{:?}", ends[3]);
    assert_eq!(ends[4], Some(JobEnd::AlreadyPinned(None)));
    // From the sixth on all went well, the limited one after a pause.
    for end in &ends[5..] {
        assert!(matches!(end, Some(JobEnd::Pinned(_))), "{end:?}");
    }
    assert_eq!(fake.count("pin"), 41);
    assert!(fake.most_at_once() <= 8, "{}", fake.most_at_once());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_called_off_ends_what_it_began_and_writes_down_the_rest() {
    let slow = || Fault::Takes(Duration::from_secs(10));
    let fake = Arc::new(Fake::default().on("pin", (0..8).map(|_| slow())));
    let directory = tempfile::tempdir().unwrap();
    let account = Account {
        profile: "default".to_owned(),
        service: "fake".to_owned(),
    };
    let journal = Arc::new(Journal::open(directory.path(), account));
    let service = connected(&fake);
    let (handle, mut replies) = spawn(async { Ok(service) }, 8, Some(Arc::clone(&journal)), None);
    let list = list(20);
    pin(&handle, &list);
    while fake.count("pin") < 8 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    handle.cancel(JobId(1));
    let (ends, over) = ends(20, &mut replies).await;
    assert_eq!(over, JobEnd::BatchOver);
    assert_eq!(ends.iter().flatten().count(), 8);
    assert_eq!(fake.count("pin"), 8);
    let batch = &journal.history().unwrap().batches[0];
    assert_eq!(batch.kind, Kind::Pin);
    let batch = journal.batch(batch.id).unwrap().unwrap();
    let untried: Vec<&str> = batch
        .entries
        .iter()
        .filter(|item| item.outcome == Outcome::Untried)
        .map(|item| item.cid.as_ref().unwrap().as_str())
        .collect();
    let expected: Vec<&str> = list.pins[8..].iter().map(|pin| pin.cid.as_str()).collect();
    assert_eq!(untried, expected);
}

#[tokio::test]
async fn what_is_no_file_of_cids_is_told_in_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let fake = Arc::new(Fake::default());
    let (handle, mut replies) = worker(&fake).await;
    let wide = directory.path().join("wide.txt");
    std::fs::write(&wide, b"\xff\xfeQ\0").unwrap();
    let pipe = directory.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let gone = directory.path().join("gone.txt");
    for (path, why) in [
        (wide, "wide.txt: is UTF-16"),
        (pipe, "pipe: is no file"),
        (gone, "gone.txt: No such file"),
    ] {
        let seq = Seq(7);
        let source = CidSource::File(path);
        handle.submit(Request::ReadCids { seq, source }).unwrap();
        let Reply::CidsRead { seq, result } = next(&mut replies).await else {
            panic!("something else was told");
        };
        assert_eq!(seq, Seq(7));
        let told = result.unwrap_err();
        assert!(told.starts_with(why), "{told}");
    }
}

async fn exported(fake: Fake, path: PathBuf) -> JobEnd {
    let (handle, mut replies) = worker(&Arc::new(fake)).await;
    let plan = ExportPlan {
        format: RecordFormat::Ids,
        path,
        marked: None,
        view: LocalView::default(),
    };
    let job = JobId(1);
    handle.submit(Request::Export { job, plan }).unwrap();
    ends(0, &mut replies).await.1
}

/// The names of what lies there.
fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn a_file_is_there_once_it_is_whole_and_not_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pins.txt");
    let pins = || (0..50).map(|n| pin_of(&format!("pin-{n}")));
    let capped = || {
        let mut fake = Fake::with_pins(pins());
        fake.page_cap = 20;
        fake
    };
    // The third page does not come.
    let broken = capped().on("list 40", [Fault::Fails(timeout())]);
    let end = exported(broken, path.clone()).await;
    assert_eq!(end, JobEnd::Failed(timeout()));
    assert_eq!(names(directory.path()), [""; 0]);
    let end = exported(capped(), path.clone()).await;
    let JobEnd::Exported { pins, doubt, .. } = end else {
        panic!("{end:?}");
    };
    assert_eq!((pins, doubt), (50, None));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 50);
    assert!(text.starts_with("pin-0\n") && text.ends_with("pin-49\n"));
    // What is there stays as it is.
    let end = exported(Fake::default(), path.clone()).await;
    let JobEnd::Broken(why) = end else {
        panic!("{end:?}");
    };
    assert!(why.contains("is there already"), "{why}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(names(directory.path()), ["pins.txt"]);
}

#[tokio::test]
async fn pins_that_a_list_loses_on_the_way_are_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pins.txt");
    // Two rows of one id: one less than the service counts.
    let pins = ["a", "b", "b", "c"].map(pin_of);
    let end = exported(Fake::with_pins(pins), path.clone()).await;
    let JobEnd::Exported { pins, doubt, .. } = end else {
        panic!("{end:?}");
    };
    assert_eq!(pins, 3);
    assert!(doubt.unwrap().contains("the service counts 4"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "a\nb\nc\n");
}
