//! The whole account at hand, for lists that are narrowed by more than the service can do.
//!
//! Nothing is read before it is needed. Then [`sync`](super::sync) keeps the index like the service,
//! standing back for calls that a person waits for, while searches already answer from what is
//! there; what other calls bring is put in at once.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::shared::Shared;
use super::sync::{self, CachePlace, Depth, IndexState, Stage, SyncHandle};
use crate::domain::{ListQuery, Pin, PinPage, PinnedFilter, SortOrder};
use crate::error::ApiError;
use crate::index::{Ask, Hits, LocalChange, Rows, SortKey, search};
use crate::protocol::{AccountReading, JobEnd, ListFilter, Reply};

/// Time between two pieces of news about how much is known.
const NEWS: Duration = Duration::from_millis(400);

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

    /// The account, kept like the service's from the first time on that it is needed.
    pub(super) fn keep(shared: &Shared, cache: Option<CachePlace>) -> &SyncHandle {
        shared.account.sync.get_or_init(|| {
            let service = {
                let shared = shared.clone();
                async move { shared.unattended_service().await }
            };
            let sync = sync::start(service, cache, shared.gauge.clone());
            sync.refresh(Depth::Newest);
            let telling = tell(shared.clone(), sync.state());
            tokio::spawn(shared.end.clone().run_until_cancelled_owned(telling));
            sync
        })
    }

    /// Reads everything again.
    pub(super) fn read_again(shared: &Shared) {
        Self::keep(shared, shared.cache()).refresh(Depth::Everything);
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
            _ => return,
        };
        if !changes.is_empty() {
            sync.apply(changes);
        }
    }

    /// A page of what the filter lets through, out of what is known now.
    pub(super) async fn page(
        shared: &Shared,
        query: ListQuery,
        filter: ListFilter,
        current: CancellationToken,
    ) -> Result<PinPage, ApiError> {
        let state = Self::keep(shared, shared.cache()).state();
        let rows = Arc::clone(&state.borrow().rows);
        let (sort, order) = if filter.best_first {
            (SortKey::Score, SortOrder::Descending)
        } else {
            (query.sort.into(), query.order)
        };
        let ask = Ask {
            filter: (*filter.filter).clone(),
            pinned: query.pinned,
            sort,
            order,
        };
        let hits = Self::find(shared, Arc::clone(&rows), ask, current).await?;
        let pins: Vec<Pin> = hits
            .rows
            .iter()
            .skip(usize::try_from(query.offset).unwrap_or(usize::MAX))
            .take(query.limit as usize)
            .filter_map(|row| rows.pin(*row))
            .collect();
        Ok(PinPage {
            rows: pins.len(),
            pins,
            totals: hits.totals,
        })
    }

    /// All pins that the filter lets through, once the service has confirmed the whole account.
    pub(super) async fn all(
        shared: &Shared,
        pinned: PinnedFilter,
        filter: Option<ListFilter>,
        current: CancellationToken,
    ) -> Result<Vec<Pin>, ApiError> {
        let mut state = Self::keep(shared, shared.cache()).state();
        let confirmed = state
            .wait_for(|state| matches!(state.stage, Stage::Fresh | Stage::Failed(_)))
            .await
            .map_err(|_| ApiError::Cancelled)?
            .clone();
        if let Stage::Failed(error) = confirmed.stage {
            return Err(error);
        }
        let ask = Ask {
            filter: filter.map_or_else(Default::default, |filter| (*filter.filter).clone()),
            pinned,
            ..Ask::default()
        };
        let rows = confirmed.rows;
        let hits = Self::find(shared, Arc::clone(&rows), ask, current).await?;
        Ok(hits.rows.iter().filter_map(|row| rows.pin(*row)).collect())
    }

    /// Searches on a thread that may block; a newer question ends it.
    async fn find(
        shared: &Shared,
        rows: Arc<Rows>,
        ask: Ask,
        current: CancellationToken,
    ) -> Result<Arc<Hits>, ApiError> {
        let account = Arc::clone(&shared.account);
        let searching = tokio::task::spawn_blocking(move || {
            let previous = account.hits().clone();
            if let Some(hits) = &previous
                && hits.answer(&rows, &ask)
            {
                return Some(Arc::clone(hits));
            }
            let is_off = || current.is_cancelled();
            let hits = search(&rows, &ask, previous.as_deref(), &is_off, &mut |_| {})?;
            let hits = Arc::new(hits);
            *account.hits() = Some(Arc::clone(&hits));
            Some(hits)
        });
        match searching.await {
            Ok(Some(hits)) => Ok(hits),
            Ok(None) => Err(ApiError::Cancelled),
            Err(broke) => Err(ApiError::Transport {
                message: format!("the search broke off: {broke}"),
                sent: false,
            }),
        }
    }
}

/// Tells how much of the account is known, as often as it changes and a person can follow.
async fn tell(shared: Shared, mut state: tokio::sync::watch::Receiver<IndexState>) {
    loop {
        let news = {
            let state = state.borrow_and_update();
            let known = state.rows.len() as u64;
            Reply::Indexed {
                known,
                total: state.total.unwrap_or(known).max(known),
                reading: match &state.stage {
                    Stage::Fresh => AccountReading::Whole,
                    Stage::Failed(error) => AccountReading::BrokenOff(error.clone()),
                    Stage::Loading | Stage::Old | Stage::Asking => AccountReading::UnderWay,
                },
            }
        };
        shared.reply(news).await;
        if state.changed().await.is_err() {
            return;
        }
        // What changes within this time is told together.
        tokio::time::sleep(NEWS).await;
    }
}
