//! The real terminal: taken over once, given back on every way out.

use std::io::{self, BufWriter, Stdout, Write as _};
use std::mem::ManuallyDrop;
use std::panic;
use std::thread;

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
    is_raw_mode_enabled,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::Backend as _;
use ratatui::layout::Size;

use super::backend::FrugalBackend;

/// A frame is written in one piece.
const FRAME_BYTES: usize = 32 * 1024;

/// The terminal while it is ours. Dropping it gives it back.
pub(super) struct Screen {
    /// Never dropped: where the terminal is gone, ratatui's own drop says so on stderr, which is
    /// gone too, and a print that fails is a panic. [`restore`] does all that it would do.
    terminal: ManuallyDrop<Terminal<FrugalBackend<BufWriter<Stdout>>>>,
}

impl Screen {
    /// Takes the terminal over.
    pub(super) fn enter(mouse: bool) -> io::Result<Self> {
        enable_raw_mode()?;
        let mut screen = Self {
            terminal: ManuallyDrop::new(
                Terminal::new(FrugalBackend::new(BufWriter::with_capacity(
                    FRAME_BYTES,
                    io::stdout(),
                )))
                .inspect_err(|_| restore())?,
            ),
        };
        let writer = screen.terminal.backend_mut();
        execute!(
            writer,
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        if mouse {
            execute!(screen.terminal.backend_mut(), EnableMouseCapture)?;
        }
        Ok(screen)
    }

    pub(super) fn size(&self) -> io::Result<Size> {
        self.terminal.backend().size()
    }

    pub(super) fn terminal(&mut self) -> &mut Terminal<FrugalBackend<BufWriter<Stdout>>> {
        &mut self.terminal
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back as it was. Does nothing where that is done already.
pub(super) fn restore() {
    if !is_raw_mode_enabled().unwrap_or(false) {
        return;
    }
    let mut stdout = io::stdout();
    // Nothing is left to do about a terminal that is gone.
    let _ = execute!(
        stdout,
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = stdout.flush();
    let _ = disable_raw_mode();
}

/// Lets a panic of this thread show itself on a terminal that is back. Panics of other threads end
/// their own task, which says so on the screen, and must not write over it.
pub(super) fn restore_on_panic() {
    let ui = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == ui {
            restore();
            before(info);
        } else {
            tracing::error!("a task broke: {info}");
        }
    }));
}
