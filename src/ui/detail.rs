//! The detail pane: the record of the pin under the cursor.

use ratatui::buffer::Buffer;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Widget as _};

use super::{Theme, reader};
use crate::app::{App, DetailPlace, Focus, record_lines};

pub(super) fn draw(buffer: &mut Buffer, app: &App, theme: &Theme) {
    if app.layout.place == DetailPlace::Hidden || app.layout.detail.is_empty() {
        return;
    }
    let style = if app.focus == Focus::Pane {
        theme.accent
    } else {
        theme.quiet
    };
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.quiet)
        .title(Line::styled(" Detail ", style))
        .render(app.layout.detail, buffer);
    if let Some(pin) = app.list.selected() {
        let area = app.layout.pane();
        let lines = record_lines(pin, app, usize::from(area.width));
        reader::draw_lines(buffer, area, &lines, app.pane_scroll, theme);
    }
}
