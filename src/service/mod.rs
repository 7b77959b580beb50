//! The embedded pinning service: what runs where no service is configured, and as `lazypin serve`.
//!
//! It speaks the pinning calls of AIOZ Pin over HTTP below `/api`, and gives content back below
//! `/ipfs`. A request passes `auth`, then a handler of `routes` or `upload`, which asks the `store`.

mod auth;
mod demo;
mod disposition;
mod form;
mod gateway;
mod reply;
mod routes;
mod server;
mod staged;
mod staging;
mod store;
mod throw_away;
mod upload;

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::credentials::Credentials;
use staging::Staging;
use store::Store;
use throw_away::ThrowAway;

/// Uploads that come in at once; more wait before their bodies are read.
const UPLOADS_AT_ONCE: u32 = 32;

/// How long uploads that were cut off are given to clean up behind them.
const CLEANING: Duration = Duration::from_secs(1);

/// Where the service keeps its pins and their content.
#[derive(Clone, Debug)]
pub enum StoreLocation {
    /// In this directory, made where there is none. Several processes may share it.
    Directory(PathBuf),
    /// In a directory for this run alone, filled with this many plausible pins, 1,000,000 at the
    /// most.
    Demo(u64),
}

/// How to run the service.
#[derive(Clone, Debug)]
pub struct ServiceConfig {
    /// The address to listen on; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where it keeps what it has.
    pub store: StoreLocation,
    /// The keys that it asks for.
    pub credentials: Credentials,
}

/// What the handlers share.
struct Service {
    store: Store,
    staging: Staging,
    uploads: Arc<Semaphore>,
    keys: auth::Keys,
}

/// A service that runs until it is stopped or dropped.
pub struct RunningService {
    address: SocketAddr,
    service: Arc<Service>,
    stop: CancellationToken,
    server: JoinHandle<()>,
    /// Behind the service, so that it goes after it.
    _throw_away: Option<ThrowAway>,
}

/// Starts the service. It answers when this returns.
///
/// Needs a tokio runtime with several threads around it. The error says which directory or address
/// is the trouble.
pub async fn start(config: ServiceConfig) -> anyhow::Result<RunningService> {
    let (store, staging, throw_away) =
        tokio::task::spawn_blocking(move || open(&config.store)).await??;
    let is_demo = throw_away.is_some();
    let service = Arc::new(Service {
        store,
        staging,
        uploads: Arc::new(Semaphore::new(UPLOADS_AT_ONCE as usize)),
        keys: auth::Keys::of(&config.credentials),
    });

    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("can't listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    if !is_demo {
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            if let Err(error) = service.store.collect(Timestamp::now()).await {
                tracing::warn!(%error, "can't let go of old content");
            }
        });
    }
    let stop = CancellationToken::new();
    let router = routes::router(Arc::clone(&service));
    let server = tokio::spawn(server::run(listener, router, stop.clone()));
    tracing::info!(%address, "the embedded service listens");
    Ok(RunningService {
        address,
        service,
        stop,
        server,
        _throw_away: throw_away,
    })
}

type Opened = (Store, Staging, Option<ThrowAway>);

fn open(location: &StoreLocation) -> anyhow::Result<Opened> {
    let failed = |data: &Path| format!("can't open the store in {}", data.display());
    match location {
        StoreLocation::Directory(data) => {
            make_private(data)
                .with_context(|| format!("can't make the directory {}", data.display()))?;
            let store = Store::open(data).with_context(|| failed(data))?;
            let staging = Staging::new(data);
            if let Err(error) = staging.sweep() {
                tracing::warn!(%error, "can't sweep what killed uploads left");
            }
            Ok((store, staging, None))
        }
        StoreLocation::Demo(count) => {
            let throw_away = ThrowAway::make().context("can't make a directory for the demo")?;
            let data = throw_away.path();
            let store = Store::make(data, |connection, flat| {
                demo::fill(connection, flat, *count)
            })
            .with_context(|| failed(data))?;
            Ok((store, Staging::new(data), Some(throw_away)))
        }
    }
}

/// Makes a directory that only this user looks into, where there is none.
fn make_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(directory)
}

impl RunningService {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address of its API, as in `http://127.0.0.1:5080/api`.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.gateway_url())
    }

    /// The base address of its gateway: content is at `/ipfs/<cid>` below it.
    pub fn gateway_url(&self) -> String {
        let mut reachable = self.address;
        if reachable.ip().is_unspecified() {
            // It listens everywhere; from here it is reached at home.
            match reachable {
                SocketAddr::V4(_) => reachable.set_ip(Ipv4Addr::LOCALHOST.into()),
                SocketAddr::V6(_) => reachable.set_ip(Ipv6Addr::LOCALHOST.into()),
            }
        }
        format!("http://{reachable}")
    }

    /// Stops taking requests, gives those under way a second, and closes the store.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Err(error) = (&mut self.server).await {
            tracing::warn!(%error, "the embedded service ended badly");
        }
        let uploads = self.service.uploads.acquire_many(UPLOADS_AT_ONCE);
        // Out of time is no harm: what is left is swept at the next start.
        let _ = tokio::time::timeout(CLEANING, uploads).await;
        // Closes the store, which may have to wait for a write.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}

impl fmt::Debug for RunningService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningService")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Drop for RunningService {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
