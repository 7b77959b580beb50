//! Ctrl-C and SIGTERM: the first one ends a command in order, the second one at once.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::sync::CancellationToken;

/// The exit code of a command that was interrupted.
pub const INTERRUPTED: u8 = 130;

/// Whether somebody wants this command to end.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupt {
    token: CancellationToken,
    terminated: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens for the signals from now on.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let interrupt = Self::default();
        let mut signals = Signals::new()?;
        let ours = interrupt.clone();
        tokio::spawn(async move {
            let terminated = signals.next().await;
            ours.terminated.store(terminated, Ordering::Relaxed);
            ours.token.cancel();
            signals.next().await;
            std::process::exit(INTERRUPTED.into());
        });
        Ok(interrupt)
    }

    /// Waits for the first signal.
    pub(super) async fn wait(&self) {
        self.token.cancelled().await;
    }

    /// What a signal cancels.
    pub(super) fn token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Whether the signal was SIGTERM.
    pub(super) fn was_terminated(&self) -> bool {
        self.terminated.load(Ordering::Relaxed)
    }

    /// What the future brings; `None`, with the future dropped, where a signal came first.
    pub(super) async fn or<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.wait() => None,
            value = future => Some(value),
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for a signal; whether it was SIGTERM.
    async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.interrupt.recv() => false,
            _ = self.terminate.recv() => true,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> bool {
        // Where Ctrl-C can't be heard the system's own handling ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        false
    }
}
