//! The whole account in memory, for lists that are narrowed by more than the service can do.
//!
//! Nothing is read before it is needed. Then the account is read page by page, newest first, while
//! searches already answer from what is there; what other calls bring is learned on the way. Pages
//! shift while they are read, so a pass whose totals don't agree is followed by another, and what a
//! whole pass has not seen is let go.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::shared::{Shared, guarded};
use crate::domain::{ListQuery, Pin, PinId, PinPage, PinState, PinnedFilter};
use crate::error::ApiError;
use crate::index::{Ask, Hits, Rows, SortKey, Table, search};
use crate::protocol::{AccountReading, JobEnd, ListFilter, Reply};

/// Rows to ask for in one call. A service may bring fewer; the next call begins where they end.
const ROWS_A_CALL: u32 = 1000;
/// Passes at the most where totals don't agree.
const PASSES: u8 = 3;
/// Time between two pieces of news about how much is known.
const NEWS: Duration = Duration::from_millis(400);

/// How far the reading is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reading {
    /// Not begun.
    Idle,
    /// Under way.
    UnderWay,
    /// Everything was read.
    Whole,
    /// It broke off.
    Failed(ApiError),
}

/// The account, as far as it is known here.
pub(super) struct Account {
    table: Mutex<Table>,
    /// The newest whole result, which the next search may narrow or page through.
    hits: Mutex<Option<Arc<Hits>>>,
    reading: watch::Sender<Reading>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            table: Mutex::default(),
            hits: Mutex::default(),
            reading: watch::Sender::new(Reading::Idle),
        }
    }
}

impl Account {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hits(&self) -> MutexGuard<'_, Option<Arc<Hits>>> {
        self.hits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to read the account, unless that is under way, or done and not to be done `again`.
    pub(super) fn read(shared: &Shared, again: bool) {
        let begun = shared.account.reading.send_if_modified(|reading| {
            let begins = match reading {
                Reading::UnderWay => false,
                Reading::Whole | Reading::Failed(_) => again,
                Reading::Idle => true,
            };
            if begins {
                *reading = Reading::UnderWay;
            }
            begins
        });
        if !begun {
            return;
        }
        let shared = shared.clone();
        tokio::spawn(shared.end.clone().run_until_cancelled_owned(async move {
            let read = guarded(shared.account.read_all(&shared)).await;
            let end = match read {
                Ok(Ok(())) => Reading::Whole,
                Ok(Err(error)) => Reading::Failed(error),
                Err(message) => Reading::Failed(ApiError::Transport {
                    message,
                    sent: false,
                }),
            };
            let reading = match &end {
                Reading::Failed(error) => AccountReading::BrokenOff(error.clone()),
                _ => AccountReading::Whole,
            };
            shared.account.reading.send_replace(end);
            let known = shared.account.table().rows().len() as u64;
            shared
                .reply(Reply::Indexed {
                    known,
                    total: known,
                    reading,
                })
                .await;
        }));
    }

    async fn read_all(&self, shared: &Shared) -> Result<(), ApiError> {
        let service = shared.service().await;
        for _ in 0..PASSES {
            let mut seen: HashSet<PinId> = HashSet::new();
            let mut query = ListQuery {
                limit: ROWS_A_CALL,
                ..ListQuery::default()
            };
            let mut news = Instant::now();
            let total = loop {
                let page = service.list(&query).await?;
                let total = page.totals.files;
                if page.rows == 0 {
                    break total;
                }
                query.offset = query.offset.saturating_add(page.rows as u64);
                {
                    let mut table = self.table();
                    for pin in &page.pins {
                        table.upsert(pin);
                    }
                }
                let before = seen.len();
                seen.extend(page.pins.into_iter().map(|pin| pin.id));
                // A page of nothing new means that the service does not page at all.
                if seen.len() == before {
                    break total;
                }
                if news.elapsed() >= NEWS {
                    news = Instant::now();
                    let known = self.table().rows().len() as u64;
                    shared.try_reply(Reply::Indexed {
                        known,
                        total,
                        reading: AccountReading::UnderWay,
                    });
                }
            };
            self.let_go_of_others(&seen);
            if seen.len() as u64 >= total {
                break;
            }
        }
        Ok(())
    }

