//! What a person does from the keyboard, through the real loop against the real embedded service.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking"
)]

mod flows;
mod tui;

use std::sync::Arc;

use lazypin::api::PinningService as _;
use lazypin::domain::{Account, ListQuery, Metadata, Pin, UnpinTarget};
use lazypin::journal::{Journal, Kind, Outcome};
use lazypin::tui::End;
use tui::{Lazypin, Options, Service, write};

const HELLO: &str = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upload_a_file_and_a_folder_then_copy_and_unpin_them() {
    let service = Service::start().await;
    let files = tempfile::tempdir().unwrap();
    write(&files.path().join("hello.txt"), "hello world");
    write(&files.path().join("site/index.html"), "<h1>hi</h1>");
    write(&files.path().join("site/css/a.css"), "a{}");
    let options = Options {
        directory: files.path().to_path_buf(),
        ..Options::default()
    };
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("No pins yet").await;

    // A file: narrowed by typing, taken with enter, sent with its own name.
    lazypin.press("u").shows("1 of 2").await;
    lazypin
        .press("hel<enter>")
        .shows("1 pin, 1 file, 11 B")
        .await;
    lazypin.press("<tab>").paste("env=test").press("<ctrl-s>");
    lazypin.shows(HELLO).await;
    lazypin
        .wait("the file in the list", |screen| {
            screen.contains("row 1 of 1") && screen.contains("hello.txt") && screen.contains("11 B")
        })
        .await;

    // A folder.
    lazypin.press("u").shows("1 of 2").await;
    lazypin.press("<tab>").shows("1 pin, 2 files, 14 B").await;
    lazypin.press("<ctrl-s>").shows("row 1 of 2").await;
    lazypin
        .wait("the folder in the list", |screen| {
            screen.contains("site/") && screen.contains("14 B") && screen.contains("pinned")
        })
        .await;

    // Both marked, both copied, a line each.
    lazypin.press("ga").shows("2 marked").await;
    lazypin
        .press("y")
        .shows("copied to the clipboard: 2 CIDs")
        .await;
    let copied = lazypin.desktop.copied.lock().unwrap().clone();
    assert_eq!(copied[0].lines().count(), 2);
    assert!(copied[0].ends_with(HELLO), "{copied:?}");

    // One question, cancelled and then agreed to.
    lazypin.press("d").shows("Unpin 2 pins?").await;
    lazypin
        .press("<enter>")
        .no_longer_shows("Unpin 2 pins?")
        .await;
    assert_eq!(pinned(&service).await, 2);
    lazypin.press("d").shows("Unpin 2 pins?").await;
    lazypin.press("y").shows("unpinned 2 of 2 pins").await;
    assert_eq!(pinned(&service).await, 0);
    lazypin.press("f").shows("No pinned pins").await;
    lazypin.press("q");
    assert_eq!(lazypin.ends().await, End::Quit);
}

