//! The command palette.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget as _;

use crate::app::{App, Palette};
use crate::input::Command;
use crate::ui::{Theme, dialog_frame, put, put_right};

/// Columns of the keys.
const KEY: u16 = 8;
/// Columns from which on the names stand beside what the commands do.
const NAMED: u16 = 64;

pub(crate) fn draw(buffer: &mut Buffer, app: &App, palette: &Palette, theme: &Theme) {
    let area = app.layout.palette();
    if area.width < KEY + 8 || area.height < 5 {
        return;
    }
    dialog_frame(buffer, area, "Commands", theme.accent);
    let (x, right) = (area.x + 2, area.right() - 2);
    put(buffer, x, area.y + 1, 1, ":", theme.accent);
    let mut text = palette.line.area.clone();
    text.set_cursor_line_style(Style::new());
    text.set_cursor_style(Style::new().add_modifier(Modifier::REVERSED));
    text.render(Rect::new(x + 1, area.y + 1, right - x - 1, 1), buffer);

    let rows = app.layout.palette_rows();
    let top = palette.cursor / rows * rows;
    let on_screen = palette.shown().iter().enumerate().skip(top).take(rows);
    for (y, (index, command)) in (area.y + 3..).zip(on_screen) {
        let has_focus = index == palette.cursor;
        draw_command(buffer, app, command, (x, right, y), has_focus, theme);
    }
    let position = match palette.shown().len() {
        0 => "no command is called that".to_owned(),
        shown => format!(" {} of {shown} ", palette.cursor + 1),
    };
    if palette.shown().is_empty() {
        put(buffer, x, area.y + 3, right - x, &position, theme.quiet);
    } else {
        put_right(buffer, x, right, area.bottom() - 1, &position, theme.accent);
    }
}

fn draw_command(
    buffer: &mut Buffer,
    app: &App,
    command: &Command,
    (x, right, y): (u16, u16, u16),
    has_focus: bool,
    theme: &Theme,
) {
    let marker = if has_focus { ">" } else { " " };
    put(buffer, x, y, 1, marker, theme.accent);
    let keys = app.keymap.keys(app.context_below(), command.action);
    if let Some(key) = keys.first() {
        put(buffer, x + 2, y, KEY - 1, &key.to_string(), theme.key);
    }
    let mut end = right;
    if right - x >= NAMED {
        end = put_right(buffer, x + KEY, right, y, command.name, theme.quiet).saturating_sub(2);
    }
    let style = if has_focus {
        theme.selected
    } else {
        theme.text
    };
    let left = x + 2 + KEY;
    put(
        buffer,
        left,
        y,
        end.saturating_sub(left),
        command.does,
        style,
    );
}
