//! Finishing and taking back: looked at where it is not clear, never done twice.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::StreamExt as _;
use jiff::Timestamp;
use lazypin::api::PinningService;
use lazypin::domain::{
    Account, Cid, PinId, Protection, Rule, UndoItem, UndoOutcome, UnpinOutcome, UnpinTarget,
};
use lazypin::error::ApiError;
use lazypin::journal::{Entry, Journal, Kind, Outcome};
use lazypin::worker::undo::undo_all;
use lazypin::worker::unpin::{Resumed, finish_all};

use crate::fake::{Fake, Fault, gate, pin, timeout};

fn service(fake: &Arc<Fake>) -> Arc<dyn PinningService> {
    Arc::clone(fake) as Arc<dyn PinningService>
}

#[tokio::test(start_paused = true)]
async fn what_was_cut_off_is_looked_at_before_it_is_unpinned() {
    let mut off = pin("off");
    off.pinned = false;
    off.date_unpinned = Some(Timestamp::now());
    let mut long_off = pin("long-off");
    long_off.pinned = false;
    long_off.date_unpinned = Some(Timestamp::UNIX_EPOCH);
    let fake = Fake::with_pins([pin("there"), off, long_off, pin("blind"), pin("kept")])
        .on("details blind", [Fault::Fails(timeout())]);
    let fake = Arc::new(fake);
    let ids = ["there", "off", "long-off", "nowhere", "blind", "kept"].map(PinId::from);
    let resumed = Resumed {
        since: Timestamp::now(),
        protection: Arc::new(Protection::new(
            vec![Rule::read("id:kept").unwrap()],
            BTreeSet::new(),
            Timestamp::now(),
        )),
    };
    let items: HashMap<String, UnpinOutcome> =
        finish_all(service(&fake), ids.to_vec(), resumed, gate(4))
            .map(|item| (item.id.to_string(), item.outcome))
            .collect()
            .await;
    assert_eq!(items["there"], UnpinOutcome::Done);
    assert_eq!(items["off"], UnpinOutcome::Done);
    assert_eq!(items["long-off"], UnpinOutcome::Gone);
    assert_eq!(items["nowhere"], UnpinOutcome::Gone);
    assert_eq!(items["blind"], UnpinOutcome::Unknown);
    assert_eq!(items["kept"], UnpinOutcome::Refused);
    // Nothing was unpinned without a look, and nothing that was off.
    assert_eq!(fake.count_all("unpin"), 1);
    assert_eq!(fake.count("unpin there"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_undo_waits_for_a_busy_service_and_looks_at_what_is_not_clear() {
    let directory = tempfile::tempdir().unwrap();
    let account = Account {
        profile: "default".to_owned(),
        service: "fake".to_owned(),
    };
    let journal = Arc::new(Journal::open(directory.path(), account));
    let mut targets = ["taken", "still-there", "no-cid", "lost"]
        .map(|id| UnpinTarget::unknown(PinId::from(id)))
        .to_vec();
    targets[0].cid = Some(Cid::as_received("bafytaken"));
    targets[1].cid = Some(Cid::as_received("bafystill"));
    let running = journal.begin(Kind::Unpin, 4, &targets, None).unwrap();
    let entry = |n: usize, outcome| Entry::of(&targets[n].id, outcome, "");
    running
        .record(&[
            entry(0, Outcome::Done),
            entry(1, Outcome::Unknown),
            entry(2, Outcome::Done),
            entry(3, Outcome::Done),
        ])
        .unwrap();
    running.end().unwrap();

    let mut no_cid = pin("no-cid");
    no_cid.pinned = false;
    no_cid.date_unpinned = Some(Timestamp::now());
    no_cid.name = Some("from the record".to_owned());
    let busy = || Fault::Fails(ApiError::RateLimited { retry_after: None });
    let fake = Fake::with_pins([pin("still-there"), no_cid]).on("pin", [busy(), busy(), busy()]);
    let fake = Arc::new(fake);
    let undoable = journal.last_undoable().unwrap().unwrap();
    assert_eq!(undoable.len(), 4);
    let items: HashMap<String, UndoItem> = undo_all(service(&fake), undoable, gate(4))
        .map(|item| (item.target.id.to_string(), item))
        .collect()
        .await;
    assert!(items["taken"].is_back() && items["no-cid"].is_back());
    assert_eq!(items["no-cid"].target.title(), "from the record");
    let still = &items["still-there"];
    assert_eq!(
        (still.is_back(), &still.new_id),
        (true, &Some(PinId::from("still-there")))
    );
    // Not there any more is for good; another time the same would come of it.
    assert_eq!(items["lost"].outcome, UndoOutcome::Refused);
    assert!(items["lost"].message.contains("not found"));
    // Three times busy, two made; the one that is there was not pinned again.
    assert_eq!(fake.count("pin"), 5);
}
