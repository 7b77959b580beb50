//! Lists that come in and go out from the keyboard, through the real loop against the real embedded
//! service.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking"
)]

mod tui;

use std::sync::Arc;

use async_trait::async_trait;
use lazypin::api::{PinClient, PinningService};
use lazypin::domain::{Cid, ListQuery, Metadata, Pin, PinId, PinPage, SortField, UploadPlan};
use lazypin::error::ApiError;
use lazypin::protocol::PinDetails;
use lazypin::worker::Connected;
use tokio::sync::{Semaphore, watch};
use tui::{Lazypin, Options, Service, write};

fn cid(number: u8) -> String {
    let hash = multihash::Multihash::<64>::wrap(0x12, &[number; 32]).unwrap();
    cid::Cid::new_v1(0x55, hash).to_string()
}

/// The embedded service, which pins, and lists many rows at once, only as often as the test lets it.
struct Hesitant {
    service: PinClient,
    leave: Semaphore,
}

impl Hesitant {
    fn of(service: &Service) -> Arc<Self> {
        Arc::new(Self {
            service: service.client(),
            leave: Semaphore::new(0),
        })
    }

    fn start(self: &Arc<Self>, service: &Service, options: &Options) -> Lazypin {
        let connected = Connected {
            service: Arc::clone(self) as Arc<dyn PinningService>,
            api_url: service.running.api_url(),
            gateway: None,
        };
        Lazypin::start_with(options, async { Ok(connected) })
    }
}

#[async_trait]
impl PinningService for Hesitant {
    async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError> {
        if query.limit > 100 {
            self.leave.acquire().await.unwrap().forget();
        }
        self.service.list(query).await
    }

    async fn details(&self, id: &PinId) -> Result<PinDetails, ApiError> {
        self.service.details(id).await
    }

    async fn upload(&self, plan: &UploadPlan, sent: watch::Sender<u64>) -> Result<Pin, ApiError> {
        self.service.upload(plan, sent).await
    }

    async fn pin_by_cid(&self, cid: &Cid, metadata: &Metadata) -> Result<Pin, ApiError> {
        self.leave.acquire().await.unwrap().forget();
        self.service.pin_by_cid(cid, metadata).await
    }

    async fn unpin(&self, id: &PinId) -> Result<(), ApiError> {
        self.service.unpin(id).await
    }

