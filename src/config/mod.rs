//! The settings: options, then the environment, then `config.toml`, then defaults, in one value.

mod address;
mod environment;
mod file;
mod problem;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use environment::Environment;
pub use file::{ConfigFile, DEFAULT_TEXT, Profile, Theme, UiSettings};
pub use problem::UsageError;

use crate::api::HOSTED_RATE;
use crate::args::{Args, ColorChoice, Command};
use crate::credentials::Credentials;
use crate::domain::{Account, Rule, SavedView};

/// AIOZ Pin's address, as its documentation gives it today.
const AIOZ_API: &str = "https://api.aiozpin.network/api";
/// AIOZ Pin's gateway, as seen in its dashboard.
const AIOZ_GATEWAY: &str = "https://premium.aiozpin.network";
/// A gateway for content of any other service.
const PUBLIC_GATEWAY: &str = "https://ipfs.io";

/// Items of batches under way at a time at the most.
const MOST_IN_FLIGHT: usize = 8;
/// An answer that takes longer than this is allowed to slow a batch down.
const SLOW_ANSWER: Duration = Duration::from_secs(2);

/// All settings of one run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the profile in use.
    pub profile: String,
    /// Which service to talk to.
    pub target: Target,
    /// The key pair of the environment, where there is one.
    pub keys: Option<Credentials>,
    /// Where content is fetched, up to and without `/ipfs/`; the embedded service brings its own.
    pub gateway: Option<String>,
    /// Calls a minute at the most, where the profile says.
    pub rate_limit: Option<u32>,
    /// Refuse every change.
    pub read_only: bool,
    /// What no bulk unpin touches.
    pub protect: Vec<Rule>,
    /// Views by name.
    pub views: BTreeMap<String, SavedView>,
    /// Where data is kept.
    pub data_dir: PathBuf,
    /// Where the change journals are kept.
    pub state_dir: PathBuf,
    /// Where the indexes of accounts are kept.
    pub cache_dir: PathBuf,
    /// The terminal UI.
    pub ui: UiSettings,
    /// What `--color` says.
    pub color: ColorChoice,
    /// Whether the environment asks for no colour (`NO_COLOR`, or a dumb terminal).
    pub no_color: bool,
    /// How often `-v` was given.
    pub verbosity: u8,
    /// The text of `LAZYPIN_LOG`.
    pub log_filter: Option<String>,
}

/// Which service to talk to.
#[derive(Clone, Debug)]
pub enum Target {
    /// A service at an address.
    Remote {
        /// The API's address, without a slash at its end.
        api_url: String,
        /// The key pair for it.
        credentials: Credentials,
        /// Whether it is on this machine.
        loopback: bool,
    },
    /// The service in this process, its data under this directory.
    Embedded {
        /// Where its store and its keys are.
        data_dir: PathBuf,
    },
    /// A throw-away service in this process.
    Demo {
        /// Its number of made-up pins.
        pins: u64,
    },
}

impl Target {
    /// Whether the service is on this machine, where nobody counts calls.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Remote { loopback, .. } => *loopback,
            Self::Embedded { .. } | Self::Demo { .. } => true,
        }
    }
}

impl Settings {
    /// The settings that follow from the command line, the environment and the settings file.
    /// Reads that file, and the embedded service's kept keys where an address on this machine
    /// needs them.
    pub fn resolve(args: &Args, environment: &Environment) -> anyhow::Result<Self> {
        let options = &args.global;
        let file = read_file(options.config.as_deref(), environment)?;
        let (name, profile) = choose_profile(options.profile.as_deref(), environment, &file)?;
        let data_dir = data_dir(options.data_dir.as_deref(), environment)?;
        let state_dir = state_dir(options.data_dir.as_deref(), environment, &data_dir);
        let cache_dir = cache_dir(options.data_dir.as_deref(), environment, &data_dir);
        let keys = keys(environment)?;
        let serving = matches!(args.command, Some(Command::Serve(_)));
        let target = match options.demo {
            Some(pins) => Target::Demo { pins },
            // What `serve` runs does not depend on which service others are to talk to.
            None if serving => Target::Embedded {
                data_dir: service_dir(&data_dir),
            },
            None => target(args, environment, &profile, keys.as_ref(), &data_dir)?,
        };
        let no_color = environment.path("NO_COLOR").is_some()
            || environment
                .path("TERM")
                .is_some_and(|term| term.as_os_str() == "dumb");
        Ok(Self {
            gateway: gateway(&target, profile.gateway.as_deref(), &name)?,
            profile: name,
            target,
            keys,
            rate_limit: profile.rate_limit.map(std::num::NonZeroU32::get),
            read_only: options.read_only
                || environment
                    .flag("LAZYPIN_READ_ONLY")?
                    .or(profile.read_only)
                    .unwrap_or(false),
            views: file.views,
            protect: [file.protect, profile.protect].concat(),
            data_dir,
            state_dir,
            cache_dir,
            ui: file.ui,
            color: options.color.unwrap_or_default(),
            no_color,
            verbosity: options.verbose,
            log_filter: environment.text("LAZYPIN_LOG")?.map(str::to_owned),
        })
    }

