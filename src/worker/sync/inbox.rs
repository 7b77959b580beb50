//! What waits for the task: never lost, never waited for by those who send it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::Depth;
use crate::index::LocalChange;

/// The deepest refresh that was asked for, and the changes from here, which are as many as a
/// person's own work makes.
#[derive(Default)]
pub(super) struct Inbox {
    waiting: Mutex<Waiting>,
    /// Holds one permit, so that news between looking and waiting wakes the waiting one.
    news: Notify,
}

#[derive(Default)]
struct Waiting {
    depth: Option<Depth>,
    changes: Vec<LocalChange>,
}

impl Inbox {
    pub(super) fn ask(&self, depth: Depth) {
        let mut waiting = self.lock();
        waiting.depth = waiting.depth.max(Some(depth));
        drop(waiting);
        self.news.notify_one();
    }

    pub(super) fn tell(&self, changes: Vec<LocalChange>) {
        self.lock().changes.extend(changes);
        self.news.notify_one();
    }

    pub(super) fn asked(&self) -> Option<Depth> {
        self.lock().depth.take()
    }

    pub(super) fn changes(&self) -> Vec<LocalChange> {
        std::mem::take(&mut self.lock().changes)
    }

    /// Waits for something new.
    pub(super) async fn changed(&self) {
        self.news.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing in here can be left half done.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
