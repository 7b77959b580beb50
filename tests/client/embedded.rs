//! The client and the worker's verbs against the embedded service: both ends are ours, and agree.

use std::fs;
use std::sync::Arc;

use futures_util::StreamExt as _;
use lazypin::api::PinningService;
use lazypin::credentials::Credentials;
use lazypin::domain::{ListQuery, Metadata, PinState, UnpinOutcome};
use lazypin::error::ApiError;
use lazypin::ipfs::root_of_upload;
use lazypin::protocol::JobEnd;
use lazypin::service::{self, RunningService, ServiceConfig, StoreLocation};
use lazypin::worker::gate::Gate;
use lazypin::worker::unpin::unpin_all;
use lazypin::worker::upload::{pin_by_cid, scan, upload};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::script::{KEY, SECRET, client};

async fn started(directory: &std::path::Path) -> (RunningService, Arc<dyn PinningService>) {
    let running = service::start(ServiceConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        store: StoreLocation::Directory(directory.join("store")),
        credentials: Credentials::new(KEY, SECRET).unwrap(),
    })
    .await
    .unwrap();
    let client = client(&running.api_url());
    (running, Arc::new(client))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_goes_there_and_back_with_every_odd_name() {
    let directory = tempfile::tempdir().unwrap();
    let (_running, service) = started(directory.path()).await;
    let top = directory.path().join("a folder");
    fs::create_dir_all(top.join("sub")).unwrap();
    let mut names: Vec<_> = (0..300).map(|number| format!("sub/{number}")).collect();
    names.extend(["\u{65e5}\u{672c} \u{e9}.txt", ".hidden", "q\"uote", "empty"].map(str::to_owned));
    for name in &names {
        fs::write(top.join(name), if name == "empty" { "" } else { name }).unwrap();
    }
    let mut plan = scan(&top).unwrap();
    plan.metadata.name = Some("the \"folder\"".to_owned());
    plan.metadata
        .keyvalues
        .insert("k".to_owned(), "v".to_owned());

    let (sent, seen) = watch::channel(0);
    let end = upload(service.as_ref(), &plan, sent).await;
    let JobEnd::Pinned(made) = end else {
        panic!("{end:?}");
    };
    assert_eq!(*seen.borrow(), plan.total_bytes());
    assert_eq!(made.cid, root_of_upload(&plan).unwrap());

    let page = service.list(&ListQuery::default()).await.unwrap();
    assert_eq!((page.rows, page.totals.files), (1, 1));
    let details = service.details(&made.id).await.unwrap();
    assert_eq!(details.pin, page.pins[0]);
    assert!(details.pin.is_dir && details.pin.pinned);
    assert_eq!(details.pin.name.as_deref(), Some("the \"folder\""));
    assert_eq!(details.pin.keyvalues["k"], "v");

    let (sent, _) = watch::channel(0);
    let again = upload(service.as_ref(), &plan, sent).await;
    assert_eq!(again, JobEnd::AlreadyPinned(Some(details.pin.clone())));
    let by_cid = pin_by_cid(service.as_ref(), &made.cid, &Metadata::default()).await;
    assert_eq!(by_cid, JobEnd::AlreadyPinned(Some(details.pin)));

    for outcome in [UnpinOutcome::Done, UnpinOutcome::Gone] {
        let ids = vec![made.id.clone()];
        let gate = Gate::new(4, CancellationToken::new());
        let items: Vec<_> = unpin_all(Arc::clone(&service), ids, gate).collect().await;
        assert_eq!(items[0].outcome, outcome, "{items:?}");
    }
    let after = service.details(&made.id).await.unwrap();
    assert_eq!(after.pin.state, PinState::Unpinned);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_knows_our_keys_and_our_refusals_are_its_words() {
    let directory = tempfile::tempdir().unwrap();
    let (_running, service) = started(directory.path()).await;
    assert!(!service.test_authentication().await.unwrap().is_empty());
    let path = directory.path().join("back\\slash");
    fs::write(&path, "x").unwrap();
    let (sent, _) = watch::channel(0);
    let end = upload(service.as_ref(), &scan(&path).unwrap(), sent).await;
    assert!(
        matches!(&end, JobEnd::Failed(ApiError::Refused(words)) if words.contains("back\\slash")),
        "{end:?}"
    );
}
