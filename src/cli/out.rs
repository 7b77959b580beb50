//! What a command writes: answers on stdout, everything else on stderr.

use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write};

use anyhow::Context as _;

use crate::config::Settings;
use crate::domain::json::{json, pretty_json};
use crate::domain::{Pin, Record, text};

/// Whoever read our output has gone; not an error, but the end of listing.
#[derive(Debug, thiserror::Error)]
#[error("the reader of the output has gone")]
pub struct ReaderGone;

/// Something that failed, with a way out.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    message: String,
    /// What to do about it.
    pub hint: &'static str,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>, hint: &'static str) -> Self {
        Self {
            message: message.into(),
            hint,
        }
    }
}

/// Where the answer goes, and how it should look there.
pub(super) struct Out {
    writer: BufWriter<Box<dyn Write + Send>>,
    /// Whether it is a terminal.
    pub(super) is_terminal: bool,
    /// Whether to use colour.
    pub(super) color: bool,
    /// Columns, where it is a terminal that tells.
    pub(super) width: Option<usize>,
    keeps_on: bool,
}

impl Out {
    /// The process's stdout.
    pub(super) fn stdout(settings: &Settings) -> Self {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let width = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
        Self {
            writer: BufWriter::new(Box::new(stdout)),
            is_terminal,
            color: settings.use_color(is_terminal),
            width: width.filter(|_| is_terminal),
            keeps_on: false,
        }
    }

    /// The same for commands that change something: they do what was asked of them even where
    /// nobody reads what they say any more.
    pub(super) fn that_keeps_on(settings: &Settings) -> Self {
        Self {
            keeps_on: true,
            ..Self::stdout(settings)
        }
    }

    /// Writes text as it is.
    pub(super) fn write(&mut self, text: &str) -> anyhow::Result<()> {
        let written = self.writer.write_all(text.as_bytes());
        self.judge(written)
    }

    /// Writes a line.
    pub(super) fn line(&mut self, text: &str) -> anyhow::Result<()> {
        self.write(text)?;
        self.write("\n")
    }

    /// Writes a line and hands it over at once.
    pub(super) fn line_now(&mut self, text: &str) -> anyhow::Result<()> {
        self.line(text)?;
        self.flush()
    }

    /// Writes one JSON document, spread over lines where a person reads it.
    pub(super) fn document(&mut self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        let text = if self.is_terminal {
            pretty_json(value)?
        } else {
            json(value)?
        };
        self.line_now(&text)
    }

    /// Writes the records as one document: a lone one as it is, several as a list.
    pub(super) fn records(&mut self, pins: &[Pin], lone: bool) -> anyhow::Result<()> {
        match pins {
            [] if lone => Ok(()),
            [pin] if lone => self.document(&Record::from(pin)),
            pins => self.document(&pins.iter().map(Record::from).collect::<Vec<_>>()),
        }
    }

    /// Hands over what was written so far.
    pub(super) fn flush(&mut self) -> anyhow::Result<()> {
        let flushed = self.writer.flush();
        self.judge(flushed)
    }

    fn judge(&mut self, result: io::Result<()>) -> anyhow::Result<()> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                // What is left in the buffer would be tried again when it is dropped.
                let buffer = BufWriter::new(Box::new(io::sink()) as Box<dyn Write + Send>);
                let (_, _) = std::mem::replace(&mut self.writer, buffer).into_parts();
                if self.keeps_on {
                    Ok(())
                } else {
                    Err(ReaderGone.into())
                }
            }
            other => other.context("can't write the output"),
        }
    }
}

/// Says one line on stderr, made harmless. A stderr that is gone is nobody's loss.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr(), "lazypin: {}", text::scrub(line));
}

/// Says a hint on stderr.
pub fn hint(line: &str) {
    let _ = writeln!(io::stderr(), "hint: {}", text::scrub(line));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn closed(keeps_on: bool) -> Out {
        Out {
            writer: BufWriter::new(Box::new(Closed)),
            is_terminal: false,
            color: false,
            width: None,
            keeps_on,
        }
    }

    #[test]
    fn a_reader_that_left_ends_a_listing_and_not_a_change() {
        let error = closed(false).line_now("x").unwrap_err();
        assert!(error.is::<ReaderGone>());
        let mut changing = closed(true);
        changing.line_now("x").unwrap();
        changing.line_now("y").unwrap();
    }
}