    /// Items of batches that are under way at a time: so many that waiting for answers does not
    /// slow a limited rate down, and not more, as each of them is refused where the limit is
    /// passed.
    pub fn calls_in_flight(&self) -> usize {
        let usual = (!self.target.is_local()).then_some(HOSTED_RATE);
        let rate = self.rate_limit.or(usual).filter(|rate| *rate > 0);
        rate.map_or(MOST_IN_FLIGHT, |rate| {
            let calls = u64::from(rate) * SLOW_ANSWER.as_secs();
            usize::try_from(calls.div_ceil(60))
                .map_or(MOST_IN_FLIGHT, |calls| calls.min(MOST_IN_FLIGHT))
        })
    }

    /// Where the embedded service keeps its store and its keys.
    pub fn service_dir(&self) -> PathBuf {
        service_dir(&self.data_dir)
    }

    /// Whose pins these settings are about.
    pub fn account(&self) -> Account {
        Account {
            profile: self.profile.clone(),
            service: self.service_name(),
        }
    }

    /// What tells the service from others in the change journal: the same in every run, which the
    /// embedded service's address is not.
    pub fn service_name(&self) -> String {
        match &self.target {
            Target::Remote { api_url, .. } => api_url.clone(),
            Target::Embedded { data_dir } => format!("embedded:{}", data_dir.display()),
            Target::Demo { .. } => "demo".to_owned(),
        }
    }

    /// Whether to write colour to an output that is a terminal or is not.
    pub fn use_color(&self, is_terminal: bool) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !self.no_color,
        }
    }
}

fn service_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("service")
}

fn read_file(option: Option<&Path>, environment: &Environment) -> Result<ConfigFile, UsageError> {
    let named = option
        .map(Path::to_owned)
        .or_else(|| environment.path("LAZYPIN_CONFIG"));
    if let Some(path) = named {
        return ConfigFile::read(&path, true);
    }
    match &environment.config_home {
        Some(home) => ConfigFile::read(&home.join("lazypin").join("config.toml"), false),
        None => Ok(ConfigFile::default()),
    }
}

fn choose_profile(
    option: Option<&str>,
    environment: &Environment,
    file: &ConfigFile,
) -> Result<(String, Profile), UsageError> {
    let name = match option {
        Some(name) => Some(name),
        None => environment.text("LAZYPIN_PROFILE")?,
    }
    .or(file.default_profile.as_deref())
    .unwrap_or("default");
    if let Some(profile) = file.profiles.get(name) {
        return Ok((name.to_owned(), profile.clone()));
    }
    if name == "default" {
        return Ok((name.to_owned(), Profile::default()));
    }
    let mut known = String::from("default");
    for other in file.profiles.keys().filter(|other| *other != "default") {
        let _ = write!(known, ", {other}");
    }
    Err(UsageError::with_hint(
        format!("profile: there is no profile '{name}'; known profiles are {known}"),
        format!("add [profiles.{name}] to config.toml, or name another one"),
    ))
}

