//! A short list of choices, each with a key of its own.

use ratatui::buffer::Buffer;

use crate::app::{App, CopyForm, CopyMenu, EXPORT_FORMS, ExportMenu, ViewMenu};
use crate::domain::SavedView;
use crate::domain::text::{count, truncate};
use crate::ui::{Theme, dialog_frame, put};

/// The forms in which a CID can be copied.
pub(crate) fn draw_copy(buffer: &mut Buffer, app: &App, menu: &CopyMenu, theme: &Theme) {
    let title = format!("Copy {} as", count(menu.pins.len(), "pin"));
    let forms = CopyForm::ALL.map(|form| (Some(form.key()), form.label().to_owned()));
    draw(buffer, app, (&title, 44), menu.cursor, &forms, theme);
}

/// The forms in which pins can be written to a file.
pub(crate) fn draw_export(buffer: &mut Buffer, app: &App, menu: &ExportMenu, theme: &Theme) {
    let title = format!("{} as", app.what_to_export());
    let choices = EXPORT_FORMS.map(|(key, label, ..)| (Some(key), label.to_owned()));
    draw(buffer, app, (&title, 44), menu.cursor, &choices, theme);
}

/// The saved views, each with what it shows.
pub(crate) fn draw_views(buffer: &mut Buffer, app: &App, menu: &ViewMenu, theme: &Theme) {
    let views = &app.config.views;
    let choices: Vec<(Option<char>, String)> = (0..)
        .zip(views)
        .map(|(place, (name, view))| {
            let text = format!("{:<16} {}", truncate(name, 24), summary(view));
            (ViewMenu::digit(place), text)
        })
        .collect();
    draw(buffer, app, ("Views", 76), menu.cursor, &choices, theme);
}

fn summary(view: &SavedView) -> String {
    let order = format!("{} {}", view.sort_key().label(), view.order.arrow());
    [view.filter.as_str(), view.show.label(), &order]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn draw(
    buffer: &mut Buffer,
    app: &App,
    (title, width): (&str, u16),
    cursor: usize,
    choices: &[(Option<char>, String)],
    theme: &Theme,
) {
    let rows = u16::try_from(choices.len()).unwrap_or(u16::MAX);
    let area = app.layout.dialog(width, rows.saturating_add(2));
    if area.width < 10 || area.height < 3 {
        return;
    }
    dialog_frame(buffer, area, title, theme.accent);
    let (x, columns) = (area.x + 2, area.width - 4);
    let room = usize::from(area.height - 2);
    // The cursor stays in sight where there are more choices than rows.
    let top = (cursor + 1).saturating_sub(room);
    let choices = choices.iter().enumerate().skip(top);
    for (y, (place, (key, label))) in (area.y + 1..area.bottom() - 1).zip(choices) {
        let has_focus = place == cursor;
        let marker = if has_focus { ">" } else { " " };
        put(buffer, x, y, 1, marker, theme.accent);
        if let Some(key) = key {
            put(buffer, x + 2, y, 1, &key.to_string(), theme.key);
        }
        let style = if has_focus {
            theme.selected
        } else {
            theme.text
        };
        put(buffer, x + 5, y, columns - 5, label, style);
    }
}
