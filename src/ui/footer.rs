//! The keys that work here and now, as many as the window has room for.

use ratatui::buffer::Buffer;

use super::{Theme, put};
use crate::app::App;
use crate::domain::text::width;
use crate::input::Command;

pub(super) fn draw(buffer: &mut Buffer, app: &App, theme: &Theme) {
    let area = app.layout.footer;
    if area.is_empty() {
        return;
    }
    let context = app.context();
    let mut commands: Vec<&Command> = app
        .commands()
        .filter(|command| !command.label.is_empty())
        .collect();
    commands.sort_by_key(|command| command.rank);
    let mut x = area.x + 1;
    for command in commands {
        let Some(key) = app.keymap.keys(context, command.action).first() else {
            continue;
        };
        let key = key.to_string();
        let columns = u16::try_from(width(&key) + 1 + width(command.label)).unwrap_or(u16::MAX);
        if x.saturating_add(columns) > area.right() {
            break;
        }
        let used = put(buffer, x, area.y, columns, &key, theme.key);
        put(
            buffer,
            x + used + 1,
            area.y,
            columns,
            command.label,
            theme.quiet,
        );
        x += columns + 2;
    }
}