    /// Lets go of what a whole pass has not seen.
    fn let_go_of_others(&self, seen: &HashSet<PinId>) {
        let mut table = self.table();
        let gone: Vec<PinId> = table
            .rows()
            .iter()
            .filter_map(|row| row.pin())
            .map(|pin| pin.id)
            .filter(|id| !seen.contains(id))
            .collect();
        for id in gone {
            table.remove(&id);
        }
    }

    /// Learns from what other calls brought, once the account is being kept at all.
    pub(super) fn learn(&self, reply: &Reply) {
        if *self.reading.borrow() == Reading::Idle {
            return;
        }
        match reply {
            Reply::Details {
                result: Ok(details),
                ..
            } => {
                self.table().upsert(&details.pin);
            }
            Reply::Refreshed { pins, .. } => {
                let mut table = self.table();
                for pin in pins {
                    table.upsert(pin);
                }
            }
            Reply::Unpinned { items, .. } => {
                let mut table = self.table();
                for item in items.iter().filter(|item| item.outcome.is_off()) {
                    let row = table.get(&item.id);
                    if let Some(mut pin) = row.and_then(|row| table.rows().pin(row)) {
                        pin.pinned = false;
                        pin.state = PinState::Unpinned;
                        pin.status = None;
                        table.upsert(&pin);
                    }
                }
            }
            Reply::Finished {
                end: JobEnd::Pinned(pin) | JobEnd::AlreadyPinned(Some(pin)),
                ..
            } => {
                self.table().upsert(pin);
            }
            _ => {}
        }
    }

    /// A page of what the filter lets through, out of what is known now.
    pub(super) async fn page(
        shared: &Shared,
        query: ListQuery,
        filter: ListFilter,
        current: CancellationToken,
    ) -> Result<PinPage, ApiError> {
        let ask = Ask {
            filter: (*filter.filter).clone(),
            pinned: query.pinned,
            sort: if filter.best_first {
                SortKey::Score
            } else {
                query.sort.into()
            },
            order: if filter.best_first {
                Ask::default().order
            } else {
                query.order
            },
        };
        let (rows, hits) = Self::find(shared, ask, current).await?;
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

    /// All pins that the filter lets through, once the whole account is known.
    pub(super) async fn all(
        shared: &Shared,
        pinned: PinnedFilter,
        filter: Option<ListFilter>,
        current: CancellationToken,
    ) -> Result<Vec<Pin>, ApiError> {
        let mut reading = shared.account.reading.subscribe();
        let read = reading
            .wait_for(|reading| matches!(reading, Reading::Whole | Reading::Failed(_)))
            .await
            .map(|reading| reading.clone());
        if let Ok(Reading::Failed(error)) = read {
            return Err(error);
        }
        let ask = Ask {
            filter: filter.map_or_else(Default::default, |filter| (*filter.filter).clone()),
            pinned,
            ..Ask::default()
        };
        let (rows, hits) = Self::find(shared, ask, current).await?;
        Ok(hits.rows.iter().filter_map(|row| rows.pin(*row)).collect())
    }

    /// Searches on a thread that may block; a newer question ends it.
    async fn find(
        shared: &Shared,
        ask: Ask,
        current: CancellationToken,
    ) -> Result<(Arc<Rows>, Arc<Hits>), ApiError> {
        let account = Arc::clone(&shared.account);
        let searching = tokio::task::spawn_blocking(move || {
            let rows = account.table().snapshot();
            let previous = account.hits().clone();
            if let Some(hits) = &previous
                && hits.answer(&rows, &ask)
            {
                return Some((rows, Arc::clone(hits)));
            }
            let is_off = || current.is_cancelled();
            let hits = search(&rows, &ask, previous.as_deref(), &is_off, &mut |_| {})?;
            let hits = Arc::new(hits);
            *account.hits() = Some(Arc::clone(&hits));
            Some((rows, hits))
        });
        match searching.await {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Err(ApiError::Cancelled),
            Err(broke) => Err(ApiError::Transport {
                message: format!("the search broke off: {broke}"),
                sent: false,
            }),
        }
    }
}
