//! The change log: a row a change or an item, and the rest of the one under the cursor below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Theme, dialog_frame, put, put_right};
use crate::app::{App, ChangeLog, Rows, wrap};
use crate::domain::change::{Outcome, short_id};
use crate::domain::text::{count, date_time, scrub};
use crate::domain::{Change, ChangeItem};

/// Columns of a time.
const TIME: u16 = 18;
/// Columns of what a change does.
const KIND: u16 = 8;
/// Columns of how an item ended.
const OUTCOME: u16 = 9;

pub(super) fn draw(buffer: &mut Buffer, app: &App, log: &ChangeLog, theme: &Theme) {
    let frame = app.layout.reader();
    if frame.width < 20 || frame.height < 4 {
        return;
    }
    let (list, below) = (app.layout.change_log_list(), app.layout.change_log_detail());
    match &log.opened {
        None => {
            dialog_frame(buffer, frame, "Change log", theme.accent);
            let empty = "Nothing was changed from here yet.";
            rows(buffer, frame, list, &log.changes, empty, theme, draw_change);
            if let Some(change) = log.changes.selected() {
                lines(buffer, below, &change_lines(change), theme.quiet);
            }
        }
        Some((change, items)) => {
            let title = format!(
                "Change log · {} of {} UTC · {}",
                change.kind.label(),
                date_time(change.time),
                count(change.total, "item"),
            );
            dialog_frame(buffer, frame, &title, theme.accent);
            let empty = "Nothing is known of its items.";
            rows(buffer, frame, list, items, empty, theme, draw_item);
            if let Some(item) = items.selected() {
                lines(buffer, below, &item_lines(item), theme.quiet);
            }
        }
    }
}

type DrawRow<Row> = fn(&mut Buffer, Rect, &Row, Style, &Theme);

fn rows<Row>(
    buffer: &mut Buffer,
    frame: Rect,
    area: Rect,
    rows: &Rows<Row>,
    empty: &str,
    theme: &Theme,
    draw_row: DrawRow<Row>,
) {
    let height = usize::from(area.height.max(1));
    let top = rows.cursor / height * height;
    let on_screen = rows.here.iter().enumerate().skip(top);
    for (y, (index, row)) in (area.y..area.bottom()).zip(on_screen) {
        let has_cursor = index == rows.cursor;
        if has_cursor {
            put(buffer, area.x, y, 1, ">", theme.accent);
        }
        let style = if has_cursor {
            theme.selected
        } else {
            theme.text
        };
        let line = Rect {
            x: area.x + 2,
            y,
            width: area.width.saturating_sub(2),
            height: 1,
        };
        draw_row(buffer, line, row, style, theme);
    }
    let (notice, style) = match &rows.error {
        Some(why) => (why.as_str(), theme.bad),
        None if rows.is_waiting() => ("reading…", theme.busy),
        None if rows.here.is_empty() => (empty, theme.quiet),
        None => ("", theme.quiet),
    };
    if rows.here.is_empty() {
        put(buffer, area.x, area.y, area.width, notice, style);
        return;
    }
    let (left, right, y) = (frame.x + 2, frame.right() - 2, frame.bottom() - 1);
    let position = format!(
        " {} of {}{} ",
        rows.offset + rows.cursor + 1,
        rows.offset + rows.here.len(),
        if rows.more { "+" } else { "" }
    );
    let x = put_right(buffer, left, right, y, &position, theme.accent);
    if !notice.is_empty() {
        put(buffer, left, y, x.saturating_sub(left + 1), notice, style);
    }
}

fn draw_change(buffer: &mut Buffer, line: Rect, change: &Change, style: Style, theme: &Theme) {
    let Rect { x, y, .. } = line;
    let right = line.right();
    put(buffer, x, y, TIME - 2, &date_time(change.time), theme.quiet);
    put(buffer, x + TIME, y, KIND - 1, change.kind.label(), style);
    let left = x + TIME + KIND;
    let mut end = right;
    if line.width > 60 {
        end = put_right(buffer, right - 14, right, y, &change.profile, theme.quiet) - 2;
    }
    let text = format!("{}: {}", count(change.total, "item"), change.outcomes());
    put(buffer, left, y, end.saturating_sub(left), &text, style);
}

fn change_lines(change: &Change) -> Vec<String> {
    let batch = short_id(change.batch);
    let mut first = format!("batch {batch}");
    if let Some(of) = change.of {
        first = format!("{first}, took back {}", short_id(of));
    }
    vec![first, format!("{} · {}", change.profile, change.service)]
}

fn draw_item(buffer: &mut Buffer, line: Rect, item: &ChangeItem, style: Style, theme: &Theme) {
    let Rect { x, y, .. } = line;
    let word = match item.outcome {
        Some(Outcome::Done | Outcome::Gone | Outcome::Back) => theme.good,
        Some(Outcome::Refused | Outcome::Failed) => theme.bad,
        Some(Outcome::Unknown | Outcome::Untried) | None => theme.busy,
    };
    put(buffer, x, y, OUTCOME - 1, item.outcome_label(), word);
    let left = x + OUTCOME;
    let columns = line.right().saturating_sub(left);
    let half = if item.message.is_empty() {
        columns
    } else {
        columns / 2
    };
    put(buffer, left, y, half, item.title(), style);
    let left = left + half + 1;
    let columns = line.right().saturating_sub(left);
    put(buffer, left, y, columns, &item.message, theme.quiet);
}

fn item_lines(item: &ChangeItem) -> Vec<String> {
    let mut lines = Vec::new();
    let id = item.id.as_ref().map(ToString::to_string);
    match (id, &item.new_id) {
        (Some(id), Some(new_id)) => lines.push(format!("id {id}, now {new_id}")),
        (Some(id), None) => lines.push(format!("id {id}")),
        (None, _) => {}
    }
    lines.extend(item.cid.as_ref().map(|cid| format!("CID {cid}")));
    lines.extend(Some(item.message.clone()).filter(|message| !message.is_empty()));
    lines
}

fn lines(buffer: &mut Buffer, area: Rect, texts: &[String], style: Style) {
    let wrapped = texts
        .iter()
        .flat_map(|text| wrap(&scrub(text), usize::from(area.width)));
    for (y, text) in (area.y..area.bottom()).zip(wrapped) {
        put(buffer, area.x, y, area.width, &text, style);
    }
}
