//! The file picker.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::picker::{Picker, PickerPurpose};
use crate::app::{App, DirectoryEntry, EntryKind};
use crate::domain::text::{count, date_time, human_bytes};
use crate::ui::{Theme, dialog_frame, put, put_right};

const WIDTH: u16 = 90;
const SIZE: u16 = 9;
const DATE: u16 = 16;

pub(crate) fn draw(buffer: &mut Buffer, app: &App, picker: &Picker, theme: &Theme) {
    let screen = app.layout.screen;
    let area = app.layout.dialog(
        WIDTH.min(screen.width.saturating_sub(2)),
        screen.height.saturating_sub(2),
    );
    if area.width < 12 || area.height < 6 {
        return;
    }
    let purpose = match &picker.purpose {
        PickerPurpose::Upload => "Upload",
        PickerPurpose::Cids(_) => "CIDs from a file, one a line",
    };
    let title = match picker.marked_count() {
        0 => purpose.to_owned(),
        n => format!("{purpose} · {n} marked"),
    };
    dialog_frame(buffer, area, &title, theme.accent);
    let (x, columns) = (area.x + 2, area.width - 4);
    let right = x + columns;
    let place = picker.directory.to_string_lossy();
    put(buffer, x, area.y + 1, columns, &place, theme.title);
    let filter = if picker.filter.is_empty() {
        ("type to narrow".to_owned(), theme.quiet)
    } else {
        (format!("narrowed to: {}_", picker.filter), theme.accent)
    };
    put(buffer, x, area.y + 2, columns, &filter.0, filter.1);
    let entries = Rect::new(x, area.y + 3, columns, area.height.saturating_sub(5));
    let notice = match (&picker.error, picker.waiting) {
        (Some(why), _) => (why.clone(), theme.bad),
        (None, Some(waiting)) => (waiting.to_owned(), theme.busy),
        (None, None) => (summary(picker), theme.quiet),
    };
    put(buffer, x, area.bottom() - 2, columns, &notice.0, notice.1);
    let height = usize::from(entries.height);
    let top = picker.cursor / height.max(1) * height.max(1);
    let on_screen = picker.shown().enumerate().skip(top).take(height);
    for (y, (index, entry)) in (entries.y..entries.bottom()).zip(on_screen) {
        draw_entry(
            buffer,
            entry,
            (x, right, y),
            index == picker.cursor,
            picker.is_marked(&entry.path),
            theme,
        );
    }
}

fn summary(picker: &Picker) -> String {
    let mut text = match picker.shown().len() {
        0 if picker.filter.is_empty() => "nothing here".to_owned(),
        0 => "nothing here is called that".to_owned(),
        n => format!("{} of {n}", picker.cursor + 1),
    };
    let hidden = picker.hidden_count();
    if hidden > 0 {
        let _ = write!(text, " · {} not shown", count(hidden, "hidden file"));
    }
    text
}

fn draw_entry(
    buffer: &mut Buffer,
    entry: &DirectoryEntry,
    (x, right, y): (u16, u16, u16),
    is_selected: bool,
    is_marked: bool,
    theme: &Theme,
) {
    let style = match (is_selected, entry.kind) {
        (true, _) => theme.selected,
        (false, EntryKind::Directory) => theme.title,
        (false, EntryKind::File) => theme.text,
        (false, EntryKind::Other) => theme.quiet,
    };
    if is_selected {
        put(buffer, x, y, 1, ">", theme.accent);
    }
    if is_marked {
        put(buffer, x + 1, y, 1, "*", theme.mark);
    }
    let mut end = right;
    if right - x > 50 {
        let date = entry.modified.map(date_time).unwrap_or_default();
        put(buffer, right - DATE, y, DATE, &date, theme.quiet);
        end = right - DATE - 2;
    }
    if end - x > 24 {
        let size = match entry.kind {
            EntryKind::Directory => String::new(),
            EntryKind::File => human_bytes(entry.size),
            EntryKind::Other => "not a file".to_owned(),
        };
        put_right(buffer, end - SIZE - 1, end, y, &size, theme.quiet);
        end -= SIZE + 2;
    }
    let name_x = x + 3;
    let columns = end.saturating_sub(name_x + 1);
    let used = put(buffer, name_x, y, columns, &entry.name, style);
    if entry.kind == EntryKind::Directory {
        put(buffer, name_x + used, y, 1, "/", style);
    }
}
