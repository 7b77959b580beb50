//! What lies around the terminal: the clipboard and the browser.

use std::env;
use std::io::Write;

use tokio::sync::mpsc::UnboundedSender;

use super::clipboard::{SystemClipboard, osc52};
use crate::app::{CopyFailure, CopyRoute, Message};

/// What a session asks of the desktop. Nothing here may wait; answers come as messages.
pub trait Desktop: Send {
    /// Puts text where the person can paste it from; answered by [`Message::Copied`].
    fn copy(
        &mut self,
        text: String,
        what: String,
        route: CopyRoute,
        answer: &UnboundedSender<Message>,
    );

    /// Shows an address in the browser; answered by [`Message::Opened`].
    fn open(&mut self, url: String, answer: &UnboundedSender<Message>);
}

/// The real desktop. The terminal is the fall-back for the clipboard: where there is no display, or
/// the person sits at another machine.
pub struct SystemDesktop {
    terminal: Box<dyn Write + Send>,
    clipboard: Option<SystemClipboard>,
    is_remote: bool,
    has_display: bool,
    multiplexer: osc52::Multiplexer,
}

impl SystemDesktop {
    /// The desktop of this environment. Escape sequences go to `terminal`, between two frames.
    pub fn new(terminal: Box<dyn Write + Send>) -> Self {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            terminal,
            clipboard: None,
            is_remote: is_set("SSH_CONNECTION") || is_set("SSH_TTY"),
            has_display: !cfg!(all(unix, not(target_os = "macos")))
                || is_set("DISPLAY")
                || is_set("WAYLAND_DISPLAY"),
            multiplexer: osc52::Multiplexer::of(
                is_set("TMUX"),
                env::var("TERM").unwrap_or_default().as_str(),
                is_set("STY"),
            ),
        }
    }

    fn copy_by_terminal(&mut self, text: String) -> Result<(), CopyFailure> {
        let written = osc52::sequence(&text, self.multiplexer).and_then(|sequence| {
            self.terminal
                .write_all(sequence.as_bytes())
                .and_then(|()| self.terminal.flush())
                .map_err(|error| format!("the terminal does not take it: {error}"))
        });
        written.map_err(|why| CopyFailure { text, why })
    }
}

impl Desktop for SystemDesktop {
    fn copy(
        &mut self,
        text: String,
        what: String,
        route: CopyRoute,
        answer: &UnboundedSender<Message>,
    ) {
        let has_clipboard = !self.is_remote && self.has_display;
        let result = match route {
            CopyRoute::Clipboard if has_clipboard => {
                let clipboard = self.clipboard.get_or_insert_with(SystemClipboard::start);
                match clipboard.set(text, what.clone(), answer.clone()) {
                    Ok(()) => return,
                    Err(failure) => Err(failure),
                }
            }
            CopyRoute::Clipboard => Err(CopyFailure {
                text,
                why: "there is no display here".to_owned(),
            }),
            CopyRoute::Terminal => self.copy_by_terminal(text),
        };
        let _ = answer.send(Message::Copied {
            what,
            route,
            result,
        });
    }

    fn open(&mut self, url: String, answer: &UnboundedSender<Message>) {
        // Without a display the system may start a browser in this very terminal.
        let result = if self.is_remote || !self.has_display {
            Err("there is no display here".to_owned())
        } else {
            open::that_detached(&url).map_err(|error| error.to_string())
        };
        let _ = answer.send(Message::Opened { url, result });
    }
}
