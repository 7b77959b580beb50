//! Which jobs there are, and how each is called off.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::protocol::JobId;

/// The jobs between being handed over and being over. Calling one off goes past every queue.
#[derive(Default)]
pub(super) struct Jobs(Mutex<HashMap<JobId, CancellationToken>>);

impl Jobs {
    pub(super) fn enter(&self, job: JobId) {
        self.lock().insert(job, CancellationToken::new());
    }

    pub(super) fn leave(&self, job: JobId) {
        self.lock().remove(&job);
    }

    pub(super) fn cancel(&self, job: JobId) {
        if let Some(token) = self.lock().get(&job) {
            token.cancel();
        }
    }

    /// What tells the job that it is called off.
    pub(super) fn token(&self, job: JobId) -> CancellationToken {
        self.lock().entry(job).or_default().clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, CancellationToken>> {
        // Nothing in here can be left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