fn data_dir(option: Option<&Path>, environment: &Environment) -> anyhow::Result<PathBuf> {
    let directory = option
        .map(Path::to_owned)
        .or_else(|| environment.path("LAZYPIN_DATA_DIR"))
        .or_else(|| Some(environment.data_home.as_ref()?.join("lazypin")))
        .ok_or_else(|| {
            UsageError::with_hint(
                "data directory: this system names no home directory",
                "set LAZYPIN_DATA_DIR or give --data-dir",
            )
        })?;
    Ok(std::path::absolute(directory)?)
}

/// Beside the data where somebody said where that is, and where the system knows no place for it.
fn state_dir(option: Option<&Path>, environment: &Environment, data_dir: &Path) -> PathBuf {
    let said = option.is_some() || environment.path("LAZYPIN_DATA_DIR").is_some();
    match &environment.state_home {
        Some(home) if !said => home.join("lazypin"),
        _ => data_dir.join("state"),
    }
}

/// Beside the data, as the state is.
fn cache_dir(option: Option<&Path>, environment: &Environment, data_dir: &Path) -> PathBuf {
    let said = option.is_some() || environment.path("LAZYPIN_DATA_DIR").is_some();
    match &environment.cache_home {
        Some(home) if !said => home.join("lazypin"),
        _ => data_dir.join("cache"),
    }
}

fn keys(environment: &Environment) -> Result<Option<Credentials>, UsageError> {
    let key = environment.text("PINNING_API_KEY")?;
    let secret = environment.text("PINNING_SECRET_KEY")?;
    let missing = |missing: &str, given: &str| {
        UsageError::with_hint(
            format!("keys: {given} is set and {missing} is missing"),
            format!("set {missing} too, or unset {given} to use the embedded service"),
        )
    };
    match (key, secret) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(missing("PINNING_SECRET_KEY", "PINNING_API_KEY")),
        (None, Some(_)) => Err(missing("PINNING_API_KEY", "PINNING_SECRET_KEY")),
        (Some(key), Some(secret)) => Credentials::new(key, secret)
            .map(Some)
            .map_err(|error| UsageError::new(format!("keys: {error} (from the environment)"))),
    }
}

fn target(
    args: &Args,
    environment: &Environment,
    profile: &Profile,
    keys: Option<&Credentials>,
    data_dir: &Path,
) -> anyhow::Result<Target> {
    let (address, source) = if let Some(address) = &args.global.api_url {
        (address.as_str(), "--api-url")
    } else if let Some(address) = environment.text("LAZYPIN_API_URL")? {
        (address, "LAZYPIN_API_URL")
    } else if let Some(address) = &profile.api_url {
        (address.as_str(), "config: api_url")
    } else if keys.is_some() {
        (AIOZ_API, "AIOZ Pin")
    } else {
        return Ok(Target::Embedded {
            data_dir: service_dir(data_dir),
        });
    };
    let (url, loopback) = address::of_api(address, source)?;
    let credentials = match keys {
        Some(keys) => Some(keys.clone()),
        None if loopback => Credentials::load(&service_dir(data_dir))?,
        None => None,
    };
    let api_url = address::text(&url);
    match credentials {
        Some(credentials) => Ok(Target::Remote {
            api_url,
            credentials,
            loopback,
        }),
        None => Err(UsageError::with_hint(
            format!("keys: there are none for {api_url}"),
            "set PINNING_API_KEY and PINNING_SECRET_KEY",
        )
        .into()),
    }
}

fn gateway(
    target: &Target,
    configured: Option<&str>,
    profile: &str,
) -> Result<Option<String>, UsageError> {
    if let Some(configured) = configured {
        let source = format!("config: gateway of profile {profile}");
        let text = address::text(&address::of_gateway(configured, &source)?);
        let text = text.trim_end_matches("/ipfs").to_owned();
        return Ok(Some(text));
    }
    Ok(match target {
        Target::Remote { api_url, .. } if api_url == AIOZ_API => Some(AIOZ_GATEWAY.to_owned()),
        Target::Remote {
            api_url,
            loopback: true,
            ..
        } => Some(address::beside(&address::of_gateway(api_url, "address")?)),
        Target::Remote { .. } => Some(PUBLIC_GATEWAY.to_owned()),
        Target::Embedded { .. } | Target::Demo { .. } => None,
    })
}

#[cfg(test)]
mod tests;
