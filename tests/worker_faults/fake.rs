//! A service in memory whose every call can be told to fail, hang, break or lie.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lazypin::api::PinningService;
use lazypin::domain::{
    Cid, ListQuery, Metadata, Pin, PinId, PinPage, PinState, PinnedFilter, Totals, UploadPlan,
};
use lazypin::error::ApiError;
use lazypin::protocol::{PinDetails, Reply};
use lazypin::worker::gate::Gate;
use lazypin::worker::{Connected, WorkerHandle, spawn};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// What happens to one call.
#[derive(Clone)]
pub(crate) enum Fault {
    /// It fails and changed nothing.
    Fails(ApiError),
    /// It fails although it did what was asked.
    DoneBut(ApiError),
    /// It panics.
    Panics,
    /// It never ends; dropping it is counted.
    Hangs,
    /// It takes this long and goes well.
    Takes(Duration),
}

#[derive(Default)]
pub(crate) struct Fake {
    pins: Mutex<Vec<Pin>>,
    /// Faults by call, such as `unpin a` or `list`, the first one first.
    faults: Mutex<HashMap<String, VecDeque<Fault>>>,
    calls: Mutex<Vec<String>>,
    running: AtomicUsize,
    most: AtomicUsize,
    /// Calls that were dropped while they hung.
    pub(crate) dropped: AtomicUsize,
    /// Rows that a page has at the most; 0: as many as asked for.
    pub(crate) page_cap: usize,
}

pub(crate) const CID: &str = "bafkreigoswsg4iddq6gqexlizzkduic652iolmy2mwolrr6bbd5twezucq";

pub(crate) fn pin(id: &str) -> Pin {
    Pin {
        state: PinState::Pinned,
        pinned: true,
        ..Pin::new(id, Cid::as_received(CID))
    }
}

pub(crate) fn timeout() -> ApiError {
    ApiError::Timeout("silence".to_owned())
}

impl Fake {
    pub(crate) fn with_pins(pins: impl IntoIterator<Item = Pin>) -> Self {
        Self {
            pins: Mutex::new(pins.into_iter().collect()),
            ..Self::default()
        }
    }

    /// The next calls of this name go so.
    pub(crate) fn on(
        self,
        call: impl Into<String>,
        faults: impl IntoIterator<Item = Fault>,
    ) -> Self {
        let mut all = self.faults.lock().unwrap();
        all.entry(call.into()).or_default().extend(faults);
        drop(all);
        self
    }

    /// How often this call was made.
    pub(crate) fn count(&self, call: &str) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|made| *made == call).count()
    }

    /// How many calls were made whose name starts so.
    pub(crate) fn count_all(&self, start: &str) -> usize {
        let calls = self.calls.lock().unwrap();
        calls.iter().filter(|made| made.starts_with(start)).count()
    }

    /// How many calls ran at the same time at the most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    /// Goes through the call's fault; `Some` is the error to give after doing the work, where
    /// `Ok` of it says so.
    async fn begin(&self, call: String) -> Result<Option<ApiError>, ApiError> {
        let fault = {
            let mut faults = self.faults.lock().unwrap();
            faults.get_mut(&call).and_then(VecDeque::pop_front)
        };
        self.calls.lock().unwrap().push(call);
        let running = Running(self);
        let now = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let result = match fault {
            None => {
                // A call always takes a moment, so that several can run at once.
                tokio::time::sleep(Duration::from_millis(1)).await;
                Ok(None)
            }
            Some(Fault::Fails(error)) => Err(error),
            Some(Fault::DoneBut(error)) => Ok(Some(error)),
            Some(Fault::Panics) => panic!("scripted to break"),
            Some(Fault::Takes(time)) => {
                tokio::time::sleep(time).await;
                Ok(None)
            }
            Some(Fault::Hangs) => {
                let _counted = CountDrop(&self.dropped);
                std::future::pending().await
            }
        };
        drop(running);
        result
    }
}

struct Running<'a>(&'a Fake);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

struct CountDrop<'a>(&'a AtomicUsize);

impl Drop for CountDrop<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn result<T>(value: T, error: Option<ApiError>) -> Result<T, ApiError> {
    error.map_or(Ok(value), Err)
}

