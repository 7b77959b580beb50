//! The one question before an unpin or before one is taken back, on a terminal.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use anyhow::Context as _;

use super::interrupt::Interrupt;
use super::plan::{fact_lines, planned_line};
use crate::domain::text::{count, date_time, human_bytes, scrub};
use crate::domain::{UnpinPlan, UnpinTarget, Why};
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

/// Asks whether to do what is planned, and once more where that is in spite of a protection; `None`
/// where a signal came instead of an answer.
pub(super) async fn ask(
    plan: &UnpinPlan,
    protected: Option<&Why>,
    interrupt: &Interrupt,
) -> anyhow::Result<Option<bool>> {
    let first = answer(text(plan), plan.len(), interrupt).await?;
    match (first, protected) {
        (Some(true), Some(why)) => {
            let text = format!("It is {why}. Unpin it all the same? [y/N] ");
            answer(scrub(&text).into_owned(), 1, interrupt).await
        }
        _ => Ok(first),
    }
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

fn text(plan: &UnpinPlan) -> String {
    let mut text = String::new();
    for pin in plan.pins().iter().take(NAMED) {
        let _ = writeln!(text, "  {}", planned_line(pin));
    }
    if plan.len() > NAMED {
        let _ = writeln!(text, "  and {} more", plan.len() - NAMED);
    }
    for fact in fact_lines(plan) {
        let _ = writeln!(text, "  {fact}");
    }
    let bytes = if plan.is_known() {
        format!(" ({})", human_bytes(plan.bytes()))
    } else {
        String::new()
    };
    let _ = write!(text, "Unpin {}{bytes}? ", count(plan.len(), "pin"));
    text.push_str(if plan.len() > TYPED_OVER {
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
    use crate::domain::{Cid, Pin, PinId, PlanDraft, Protection};

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
    fn the_question_names_count_bytes_and_what_stands_out() {
        let protection = Protection::default();
        let mut draft = PlanDraft::new(&protection);
        let mut pin = Pin::new("id-1", Cid::as_received("bafy"));
        pin.name = Some("holiday\u{1b}[2J.zip".to_owned());
        pin.size = Some(12_300_000);
        pin.date_pinned = Some("2024-05-06T07:08:09Z".parse().unwrap());
        draft.add(pin);
        let mut other = Pin::new("id-2", Cid::as_received("bafk"));
        other.size = Some(7);
        draft.add(other);
        draft.leave_out(UnpinTarget::unknown(PinId::from("id-3")), Why::NotThere);
        assert_eq!(
            text(&draft.finish()),
            "  id-1   12.3 MB  holiday␛[2J.zip\n  id-2       7 B\n\
             \x20 oldest      2024-05-06  holiday␛[2J.zip\n\
             \x20 largest     12.3 MB  holiday␛[2J.zip\n\
             \x20 left out    1 not there\n\
             Unpin 2 pins (12.3 MB)? [y/N] "
        );
    }

    #[test]
    fn of_what_is_not_known_nothing_is_claimed() {
        let protection = Protection::default();
        let mut draft = PlanDraft::new(&protection);
        for id in 0..5234 {
            draft.add_unknown(PinId::from(id.to_string()), String::new());
        }
        let many = text(&draft.finish());
        assert!(many.contains("and 5229 more"), "{many}");
        assert!(
            many.ends_with("Unpin 5234 pins? Type their number to do it: "),
            "{many}"
        );
    }
}
