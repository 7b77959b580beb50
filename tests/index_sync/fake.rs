//! A service in memory that changes between calls as a script says.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use lazypin::api::PinningService;
use lazypin::domain::{
    Cid, ListQuery, Metadata, Pin, PinId, PinPage, PinState, PinnedFilter, Totals, UploadPlan,
};
use lazypin::error::ApiError;
use lazypin::index::Rows;
use lazypin::protocol::PinDetails;
use lazypin::worker::gauge::Gauge;
use lazypin::worker::sync::{CachePlace, Depth, IndexState, Stage, SyncHandle, start};
use tokio::sync::watch;

/// What happens to the service's rows before a call is answered.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Nothing,
    /// A pin is made.
    Add,
    /// The pin at this place, modulo how many there are, goes for good.
    Drop(usize),
    /// The pin at this place is unpinned.
    Unpin(usize),
    /// The pin at this place gets another name.
    Rename(usize),
    /// The call fails.
    Fail,
}

#[derive(Default)]
pub(crate) struct Script {
    /// Oldest first.
    pub(crate) pins: Vec<Pin>,
    pub(crate) made: u64,
    pub(crate) events: VecDeque<Event>,
    pub(crate) calls: Vec<ListQuery>,
    /// What the totals tell beyond the truth.
    pub(crate) extra_files: u64,
    /// Rows that each page has at the most.
    pub(crate) cap: usize,
    /// Larger limits are refused.
    pub(crate) refuse_above: u32,
    /// Whether offsets are ignored.
    pub(crate) stuck: bool,
    /// Every tenth row can't be read.
    pub(crate) spoilt: bool,
    pub(crate) delay: Duration,
}

pub(crate) struct Service(pub(crate) Mutex<Script>);

pub(crate) const CID: &str = "bafkreigoswsg4iddq6gqexlizzkduic652iolmy2mwolrr6bbd5twezucq";

impl Script {
    pub(crate) fn with(pins: u64) -> Self {
        let mut script = Self {
            cap: 7,
            refuse_above: u32::MAX,
            ..Self::default()
        };
        for _ in 0..pins {
            script.happen(&Event::Add);
        }
        script
    }

    pub(crate) fn happen(&mut self, event: &Event) {
        let count = self.pins.len().max(1);
        match event {
            Event::Nothing | Event::Fail => {}
            Event::Add => {
                self.made += 1;
                let n = self.made;
                self.pins.push(Pin {
                    name: Some(format!("pin {n}")),
                    size: Some(n),
                    state: PinState::Pinned,
                    pinned: true,
                    date_pinned: Timestamp::from_second(i64::try_from(n).unwrap()).ok(),
                    ..Pin::new(
                        format!("{n:08x}-ca65-4b8e-bcf3-c8e2ceaa23d2"),
                        Cid::as_received(CID),
                    )
                });
            }
            Event::Drop(at) => {
                if !self.pins.is_empty() {
                    self.pins.remove(at % count);
                }
            }
            Event::Unpin(at) => {
                if let Some(pin) = self.pins.get_mut(at % count) {
                    pin.pinned = false;
                    pin.state = PinState::Unpinned;
                    pin.date_unpinned = Timestamp::from_second(99).ok();
                }
            }
            Event::Rename(at) => {
                if let Some(pin) = self.pins.get_mut(at % count) {
                    pin.name = Some(format!("{} again", pin.name.as_deref().unwrap()));
                }
            }
        }
    }

