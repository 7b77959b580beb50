//! What a person does with work that runs, through the real loop against the real embedded service.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking"
)]

mod tui;

use std::sync::Arc;

use lazypin::api::{ClientConfig, PinClient, Timeouts};
use lazypin::worker::Connected;
use tui::{Lazypin, Options, Service};

/// A session in which calls leave slowly enough to watch a batch, with its page marked and the
/// batch begun.
async fn slow_batch(service: &Service) -> Lazypin {
    let client = PinClient::new(ClientConfig {
        api_url: service.running.api_url(),
        credentials: service.credentials.clone(),
        rate_limit: Some(1200),
        timeouts: Timeouts::default(),
    });
    let connected = Connected {
        service: Arc::new(client.unwrap()),
        api_url: service.running.api_url(),
        gateway: None,
    };
    let lazypin = Lazypin::start_with(&Options::default(), async { Ok(connected) });
    lazypin.press("f").shows("Pins · created ↓ · pinned").await;
    lazypin.shows("row 1 of").await;
    lazypin.press("a").shows("34 marked").await;
    lazypin.press("d").shows("Unpin 34 pins?").await;
    lazypin.press("y").shows("unpinning ").await;
    lazypin
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_paused_and_goes_on() {
    let service = Service::demo(200).await;
    let lazypin = slow_batch(&service).await;
    let screen = lazypin.press("z").shows("/34 · paused").await;
    assert!(screen.contains("z pause"), "{screen}");
    lazypin.press("z").no_longer_shows("paused").await;
    lazypin.shows("unpinned 34 of 34 pins").await;
    lazypin
        .press("z")
        .shows("nothing runs here that can be paused")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_batch_is_called_off() {
    let service = Service::demo(200).await;
    let lazypin = slow_batch(&service).await;
    lazypin.press("z").shows("/34 · paused").await;
    let screen = lazypin.press("x").shows("not tried").await;
    assert!(!screen.contains("paused"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_panel_shows_jobs_that_run_and_what_became_of_each_item() {
    let service = Service::demo(200).await;
    let lazypin = Lazypin::start(&service, &Options::default());
    lazypin.press("f").shows("row 1 of").await;
    lazypin.press("J").shows("nothing has run yet").await;
    lazypin.press("J").no_longer_shows("nothing has run").await;

    let lazypin = slow_batch(&service).await;
    lazypin.shows("J tells more").await;
    lazypin.press("J").shows("Jobs of this session").await;
    lazypin.shows("> unpin 34 pins").await;
    lazypin.press("z").shows("/34 · paused").await;
    lazypin.press("z").shows("unpinned 34 of 34 pins").await;

    // Another one, called off from the panel: both are told of, the newest first.
    lazypin.press("<esc>").no_longer_shows("Jobs of this").await;
    lazypin.press("ad").shows("Unpin 34 pins?").await;
    lazypin.press("yJz").shows("/34 · paused").await;
    lazypin.press("x").shows("not tried").await;
    lazypin
        .wait("both", |screen| {
            let place = |text| screen.find(text);
            let (newest, oldest) = (place("! unpinned"), place("unpinned 34 of 34 pins  "));
            newest.is_some() && newest < oldest
        })
        .await;
    lazypin
        .press("<enter>")
        .shows("the batch was called off")
        .await;
    lazypin.press("<esc>j<enter>").shows("): done").await;
    lazypin.press("<esc>").shows("Jobs of this session").await;
    lazypin.press("<esc>").no_longer_shows("Jobs of this").await;
}
