//! The filter's line while it has the keys, and how much of the account it looks through.

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

use super::{Theme, put, put_right};
use crate::app::App;
use crate::domain::text::{grouped, scrub, width};
use crate::protocol::AccountReading;

pub(super) fn draw(buffer: &mut Buffer, app: &App, theme: &Theme) {
    let area = app.layout.status;
    let news = match app.filter.mistakes.first() {
        Some(mistake) => Some((mistake.to_string(), theme.bad)),
        None => news(app).map(|news| (news, theme.quiet)),
    };
    let mut right = area.right().saturating_sub(1);
    if let Some((text, style)) = news {
        // What is typed keeps half of the line.
        let left = (area.x + area.width / 2).min(right);
        right = put_right(buffer, left, right, area.y, &text, style).saturating_sub(2);
    }
    let mut x = area.x + 1;
    x += put(buffer, x, area.y, 1, "/", theme.accent);
    let text = app.filter.text();
    let cursor = app.filter.line.area.cursor().1;
    // Where there is more than fits, the end that is being typed stays in view.
    let room = usize::from(right.saturating_sub(x + 1));
    let typed: Vec<(usize, char)> = text.char_indices().collect();
    let mut start = 0;
    while start < cursor && wide(&typed[start..cursor.min(typed.len())]) > room {
        start += 1;
    }
    for (place, (at, c)) in typed.iter().enumerate().skip(start) {
        if x >= right {
            return;
        }
        let is_wrong = app
            .filter
            .mistakes
            .iter()
            .any(|mistake| mistake.span.contains(at));
        let style = if is_wrong {
            theme.bad.add_modifier(Modifier::UNDERLINED)
        } else {
            theme.text
        };
        let style = if place == cursor {
            style.add_modifier(Modifier::REVERSED)
        } else {
            style
        };
        x += put(buffer, x, area.y, right - x, &c.to_string(), style);
    }
    if cursor >= typed.len() && x < right {
        let style = Style::new().add_modifier(Modifier::REVERSED);
        put(buffer, x, area.y, 1, " ", style);
    }
}

fn wide(typed: &[(usize, char)]) -> usize {
    typed
        .iter()
        .map(|(_, c)| width(&scrub(c.encode_utf8(&mut [0; 4]))))
        .sum()
}

/// How much of the account a narrowed list looks through, where that is not all of it.
pub(super) fn news(app: &App) -> Option<String> {
    app.list.filter()?;
    let reading = || "reading the account…".to_owned();
    let Some(part) = &app.known else {
        return Some(reading());
    };
    let known = grouped(part.known);
    Some(match part.reading {
        AccountReading::UnderWay if part.total == 0 => reading(),
        AccountReading::UnderWay if part.known == part.total => {
            format!("searching {known} pins from before")
        }
        AccountReading::UnderWay => {
            format!("searching {known} of {} pins", grouped(part.total))
        }
        AccountReading::BrokenOff(_) => format!("only {known} pins were read; r reads again"),
        AccountReading::Whole => return None,
    })
}
