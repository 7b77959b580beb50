//! The system's clipboard, and the terminal's where there is none.

use std::sync::mpsc::{self, Sender};
use std::thread;

use arboard::Clipboard;
use tokio::sync::mpsc::UnboundedSender;

use crate::app::{CopyFailure, CopyRoute, Message};

/// The system's clipboard, held by a thread of its own for the whole run: on X11 and Wayland the
/// content belongs to the process that offers it, and a display may take its time to answer.
pub(super) struct SystemClipboard {
    copies: Sender<Copy>,
}

struct Copy {
    text: String,
    what: String,
    answer: UnboundedSender<Message>,
}

impl SystemClipboard {
    /// Starts the thread. The clipboard itself is opened with the first text.
    pub(super) fn start() -> Self {
        let (copies, incoming) = mpsc::channel::<Copy>();
        // Where no thread can be had, every copy goes by the terminal.
        let _ = thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(move || {
                let mut clipboard = None;
                for Copy { text, what, answer } in incoming {
                    let result = if set(&mut clipboard, &text) {
                        Ok(())
                    } else {
                        Err(failure(text))
                    };
                    let _ = answer.send(Message::Copied {
                        what,
                        route: CopyRoute::Clipboard,
                        result,
                    });
                }
            });
        Self { copies }
    }

    /// Offers the text; answered by [`Message::Copied`] unless it comes back at once.
    pub(super) fn set(
        &self,
        text: String,
        what: String,
        answer: UnboundedSender<Message>,
    ) -> Result<(), CopyFailure> {
        self.copies
            .send(Copy { text, what, answer })
            .map_err(|refused| failure(refused.0.text))
    }
}

fn failure(text: String) -> CopyFailure {
    CopyFailure {
        text,
        why: "the display takes no clipboard".to_owned(),
    }
}

/// Offers the text, on a clipboard opened anew where the old one's display is gone.
fn set(clipboard: &mut Option<Clipboard>, text: &str) -> bool {
    for _ in 0..2 {
        if clipboard.is_none() {
            *clipboard = Clipboard::new().ok();
        }
        if clipboard
            .as_mut()
            .is_some_and(|open| open.set_text(text).is_ok())
        {
            return true;
        }
        *clipboard = None;
    }
    false
}

pub(super) mod osc52 {
    //! OSC 52, by which a program asks its terminal to set the clipboard. There is no answer.

    use crossterm::Command as _;
    use crossterm::clipboard::CopyToClipboard;

    /// Terminals commonly take sequences up to 100,000 bytes; 3 bytes of text become 4.
    const LONGEST: usize = 74_000;

    /// A program between us and the terminal that has to be told to hand the sequence on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in crate::tui) enum Multiplexer {
        None,
        Tmux,
        Screen,
    }

    impl Multiplexer {
        /// Which one, from `TMUX`, `TERM` and `STY`.
        pub(in crate::tui) fn of(tmux: bool, term: &str, sty: bool) -> Self {
            if tmux {
                Self::Tmux
            } else if sty || term.starts_with("screen") {
                Self::Screen
            } else {
                Self::None
            }
        }
    }

    /// The sequence for this text; an error says why there is none.
    pub(in crate::tui) fn sequence(text: &str, through: Multiplexer) -> Result<String, String> {
        if text.len() > LONGEST {
            return Err(format!(
                "{} bytes are more than terminals take; mark fewer pins",
                text.len()
            ));
        }
        let mut plain = String::new();
        CopyToClipboard::to_clipboard_from(text)
            .write_ansi(&mut plain)
            .map_err(|_| "the text can't be encoded".to_owned())?;
        Ok(match through {
            Multiplexer::None => plain,
            // tmux takes the plain sequence where set-clipboard is on, and hands the wrapped one on
            // where allow-passthrough is; either may be off.
            Multiplexer::Tmux => {
                let wrapped = plain.replace('\x1b', "\x1b\x1b");
                format!("\x1bPtmux;{wrapped}\x1b\\{plain}")
            }
            // screen hands on short strings only, so a long one goes in pieces.
            Multiplexer::Screen => {
                plain
                    .as_bytes()
                    .chunks(240)
                    .fold(String::new(), |mut pieces, piece| {
                        pieces.push_str("\x1bP");
                        pieces.push_str(&String::from_utf8_lossy(piece));
                        pieces.push_str("\x1b\\");
                        pieces
                    })
            }
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_sequence_carries_the_text_in_base64() {
            let plain = sequence("hello", Multiplexer::None).unwrap();
            assert!(plain.starts_with("\x1b]52;c;aGVsbG8="), "{plain:?}");
            let tmux = sequence("hello", Multiplexer::Tmux).unwrap();
            assert!(
                tmux.starts_with("\x1bPtmux;\x1b\x1b]52;c;aGVsbG8="),
                "{tmux:?}"
            );
            assert!(tmux.ends_with(&plain));
            let screen = sequence(&"x".repeat(500), Multiplexer::Screen).unwrap();
            assert!(screen.matches("\x1bP").count() > 1);
            assert!(sequence(&"x".repeat(LONGEST + 1), Multiplexer::None).is_err());
        }

        #[test]
        fn the_multiplexer_is_known_by_the_environment() {
            assert_eq!(
                Multiplexer::of(true, "screen-256color", false),
                Multiplexer::Tmux
            );
            assert_eq!(Multiplexer::of(false, "screen", false), Multiplexer::Screen);
            assert_eq!(Multiplexer::of(false, "xterm", false), Multiplexer::None);
        }
    }
}
