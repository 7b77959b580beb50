//! Plans of many pins, which are made beside the screen.

use lazypin::api::PinningService as _;
use lazypin::domain::{ListQuery, PinState};

use crate::tui::{Lazypin, Options, Service};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_of_more_than_a_thousand_pins_asks_as_any_other() {
    let service = Service::demo(1600).await;
    let mut pinned = 0;
    for offset in [0, 1000] {
        let query = ListQuery {
            offset,
            limit: 1000,
            ..ListQuery::default()
        };
        let page = service.client().list(&query).await.unwrap();
        let alive = page
            .pins
            .iter()
            .filter(|pin| pin.state != PinState::Unpinned);
        pinned += alive.count();
    }
    let lazypin = Lazypin::start(&service, &Options::default());
    lazypin.shows("row 1 of 1600").await;
    lazypin.press("A").shows("1600 marked").await;
    let plan = lazypin
        .press("d")
        .shows(&format!("Unpin {pinned} pins?"))
        .await;
    assert!(
        plan.contains("left out") && plan.contains("unpinned already"),
        "{plan}"
    );
    assert!(!plan.contains("planning"), "{plan}");
    lazypin.press("<esc>").no_longer_shows("Unpin").await;

    // Whoever opens something else meanwhile is not asked into it.
    lazypin.press("d?").shows("╭ Help").await;
    lazypin.press("<esc>").shows("1600 marked").await;
    lazypin
        .press("d")
        .shows(&format!("Unpin {pinned} pins?"))
        .await;
}
