//! From settings to the change journal, and to a service that can be asked: the client of a remote one, or the embedded one
//! started in this process.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use crate::api::{ClientConfig, PinClient, PinningService, ReadOnly, Timeouts};
use crate::config::{Settings, Target, UsageError};
use crate::credentials::Credentials;
use crate::domain::Account;
use crate::journal::Journal;
use crate::service::{self, RunningService, ServiceConfig, StoreLocation};
use crate::worker::Connected;
use crate::worker::sync::CachePlace;

/// A service that can be asked, and the embedded one behind it where that is what it is.
pub struct Connection {
    /// The service, its address and its gateway.
    pub connected: Connected,
    embedded: Option<RunningService>,
}

impl Connection {
    /// The service.
    pub fn service(&self) -> &dyn PinningService {
        self.connected.service.as_ref()
    }

    /// The service, for work that outlives the borrow.
    pub fn shared(&self) -> Arc<dyn PinningService> {
        Arc::clone(&self.connected.service)
    }

    /// The way to the service, and the embedded one for whoever keeps it alive.
    pub fn into_parts(self) -> (Connected, Option<RunningService>) {
        (self.connected, self.embedded)
    }

    /// Ends the embedded service, where there is one, once what it was doing is done.
    pub async fn close(self) {
        let Self {
            connected,
            embedded,
        } = self;
        drop(connected);
        if let Some(embedded) = embedded {
            embedded.stop().await;
        }
    }
}

/// Makes the client, and starts the embedded service where the settings ask for it. Nothing is
/// sent to a remote service yet.
pub async fn connect(settings: &Settings) -> anyhow::Result<Connection> {
    let (store, credentials) = match &settings.target {
        Target::Remote {
            api_url,
            credentials,
            ..
        } => {
            let connected = connected(
                settings,
                api_url.clone(),
                credentials.clone(),
                settings.gateway.clone(),
            )?;
            return Ok(Connection {
                connected,
                embedded: None,
            });
        }
        Target::Embedded { data_dir } => (
            StoreLocation::Directory(data_dir.clone()),
            Credentials::load_or_create(data_dir)?,
        ),
        // Nobody else can know of a store that goes with the process.
        Target::Demo { pins } => (StoreLocation::Demo(*pins), Credentials::random()),
    };
    let embedded = service::start(ServiceConfig {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        store,
        credentials: credentials.clone(),
    })
    .await?;
    let gateway = settings
        .gateway
        .clone()
        .unwrap_or_else(|| embedded.gateway_url());
    Ok(Connection {
        connected: connected(settings, embedded.api_url(), credentials, Some(gateway))?,
        embedded: Some(embedded),
    })
}

/// The change journal for the service of these settings; one that goes with the process where the
/// service does.
pub fn journal(settings: &Settings) -> anyhow::Result<Arc<Journal>> {
    let account = Account {
        service: keyed_service(settings),
        ..settings.account()
    };
    Ok(Arc::new(match settings.target {
        Target::Demo { .. } => Journal::throw_away(account)?,
        Target::Remote { .. } | Target::Embedded { .. } => {
            Journal::open(&settings.state_dir, account)
        }
    }))
}

/// The service with what tells its key from others. With another key, or after the embedded
/// service's data was deleted, nothing that was unpinned before may be taken back or finished;
/// what was protected stays so, and what is written down for that knows of no key.
fn keyed_service(settings: &Settings) -> String {
    let service = settings.service_name();
    let fingerprint = match &settings.target {
        Target::Remote { credentials, .. } => credentials.fingerprint(),
        Target::Embedded { data_dir } => match Credentials::load_or_create(data_dir) {
            Ok(credentials) => credentials.fingerprint(),
            // The service can't start either, and says why.
            Err(_) => return service,
        },
        Target::Demo { .. } => return service,
    };
    format!("{service} (key {fingerprint})")
}

/// Where the index of this account is kept; nowhere where the service goes with the process.
pub fn cache(settings: &Settings) -> Option<CachePlace> {
    let key = match &settings.target {
        Target::Demo { .. } => return None,
        Target::Remote { credentials, .. } => Some(credentials.expose_key().into()),
        Target::Embedded { .. } => None,
    };
    Some(CachePlace {
        directory: settings.cache_dir.clone(),
        profile: settings.profile.clone(),
        origin: settings.service_name(),
        key,
    })
}

fn connected(
    settings: &Settings,
    api_url: String,
    credentials: Credentials,
    gateway: Option<String>,
) -> anyhow::Result<Connected> {
    let client = PinClient::new(ClientConfig {
        api_url: api_url.clone(),
        credentials,
        rate_limit: settings.rate_limit,
        timeouts: Timeouts::default(),
    })
    .map_err(|error| UsageError::new(format!("settings: {error}")))?;
    let service: Arc<dyn PinningService> = if settings.read_only {
        Arc::new(ReadOnly::new(client))
    } else {
        Arc::new(client)
    };
    Ok(Connected {
        service,
        api_url,
        gateway,
    })
}
