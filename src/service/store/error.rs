//! Why the store did not do what was asked.

use std::path::PathBuf;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(in crate::service) enum StoreError {
    /// The content is pinned, or waited for, already.
    #[error("Pin with that hash already exists")]
    AlreadyPinned,
    /// There is no such pin, or it is unpinned already.
    #[error("record not found")]
    NoSuchPin,
    /// Another process has held the database for too long.
    #[error("the store is busy; try again in a moment")]
    Busy,
    /// The service is stopping.
    #[error("the service is stopping")]
    Stopped,
    /// The database is of a version that this program does not know.
    #[error(
        "{} is of version {found}, which this lazypin does not know; use a newer lazypin or another data directory",
        path.display()
    )]
    Version {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// The transaction was lost, and this write with it.
    #[error("the store could not write: {0}")]
    Lost(String),
    /// SQLite failed.
    #[error("the store failed: {0}")]
    Database(rusqlite::Error),
    /// The disk failed.
    #[error("the disk failed: {0}")]
    Disk(#[from] std::io::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if super::schema::is_busy(&error) {
            Self::Busy
        } else {
            Self::Database(error)
        }
    }
}
