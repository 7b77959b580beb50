//! Reading a list to its end, page by page.

use std::collections::HashSet;

use uuid::Uuid;

use crate::api::PinningService;
use crate::domain::{ListQuery, Pin, PinPage, Totals};
use crate::error::ApiError;

/// Rows to ask for in one call. A service may bring fewer, and then the next call begins where its
/// rows ended.
const ROWS_A_CALL: u32 = 1000;

/// Where to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// After this many pins.
    Count(u64),
    /// When the service has no more.
    End,
}

/// A list being read.
pub struct Listing<'a> {
    service: &'a dyn PinningService,
    query: ListQuery,
    until: Until,
    given: u64,
    seen: Seen,
    over: bool,
    /// The totals that came with the latest page.
    pub totals: Totals,
}

impl<'a> Listing<'a> {
    /// Begins at the query's offset; its limit is not looked at.
    pub fn new(service: &'a dyn PinningService, query: ListQuery, until: Until) -> Self {
        Self {
            service,
            query,
            until,
            given: 0,
            seen: Seen::default(),
            over: false,
            totals: Totals::default(),
        }
    }

    /// The next pins, each once, however the pages shift while they are read; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Pin>>, ApiError> {
        while !self.over {
            let pins = self.call().await?;
            if !pins.is_empty() {
                return Ok(Some(pins));
            }
        }
        Ok(None)
    }

    async fn call(&mut self) -> Result<Vec<Pin>, ApiError> {
        let left = match self.until {
            Until::Count(count) => count.saturating_sub(self.given),
            Until::End => u64::MAX,
        };
        self.query.limit = u32::try_from(left).map_or(ROWS_A_CALL, |left| left.min(ROWS_A_CALL));
        let page = self.service.list(&self.query).await?;
        self.totals = page.totals;
        let PinPage { mut pins, rows, .. } = page;
        let readable = pins.len();
        pins.retain(|pin| self.seen.is_new(pin.id.as_str()));
        // A page of nothing but known rows means that the service does not page at all.
        let stuck = readable > 0 && pins.is_empty();
        pins.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        self.given += pins.len() as u64;
        self.query.offset = self.query.offset.saturating_add(rows as u64);
        self.over = rows == 0
            || stuck
            || match self.until {
                Until::Count(count) => self.given >= count || self.beyond() == 0,
                // Totals may be absent or behind the times: only an empty page is the end.
                Until::End => false,
            };
        Ok(pins)
    }

    /// Pins that the service has beyond those that were given.
    pub fn beyond(&self) -> u64 {
        self.totals.files.saturating_sub(self.query.offset)
    }
}

/// The ids that have been given. Those of a million pins fit in some 40 MB, since nearly all of
/// them are UUIDs.
#[derive(Default)]
struct Seen {
    uuids: HashSet<u128>,
    others: HashSet<Box<str>>,
}

impl Seen {
    fn is_new(&mut self, id: &str) -> bool {
        match Uuid::try_parse(id) {
            // Only the usual spelling: two other spellings of one UUID are two ids.
            Ok(uuid) if uuid.hyphenated().to_string() == id => self.uuids.insert(uuid.as_u128()),
            _ => self.others.insert(id.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use tokio::sync::watch;

    use super::*;
    use crate::domain::{Cid, Metadata, PinId, UploadPlan};
    use crate::protocol::PinDetails;

    /// A list of numbered pins, told `cap` at a time; each call shifts the rows by `shift`, as
    /// uploads elsewhere do under newest first.
    struct Numbers {
        count: u64,
        cap: u64,
        shift: u64,
        totals: bool,
        calls: Mutex<Vec<ListQuery>>,
    }

    #[async_trait]
    impl PinningService for Numbers {
        async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError> {
            let shifted = self.calls.lock().unwrap().len() as u64 * self.shift;
            self.calls.lock().unwrap().push(*query);
            let from = query.offset.saturating_sub(shifted);
            let rows = u64::from(query.limit).min(self.cap);
            let pins: Vec<Pin> = (from..self.count.min(from + rows))
                .map(|n| {
                    let id = if n % 2 == 0 {
                        Uuid::from_u128(n.into()).to_string()
                    } else {
                        format!("pin {n}")
                    };
                    Pin::new(id, Cid::as_received("bafy"))
                })
                .collect();
            Ok(PinPage {
                rows: pins.len(),
                totals: Totals {
                    files: if self.totals {
                        self.count
                    } else {
                        query.offset + pins.len() as u64
                    },
                    size: 0,
                },
                pins,
            })
        }

        async fn details(&self, id: &PinId) -> Result<PinDetails, ApiError> {
            Err(ApiError::NotFound(id.to_string()))
        }

        async fn upload(&self, _: &UploadPlan, _: watch::Sender<u64>) -> Result<Pin, ApiError> {
            Err(ApiError::Cancelled)
        }

        async fn pin_by_cid(&self, _: &Cid, _: &Metadata) -> Result<Pin, ApiError> {
            Err(ApiError::Cancelled)
        }

        async fn unpin(&self, _: &PinId) -> Result<(), ApiError> {
            Err(ApiError::Cancelled)
        }

        async fn test_authentication(&self) -> Result<String, ApiError> {
            Err(ApiError::Cancelled)
        }
    }

    fn numbers(count: u64, cap: u64) -> Numbers {
        Numbers {
            count,
            cap,
            shift: 0,
            totals: true,
            calls: Mutex::default(),
        }
    }

    async fn read(service: &Numbers, until: Until) -> Vec<Pin> {
        let mut listing = Listing::new(service, ListQuery::default(), until);
        let mut all = Vec::new();
        while let Some(pins) = listing.next().await.unwrap() {
            all.extend(pins);
        }
        all
    }

    #[tokio::test]
    async fn a_service_that_brings_fewer_rows_than_asked_is_read_to_its_end() {
        for totals in [true, false] {
            let service = Numbers {
                totals,
                ..numbers(2345, 100)
            };
            assert_eq!(read(&service, Until::End).await.len(), 2345);
        }
        let service = numbers(2345, 100);
        assert_eq!(read(&service, Until::Count(250)).await.len(), 250);
        let calls = service.calls.lock().unwrap();
        let asked: Vec<(u64, u32)> = calls.iter().map(|call| (call.offset, call.limit)).collect();
        assert_eq!(asked, [(0, 250), (100, 150), (200, 50)]);
    }

    #[tokio::test]
    async fn a_short_list_takes_one_call_and_rows_that_shift_come_once() {
        let service = numbers(37, 1000);
        assert_eq!(read(&service, Until::Count(100)).await.len(), 37);
        assert_eq!(service.calls.lock().unwrap().len(), 1);
        let shifting = Numbers {
            shift: 7,
            ..numbers(500, 100)
        };
        assert_eq!(read(&shifting, Until::End).await.len(), 500);
    }

    #[tokio::test]
    async fn a_service_that_does_not_page_does_not_keep_us_for_ever() {
        let stuck = Numbers {
            shift: 100,
            ..numbers(1000, 100)
        };
        assert_eq!(read(&stuck, Until::End).await.len(), 100);
    }
}
