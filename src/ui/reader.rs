//! A page of text over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Theme, dialog_frame, put, put_right};
use crate::app::{App, Reader, ReaderLine, ReaderSubject};

/// Columns of the labels of a record.
const LABEL: u16 = 10;
/// Columns of the keys in the help.
const HELP_LABEL: u16 = 20;

pub(super) fn draw(buffer: &mut Buffer, app: &App, page: &Reader, theme: &Theme) {
    let frame = app.layout.reader();
    if frame.width < 4 || frame.height < 3 {
        return;
    }
    dialog_frame(buffer, frame, &page.title(), theme.accent);
    let area = app.layout.reader_text();
    let lines = page.lines(app, usize::from(area.width));
    let label = match page.subject {
        ReaderSubject::Help => HELP_LABEL,
        _ => LABEL,
    };
    // A window may have grown since the page was scrolled.
    let most = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_sub(area.height);
    let scroll = page.scroll.min(most);
    draw_with_label(buffer, area, &lines, scroll, label, theme);
    if most > 0 {
        let position = format!(
            " {}-{} of {} ",
            scroll + 1,
            lines.len().min(usize::from(scroll + area.height)),
            lines.len()
        );
        let y = frame.bottom() - 1;
        let right = frame.right().saturating_sub(2);
        put_right(buffer, frame.x + 2, right, y, &position, theme.accent);
    }
}

/// Draws the lines of a record from `scroll` on.
pub(super) fn draw_lines(
    buffer: &mut Buffer,
    area: Rect,
    lines: &[ReaderLine],
    scroll: u16,
    theme: &Theme,
) {
    draw_with_label(buffer, area, lines, scroll, LABEL, theme);
}

fn draw_with_label(
    buffer: &mut Buffer,
    area: Rect,
    lines: &[ReaderLine],
    scroll: u16,
    label_columns: u16,
    theme: &Theme,
) {
    // Labels share a column only where some line has one.
    let indent = if lines.iter().any(|line| !line.label.is_empty()) {
        label_columns
    } else {
        0
    };
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(usize::from(scroll))) {
        if line.is_heading {
            put(buffer, area.x, y, area.width, &line.value, theme.title);
            continue;
        }
        let indent = if line.is_wide { 0 } else { indent };
        if !line.label.is_empty() {
            let columns = indent.saturating_sub(1).min(area.width);
            put(buffer, area.x, y, columns, &line.label, theme.quiet);
        }
        let columns = area.width.saturating_sub(indent);
        put(buffer, area.x + indent, y, columns, &line.value, theme.text);
    }
}
