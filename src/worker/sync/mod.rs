//! Keeps the index like the service: reads what was kept, then the list page by page, in the
//! background.
//!
//! One task owns the index and makes one call at a time. It wakes up for a request or a change
//! from here, and for nothing else. What it holds is published after each page: rows of one moment,
//! how far it is, and whether the service has confirmed them.

mod inbox;
mod ledger;
mod newest;
mod paging;
mod pass;

use std::collections::HashSet;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use self::inbox::Inbox;
use self::ledger::Ledger;
use self::paging::{Pager, What};
use super::gauge::Gauge;
use super::guard::broke;
use crate::api::PinningService;
use crate::domain::PinPage;
use crate::error::ApiError;
use crate::index::{Keeper, LocalChange, Put, Rows, Seen, Store, StoreError};

/// Passes over the whole list that one refresh makes while the list moves.
const PASSES: usize = 4;

/// How thoroughly to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The newest pages until nothing is new, then everything only where totals disagree.
    Newest,
    /// Everything.
    Everything,
}

/// How the index stands to the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What was kept is being read from disk.
    Loading,
    /// What is there is from before, or half of it is: nobody has confirmed it.
    Old,
    /// The service is being asked.
    Asking,
    /// The service has confirmed it.
    Fresh,
    /// The service could not be asked to the end; what is there may be old.
    Failed(ApiError),
}

/// What is published.
#[derive(Clone, Debug)]
pub struct IndexState {
    /// The rows.
    pub rows: Arc<Rows>,
    /// How they stand to the service.
    pub stage: Stage,
    /// Refreshes that have ended, well or not.
    pub refreshes: u64,
    /// Pins that the service has confirmed in this refresh.
    pub confirmed: u64,
    /// Pins that the service says there are, once it has; before that, those that were kept.
    pub total: Option<u64>,
    /// Why nothing is kept on disk, where that is so.
    pub trouble: Option<String>,
}

/// Which cache file to use; see [`Store::open`].
#[derive(Clone)]
pub struct CachePlace {
    /// The directory of all caches.
    pub directory: PathBuf,
    /// The profile's name.
    pub profile: String,
    /// The address of the service's API.
    pub origin: String,
    /// The API key, where there is one. It is only hashed.
    pub key: Option<SecretString>,
}

/// The way to the task. Dropping it ends the task.
pub struct SyncHandle {
    inbox: Arc<Inbox>,
    state: watch::Receiver<IndexState>,
    _end: DropGuard,
}

impl SyncHandle {
    /// Asks for a refresh. Asked while one goes on, it makes another one follow.
    pub fn refresh(&self, depth: Depth) {
        self.inbox.ask(depth);
    }

    /// Puts changes in that the service confirmed.
    pub fn apply(&self, changes: Vec<LocalChange>) {
        self.inbox.tell(changes);
    }

    /// The newest state, and the next ones.
    pub fn state(&self) -> watch::Receiver<IndexState> {
        self.state.clone()
    }
}

/// Starts the task inside the running tokio runtime: it reads the cache and then waits to be asked.
/// Without a `cache` the index is kept in memory alone. Calls stand back for those that `gauge`
/// counts.
pub fn start(
    service: impl Future<Output = Arc<dyn PinningService>> + Send + 'static,
    cache: Option<CachePlace>,
    gauge: Gauge,
) -> SyncHandle {
    let end = CancellationToken::new();
    let inbox = Arc::<Inbox>::default();
    let (publish, state) = watch::channel(IndexState {
        rows: Arc::default(),
        stage: Stage::Loading,
        refreshes: 0,
        confirmed: 0,
        total: None,
        trouble: None,
    });
    let publish = Arc::new(publish);
    tokio::spawn(end.clone().run_until_cancelled_owned({
        let (inbox, end) = (Arc::clone(&inbox), end.clone());
        async move {
            let keeper = load(cache, Arc::clone(&publish), end).await;
            let ledger = Ledger::new(keeper, inbox, publish);
            ledger.show(Stage::Old);
            let pager = Pager::new(service.await, gauge);
            let sync = Sync { pager, ledger };
            sync.run().await;
        }
    }));
    SyncHandle {
        inbox,
        state,
        _end: end.drop_guard(),
    }
}

/// Reads the cache, showing rows while they come.
async fn load(
    cache: Option<CachePlace>,
    publish: Arc<watch::Sender<IndexState>>,
    end: CancellationToken,
) -> Keeper {
    let Some(cache) = cache else {
        return Keeper::in_memory();
    };
    let shown = Arc::clone(&publish);
    let loaded = tokio::task::spawn_blocking(move || {
        let key = cache.key.as_ref().map(SecretString::expose_secret);
        let store = Store::open(&cache.directory, &cache.profile, &cache.origin, key)?;
        let kept = store.kept().ok().filter(|kept| *kept > 0);
        shown.send_modify(|state| state.total = kept);
        Ok(Keeper::load(store, &mut |table| {
            shown.send_modify(|state| state.rows = table.snapshot());
            !end.is_cancelled()
        }))
    });
    let error = match loaded.await {
        Ok(Ok(keeper)) => return keeper,
        Ok(Err(error)) => StoreError::to_string(&error),
        Err(broken) => broken_text(broken),
    };
    publish.send_modify(|state| state.trouble = Some(error));
    Keeper::in_memory()
}

fn broken_text(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => broke(panic.as_ref()),
        Err(error) => error.to_string(),
    }
}

/// The task.
struct Sync {
    pager: Pager,
    ledger: Ledger,
}

impl Sync {
    async fn run(mut self) {
        loop {
            self.ledger.apply_changes(&mut Seen::default()).await;
            match self.ledger.inbox.asked() {
                Some(depth) => self.refresh(depth).await,
                None => self.ledger.inbox.changed().await,
            }
        }
    }

    async fn refresh(&mut self, depth: Depth) {
        self.ledger.begin();
        let stage = match self.bring_up_to_date(depth).await {
            Ok(true) => Stage::Fresh,
            Ok(false) => Stage::Old,
            Err(error) => Stage::Failed(error),
        };
        self.ledger.end(stage);
    }

    /// Whether the index is now like the service.
    async fn bring_up_to_date(&mut self, depth: Depth) -> Result<bool, ApiError> {
        if depth == Depth::Newest && self.ledger.keeper.notes().settled {
            // A change from here may fall between two calls: look once more before reading all.
            for _ in 0..2 {
                if self.look_at_newest().await? {
                    return Ok(true);
                }
            }
        }
        let mut before = None;
        for _ in 0..PASSES {
            let pass = self.read_all().await?;
            if self.settles(&pass, before.as_ref()).await? {
                return Ok(true);
            }
            before = Some(pass);
        }
        Ok(false)
    }

    /// Asks for a page and puts it in, and makes changes from here at once while it is on its way.
    /// Those are newer than what the page tells of the same pins.
    async fn fetch(&mut self, what: What, seen: &mut Seen) -> Result<(PinPage, Put), ApiError> {
        let Self { pager, ledger } = self;
        let mut newer = HashSet::new();
        let mut call = pin!(pager.get(what));
        let page = loop {
            tokio::select! {
                biased;
                () = ledger.inbox.changed() => newer.extend(ledger.apply_changes(seen).await),
                page = &mut call => break page?,
            }
        };
        newer.extend(ledger.apply_changes(seen).await);
        let put = ledger.put(&page, &newer, seen).await?;
        Ok((page, put))
    }
}