async fn pinned(service: &Service) -> u64 {
    let query = ListQuery {
        pinned: lazypin::domain::PinnedFilter::Pinned,
        ..ListQuery::default()
    };
    service.client().list(&query).await.unwrap().totals.files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pin_by_cid_checks_as_one_types_and_finds_what_is_pinned_already() {
    let service = Service::start().await;
    let lazypin = Lazypin::start(&service, &Options::default());
    lazypin.shows("No pins yet").await;
    lazypin.press("p").shows("Pin by CID").await;
    lazypin.press("bafybad").shows("not a CID").await;
    lazypin.press("<ctrl-s>").shows("not a CID").await;
    for _ in 0.."bafybad".len() {
        lazypin.press("<backspace>");
    }
    lazypin.paste(&format!("ipfs://{HELLO}"));
    lazypin.shows("ok: CIDv1 raw").await;
    lazypin.press("<tab>").press("greeting");
    lazypin.press("<tab>").press("nonsense<ctrl-s>");
    lazypin.shows("'nonsense' is not KEY=VALUE").await;
    for _ in 0.."nonsense".len() {
        lazypin.press("<backspace>");
    }
    lazypin
        .press("a=1<ctrl-s>")
        .shows("pinned 'greeting'")
        .await;
    // The content is nowhere: it waits, and says so.
    lazypin
        .wait("a pin that waits", |screen| {
            screen.contains("pinning") && screen.contains("queued") && screen.contains("a = 1")
        })
        .await;
    lazypin.press("p").paste(HELLO).press("<ctrl-s>");
    lazypin.shows("is pinned already, as 'greeting'").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browse_sort_filter_page_and_jump() {
    let service = Service::demo(1000).await;
    let lazypin = Lazypin::start(&service, &Options::default());
    lazypin.shows("row 1 of 1000").await;
    lazypin.press("G").shows("row 1000 of 1000").await;
    lazypin.press("g").shows("row 1 of 1000").await;
    lazypin.press("]").shows("page 2/").await;
    lazypin.press("[").shows("page 1/").await;
    lazypin.press("jjj").shows("row 4 of 1000").await;
    lazypin.press("s").shows("Pins · size ↓ · all").await;
    lazypin.press("S").shows("Pins · size ↑ · all").await;
    lazypin.press("s").shows("Pins · name ↑ · all").await;
    lazypin.press("f").shows("Pins · name ↑ · pinned").await;
    lazypin.press("f").shows("Pins · name ↑ · unpinned").await;
    lazypin
        .wait("only unpinned ones", |screen| {
            screen.contains("row 1 of") && !screen.contains(" pinned  ")
        })
        .await;
    lazypin.press("?").shows("mark a range").await;
    lazypin.press("<esc>").no_longer_shows("mark a range").await;
    lazypin.press("<enter>").shows("multihash").await;
    lazypin.press("<esc>i").shows("\"root_hash\"").await;
    lazypin
        .press("<esc>")
        .no_longer_shows("\"root_hash\"")
        .await;
    lazypin.resize(40, 10).shows("row 1 of").await;
    lazypin.resize(3, 2);
    lazypin.resize(80, 24).shows("row 1 of").await;
    lazypin.press("<ctrl-c>");
    assert_eq!(lazypin.ends().await, End::Quit);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_palette_finds_commands_by_their_words_and_runs_them() {
    let service = Service::demo(100).await;
    let lazypin = Lazypin::start(&service, &Options::default());
    lazypin.shows("row 1 of 100").await;
    // What can't do anything now is not offered, and what is typed narrows it.
    let screen = lazypin.press(":").shows("Commands").await;
    assert!(screen.contains("unpin the marked"), "{screen}");
    assert!(!screen.contains("call the running work off"), "{screen}");
    lazypin
        .press("turn order")
        .wait("the best first", |screen| screen.contains("> S "))
        .await;
    lazypin
        .press("<enter>")
        .shows("Pins · created ↑ · all")
        .await;
    // Down to another one, a dead end, and away.
    lazypin.press(":half-page<down>").shows("> ctrl-u ").await;
    lazypin
        .press("xyz")
        .shows("no command is called that")
        .await;
    lazypin
        .press("<enter><esc>")
        .no_longer_shows("Commands")
        .await;
    // In the pane, what the pane can do.
    lazypin.press("<tab>:").shows("Commands").await;
    lazypin
        .paste("mark-all\n")
        .shows("no command is called")
        .await;
    lazypin.press("<esc>").no_longer_shows("Commands").await;
    lazypin.press(":raw<enter>").shows("\"root_hash\"").await;
    lazypin.press("<esc><tab>:quit<enter>");
    assert_eq!(lazypin.ends().await, End::Quit);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_pins_want_their_number_typed() {
    let service = Service::demo(200).await;
    let options = Options {
        size: (120, 80),
        ..Options::default()
    };
    let lazypin = Lazypin::start(&service, &options);
    lazypin.press("f").shows("Pins · created ↓ · pinned").await;
    lazypin
        .wait("rows", |screen| screen.contains("row 1 of"))
        .await;
    lazypin.press("a").shows("74 marked").await;
    lazypin.press("d").shows("Type 74 and press enter").await;
    lazypin.press("y73<enter>").shows("Type 74").await;
    let before = pinned(&service).await;
    lazypin.press("<backspace>4<enter>");
    lazypin.shows("unpinned 74 of 74 pins").await;
    assert_eq!(pinned(&service).await, before - 74);
    lazypin
        .wait("a full page of others", |screen| {
            screen.contains(&format!("row 1 of {}", before - 74)) && !screen.contains("…\n")
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_range_is_marked_and_verbs_mean_it() {
    let service = Service::demo(100).await;
    let lazypin = Lazypin::start(&service, &Options::default());
    lazypin.shows("row 1 of 100").await;
    lazypin.press("vjjj").shows("0 marked · range").await;
    lazypin.press("v").shows("4 marked").await;
    lazypin.press("Y").shows("Copy 4 pins as").await;
    lazypin
        .press("p")
        .shows("copied to the clipboard: 4 pin ids")
        .await;
    assert_eq!(lazypin.desktop.copied.lock().unwrap()[0].lines().count(), 4);
    lazypin.press("<esc>").no_longer_shows("4 marked").await;
    lazypin.press("o").shows("asked the system to open").await;
    assert!(lazypin.desktop.opened.lock().unwrap()[0].contains("/ipfs/"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn read_only_lets_no_change_out() {
    let service = Service::demo(10).await;
    let options = Options {
        read_only: true,
        ..Options::default()
    };
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("READ-ONLY").await;
    lazypin.shows("row 1 of 10").await;
    for key in ["d", "u", "p"] {
        lazypin
            .press(key)
            .shows("read-only: nothing can be changed")
            .await;
        lazypin
            .press("<esc>")
            .no_longer_shows("nothing can be changed")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_keys_say_so_and_what_to_do() {
    let service = Service::demo(10).await;
    let client = service.client_with(lazypin::credentials::Credentials::random());
    let api_url = service.running.api_url();
    let lazypin = Lazypin::start_with(&Options::default(), async move {
        Ok(lazypin::worker::Connected {
            service: std::sync::Arc::new(client),
            api_url,
            gateway: None,
        })
    });
    lazypin.shows("The pins could not be read").await;
    let screen = lazypin.shows("PINNING_API_KEY").await;
    assert!(screen.contains("r asks again"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_can_not_start_is_told_on_the_screen() {
    let lazypin = Lazypin::start_with(&Options::default(), async {
        Err(anyhow::anyhow!("the store is from a newer lazypin"))
    });
    lazypin.shows("the store is from a newer lazypin").await;
    lazypin.press("q");
    assert_eq!(lazypin.ends().await, End::Quit);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_frame_waits_for_nobody_and_quitting_neither() {
    let lazypin = Lazypin::start_with(&Options::default(), std::future::pending());
    lazypin.shows("Asking embedded service").await;
    lazypin.press("jjGd?").shows("Help").await;
    lazypin.press("<esc>q");
    assert_eq!(lazypin.ends().await, End::Quit);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_from_outside_steer_nothing() {
    let service = Service::start().await;
    let cid = HELLO.parse().unwrap();
    let metadata = Metadata {
        name: Some("\u{1b}[2Jevil\u{7}\n文件\u{202e}gnp.exe".to_owned()),
        keyvalues: [("\u{1b}]0;x\u{7}".to_owned(), "\u{9b}31m".to_owned())].into(),
    };
    service.client().pin_by_cid(&cid, &metadata).await.unwrap();
    let lazypin = Lazypin::start(&service, &Options::default());
    let screen = lazypin.shows("␛[2Jevil␇␊文件").await;
    assert!(
        screen.chars().all(|c| c == '\n' || !c.is_control()),
        "{screen:?}"
    );
    assert!(!screen.contains('\u{202e}'));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_unpin_is_taken_back_with_one_key_and_one_question() {
    let service = Service::start().await;
    let directory = tempfile::tempdir().unwrap();
    let pins = two_pins(&service, directory.path()).await;
    let options = Options {
        journal: Some(journal(&directory.path().join("state"))),
        ..Options::default()
    };
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("row 1 of 2").await;
    lazypin
        .press("U")
        .shows("there is no unpin to take back")
        .await;
    lazypin.press("ad").shows("Unpin 2 pins?").await;
    lazypin.press("y").shows("unpinned 2 of 2 pins").await;
    assert_eq!(pinned(&service).await, 0);

    // Asked once, harmless answer first.
    let question = "Take back the last unpin: 2 pins?";
    let screen = lazypin.press("U").shows(question).await;
    assert!(
        screen.contains("  one") && screen.contains("  two"),
        "{screen}"
    );
    lazypin.press("<enter>").no_longer_shows(question).await;
    assert_eq!(pinned(&service).await, 0);
    lazypin.press("U").shows(question).await;
    lazypin
        .press("y")
        .shows("2 pins are back, with new ids")
        .await;
    let query = ListQuery {
        pinned: lazypin::domain::PinnedFilter::Pinned,
        ..ListQuery::default()
    };
    let back = service.client().list(&query).await.unwrap().pins;
    assert_eq!(back.len(), 2);
    for pin in &pins {
        let again = back.iter().find(|again| again.cid == pin.cid).unwrap();
        assert_eq!((&again.name, &again.keyvalues), (&pin.name, &pin.keyvalues));
        assert_ne!(again.id, pin.id);
    }
    lazypin
        .press("<esc>U")
        .shows("there is no unpin to take back")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_change_log_tells_of_changes_and_items_and_takes_one_unpin_back() {
    let service = Service::start().await;
    let directory = tempfile::tempdir().unwrap();
    let pins = two_pins(&service, directory.path()).await;
    let options = Options {
        journal: Some(journal(&directory.path().join("state"))),
        ..Options::default()
    };
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("row 1 of 2").await;
    lazypin.press("L").shows("Nothing was changed").await;
    lazypin.press("<esc>d").shows("Unpin 1 pin?").await;
    let told = "unpinned 1 of 1 pin";
    lazypin.press("y").shows(told).await;
    lazypin.press("<esc>").no_longer_shows(told).await;
    lazypin.press("jd").shows("Unpin 1 pin?").await;
    lazypin.press("y").shows(told).await;
    let screen = lazypin.press("L").shows("1 of 2 ").await;
    assert_eq!(screen.matches("1 item: 1 done").count(), 2, "{screen}");
    // The items of the older one, and back to the changes.
    lazypin.press("j<enter>").shows("unpin of 2").await;
    lazypin
        .wait("its item", |screen| {
            screen.contains("done     two") && screen.contains(&format!("id {}", pins[1].id))
        })
        .await;
    lazypin.press("<esc>").shows("2 of 2 ").await;
    // Not the last one, but this one is taken back.
    let question = "Take back this unpin: 1 pin?";
    let screen = lazypin.press("U").shows(question).await;
    assert!(screen.contains("  two"), "{screen}");
    lazypin
        .press("y")
        .shows("1 pin is back, with a new id")
        .await;
    assert_eq!(pinned(&service).await, 1);
    // What it was taken back by is a change too, and tells the new id.
    lazypin.press("L").shows("1 of 3 ").await;
    lazypin.press("<enter>").shows(", now ").await;
    lazypin
        .press("U")
        .shows("only unpins can be taken back")
        .await;
    lazypin.press("<esc>G").shows("3 of 3 ").await;
    lazypin
        .press("U")
        .shows("nothing of this unpin can be taken back")
        .await;
    lazypin.press("Lq");
    assert_eq!(lazypin.ends().await, End::Quit);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_off_is_offered_at_the_start_and_finished_with_a_look() {
    let service = Service::start().await;
    let directory = tempfile::tempdir().unwrap();
    let pins = two_pins(&service, directory.path()).await;
    let journal = journal(&directory.path().join("state"));
    let targets: Vec<UnpinTarget> = pins.iter().map(UnpinTarget::from).collect();
    // Killed after one was unpinned, and before anybody wrote that down.
    drop(journal.begin(Kind::Unpin, 2, &targets, None).unwrap());
    service.client().unpin(&pins[0].id).await.unwrap();
    let options = Options {
        journal: Some(Arc::clone(&journal)),
        ..Options::default()
    };
    let question = "Finish what was cut off: unpin 2 pins?";
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows(question).await;
    lazypin.press("n").no_longer_shows(question).await;
    lazypin.press("q");
    assert_eq!(lazypin.ends().await, End::Quit);
    assert_eq!(pinned(&service).await, 1);
    assert_eq!(journal.unfinished().unwrap().len(), 1);

    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows(question).await;
    lazypin.press("y").shows("unpinned 2 of 2 pins").await;
    assert_eq!(pinned(&service).await, 0);
    lazypin.press("p").paste(HELLO).press("<ctrl-s>");
    lazypin.shows("pinned 'baf").await;
    let pinned_one = journal.history().unwrap().batches.remove(1);
    assert_eq!(
        (pinned_one.kind, pinned_one.count(Outcome::Done)),
        (Kind::Pin, 1)
    );
    let batch = journal.history().unwrap().batches.remove(0);
    assert_eq!(batch.count(Outcome::Done), 2);
    assert!(batch.ended.is_some());
    lazypin.press("q");
    assert_eq!(lazypin.ends().await, End::Quit);

    let reading = Options {
        read_only: true,
        ..options
    };
    drop(journal.begin(Kind::Unpin, 2, &targets, None).unwrap());
    let lazypin = Lazypin::start(&service, &reading);
    lazypin
        .press("U")
        .shows("read-only: nothing can be changed")
        .await;
}

/// Two pins with content, names and keyvalues.
async fn two_pins(service: &Service, directory: &std::path::Path) -> Vec<Pin> {
    let mut pins = Vec::new();
    for name in ["one", "two"] {
        write(&directory.join(name), name);
        let mut plan = lazypin::worker::upload::scan(&directory.join(name)).unwrap();
        plan.metadata.keyvalues = [("k".to_owned(), name.to_owned())].into();
        let sent = tokio::sync::watch::Sender::new(0);
        pins.push(service.client().upload(&plan, sent).await.unwrap());
    }
    pins
}

fn journal(directory: &std::path::Path) -> Arc<Journal> {
    let account = Account {
        profile: "default".to_owned(),
        service: "a service".to_owned(),
    };
    Arc::new(Journal::open(directory, account))
}