#[async_trait]
impl PinningService for Fake {
    async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError> {
        let error = self.begin(format!("list {}", query.offset)).await?;
        let pins = self.pins.lock().unwrap();
        let all: Vec<_> = pins
            .iter()
            .filter(|pin| query.pinned != PinnedFilter::Pinned || pin.pinned)
            .collect();
        let limit = match self.page_cap {
            0 => query.limit as usize,
            cap => cap.min(query.limit as usize),
        };
        let page: Vec<_> = all
            .iter()
            .skip(usize::try_from(query.offset).unwrap())
            .take(limit)
            .map(|pin| (*pin).clone())
            .collect();
        let page = PinPage {
            rows: page.len(),
            pins: page,
            totals: Totals {
                files: all.len() as u64,
                size: 0,
            },
        };
        result(page, error)
    }

    async fn details(&self, id: &PinId) -> Result<PinDetails, ApiError> {
        let error = self.begin(format!("details {id}")).await?;
        let pins = self.pins.lock().unwrap();
        let pin = pins
            .iter()
            .find(|pin| pin.id == *id)
            .cloned()
            .ok_or_else(|| ApiError::NotFound("record not found".to_owned()))?;
        let raw = "{}".to_owned();
        result(PinDetails { pin, raw }, error)
    }

    async fn upload(&self, plan: &UploadPlan, sent: watch::Sender<u64>) -> Result<Pin, ApiError> {
        let error = self.begin("upload".to_owned()).await?;
        let total = plan.total_bytes();
        for step in 1..=total {
            tokio::time::sleep(Duration::from_millis(1)).await;
            sent.send_replace(step);
        }
        let made = Pin {
            cid: lazypin::ipfs::root_of_upload(plan).unwrap(),
            date_pinned: Some(jiff::Timestamp::now()),
            ..pin("uploaded")
        };
        self.pins.lock().unwrap().insert(0, made.clone());
        result(made, error)
    }

    async fn pin_by_cid(&self, cid: &Cid, _: &Metadata) -> Result<Pin, ApiError> {
        let error = self.begin("pin".to_owned()).await?;
        let made = Pin {
            cid: cid.clone(),
            date_pinned: Some(jiff::Timestamp::now()),
            ..pin("made")
        };
        self.pins.lock().unwrap().insert(0, made.clone());
        result(made, error)
    }

    async fn unpin(&self, id: &PinId) -> Result<(), ApiError> {
        let error = self.begin(format!("unpin {id}")).await?;
        let mut pins = self.pins.lock().unwrap();
        let pin = pins
            .iter_mut()
            .find(|pin| pin.id == *id)
            .ok_or_else(|| ApiError::NotFound("record not found".to_owned()))?;
        pin.pinned = false;
        pin.state = PinState::Unpinned;
        result((), error)
    }

    async fn test_authentication(&self) -> Result<String, ApiError> {
        Ok(String::new())
    }
}

/// A gate for so many items at a time that nobody closes.
pub(crate) fn gate(places: usize) -> Gate {
    Gate::new(places, CancellationToken::new())
}

pub(crate) fn connected(fake: &Arc<Fake>) -> Connected {
    Connected {
        service: Arc::clone(fake) as Arc<dyn PinningService>,
        api_url: "http://127.0.0.1:1/api".to_owned(),
        gateway: None,
    }
}

/// A worker over `fake` that has connected, and its replies.
pub(crate) async fn worker(fake: &Arc<Fake>) -> (WorkerHandle, mpsc::Receiver<Reply>) {
    let connected = connected(fake);
    let (handle, mut replies) = spawn(async { Ok(connected) }, 8, None, None);
    assert!(matches!(
        replies.recv().await,
        Some(Reply::Connected { .. })
    ));
    (handle, replies)
}

/// The next reply. The clock of these tests jumps, so a reply that never comes fails at once.
pub(crate) async fn next(replies: &mut mpsc::Receiver<Reply>) -> Reply {
    tokio::time::timeout(Duration::from_hours(1), replies.recv())
        .await
        .expect("no reply came")
        .expect("the worker ended")
}
