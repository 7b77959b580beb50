//! The one question before an unpin or before one is taken back, on a terminal.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use anyhow::Context as _;

use super::interrupt::Interrupt;
use super::plan::{self, Planned};
use crate::domain::UnpinTarget;
use crate::domain::text::{count, date_time, human_bytes, scrub};
use crate::journal::Undoable;

/// Over so many pins the number has to be typed.
const TYPED_OVER: usize = 50;

/// Pins that the question names.
const NAMED: usize = 5;

/// How many of so many pins the question needs to know about: all that a person would read of, and
/// of large batches no more than are named.
pub(super) fn needs(pins: usize) -> usize {
    if pins > TYPED_OVER { NAMED } else { pins }
}

/// Whether there is anybody to ask.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks whether to unpin this many pins, of which `known` are looked up; `None` where a signal came
/// instead of an answer.
pub(super) async fn ask(
    pins: usize,
    known: &[Planned],
    interrupt: &Interrupt,
) -> anyhow::Result<Option<bool>> {
    answer(text(pins, known), pins, interrupt).await
}

/// Asks whether to take these back; `None` where a signal came instead of an answer.
pub(super) async fn ask_undo(
    undoable: &Undoable,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<bool>> {
    // Pinning again harms nothing: however many they are, a word does.
    answer(undo_text(undoable), 1, interrupt).await
}

async fn answer(text: String, pins: usize, interrupt: &Interrupt) -> anyhow::Result<Option<bool>> {
    // A terminal that went away gives no answer either, and no answer means no.
    let _ = io::stderr().write_all(text.as_bytes());
    let reading = tokio::task::spawn_blocking(|| {
        let mut answer = String::new();
        let read = io::stdin().lock().take(1024).read_line(&mut answer);
        read.map(|_| answer)
    });
    match interrupt.or(reading).await {
        None => Ok(None),
        Some(read) => {
            let answer = read.context("can't read the answer")?;
            Ok(Some(says_yes(pins, &answer.unwrap_or_default())))
        }
    }
}

fn undo_text(undoable: &Undoable) -> String {
    let mut text = String::new();
    for pin in undoable.pins().take(NAMED) {
        let _ = writeln!(text, "  {}", undo_line(pin));
    }
    if undoable.len() > NAMED {
        let _ = writeln!(text, "  and {} more", undoable.len() - NAMED);
    }
    let _ = write!(
        text,
        "Take {} of {} UTC back, with new ids? [y/N] ",
        count(undoable.len(), "unpin"),
        date_time(undoable.batch.time)
    );
    text
}

/// A pin that can come back, in one line.
pub(super) fn undo_line(pin: &UnpinTarget) -> String {
    let line = format!(
        "{}  {:>8}  {}",
        pin.id,
        pin.size.map_or_else(String::new, human_bytes),
        match &pin.cid {
            Some(_) => pin.title(),
            None => "(to be looked up)",
        }
    );
    scrub(line.trim_end()).into_owned()
}

fn text(pins: usize, known: &[Planned]) -> String {
    let mut text = String::new();
    for planned in known.iter().take(NAMED) {
        let _ = writeln!(text, "  {}", planned.line());
    }
    if pins > NAMED {
        let _ = writeln!(text, "  and {} more", pins - NAMED);
    }
    let bytes = if known.len() == pins {
        format!(" ({})", human_bytes(plan::total(known)))
    } else {
        String::new()
    };
    let _ = write!(text, "Unpin {}{bytes}? ", count(pins, "pin"));
    text.push_str(if pins > TYPED_OVER {
        "Type their number to do it: "
    } else {
        "[y/N] "
    });
    text
}

fn says_yes(pins: usize, answer: &str) -> bool {
    let answer = answer.trim();
    if pins > TYPED_OVER {
        answer == pins.to_string()
    } else {
        answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Cid, Pin, PinId};
    use crate::error::ApiError;

    #[test]
    fn only_a_clear_yes_unpins() {
        for (pins, answer, yes) in [
            (1, "y\n", true),
            (50, "YES\r\n", true),
            (1, "\n", false),
            (1, "", false),
            (1, "yep", false),
            (51, "y", false),
            (51, "51\n", true),
            (51, "5", false),
        ] {
            assert_eq!(says_yes(pins, answer), yes, "{pins} {answer:?}");
        }
    }

    #[test]
    fn the_question_names_count_bytes_and_the_first_pins() {
        let mut pin = Pin::new("id-1", Cid::as_received("bafy"));
        pin.name = Some("holiday\u{1b}[2J.zip".to_owned());
        pin.size = Some(12_300_000);
        let known = vec![
            Planned {
                id: pin.id.clone(),
                found: Ok(pin),
            },
            Planned {
                id: PinId::from("id-2"),
                found: Err(ApiError::NotFound("no".to_owned())),
            },
        ];
        assert_eq!(
            text(2, &known),
            "  id-1   12.3 MB  holiday␛[2J.zip\n  id-2              (not there)\n\
             Unpin 2 pins (12.3 MB)? [y/N] "
        );
        let many = text(5234, &known);
        assert!(many.contains("and 5229 more"), "{many}");
        assert!(
            many.ends_with("Unpin 5234 pins? Type their number to do it: "),
            "{many}"
        );
    }
}
