//! Logging: nothing unless asked for, bounded, and never on a screen that something else draws on.
//!
//! `LAZYPIN_LOG` writes to `lazypin.log` in the data directory; `-v` writes to stderr, for commands
//! only.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context as _;
use tracing::Level;
use tracing_subscriber::filter::{EnvFilter, FilterFn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Settings, UsageError};
use crate::credentials::open_private;

/// Bytes after which the log begins anew; the part before stays in `lazypin.log.old`.
const LARGEST: u64 = 5 << 20;

/// Starts what the settings ask for. `stderr_is_ours` is false for the terminal UI.
pub fn start(settings: &Settings, stderr_is_ours: bool) -> anyhow::Result<()> {
    let verbose = if stderr_is_ours {
        settings.verbosity
    } else {
        0
    };
    if verbose == 0 && settings.log_filter.is_none() {
        return Ok(());
    }
    let to_file = match &settings.log_filter {
        None => None,
        Some(filter) => {
            let filter = EnvFilter::try_new(filter).map_err(|error| {
                UsageError::with_hint(
                    format!("LAZYPIN_LOG: {error}"),
                    "LAZYPIN_LOG takes a level such as info, or lazypin::api=debug",
                )
            })?;
            let file = BoundedFile::open(&settings.data_dir)?;
            let layer = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(Mutex::new(file));
            Some(layer.with_filter(own_words()).with_filter(filter))
        }
    };
    let to_stderr = match verbose {
        0 => None,
        1 => Some(Level::INFO),
        2 => Some(Level::DEBUG),
        _ => Some(Level::TRACE),
    }
    .map(|level| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(io::stderr)
            .with_filter(own_words())
            .with_filter(tracing_subscriber::filter::LevelFilter::from_level(level))
    });
    tracing_subscriber::registry()
        .with(to_file)
        .with(to_stderr)
        .try_init()
        .context("can't start the log")
}

/// Lets through our own events, and of other crates no more than their information: what the HTTP
/// crates write below that level shows headers, and our headers hold keys.
fn own_words() -> FilterFn<impl Fn(&tracing::Metadata<'_>) -> bool> {
    FilterFn::new(|event: &tracing::Metadata<'_>| {
        event.target() == "lazypin"
            || event.target().starts_with("lazypin::")
            || *event.level() <= Level::INFO
    })
}

/// A log file that moves itself aside when it has grown large.
struct BoundedFile {
    path: PathBuf,
    file: File,
    written: u64,
}

impl BoundedFile {
    fn open(directory: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(directory)
            .with_context(|| format!("can't make the directory {}", directory.display()))?;
        let path = directory.join("lazypin.log");
        let file =
            open_private(&path).with_context(|| format!("can't write {}", path.display()))?;
        let written = file.metadata().map_or(0, |metadata| metadata.len());
        Ok(Self {
            path,
            file,
            written,
        })
    }
}

impl Write for BoundedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.written >= LARGEST {
            fs::rename(&self.path, self.path.with_extension("log.old"))?;
            self.file = open_private(&self.path)?;
            self.written = 0;
        }
        let written = self.file.write(bytes)?;
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_stays_bounded_and_private() {
        let directory = tempfile::tempdir().unwrap();
        let mut log = BoundedFile::open(directory.path()).unwrap();
        let line = vec![b'x'; 1 << 20];
        for _ in 0..13 {
            log.write_all(&line).unwrap();
        }
        let size = |name: &str| fs::metadata(directory.path().join(name)).unwrap().len();
        assert_eq!(size("lazypin.log"), 3 << 20);
        assert_eq!(size("lazypin.log.old"), LARGEST);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = log.file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn other_crates_headers_stay_out_of_the_log() {
        let written = std::sync::Arc::new(Mutex::new(Vec::new()));
        let subscriber = tracing_subscriber::registry().with(
            tracing_subscriber::fmt::layer()
                .with_writer(Shared(written.clone()).into_make_writer())
                .with_filter(own_words()),
        );
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!(target: "h2::codec", "pinning_secret_key: TOP-SECRET");
            tracing::debug!(target: "lazypinned", "TOP-SECRET");
            tracing::debug!(target: "lazypin::api", "GET /pinning/pins/");
            tracing::warn!(target: "hyper", "odd");
        });
        let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
        assert!(
            text.contains("GET /pinning/pins/") && text.contains("odd"),
            "{text}"
        );
        assert!(!text.contains("TOP-SECRET"), "{text}");
    }

    struct Shared(std::sync::Arc<Mutex<Vec<u8>>>);

    impl Shared {
        fn into_make_writer(self) -> Mutex<Self> {
            Mutex::new(self)
        }
    }

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