    fn list(&mut self, query: ListQuery) -> Result<PinPage, ApiError> {
        self.calls.push(query);
        let event = self.events.pop_front().unwrap_or(Event::Nothing);
        self.happen(&event);
        if matches!(event, Event::Fail) {
            return Err(ApiError::Unavailable("scripted".to_owned()));
        }
        if query.limit > self.refuse_above {
            return Err(ApiError::Refused("limit too large".to_owned()));
        }
        let all: Vec<&Pin> = self
            .pins
            .iter()
            .rev()
            .filter(|pin| query.pinned == PinnedFilter::All || pin.pinned)
            .collect();
        let skipped = if self.stuck { 0 } else { query.offset };
        let rows: Vec<Pin> = all
            .iter()
            .skip(usize::try_from(skipped).unwrap())
            .take(self.cap.min(query.limit as usize))
            .map(|pin| (*pin).clone())
            .collect();
        Ok(PinPage {
            rows: rows.len(),
            totals: Totals {
                files: all.len() as u64 + self.extra_files,
                size: all.iter().filter_map(|pin| pin.size).sum(),
            },
            pins: rows
                .into_iter()
                .filter(|pin| !(self.spoilt && pin.size.is_some_and(|size| size % 10 == 0)))
                .collect(),
        })
    }
}

impl Service {
    pub(crate) fn new(script: Script) -> Arc<Self> {
        Arc::new(Self(Mutex::new(script)))
    }

    pub(crate) fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    pub(crate) fn plan(&self, events: impl IntoIterator<Item = Event>) {
        self.script().events = events.into_iter().collect();
    }

    /// Calls since this was last asked.
    pub(crate) fn take_calls(&self) -> Vec<ListQuery> {
        std::mem::take(&mut self.script().calls)
    }
}

#[async_trait]
impl PinningService for Service {
    async fn list(&self, query: &ListQuery) -> Result<PinPage, ApiError> {
        let delay = self.script().delay;
        // The state is the one at the beginning of the call, as with an answer on its way.
        let page = self.script().list(*query);
        tokio::time::sleep(delay).await;
        page
    }

    async fn details(&self, _: &PinId) -> Result<PinDetails, ApiError> {
        unimplemented!("the index asks for lists alone")
    }

    async fn upload(&self, _: &UploadPlan, _: watch::Sender<u64>) -> Result<Pin, ApiError> {
        unimplemented!("the index changes nothing")
    }

    async fn pin_by_cid(&self, _: &Cid, _: &Metadata) -> Result<Pin, ApiError> {
        unimplemented!("the index changes nothing")
    }

    async fn unpin(&self, _: &PinId) -> Result<(), ApiError> {
        unimplemented!("the index changes nothing")
    }

    async fn test_authentication(&self) -> Result<String, ApiError> {
        unimplemented!("the index needs no such call")
    }
}

pub(crate) fn follow(service: &Arc<Service>, cache: Option<CachePlace>) -> SyncHandle {
    let service = Arc::clone(service) as Arc<dyn PinningService>;
    start(async { service }, cache, Gauge::default())
}

pub(crate) fn place(directory: &std::path::Path) -> CachePlace {
    CachePlace {
        directory: directory.to_owned(),
        profile: "default".to_owned(),
        origin: "https://pins.example/api".to_owned(),
        key: Some("KEY-TEXT".into()),
    }
}

/// Waits for a state that is so.
pub(crate) async fn wait(
    handle: &SyncHandle,
    is_so: impl FnMut(&IndexState) -> bool,
) -> IndexState {
    let mut state = handle.state();
    let waited = tokio::time::timeout(Duration::from_hours(1), state.wait_for(is_so)).await;
    waited
        .expect("nothing came")
        .expect("the task ended")
        .clone()
}

/// Refreshes and gives the end of it.
pub(crate) async fn refresh(handle: &SyncHandle, depth: Depth) -> IndexState {
    wait(handle, |state| {
        !matches!(state.stage, Stage::Loading | Stage::Asking)
    })
    .await;
    let ended = handle.state().borrow().refreshes;
    handle.refresh(depth);
    wait(handle, |state| state.refreshes > ended).await
}

/// All pins of the index, by id.
pub(crate) fn pins(rows: &Rows) -> Vec<Pin> {
    let mut pins: Vec<Pin> = rows.iter().map(|row| row.pin().unwrap()).collect();
    pins.sort_by(|a, b| a.id.cmp(&b.id));
    pins
}

pub(crate) fn truth(service: &Service) -> Vec<Pin> {
    let mut pins = service.script().pins.clone();
    pins.sort_by(|a, b| a.id.cmp(&b.id));
    pins
}
