//! Tells of the changes that were made from here, a page at a time.

use uuid::Uuid;

use super::guard::guarded;
use super::shared::Shared;
use super::written::with_journal;
use crate::domain::Page;
use crate::journal::Journal;
use crate::protocol::{CHANGES_A_PAGE, Reply, Seq};

/// A page of the changes.
pub(super) async fn changes(shared: &Shared, seq: Seq, offset: usize) {
    let result = page(shared, move |journal| {
        journal.changes(offset, CHANGES_A_PAGE)
    });
    let result = result.await;
    shared
        .reply(Reply::Changes {
            seq,
            offset,
            result,
        })
        .await;
}

/// A page of the items of one of them.
pub(super) async fn items(shared: &Shared, seq: Seq, batch: Uuid, offset: usize) {
    let result = page(shared, move |journal| {
        journal.items(batch, offset, CHANGES_A_PAGE)
    });
    let result = result.await;
    shared
        .reply(Reply::ChangeItems {
            seq,
            offset,
            result,
        })
        .await;
}

async fn page<Row: Send + 'static>(
    shared: &Shared,
    read: impl FnOnce(&Journal) -> anyhow::Result<Page<Row>> + Send + 'static,
) -> Result<Page<Row>, String> {
    let Some(journal) = &shared.journal else {
        return Err("there is no change journal here".to_owned());
    };
    let read = guarded(with_journal(journal, move |journal| read(journal)));
    read.await.and_then(|page| page)
}
