//! The whole account at hand, for lists that are narrowed by more than the service can do.
//!
//! Searches answer from what is there, while [`super::sync`] keeps it like the service's; what other
//! calls bring is put in at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::sync::{Depth, IndexState, Stage, SyncHandle};
use crate::domain::{ListQuery, PackedPin, Pin, PinKey, PinPage};
use crate::error::ApiError;
use crate::index::{Ask, Hits, LocalChange, Rows, search};
use crate::protocol::{JobEnd, LocalView, Reply, Which};

/// The account, as far as it is known here.
#[derive(Default)]
pub(super) struct Account {
    sync: OnceLock<SyncHandle>,
    /// The newest whole result, which the next search may narrow or page through.
    hits: Mutex<Option<Arc<Hits>>>,
}

impl Account {
    fn hits(&self) -> MutexGuard<'_, Option<Arc<Hits>>> {
        self.hits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What keeps the account like the service's; begun by `start` where that is not done yet.
    pub(super) fn sync(&self, start: impl FnOnce() -> SyncHandle) -> &SyncHandle {
        self.sync.get_or_init(start)
    }

    /// Puts in what other calls brought, once the account is kept at all.
    pub(super) fn learn(&self, reply: &Reply) {
        let Some(sync) = self.sync.get() else {
            return;
        };
        let record = |pin: &Pin| LocalChange::Record(Box::new(pin.clone()));
        let changes: Vec<LocalChange> = match reply {
            Reply::Details {
                result: Ok(details),
                ..
            } => vec![record(&details.pin)],
            Reply::Refreshed { pins, .. } => pins.iter().map(record).collect(),
            Reply::Unpinned { items, .. } => items
                .iter()
                .filter(|item| item.outcome.is_off())
                .map(|item| LocalChange::Unpinned {
                    id: item.id.clone(),
                    at: Timestamp::now(),
                })
                .collect(),
            Reply::Finished {
                end: JobEnd::Pinned(pin) | JobEnd::AlreadyPinned(Some(pin)),
                ..
            } => vec![record(pin)],
            Reply::ListPinned { items, .. } => items
                .iter()
                .filter_map(|item| match &item.end {
                    JobEnd::Pinned(pin) | JobEnd::AlreadyPinned(Some(pin)) => Some(record(pin)),
                    _ => None,
                })
                .collect(),
            Reply::Undone { .. } => {
                // What came back has new ids, and stands among the newest.
                sync.refresh(Depth::Newest);
                return;
            }
            _ => return,
        };
        if !changes.is_empty() {
            sync.apply(changes);
        }
    }

    /// A page of what the filter lets through, out of what is known now. `first` is told what such
    /// a page has so far where it takes longer than a person should wait.
    pub(super) async fn page(
        self: &Arc<Self>,
        state: watch::Receiver<IndexState>,
        query: ListQuery,
        view: &LocalView,
        current: CancellationToken,
        first: impl FnOnce(PinPage) + Send + 'static,
    ) -> Result<PinPage, ApiError> {
        let rows = Arc::clone(&state.borrow().rows);
        let found = Arc::clone(&rows);
        let partial = move |hits: Hits| first(page_of(&found, &hits, &query));
        let hits = self.find(&rows, view, current, partial).await?;
        Ok(page_of(&rows, &hits, &query))
    }

    /// The rows that a view shows, in its order.
    pub(super) async fn shown(
        self: &Arc<Self>,
        rows: &Arc<Rows>,
        view: &LocalView,
        current: CancellationToken,
    ) -> Result<Arc<Hits>, ApiError> {
        self.find(rows, view, current, drop).await
    }

    /// The account, where the service has confirmed all of it.
    pub(super) fn fresh(&self) -> Option<Arc<Rows>> {
        let state = self.sync.get()?.state();
        let state = state.borrow();
        (state.stage == Stage::Fresh).then(|| Arc::clone(&state.rows))
    }

    /// All pins that the filter lets through, once the service has confirmed the whole account.
    pub(super) async fn all(
        self: &Arc<Self>,
        mut state: watch::Receiver<IndexState>,
        view: &LocalView,
        which: Which,
        current: CancellationToken,
    ) -> Result<Vec<PackedPin>, ApiError> {
        let confirmed = state
            .wait_for(|state| matches!(state.stage, Stage::Fresh | Stage::Failed(_)))
            .await
            .map_err(|_| ApiError::Cancelled)?
            .clone();
        if let Stage::Failed(error) = confirmed.stage {
            return Err(error);
        }
        let rows = confirmed.rows;
        let hits = self.find(&rows, view, current, drop).await?;
        let pick = move || {
            let pack = |row: &u32| rows.packed_pin(*row);
            match which {
                Which::All => hits.rows.iter().filter_map(pack).collect(),
                Which::SpareCopies => {
                    let spare = rows.spare_copies(&hits.rows);
                    spare.iter().filter_map(pack).collect()
                }
            }
        };
        spawn_blocking(pick).await.map_err(|broke| broken(&broke))
    }

    /// How many of these pins the view lets through, out of what is known now.
    pub(super) async fn count(
        self: &Arc<Self>,
        state: watch::Receiver<IndexState>,
        pins: Vec<PinKey>,
        view: &LocalView,
        current: CancellationToken,
    ) -> Result<usize, ApiError> {
        let rows = Arc::clone(&state.borrow().rows);
        let hits = self.find(&rows, view, current, drop).await?;
        let count = move || {
            let pins: HashSet<PinKey> = pins.into_iter().collect();
            let keys = hits.rows.iter().filter_map(|row| rows.key(*row));
            keys.filter(|key| pins.contains(key)).count()
        };
        spawn_blocking(count).await.map_err(|broke| broken(&broke))
    }

    /// Searches on threads that may block; a newer question ends it.
    async fn find(
        self: &Arc<Self>,
        rows: &Arc<Rows>,
        view: &LocalView,
        current: CancellationToken,
        partial: impl FnOnce(Hits) + Send + 'static,
    ) -> Result<Arc<Hits>, ApiError> {
        let (account, rows) = (Arc::clone(self), Arc::clone(rows));
        let ask = ask(view);
        let searching = spawn_blocking(move || {
            let previous = account.hits().clone();
            if let Some(hits) = &previous
                && hits.answer(&rows, &ask)
            {
                return Some(Arc::clone(hits));
            }
            let is_off = || current.is_cancelled();
            let hits = search(&rows, &ask, previous.as_deref(), &is_off, partial)?;
            let hits = Arc::new(hits);
            *account.hits() = Some(Arc::clone(&hits));
            Some(hits)
        });
        match searching.await {
            Ok(Some(hits)) => Ok(hits),
            Ok(None) => Err(ApiError::Cancelled),
            Err(broke) => Err(broken(&broke)),
        }
    }
}

/// The page of the hits that is asked for.
fn page_of(rows: &Rows, hits: &Hits, query: &ListQuery) -> PinPage {
    let pins: Vec<Pin> = hits
        .rows
        .iter()
        .skip(usize::try_from(query.offset).unwrap_or(usize::MAX))
        .take(query.limit as usize)
        .filter_map(|row| rows.pin(*row))
        .collect();
    PinPage {
        rows: pins.len(),
        pins,
        totals: hits.totals,
    }
}

/// What a view asks of the index.
pub(super) fn ask(view: &LocalView) -> Ask {
    Ask {
        filter: (*view.filter).clone(),
        pinned: view.pinned,
        sort: view.sort,
        order: view.order,
    }
}

fn broken(broke: &JoinError) -> ApiError {
    ApiError::Transport {
        message: format!("the search broke off: {broke}"),
        sent: false,
    }
}
