//! The terminal face: joins terminal, app and worker.
//!
//! [`Session`] is the event loop, generic over the terminal's backend and the stream of
//! its events, so that a test drives the very loop that a person does. [`run`] gives it the real
//! ones and puts the terminal back on every way out.

mod clipboard;
mod desktop;
mod directory;
mod frame;
mod session;
mod signals;
mod terminal;

use std::io;

use crossterm::event::EventStream;

use crate::app::{App, AppConfig};
use crate::input::Keymap;
use crate::ui::Theme;
use crate::worker::{self, Connected};
pub use desktop::{Desktop, SystemDesktop};
pub use session::{Clock, End, Session};

/// What the terminal face needs to know.
pub struct TuiConfig {
    /// What the app is told.
    pub app: AppConfig,
    /// What things look like.
    pub theme: Theme,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Unpins in flight at a time.
    pub concurrency: usize,
}

/// Runs lazypin in this terminal until the person leaves or a signal ends it. `connect` runs in the
/// background while the first frame is on the screen already.
///
/// Panics are shown after the terminal is back; those of background tasks only end their job.
pub async fn run(
    config: TuiConfig,
    connect: impl Future<Output = anyhow::Result<Connected>> + Send + 'static,
) -> io::Result<End> {
    terminal::restore_on_panic();
    let clock = Clock::start();
    let mut screen = terminal::Screen::enter(config.mouse)?;
    let app = App::new(config.app, Keymap::built_in(), screen.size()?, clock.now());
    let worker = worker::spawn(connect, config.concurrency);
    let desktop = SystemDesktop::new(Box::new(io::stdout()));
    let session = Session::new(app, config.theme, clock, worker, Box::new(desktop));
    session
        .run(screen.terminal(), EventStream::new(), signals::ended()?)
        .await
}
