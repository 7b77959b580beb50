//! Connections for reading, opened when first needed and kept for the next.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{StoreError, schema};

/// Reads at once; each may hold a connection with its cache of 1 MiB.
const AT_ONCE: usize = 4;

#[derive(Clone)]
pub(super) struct Readers {
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Vec<Connection>>>,
    free: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path: Arc::new(path),
            idle: Arc::default(),
            free: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Runs `work` on a thread that may block, in one read transaction: what it sees is of one
    /// moment.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let permit = Arc::clone(&self.free)
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Stopped)?;
        let this = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut connection = match this.take() {
                Some(connection) => connection,
                None => schema::open_reader(&this.path)?,
            };
            let result = {
                let transaction = connection.transaction()?;
                work(&transaction)
            };
            this.give_back(connection);
            result
        });
        task.await.unwrap_or(Err(StoreError::Stopped))
    }

    fn take(&self) -> Option<Connection> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }

    fn give_back(&self, connection: Connection) {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
    }
}
