//! The index as the task holds it: written on a thread that may wait for the disk, published after
//! each change.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::watch;

use super::inbox::Inbox;
use super::{IndexState, Stage, broken_text};
use crate::domain::{Pin, PinId, PinPage};
use crate::error::ApiError;
use crate::index::{Keeper, LocalChange, Put, Seen};

/// The index, what waits to be put into it, and those who watch it.
pub(super) struct Ledger {
    pub(super) keeper: Keeper,
    pub(super) inbox: Arc<Inbox>,
    publish: Arc<watch::Sender<IndexState>>,
}

impl Ledger {
    pub(super) fn new(
        keeper: Keeper,
        inbox: Arc<Inbox>,
        publish: Arc<watch::Sender<IndexState>>,
    ) -> Self {
        Self {
            keeper,
            inbox,
            publish,
        }
    }

    /// Makes the changes that wait, and notes their rows as seen. Gives their pins.
    pub(super) async fn apply_changes(&mut self, seen: &mut Seen) -> Vec<PinId> {
        let changes = self.inbox.changes();
        if changes.is_empty() {
            return Vec::new();
        }
        let ids = changes.iter().map(LocalChange::id).cloned().collect();
        let mut with = std::mem::take(seen);
        let applied = self
            .keep(move |keeper| {
                keeper.apply(&changes, &mut with);
                with
            })
            .await;
        // Where the index broke there is nothing to be seen; the refresh finds out by itself.
        *seen = applied.unwrap_or_default();
        self.show_rows();
        ids
    }

    /// Puts in what a page brought, but for pins that are known more newly.
    pub(super) async fn put(
        &mut self,
        page: &PinPage,
        newer: &HashSet<PinId>,
        seen: &mut Seen,
    ) -> Result<Put, ApiError> {
        let pins: Vec<Pin> = page
            .pins
            .iter()
            .filter(|pin| !newer.contains(&pin.id))
            .cloned()
            .collect();
        let mut with = std::mem::take(seen);
        let (put, with) = self
            .keep(move |keeper| {
                let put = keeper.put(&pins, &mut with);
                (put, with)
            })
            .await?;
        *seen = with;
        if put.left_out > 0 {
            return Err(ApiError::Refused(
                "there are more pins than the index has room for".to_owned(),
            ));
        }
        Ok(put)
    }

    /// Lets the keeper work on a thread that may wait for the disk. Where that breaks, the index
    /// begins anew, in memory and unsettled.
    pub(super) async fn keep<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Keeper) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let mut keeper = std::mem::take(&mut self.keeper);
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&mut keeper);
            (keeper, result)
        });
        let (result, trouble) = match done.await {
            Ok((keeper, result)) => {
                self.keeper = keeper;
                let trouble = self.keeper.take_trouble();
                (Ok(result), trouble.map(|trouble| trouble.to_string()))
            }
            Err(broken) => {
                let message = broken_text(broken);
                let error = ApiError::Transport {
                    message: message.clone(),
                    sent: false,
                };
                (Err(error), Some(message))
            }
        };
        if trouble.is_some() {
            self.publish.send_modify(|state| state.trouble = trouble);
        }
        result
    }

    /// A refresh begins.
    pub(super) fn begin(&self) {
        self.publish.send_modify(|state| {
            state.stage = Stage::Asking;
            state.confirmed = 0;
            state.total = None;
        });
    }

    /// A refresh has ended.
    pub(super) fn end(&self, stage: Stage) {
        let rows = self.keeper.table().snapshot();
        self.publish.send_modify(|state| {
            state.rows = rows;
            state.stage = stage;
            state.refreshes += 1;
        });
    }

    pub(super) fn show(&self, stage: Stage) {
        let rows = self.keeper.table().snapshot();
        self.publish.send_modify(|state| {
            state.rows = rows;
            state.stage = stage;
        });
    }

    pub(super) fn show_rows(&self) {
        let rows = self.keeper.table().snapshot();
        self.publish.send_modify(|state| state.rows = rows);
    }

    pub(super) fn show_progress(&self, confirmed: usize, total: u64) {
        let rows = self.keeper.table().snapshot();
        self.publish.send_modify(|state| {
            state.rows = rows;
            state.confirmed = confirmed as u64;
            state.total = Some(total);
        });
    }
}
