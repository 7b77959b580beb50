//! A batch of unpins that was cut off, taken up again by `rm --resume`.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::out::note;
use crate::domain::PinId;
use crate::domain::text::{count, date_time};
use crate::journal::{Batch, Journal, Running};

/// A batch that was cut off, and what is open in it.
pub(super) struct CutOff {
    pub(super) running: Running,
    pub(super) batch: Batch,
    pub(super) open: Vec<PinId>,
}

impl CutOff {
    /// The last one, taken up so that nobody else finishes it at the same time.
    pub(super) async fn last(journal: &Arc<Journal>) -> anyhow::Result<Option<Self>> {
        let journal = Arc::clone(journal);
        spawn_blocking(move || {
            let mut unfinished = journal.unfinished()?;
            while let Some(batch) = unfinished.pop() {
                let Some((running, batch)) = journal.take_up(batch.id)? else {
                    continue;
                };
                let open: Vec<PinId> = batch.open().into_iter().map(|pin| pin.id).collect();
                if open.is_empty() {
                    // Cut off between its last outcome and its end.
                    running.end()?;
                    continue;
                }
                note(&format!(
                    "rm: the batch of {} UTC was cut off with {} of {} open{}",
                    date_time(batch.time),
                    open.len(),
                    count(batch.total, "pin"),
                    match unfinished.len() {
                        0 => String::new(),
                        more => format!("; {more} before it can be resumed after it"),
                    }
                ));
                return Ok(Some(Self {
                    running,
                    batch,
                    open,
                }));
            }
            Ok(None)
        })
        .await?
    }
}
