//! One page after the other, politely.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::super::gauge::Gauge;
use super::super::guard::guarded;
use crate::api::PinningService;
use crate::domain::{ListQuery, PinPage, PinnedFilter};
use crate::error::ApiError;

/// Page sizes to try, the largest first.
const LIMITS: [u32; 4] = [1000, 100, 50, 10];

/// Rows of a look at the newest pins.
const LOOK: u32 = 100;

/// How long to stand back for calls that a person waits for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A call that takes longer was held back by the rate, or by a service that has enough to do: then
/// as long a rest leaves half of the budget to the person.
const SLOW: Duration = Duration::from_millis(250);

/// What to ask for. All pins come newest first.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// As many rows as a page may have, from this one on.
    Page(u64),
    /// A few rows, from this one on.
    Look(u64),
    /// The totals of those that are pinned, with as few rows as there can be.
    Pinned,
}

/// Makes list calls, and learns how many rows a page may have.
pub(super) struct Pager {
    service: Arc<dyn PinningService>,
    gauge: Gauge,
    limit: u32,
    rest: Duration,
}

impl Pager {
    pub(super) fn new(service: Arc<dyn PinningService>, gauge: Gauge) -> Self {
        Self {
            service,
            gauge,
            limit: LIMITS[0],
            rest: Duration::ZERO,
        }
    }

    /// Forgets what was learned: a service may honour more today.
    pub(super) fn start(&mut self) {
        self.limit = LIMITS[0];
    }

    /// Rows that a page has now at the most.
    pub(super) fn limit(&self) -> u32 {
        self.limit
    }

    /// What was asked for, after the calls that a person waits for.
    pub(super) async fn get(&mut self, what: What) -> Result<PinPage, ApiError> {
        match what {
            What::Page(offset) => self.page(offset, u32::MAX).await,
            What::Look(offset) => self.page(offset, LOOK).await,
            What::Pinned => {
                self.call(ListQuery {
                    limit: 1,
                    pinned: PinnedFilter::Pinned,
                    ..ListQuery::default()
                })
                .await
            }
        }
    }

    async fn page(&mut self, offset: u64, most: u32) -> Result<PinPage, ApiError> {
        loop {
            let asked = self.limit.min(most);
            let query = ListQuery {
                offset,
                limit: asked,
                ..ListQuery::default()
            };
            let result = self.call(query).await;
            let smaller = LIMITS.into_iter().find(|limit| *limit < asked);
            match (result, smaller) {
                // Some services take a large number for a mistake.
                (Err(ApiError::Refused(_)), Some(smaller)) => self.limit = smaller,
                (Ok(page), _) => {
                    let rows = u32::try_from(page.rows).unwrap_or(u32::MAX);
                    let end = offset.saturating_add(u64::from(rows));
                    if (1..asked).contains(&rows) && end < page.totals.files {
                        self.limit = rows;
                    }
                    return Ok(page);
                }
                (error, _) => return error,
            }
        }
    }

    async fn call(&mut self, query: ListQuery) -> Result<PinPage, ApiError> {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_zero() {
            tokio::time::sleep(rest).await;
        }
        self.gauge.quiet(PATIENCE).await;
        let start = Instant::now();
        let result = guarded(self.service.list(&query)).await;
        let took = start.elapsed();
        if took > SLOW {
            self.rest = took.min(PATIENCE);
        }
        result.unwrap_or_else(|message| {
            Err(ApiError::Transport {
                message,
                sent: true,
            })
        })
    }
}