    async fn test_authentication(&self) -> Result<String, ApiError> {
        self.service.test_authentication().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pasted_lines_are_checked_asked_about_and_pinned() {
    let service = Service::start().await;
    let options = Options {
        size: (80, 24),
        ..Options::default()
    };
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("No pins yet").await;
    let before = cid(3).parse().unwrap();
    let client = service.client();
    client
        .pin_by_cid(&before, &Metadata::default())
        .await
        .unwrap();

    // A terminal pastes carriage returns. What was typed before is kept.
    let list = format!(
        "# of May\r{} one\r\rnonsense\r{}\r{}\r{} two\r",
        cid(1),
        cid(3),
        cid(1),
        cid(2)
    );
    lazypin.press("p<tab><tab>env=test<backtab>may/<backtab>");
    lazypin.paste(&list);
    let screen = lazypin.shows("3 CIDs to pin, 2 with a name").await;
    assert!(screen.contains("1 line is no CID, 1 line is said before"));
    assert!(screen.contains("line 4: not a CID"), "{screen}");
    assert!(screen.contains("line 6: the same as line 2"), "{screen}");
    assert!(screen.contains("may/") && screen.contains("env=test"));
    lazypin.press("<enter>");
    lazypin
        .shows("pinned 2 of 3 · 2 waiting for content · 1 pinned already")
        .await;
    lazypin.shows("row 1 of 3").await;
    // What became of each stands among the jobs.
    lazypin.press("J").shows("Jobs of this session").await;
    lazypin.press("<enter>").shows(&cid(3)).await;
    let screen = lazypin.shows("pinned as ").await;
    assert!(
        screen.contains("one (") && screen.contains("pinned already"),
        "{screen}"
    );
    lazypin.press("<esc><esc>").no_longer_shows("Jobs of").await;
    let mut pins = client.list(&ListQuery::default()).await.unwrap().pins;
    pins.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<_> = pins.iter().map(|pin| pin.name.as_deref()).collect();
    assert_eq!(names, [None, Some("may/one"), Some("may/two")]);
    assert_eq!(pins[1].cid.as_str(), cid(1));
    assert_eq!(pins[2].keyvalues["env"], "test");

    // One line is no list, and lines among the keyvalues are keyvalues.
    lazypin.press("p").paste(&format!("{}\n", cid(4)));
    lazypin.shows("ok: CIDv1 raw").await;
    lazypin.press("<tab><tab>").paste("a=1\nb=2");
    lazypin.shows("b=2").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_from_a_file_can_be_called_off_in_the_middle() {
    let service = Service::start().await;
    let files = tempfile::tempdir().unwrap();
    let lines: Vec<String> = (0..30).map(|n| format!("{} pin-{n}", cid(n))).collect();
    write(&files.path().join("list.txt"), lines.join("\n"));
    write(&files.path().join("empty.txt"), "# nothing here\n");
    write(&files.path().join("many/bad.txt"), "no\n".repeat(12));
    let options = Options {
        directory: files.path().to_path_buf(),
        ..Options::default()
    };
    let hesitant = Hesitant::of(&service);
    let lazypin = hesitant.start(&service, &options);
    lazypin.shows("No pins yet").await;

    // To the picker and back: what was typed is still there.
    lazypin.press("p<tab>typed<ctrl-o>").shows("1 of 3").await;
    lazypin.press("<esc>").shows("typed").await;
    lazypin.press("<ctrl-o>").shows("1 of 3").await;
    lazypin.press("<tab>").shows("many: is no file").await;
    lazypin
        .press("emp<enter>")
        .shows("there is no CID in it")
        .await;
    lazypin.press("<esc>").shows("type to narrow").await;

    // Nothing but mistakes: they can be read through, and nothing is sent.
    lazypin.press("man<enter>").shows("1 of 1").await;
    lazypin.press("<enter>").shows("(1-5 shown)").await;
    lazypin.press("<pgdn>").shows("line 10: not a CID").await;
    lazypin
        .press("<enter>")
        .shows("there is nothing to pin")
        .await;
    lazypin.press("<esc>").no_longer_shows("Pin 0 CIDs").await;

    // Back where the picker was left; up again, to the list.
    lazypin.press("p<ctrl-o>").shows("1 of 1").await;
    lazypin.press("<left>").shows("1 of 3").await;
    lazypin
        .press("list<enter>")
        .shows("30 CIDs to pin, 30 with a name")
        .await;
    lazypin.press("<enter>").shows("pinning 0/30").await;
    hesitant.leave.add_permits(10);
    lazypin.shows("pinning 10/30").await;
    lazypin.press("x").shows("calling off 10/30").await;
    hesitant.leave.add_permits(20);
    // Eight were under way; they are brought to their end.
    lazypin
        .shows("pinned 18 of 30 · 18 waiting for content · 12 not tried")
        .await;
    lazypin.shows("not tried, the job was called off").await;
    lazypin.press("<esc>").shows("row 1 of 18").await;
}

fn in_directory(directory: &tempfile::TempDir) -> Options {
    Options {
        directory: directory.path().to_path_buf(),
        ..Options::default()
    }
}

/// All pins there are.
async fn largest_first(service: &Service) -> Vec<Pin> {
    let mut pins = Vec::new();
    loop {
        let query = ListQuery {
            offset: pins.len() as u64,
            limit: 1000,
            sort: SortField::Size,
            ..ListQuery::default()
        };
        let page = service.client().list(&query).await.unwrap().pins;
        if page.is_empty() {
            return pins;
        }
        pins.extend(page);
    }
}

/// The only file there, and its name.
fn the_file(directory: &tempfile::TempDir) -> (String, String) {
    let mut entries = std::fs::read_dir(directory.path()).unwrap();
    let entry = entries.next().unwrap().unwrap();
    assert!(entries.next().is_none(), "more than one file");
    let name = entry.file_name().into_string().unwrap();
    (name, std::fs::read_to_string(entry.path()).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_is_written_whole_and_never_over_a_file() {
    let service = Service::demo(1234).await;
    let files = tempfile::tempdir().unwrap();
    let lazypin = Lazypin::start(&service, &in_directory(&files));
    lazypin.press("s").shows("size ↓").await;
    lazypin.press("e").shows("Export 1234 pins as").await;
    lazypin.press("<enter>").shows("in /").await;
    lazypin.press("<enter>").shows("exported 1234 pins").await;
    let (name, text) = the_file(&files);
    assert!(
        name.starts_with("pins-20") && name.strip_suffix(".csv").is_some(),
        "{name}"
    );
    let listed = largest_first(&service).await;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let ids: Vec<String> = reader
        .records()
        .map(|record| record.unwrap()[0].to_owned())
        .collect();
    let expected: Vec<&str> = listed.iter().map(|pin| pin.id.as_str()).collect();
    assert!(ids == expected, "{} rows of {}", ids.len(), expected.len());

    // The same name again: nothing is lost, and the name can be changed.
    lazypin.press("ec<ctrl-s>").shows("is there already").await;
    lazypin.shows(&name).await;
    lazypin
        .press("2<enter>")
        .shows(&format!("pins to {name}2"))
        .await;
    let again = std::fs::read_to_string(files.path().join(format!("{name}2")));
    assert_eq!(again.unwrap(), text);

    // Where it can't be written at all.
    lazypin.press("ei").shows("in /").await;
    for _ in 0..20 {
        lazypin.press("<backspace>");
    }
    lazypin
        .press("<ctrl-s>")
        .shows("the file needs a name")
        .await;
    lazypin
        .press("gone/pins.txt<ctrl-s>")
        .shows("can't write in")
        .await;
    lazypin.shows("> file").await;
    lazypin.press("<esc>").no_longer_shows("> file").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn marks_are_written_in_the_shown_order() {
    let service = Service::demo(50).await;
    let files = tempfile::tempdir().unwrap();
    let lazypin = Lazypin::start(&service, &in_directory(&files));
    lazypin.shows("row 1 of 50").await;
    // Marked from below, then turned round.
    lazypin.press("jjjj kkk kkk ").shows("3 marked").await;
    lazypin.press("S").shows("created ↑").await;
    lazypin.press("e").shows("Export 3 marked pins as").await;
    lazypin.press("j<enter>").shows(".json").await;
    lazypin.press("<ctrl-s>").shows("exported 3 pins").await;
    let (name, text) = the_file(&files);
    assert!(name.strip_suffix(".json").is_some(), "{name}");
    let written: serde_json::Value = serde_json::from_str(&text).unwrap();
    let newest = ListQuery {
        limit: 5,
        ..ListQuery::default()
    };
    let mut listed = service.client().list(&newest).await.unwrap().pins;
    listed.retain(|pin| text.contains(pin.id.as_str()));
    assert_eq!(listed.len(), 3);
    assert_eq!(written["totals"]["files"], 3);
    for (record, pin) in written["pins"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .zip(&listed)
    {
        assert_eq!(record["id"], pin.id.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_matches_is_written_from_the_whole_account_as_it_is_shown() {
    let service = Service::demo(1500).await;
    let files = tempfile::tempdir().unwrap();
    let lazypin = Lazypin::start(&service, &in_directory(&files));
    lazypin.shows("row 1 of 1500").await;
    lazypin.press("/").paste("size>1MB").press("<enter>s");
    // Asked for while the account may still be read.
    lazypin.press("e").shows("that match as").await;
    lazypin.press("l<enter>").shows("exported").await;
    let (name, text) = the_file(&files);
    assert!(name.strip_suffix(".jsonl").is_some(), "{name}");
    let mut listed = largest_first(&service).await;
    listed.retain(|pin| pin.size > Some(1_000_000));
    let sizes: Vec<Option<u64>> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["size"].as_u64())
        .collect();
    let expected: Vec<Option<u64>> = listed.iter().map(|pin| pin.size).collect();
    assert!(sizes == expected, "{} of {}", sizes.len(), expected.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_is_called_off_leaves_nothing() {
    let service = Service::demo(3000).await;
    let files = tempfile::tempdir().unwrap();
    let hesitant = Hesitant::of(&service);
    let lazypin = hesitant.start(&service, &in_directory(&files));
    lazypin.shows("row 1 of 3000").await;
    hesitant.leave.add_permits(1);
    lazypin.press("ei<enter>").shows("exporting").await;
    lazypin.press("x").shows("nothing was written").await;
    // The file in the making goes with what wrote it, off the loop.
    while std::fs::read_dir(files.path()).unwrap().next().is_some() {
        tokio::task::yield_now().await;
    }
}
