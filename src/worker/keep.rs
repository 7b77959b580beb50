//! Begins to keep the account when it is needed for the first time, and tells how far that is.

use std::time::Duration;

use tokio::sync::watch;

use super::shared::Shared;
use super::sync::{self, Depth, IndexState, Stage, SyncHandle};
use crate::protocol::{AccountReading, Reply};

/// Time between two pieces of news about how much is known.
const NEWS: Duration = Duration::from_millis(400);

/// The account as it is known, kept like the service's from the first time on that it is needed.
pub(super) fn account(shared: &Shared) -> watch::Receiver<IndexState> {
    sync(shared).state()
}

/// Reads everything again.
pub(super) fn read_again(shared: &Shared) {
    sync(shared).refresh(Depth::Everything);
}

fn sync(shared: &Shared) -> &SyncHandle {
    shared.account.sync(|| {
        let service = {
            let shared = shared.clone();
            async move { shared.unattended_service().await }
        };
        let sync = sync::start(service, shared.cache(), shared.gauge.clone());
        sync.refresh(Depth::Newest);
        let telling = tell(shared.clone(), sync.state());
        tokio::spawn(shared.end.clone().run_until_cancelled_owned(telling));
        sync
    })
}

/// Tells how much of the account is known, as often as it changes and a person can follow.
async fn tell(shared: Shared, mut state: watch::Receiver<IndexState>) {
    loop {
        let news = {
            let state = state.borrow_and_update();
            let known = state.rows.len() as u64;
            Reply::Indexed {
                known,
                total: state.total.unwrap_or(known).max(known),
                reading: match &state.stage {
                    Stage::Fresh => AccountReading::Whole,
                    Stage::Failed(error) => AccountReading::BrokenOff(error.clone()),
                    Stage::Loading | Stage::Old | Stage::Asking => AccountReading::UnderWay,
                },
            }
        };
        shared.reply(news).await;
        if state.changed().await.is_err() {
            return;
        }
        // What changes within this time is told together.
        tokio::time::sleep(NEWS).await;
    }
}
