//! A short list of choices, each with a key of its own.

use ratatui::buffer::Buffer;

use crate::app::{App, Menu};
use crate::domain::text::width;
use crate::ui::{Theme, dialog_frame, put};

/// The least and the greatest columns of a menu.
const COLUMNS: (u16, u16) = (44, 76);

/// Columns of frame, cursor and key.
const LEAD: usize = 9;

pub(crate) fn draw(buffer: &mut Buffer, app: &App, menu: &Menu, theme: &Theme) {
    let choices = app.choices(menu);
    let rows = u16::try_from(choices.len()).unwrap_or(u16::MAX);
    let widest = choices.iter().map(|choice| width(&choice.label)).max();
    let columns = u16::try_from(widest.unwrap_or(0) + LEAD).unwrap_or(u16::MAX);
    let columns = columns.clamp(COLUMNS.0, COLUMNS.1);
    let area = app.layout.dialog(columns, rows.saturating_add(2));
    if area.width < 10 || area.height < 3 {
        return;
    }
    dialog_frame(buffer, area, &app.menu_title(menu), theme.accent);
    let (x, columns) = (area.x + 2, area.width - 4);
    let room = usize::from(area.height - 2);
    // The cursor stays in sight where there are more choices than rows.
    let top = (menu.cursor + 1).saturating_sub(room);
    let choices = choices.iter().enumerate().skip(top);
    for (y, (place, choice)) in (area.y + 1..area.bottom() - 1).zip(choices) {
        let has_focus = place == menu.cursor;
        let marker = if has_focus { ">" } else { " " };
        put(buffer, x, y, 1, marker, theme.accent);
        if let Some(key) = choice.key {
            put(buffer, x + 2, y, 1, &key.to_string(), theme.key);
        }
        let style = if has_focus {
            theme.selected
        } else {
            theme.text
        };
        put(buffer, x + 5, y, columns - 5, &choice.label, style);
    }
}
