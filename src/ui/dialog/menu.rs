//! Short lists of choices, each with a key that takes it at once.

use ratatui::buffer::Buffer;

use crate::app::{App, CopyForm, CopyMenu, EXPORT_FORMS, ExportMenu};
use crate::domain::text::count;
use crate::ui::{Theme, dialog_frame, put};

pub(crate) fn draw_copy(buffer: &mut Buffer, app: &App, menu: &CopyMenu, theme: &Theme) {
    let title = format!("Copy {} as", count(menu.pins.len(), "pin"));
    let choices = CopyForm::ALL.map(|form| (form.key(), form.label()));
    draw(buffer, app, &title, &choices, menu.cursor, theme);
}

pub(crate) fn draw_export(buffer: &mut Buffer, app: &App, menu: &ExportMenu, theme: &Theme) {
    let title = format!("{} as", app.what_to_export());
    let choices = EXPORT_FORMS.map(|(key, label, ..)| (key, label));
    draw(buffer, app, &title, &choices, menu.cursor, theme);
}

fn draw(
    buffer: &mut Buffer,
    app: &App,
    title: &str,
    choices: &[(char, &str)],
    cursor: usize,
    theme: &Theme,
) {
    let rows = u16::try_from(choices.len()).unwrap_or(0);
    let area = app.layout.dialog(44, rows + 2);
    if area.width < 6 || area.height < 3 {
        return;
    }
    dialog_frame(buffer, area, title, theme.accent);
    let (x, columns) = (area.x + 2, area.width - 4);
    let lines = (area.y + 1..area.bottom() - 1).zip(choices);
    for (index, (y, (key, label))) in lines.enumerate() {
        let has_focus = index == cursor;
        let marker = if has_focus { ">" } else { " " };
        put(buffer, x, y, 1, marker, theme.accent);
        put(buffer, x + 2, y, 1, &key.to_string(), theme.key);
        let style = if has_focus {
            theme.selected
        } else {
            theme.text
        };
        put(buffer, x + 5, y, columns.saturating_sub(5), label, style);
    }
}
