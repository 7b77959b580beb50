//! The forms in which a CID can be copied.

use ratatui::buffer::Buffer;

use crate::app::{App, CopyForm, CopyMenu};
use crate::domain::text::count;
use crate::ui::{Theme, dialog_frame, put};

pub(crate) fn draw(buffer: &mut Buffer, app: &App, menu: &CopyMenu, theme: &Theme) {
    let rows = u16::try_from(CopyForm::ALL.len()).unwrap_or(0);
    let area = app.layout.dialog(44, rows + 2);
    if area.width < 6 || area.height < 3 {
        return;
    }
    let title = format!("Copy {} as", count(menu.pins.len(), "pin"));
    dialog_frame(buffer, area, &title, theme.accent);
    let (x, columns) = (area.x + 2, area.width - 4);
    for (index, form) in CopyForm::ALL.into_iter().enumerate() {
        let Some(y) = u16::try_from(index)
            .ok()
            .map(|index| area.y + 1 + index)
            .filter(|y| *y < area.bottom() - 1)
        else {
            break;
        };
        let has_focus = index == menu.cursor;
        let marker = if has_focus { ">" } else { " " };
        put(buffer, x, y, 1, marker, theme.accent);
        put(buffer, x + 2, y, 1, &form.key().to_string(), theme.key);
        let style = if has_focus {
            theme.selected
        } else {
            theme.text
        };
        put(
            buffer,
            x + 5,
            y,
            columns.saturating_sub(5),
            form.label(),
            style,
        );
    }
}
