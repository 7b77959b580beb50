//! Plans and protection from the keyboard, through the real loop against the real embedded service.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking"
)]

mod tui;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use lazypin::api::PinningService as _;
use lazypin::domain::{Account, ListQuery, PinId, PinnedFilter, Rule, UnpinTarget};
use lazypin::journal::Journal;
use lazypin::plan_file;
use lazypin::tui::End;
use tui::{Lazypin, Options, Service, write};

/// A service with pins of these names, the last one on top of the list.
async fn service(names: &[&str]) -> (Service, tempfile::TempDir) {
    let service = Service::start().await;
    let directory = tempfile::tempdir().unwrap();
    for name in names {
        let path = directory.path().join(name);
        write(&path, name);
        let plan = lazypin::worker::upload::scan(&path).unwrap();
        let sent = tokio::sync::watch::Sender::new(0);
        service.client().upload(&plan, sent).await.unwrap();
    }
    (service, directory)
}

fn options(directory: &Path, rules: &[&str]) -> Options {
    Options {
        size: (80, 24),
        directory: directory.to_owned(),
        journal: Some(journal(directory)),
        protect: rules.iter().map(|text| Rule::read(text).unwrap()).collect(),
        ..Options::default()
    }
}

fn journal(directory: &Path) -> Arc<Journal> {
    let account = Account {
        profile: "default".to_owned(),
        service: "a service".to_owned(),
    };
    Arc::new(Journal::open(&directory.join("state"), account))
}

