//! Getting at the journal, whose disk nobody is to wait for.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::journal::Journal;

/// Does something with the journal where waiting for the disk holds nobody up.
pub(super) async fn with_journal<T: Send + 'static>(
    journal: &Arc<Journal>,
    work: impl FnOnce(&Arc<Journal>) -> anyhow::Result<T> + Send + 'static,
) -> Result<T, String> {
    let journal = Arc::clone(journal);
    match spawn_blocking(move || work(&journal)).await {
        Ok(done) => done.map_err(|error| format!("{error:#}")),
        Err(_) => Err("the change journal could not be used".to_owned()),
    }
}
