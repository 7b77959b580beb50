//! Drawing: reads the app, changes nothing.
//!
//! Each part of the screen has a file. Text from outside is scrubbed where it is drawn, and only
//! what is on the screen is looked at. A moved cursor changes few cells: its marker and the name
//! beside it, the position in the frame, and what differs in the detail pane.

mod change_log;
mod detail;
mod dialog;
mod filter;
mod footer;
mod header;
mod list;
mod reader;
mod status;
pub mod theme;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Clear, Widget as _};

use crate::app::{App, Modal};
use crate::domain::text::{scrub, truncate, width};
pub use theme::Theme;

/// Draws the whole screen.
pub fn draw(frame: &mut Frame<'_>, app: &App, theme: &Theme) {
    let buffer = frame.buffer_mut();
    // A resize is drawn once before the app hears of it.
    if buffer.area != app.layout.screen {
        return;
    }
    header::draw(buffer, app, theme);
    list::draw(buffer, app, theme);
    detail::draw(buffer, app, theme);
    status::draw(buffer, app, theme);
    footer::draw(buffer, app, theme);
    match &app.modal {
        None => {}
        Some(Modal::Reader(page)) => reader::draw(buffer, app, page, theme),
        Some(Modal::Menu(menu)) => dialog::menu::draw(buffer, app, menu, theme),
        Some(Modal::Export(export)) => dialog::form::draw_export(buffer, app, export, theme),
        Some(Modal::Confirm(confirm)) => dialog::confirm::draw(buffer, app, confirm, theme),
        Some(Modal::Picker(picker)) => dialog::picker::draw(buffer, app, picker, theme),
        Some(Modal::Upload(upload)) => dialog::form::draw_upload(buffer, app, upload, theme),
        Some(Modal::SavePlan(save)) => dialog::form::draw_save_plan(buffer, app, save, theme),
        Some(Modal::PinByCid(pin)) => dialog::form::draw_pin(buffer, app, pin, theme),
        Some(Modal::ChangeLog(log)) => change_log::draw(buffer, app, log, theme),
        Some(Modal::Jobs(panel)) => dialog::jobs::draw(buffer, app, *panel, theme),
        Some(Modal::Palette(palette)) => dialog::palette::draw(buffer, app, palette, theme),
        Some(Modal::PinList(pin)) => dialog::form::draw_pin_list(buffer, app, pin, theme),
    }
}

/// Writes text into at most `columns`, cut at the end; gives the columns used.
fn put(buffer: &mut Buffer, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
    if !buffer.area.contains((x, y).into()) {
        return 0;
    }
    let columns = columns.min(buffer.area.right() - x);
    let text = scrub(text);
    let text = truncate(&text, usize::from(columns));
    let (end, _) = buffer.set_stringn(x, y, &text, usize::from(columns), style);
    end - x
}

/// Writes text so that it ends at column `right` (exclusive); gives the column where it begins.
fn put_right(buffer: &mut Buffer, left: u16, right: u16, y: u16, text: &str, style: Style) -> u16 {
    let columns = right.saturating_sub(left);
    let text = scrub(text);
    let text = truncate(&text, usize::from(columns));
    let wide = u16::try_from(width(&text)).unwrap_or(columns);
    let x = right.saturating_sub(wide);
    put(buffer, x, y, wide, &text, style);
    x
}

/// A frame with a title, drawn over whatever was there.
fn dialog_frame(buffer: &mut Buffer, area: Rect, title: &str, style: Style) {
    Clear.render(area, buffer);
    // The left half of a wide character would hide the frame beside it.
    if area.x > 0 {
        for y in area.top()..area.bottom() {
            let cell = &mut buffer[(area.x - 1, y)];
            if width(cell.symbol()) > 1 {
                cell.set_symbol(" ");
            }
        }
    }
    let title = scrub(title);
    let title = truncate(&title, usize::from(area.width.saturating_sub(4)));
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(style)
        .title(Line::styled(format!(" {title} "), style))
        .render(area, buffer);
}
