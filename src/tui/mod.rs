//! The terminal face: joins terminal, app and worker.
//!
//! [`Session`] is the event loop, generic over the terminal's backend and the stream of
//! its events, so that a test drives the very loop that a person does. [`run`] gives it the real
//! ones and puts the terminal back on every way out.

mod backend;
mod clipboard;
mod desktop;
mod directory;
mod frame;
mod input;
mod session;
mod signals;
mod terminal;

use std::env;
use std::io::{self, IsTerminal as _};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use crate::app::{App, AppConfig};
use crate::config::{self, Settings, Target, UsageError};
use crate::connect::{cache, connect, journal};
use crate::domain::Protection;
use crate::input::Keymap;
use crate::ui::Theme;
use crate::worker;
pub use desktop::{Desktop, SystemDesktop};
pub use session::{Clock, End, Session};

/// Runs lazypin in this terminal until the person leaves or a signal ends it. The service is
/// connected, or started, in the background while the first frame is on the screen already.
///
/// A panic of the loop is shown after the terminal is back; one of a background task only ends its
/// job.
pub async fn run(settings: Settings) -> anyhow::Result<End> {
    let desktop = SystemDesktop::new(Box::new(io::stdout()));
    run_with(settings, Box::new(desktop)).await
}

/// The same with a desktop of the caller's own.
pub async fn run_with(settings: Settings, desktop: Box<dyn Desktop>) -> anyhow::Result<End> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(UsageError::with_hint(
            "the terminal UI needs a terminal",
            "for scripts there are commands, such as `lazypin ls --json`; see --help",
        )
        .into());
    }
    let journal = journal(&settings)?;
    terminal::restore_on_panic();
    let clock = Clock::start();
    let protection = Protection::new(
        settings.protect.clone(),
        journal.protected()?,
        clock.now().wall,
    );
    let mut screen = terminal::Screen::enter(settings.ui.mouse)?;
    let app = App::new(
        app_config(&settings, protection),
        Keymap::built_in(),
        screen.size()?,
        clock.now(),
    );
    let theme = theme(&settings);
    let concurrency = settings.calls_in_flight();
    // The embedded service lives until this function returns, whatever becomes of the worker.
    let (keep, kept) = mpsc::channel();
    let cache = cache(&settings);
    let worker = worker::spawn(
        async move {
            let (connected, embedded) = connect(&settings).await?.into_parts();
            let _ = keep.send(embedded);
            Ok(connected)
        },
        concurrency,
        Some(Arc::clone(&journal)),
        cache,
    );
    let end = Session::new(app, theme, clock, worker, desktop)
        .run(screen.terminal(), input::events()?, signals::ended()?)
        .await;
    drop(screen);
    drop(kept);
    // The worker's tasks end in their own time, and may end with the process.
    journal.let_go();
    Ok(end?)
}

fn app_config(settings: &Settings, protection: Protection) -> AppConfig {
    let service = match &settings.target {
        Target::Remote { .. } => "pinning service".to_owned(),
        Target::Embedded { .. } => "embedded service".to_owned(),
        Target::Demo { pins } => format!("demo of {pins} pins"),
    };
    AppConfig {
        account: settings.account(),
        service,
        read_only: settings.read_only,
        page_size: settings.ui.page_size.map(NonZeroU16::get),
        directory: env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
        protection,
        views: settings.views.clone().into_iter().collect(),
    }
}

fn theme(settings: &Settings) -> Theme {
    match settings.ui.theme {
        config::Theme::Terminal if settings.use_color(true) => Theme::terminal(),
        _ => Theme::mono(),
    }
}
