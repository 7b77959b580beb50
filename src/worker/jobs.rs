//! Which jobs there are, and how each is paused and called off.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::gate::Gate;
use crate::protocol::JobId;

/// The jobs between being handed over and being over. Pausing one and calling it off goes past
/// every queue.
pub(super) struct Jobs {
    /// The items of all batches share these, so that one pin need not wait for an hour's batch to
    /// end.
    places: Arc<Semaphore>,
    gates: Mutex<HashMap<JobId, Gate>>,
}

impl Jobs {
    /// All batches together have `concurrency` items under way at a time.
    pub(super) fn new(concurrency: usize) -> Self {
        let places = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places)),
            gates: Mutex::default(),
        }
    }

    pub(super) fn enter(&self, job: JobId) {
        self.gate(job);
    }

    pub(super) fn leave(&self, job: JobId) {
        self.lock().remove(&job);
    }

    pub(super) fn cancel(&self, job: JobId) {
        if let Some(gate) = self.lock().get(&job) {
            gate.call_off();
        }
    }

    pub(super) fn set_paused(&self, job: JobId, paused: bool) {
        if let Some(gate) = self.lock().get(&job) {
            gate.set_paused(paused);
        }
    }

    /// What lets the items of the job begin.
    pub(super) fn gate(&self, job: JobId) -> Gate {
        self.lock()
            .entry(job)
            .or_insert_with(|| Gate::to(Arc::clone(&self.places), CancellationToken::new()))
            .clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Gate>> {
        // Nothing in here can be left half done.
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
