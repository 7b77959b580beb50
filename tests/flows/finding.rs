//! Finding pins: the filter, its orders, and copies of the same content.

use std::collections::HashMap;

use lazypin::api::PinningService as _;
use lazypin::domain::{ListQuery, Pin, PinState, PinnedFilter, SavedView, SortKey, SortOrder};

use crate::journal;
use crate::tui::{Lazypin, Options, Service};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filter_as_one_types_mark_all_that_match_and_unpin_them() {
    let service = Service::demo(2500).await;
    let wanted = {
        let mut found = 0;
        for offset in [0, 1000, 2000] {
            let query = ListQuery {
                offset,
                limit: 1000,
                ..ListQuery::default()
            };
            let page = service.client().list(&query).await.unwrap();
            let pngs = page.pins.iter().filter(|pin| {
                pin.name
                    .as_deref()
                    .is_some_and(|name| name.contains(".png"))
                    && pin.state == lazypin::domain::PinState::Pinned
            });
            found += pngs.count();
        }
        found
    };
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        journal: Some(journal(directory.path())),
        ..Options::default()
    };
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("row 1 of 2500").await;
    lazypin.press("/name:*.png status:pinned");
    lazypin.shows(&format!("row 1 of {wanted} ")).await;
    lazypin
        .press("<enter>")
        .shows("· /name:*.png status:pinned")
        .await;
    lazypin.press("A").shows(&format!("{wanted} marked")).await;
    lazypin
        .press("d")
        .shows(&format!("Unpin {wanted} pins?"))
        .await;
    lazypin.press(&format!("{wanted}<enter>"));
    lazypin
        .shows(&format!("unpinned {wanted} of {wanted} pins"))
        .await;
    lazypin.shows("Nothing matches").await;
    lazypin.press("<esc>").shows("row 1 of 2500").await;

    // What is taken back is found by the same filter again.
    lazypin.press("U").shows("Take back the last unpin").await;
    lazypin.press("y").shows("with new ids").await;
    // (A demo has no content, so that they wait for it; some are duplicates of pins that stayed.)
    lazypin.press("/name:*.png status:pinning<enter>");
    // It comes in above the row that was there first, and the cursor stays at the top.
    lazypin
        .wait("what came back", |screen| {
            let rows = screen.split("row 1 of ").nth(1);
            let rows = rows.and_then(|rest| rest.split(' ').next());
            rows.and_then(|rows| rows.parse::<usize>().ok())
                .is_some_and(|rows| (wanted * 9 / 10..2500).contains(&rows))
        })
        .await;
    lazypin
        .press("<esc>")
        .shows("Pins · created ↓ · all ──")
        .await;

    // A wrong term is marked, and the rest applies; escape takes the filter away.
    lazypin.press("/colour:red").shows("column 1").await;
    lazypin.press("<esc>").no_longer_shows("/colour").await;
    // Words rank, and the order can be changed to that of any column.
    lazypin.press("/readme").shows("Pins · best match").await;
    lazypin.press("S").shows("/readmeS").await;
    lazypin
        .press("<backspace><enter>S")
        .shows("Pins · weakest match")
        .await;
    for sort in ["created", "size", "name", "pinned", "state", "type", "cid"] {
        lazypin
            .press("s")
            .shows(&format!("Pins · {sort} ↑ · all"))
            .await;
    }
    lazypin.resize(200, 40).shows("CID ↑").await;
    let in_order = |screen: &str| {
        let rows = screen.lines().filter_map(|line| line.split('│').nth(1));
        let cids: Vec<&str> = rows
            .filter(|row| row.contains("README"))
            .filter_map(|row| row.split_whitespace().last())
            .filter_map(|cid| cid.split('…').next())
            .collect();
        cids.len() > 5 && cids.is_sorted()
    };
    lazypin.wait("CIDs in their order", in_order).await;
    // Without the filter the service sorts, by what was chosen last of what it knows.
    lazypin.press("<esc>").shows("Pins · name ↑ · all ──").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_saved_view_is_one_key_away_and_goes_with_its_filter() {
    let service = Service::demo(1000).await;
    let without = Lazypin::start(&service, &Options::default());
    without.shows("row 1 of 1000").await;
    without.press("V").shows("there are no saved views").await;
    let view = |filter: &str, show, sort| SavedView {
        filter: filter.to_owned(),
        show,
        sort,
        order: SortOrder::Ascending,
    };
    let options = Options {
        views: vec![
            (
                "large".to_owned(),
                view("size>1GB", PinnedFilter::Pinned, Some(SortKey::Type)),
            ),
            (
                "states".to_owned(),
                view("", PinnedFilter::All, Some(SortKey::State)),
            ),
        ],
        ..Options::default()
    };
    let lazypin = Lazypin::start(&service, &options);
    lazypin.shows("row 1 of 1000").await;
    let menu = lazypin.press("V").shows("╭ Views").await;
    assert!(menu.contains("size>1GB · pinned · type ↑"), "{menu}");
    lazypin
        .press("<enter>")
        .shows("Pins · type ↑ · pinned · /size>1GB")
        .await;
    lazypin.shows("view large").await;
    lazypin
        .press("<esc>")
        .shows("Pins · created ↓ · all ──")
        .await;
    // A view without a filter is made here all the same, and the service's order comes back.
    lazypin.press("V2").shows("Pins · state ↑ · all ──").await;
    lazypin.shows("row 1 of 1000").await;
    lazypin.press("s").shows("Pins · created ↑ · all ──").await;
}

