//! A question before something that changes much.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::{buttons, plan};
use crate::app::{App, Confirm, Question};
use crate::domain::text::{count, date_time};
use crate::protocol::BatchOffer;
use crate::ui::{Theme, dialog_frame, put};

/// Names shown at the most.
const NAMES: usize = 5;
const WIDTH: u16 = 66;

pub(crate) fn draw(buffer: &mut Buffer, app: &App, confirm: &Confirm, theme: &Theme) {
    let columns = WIDTH.min(app.layout.screen.width).saturating_sub(4);
    let room = app.layout.screen.height.saturating_sub(3);
    let lines = lines(confirm, columns, room, theme);
    let height = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_add(3);
    let area = app.layout.dialog(WIDTH, height);
    if area.width < 6 || area.height < 3 {
        return;
    }
    dialog_frame(buffer, area, &confirm.title(), theme.bad);
    let (x, right) = (area.x + 2, area.right() - 2);
    // The answer is the last thing to give way in a low window.
    let answer = area.bottom() - 2;
    for (y, (text, style)) in (area.y + 1..answer).zip(&lines) {
        put(buffer, x, y, right - x, text, *style);
    }
    if let Some(expected) = &confirm.expected {
        let text = format!("Type {expected} and press enter: {}_", confirm.typed);
        let style = if confirm.is_typed() {
            theme.bad
        } else {
            theme.title
        };
        let used = put(buffer, x, answer, right - x, &text, style);
        let x = x + used + 3;
        let cancel = [("Cancel: esc", !confirm.is_typed())];
        buttons(buffer, x, answer, right, &cancel, theme);
    } else {
        let labels = [
            ("Cancel", !confirm.on_yes),
            (confirm.yes_label(), confirm.on_yes),
        ];
        buttons(buffer, x, answer, right, &labels, theme);
    }
}

/// When the batch began, and its first pins.
fn name(lines: &mut Vec<(String, Style)>, offer: &BatchOffer, theme: &Theme) {
    let begun = format!("The batch of {} UTC", date_time(offer.time));
    lines.push((begun, theme.title));
    for pin in offer.pins.iter().take(NAMES) {
        lines.push((format!("  {}", pin.title()), theme.text));
    }
    if offer.pins.len() > NAMES {
        let more = format!("  and {} more", offer.pins.len() - NAMES);
        lines.push((more, theme.quiet));
    }
    lines.push((String::new(), theme.text));
}

fn lines(confirm: &Confirm, columns: u16, room: u16, theme: &Theme) -> Vec<(String, Style)> {
    let mut lines = Vec::new();
    let wrapped = |lines: &mut Vec<(String, Style)>, text: &str, style| {
        lines.extend(
            crate::app::wrap(text, usize::from(columns))
                .into_iter()
                .map(|part| (part, style)),
        );
    };
    match &confirm.question {
        Question::Unpin { plan, protected } => {
            lines = plan::lines(plan, protected.as_ref(), columns.into(), room.into(), theme);
        }
        Question::UnpinProtected { plan, why } => {
            for pin in plan.pins() {
                lines.push((format!("  {}", pin.target.title()), theme.text));
            }
            let text = format!("It is {why}.");
            wrapped(&mut lines, &text, theme.title);
            lines.push((String::new(), theme.text));
            wrapped(
                &mut lines,
                "P protects by hand and lifts that again; rules stand in config.toml.",
                theme.quiet,
            );
        }
        Question::Undo { offer, .. } => {
            name(&mut lines, offer, theme);
            wrapped(
                &mut lines,
                "Their content is pinned again by CID, with names and keyvalues. The ids will be \
                 new. What the service no longer finds can't come back.",
                theme.quiet,
            );
        }
        Question::Resume(offer) => {
            name(&mut lines, offer, theme);
            wrapped(
                &mut lines,
                "lazypin ended before it knew what became of these. Each is looked at before it is \
                 unpinned. Left alone, it can be finished by `lazypin rm --resume`, or taken back \
                 as the last unpin.",
                theme.quiet,
            );
        }
        Question::Quit(jobs) => {
            let text = format!(
                "{} would be cut off. What was done stays done.",
                count(*jobs, "running job")
            );
            wrapped(&mut lines, &text, theme.text);
        }
    }
    lines.push((String::new(), theme.text));
    lines
}