/// The names of all that is pinned, in order.
async fn pinned(service: &Service) -> Vec<String> {
    let query = ListQuery {
        pinned: PinnedFilter::Pinned,
        ..ListQuery::default()
    };
    let pins = service.client().list(&query).await.unwrap().pins;
    let mut names: Vec<String> = pins.into_iter().filter_map(|pin| pin.name).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_leaves_out_what_is_protected_by_a_rule_or_by_hand() {
    let (service, directory) = service(&["old-a", "old-b", "mine", "site-a"]).await;
    let lazypin = Lazypin::start(&service, &options(directory.path(), &["name:site-*"]));
    let screen = lazypin.shows("row 1 of 4").await;
    assert_eq!(screen.matches("pinned P").count(), 1, "{screen}");
    assert!(screen.contains("by the rule name:site-*"), "{screen}");
    lazypin.press("jP").shows("protected 1 pin").await;
    lazypin.shows("protected by hand").await;

    lazypin.press("ad").shows("Unpin 2 pins?").await;
    let screen = lazypin.shows("left out").await;
    assert!(
        screen.contains("1 protected by hand, 1 protected by the rule"),
        "{screen}"
    );
    for part in ["oldest", "largest", "  old-b", "may delete it"] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    lazypin.press("y").shows("unpinned 2 of 2 pins").await;
    assert_eq!(pinned(&service).await, ["mine", "site-a"]);

    // All that is left is protected.
    lazypin.press("<esc>f").shows("pinned ─").await;
    lazypin.shows("row 1 of 2").await;
    lazypin
        .press("ad")
        .shows("nothing to unpin: 1 protected by hand")
        .await;
    lazypin.press("q");
    assert_eq!(lazypin.ends().await, End::Quit);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_protected_by_hand_stays_so_until_it_is_lifted() {
    let (service, directory) = service(&["a", "b"]).await;
    let options = options(directory.path(), &[]);
    let protected = || journal(directory.path()).protected().unwrap();
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("row 1 of 2").await;
    // Quicker than anything is written: it ends as it was left.
    lazypin.press("PPPjP").shows("protected by hand").await;
    while protected().len() < 2 {
        tokio::task::yield_now().await;
    }
    lazypin.press("q");
    assert_eq!(lazypin.ends().await, End::Quit);

    let lazypin = Lazypin::start(&service, &options);
    let both = |screen: &str| screen.matches("pinned P").count() == 2;
    lazypin.wait("both signs", both).await;
    lazypin
        .press("aP")
        .shows("lifted the protection of 2 pins")
        .await;
    lazypin.no_longer_shows("pinned P").await;
    while !protected().is_empty() {
        tokio::task::yield_now().await;
    }
    lazypin.press("d").shows("Unpin 2 pins?").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_protected_pin_goes_after_two_questions() {
    let (service, directory) = service(&["site-a"]).await;
    let lazypin = Lazypin::start(&service, &options(directory.path(), &["name:site-*"]));
    lazypin.shows("row 1 of 1").await;
    let second = "Unpin it although it is protected?";
    lazypin.press("d").shows("you will be asked").await;
    let screen = lazypin.press("y").shows(second).await;
    assert!(
        screen.contains("It is protected by the rule name:site-*."),
        "{screen}"
    );
    // The harmless answer has the focus.
    lazypin.press("<enter>").no_longer_shows(second).await;
    assert_eq!(pinned(&service).await, ["site-a"]);
    lazypin.press("d").shows("Unpin 1 pin?").await;
    lazypin.press("y").shows(second).await;
    lazypin.press("y").shows("unpinned 1 of 1 pin").await;
    assert!(pinned(&service).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_saved_from_its_question_and_never_over_a_file() {
    let (service, directory) = service(&["old-a", "old-b"]).await;
    let lazypin = Lazypin::start(&service, &options(directory.path(), &[]));
    lazypin.shows("row 1 of 2").await;
    lazypin.press("ad").shows("Unpin 2 pins?").await;
    lazypin.press("w").shows("unpin-plan-20").await;
    // Back to the question, as it was.
    lazypin.press("<esc>").shows("Unpin 2 pins?").await;
    lazypin.press("w").shows("> file").await;
    let named = |name: &str| {
        lazypin.press(&"<backspace>".repeat(40)).press(name);
        lazypin.press("<ctrl-s>");
    };
    named("old-a");
    lazypin.shows("exists already").await;
    named("plan.jsonl");
    lazypin.shows("plan saved in").await;
    lazypin.shows("Unpin 2 pins?").await;
    assert_eq!(pinned(&service).await, ["old-a", "old-b"]);
    assert_eq!(fs::read(directory.path().join("old-a")).unwrap(), b"old-a");
    let saved = plan_file::read(&directory.path().join("plan.jsonl")).unwrap();
    assert_eq!(
        (saved.held, saved.account.service.as_str()),
        (2, "a service")
    );
    let ids: Vec<&PinId> = saved.pins.iter().map(|(_, pin)| &pin.target.id).collect();
    let query = ListQuery::default();
    let listed = service.client().list(&query).await.unwrap().pins;
    assert_eq!(ids, listed.iter().map(|pin| &pin.id).collect::<Vec<_>>());
    lazypin.press("y").shows("unpinned 2 of 2 pins").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn protection_that_can_not_be_written_down_says_so_and_holds_meanwhile() {
    let (service, directory) = service(&["a", "b"]).await;
    let options = options(directory.path(), &[]);
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("row 1 of 2").await;
    write(&directory.path().join("state"), "in the way");
    lazypin.press("P").shows("only until you leave: ").await;
    lazypin.press("ad").shows("Unpin 1 pin?").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_lazypin_protected_meanwhile_stays() {
    let (service, directory) = service(&["a", "b", "c"]).await;
    let lazypin = Lazypin::start(&service, &options(directory.path(), &[]));
    lazypin.shows("row 1 of 3").await;
    lazypin.press("ad").shows("Unpin 3 pins?").await;
    let pins = service.client().list(&ListQuery::default()).await.unwrap();
    let mine = pins
        .pins
        .iter()
        .find(|pin| pin.name.as_deref() == Some("b"));
    let mine = UnpinTarget::from(mine.unwrap());
    journal(directory.path()).protect(&[mine], true).unwrap();
    lazypin
        .press("y")
        .shows("unpinned 2 of 3 pins · 1 refused")
        .await;
    lazypin.shows("refused: protected by hand").await;
    assert_eq!(pinned(&service).await, ["b"]);
}