/// The number before a word on the screen.
fn number_before(screen: &str, word: &str) -> Option<usize> {
    let before = screen.split(word).next()?;
    before.split_whitespace().last()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_lie_side_by_side_and_all_but_the_oldest_are_marked() {
    let service = Service::demo(1000).await;
    let mut contents: HashMap<String, Vec<Pin>> = HashMap::new();
    let query = ListQuery {
        limit: 1000,
        ..ListQuery::default()
    };
    for pin in service.client().list(&query).await.unwrap().pins {
        if pin.state == PinState::Pinned {
            let root = pin.root_hash.clone().unwrap();
            contents.entry(root).or_default().push(pin);
        }
    }
    contents.retain(|_, pins| pins.len() > 1);
    assert!(!contents.is_empty());
    let spare: usize = contents.values().map(|pins| pins.len() - 1).sum();

    let lazypin = Lazypin::start(&service, &Options::default());
    lazypin.shows("row 1 of 1000").await;
    lazypin.press("D").shows("Pins · copies ↓ · pinned").await;
    let screen = lazypin.shows("/dup:yes").await;
    assert!(screen.contains("all but the oldest"), "{screen}");
    let screen = lazypin.shows("> ┌").await;
    assert!(screen.contains("  └"), "{screen}");
    lazypin.press("D").shows(&format!("marked {spare} ")).await;
    // The marks stay when the view goes on, and the foot tells of those that are not in sight.
    lazypin
        .press("<esc>")
        .shows("Pins · created ↓ · all ──")
        .await;
    let screen = lazypin.shows(&format!("{spare} marked")).await;
    assert!(!screen.contains("hidden"), "{screen}");
    lazypin.press("/size<1kB");
    let screen = lazypin
        .wait("how many are hidden", |screen| {
            number_before(screen, "hidden").is_some()
        })
        .await;
    let small = contents
        .values()
        .flatten()
        .filter(|pin| pin.size < Some(1000));
    assert!(number_before(&screen, "hidden") >= Some(spare - small.count()));
    lazypin.press("<esc>").no_longer_shows("/size").await;
    lazypin
        .press("d")
        .shows(&format!("Unpin {spare} pin"))
        .await;
    if spare > 50 {
        lazypin.press(&format!("{spare}<enter>"));
    } else {
        lazypin.press("y");
    }
    lazypin.shows(&format!("unpinned {spare} of {spare}")).await;
    for pins in contents.values() {
        let oldest = pins
            .iter()
            .min_by_key(|pin| pin.created_at.or(pin.date_pinned));
        for pin in pins {
            let now = service.client().details(&pin.id).await.unwrap().pin;
            let stays = oldest.is_some_and(|oldest| oldest.id == pin.id);
            assert_eq!(now.state == PinState::Pinned, stays, "{}", pin.id);
        }
    }
}
