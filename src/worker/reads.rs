//! Pages of the list, single records, and what became of pending pins.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::guard::guarded;
use super::keep;
use super::lane::Work;
use super::latest::Latest;
use super::shared::Shared;
use crate::domain::{Pin, PinId, UnpinPlan};
use crate::error::ApiError;
use crate::protocol::{Reply, Request};

/// Lists and details that run at the same time.
const READS_AT_ONCE: usize = 4;

/// Pending pins that are looked at at the same time.
const REFRESHES_AT_ONCE: usize = 3;

/// The lane of reads. The newest list and the newest look at a record win: older ones are broken
/// off, and answered as cancelled.
pub(super) struct Reads {
    lists: Latest,
    details: Latest,
    matches: Latest,
    counts: Latest,
    reading: Arc<Semaphore>,
    refreshing: Arc<Semaphore>,
}

impl Default for Reads {
    fn default() -> Self {
        Self {
            lists: Latest::default(),
            details: Latest::default(),
            matches: Latest::default(),
            counts: Latest::default(),
            reading: Arc::new(Semaphore::new(READS_AT_ONCE)),
            refreshing: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Work for Reads {
    fn task(
        &mut self,
        shared: Shared,
        request: Request,
    ) -> impl Future<Output = ()> + Send + 'static {
        let current = match &request {
            Request::List { seq, .. } => self.lists.token(*seq),
            Request::Details { seq, .. } => self.details.token(*seq),
            Request::MatchAll { seq, .. } => self.matches.token(*seq),
            Request::CountShown { seq, .. } => self.counts.token(*seq),
            _ => CancellationToken::new(),
        };
        let (reading, refreshing) = (Arc::clone(&self.reading), Arc::clone(&self.refreshing));
        async move {
            let reply = match request {
                Request::List {
                    seq,
                    query,
                    local: None,
                } => Reply::List {
                    seq,
                    query,
                    result: read(&current, &reading, async {
                        shared.service().await.list(&query).await
                    })
                    .await,
                },
                Request::List {
                    seq,
                    query,
                    local: Some(view),
                } => {
                    let newest = current.clone();
                    let state = keep::account(&shared);
                    let told = shared.clone();
                    let first = move |page| {
                        // Farther down only the whole result can tell which rows these are.
                        if query.offset == 0 {
                            told.try_reply(Reply::FirstMatches { seq, query, page });
                        }
                    };
                    let page = shared.account.page(state, query, &view, newest, first);
                    let result = match current.run_until_cancelled(page).await {
                        Some(result) => result,
                        None => Err(ApiError::Cancelled),
                    };
                    Reply::List { seq, query, result }
                }
                Request::ReadAccount => {
                    keep::read_again(&shared);
                    return;
                }
                Request::MatchAll { seq, view, which } => {
                    let state = keep::account(&shared);
                    let newest = current.clone();
                    let found = shared.account.all(state, &view, which, newest);
                    let result = current.run_until_cancelled(found).await;
                    let result = result.unwrap_or(Err(ApiError::Cancelled));
                    Reply::Matched { seq, result }
                }
                Request::Plan {
                    seq,
                    pins,
                    protection,
                    being_unpinned,
                } => {
                    let planning = spawn_blocking(move || {
                        let pins = pins.into_iter().filter_map(|pin| pin.unpack());
                        UnpinPlan::of(pins, &protection, |id| being_unpinned.contains(id))
                    });
                    let result = planning.await;
                    let result = result.map_err(|broke| format!("planning broke off: {broke}"));
                    Reply::Planned { seq, result }
                }
                Request::CountShown { seq, pins, view } => {
                    let state = keep::account(&shared);
                    let newest = current.clone();
                    let counting = shared.account.count(state, pins, &view, newest);
                    let result = current.run_until_cancelled(counting).await;
                    let result = result.unwrap_or(Err(ApiError::Cancelled));
                    Reply::ShownCounted { seq, result }
                }
                Request::Details { seq, id } => {
                    let result = read(&current, &reading, async {
                        shared.service().await.details(&id).await
                    })
                    .await;
                    Reply::Details { seq, id, result }
                }
                Request::Refresh { ids } => {
                    let pins = guarded(refresh(&shared, &refreshing, &ids)).await;
                    Reply::Refreshed {
                        pins: pins.unwrap_or_default(),
                        ids,
                    }
                }
                // The handle sends nothing else into this lane.
                _ => return,
            };
            shared.reply(reply).await;
        }
    }
}

/// The work's result, unless it is superseded or breaks.
async fn read<T>(
    current: &CancellationToken,
    places: &Semaphore,
    work: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, ApiError> {
    let in_turn = guarded(async {
        let _place = places.acquire().await;
        work.await
    });
    match current.run_until_cancelled(in_turn).await {
        Some(Ok(result)) => result,
        Some(Err(message)) => Err(ApiError::Transport {
            message,
            sent: true,
        }),
        None => Err(ApiError::Cancelled),
    }
}

async fn refresh(shared: &Shared, places: &Semaphore, ids: &[PinId]) -> Vec<Pin> {
    let _place = places.acquire().await;
    let service = shared.service().await;
    stream::iter(ids.iter().cloned())
        .map(|id| {
            let service = Arc::clone(&service);
            async move { guarded(service.details(&id)).await }
        })
        .buffered(REFRESHES_AT_ONCE)
        .filter_map(async |result| Some(result.ok()?.ok()?.pin))
        .collect()
        .await
}
