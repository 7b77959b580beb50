//! The list of pins, or what is to be said where there is none.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Widget as _};
use unicode_segmentation::UnicodeSegmentation as _;

use super::{Theme, put, put_right};
use crate::app::{App, Focus, List};
use crate::domain::filter::Scratch;
use crate::domain::text::{date_time, human_bytes, scrub, truncate_middle, width};
use crate::domain::{Pin, PinState, PinnedFilter, SortKey, SortOrder};
use crate::input::{Action, Context};

/// Columns before the name: cursor, mark, space.
const LEAD: u16 = 3;
const SIZE: u16 = 8;
const STATE: u16 = 9;
const DATE: u16 = 10;
const CID: u16 = 15;
/// A name narrower than this makes the last column give way.
const NAME_LEAST: u16 = 22;

/// Where each column begins and how wide it is; 0 where it is left out.
struct Columns {
    name: (u16, u16),
    size: (u16, u16),
    state: (u16, u16),
    date: (u16, u16),
    cid: (u16, u16),
}

impl Columns {
    fn new(area: Rect) -> Self {
        let mut left = area.width.saturating_sub(LEAD);
        let mut widths = [0; 4];
        for (width, wanted) in widths.iter_mut().zip([SIZE, STATE, DATE, CID]) {
            if left >= NAME_LEAST + wanted + 2 {
                *width = wanted;
                left -= wanted + 2;
            }
        }
        let mut x = area.x + LEAD + left;
        let name = (area.x + LEAD, left);
        let [size, state, date, cid] = widths.map(|width| {
            let at = (x + 2, width);
            if width > 0 {
                x += width + 2;
            }
            at
        });
        Self {
            name,
            size,
            state,
            date,
            cid,
        }
    }
}

pub(super) fn draw(buffer: &mut Buffer, app: &App, theme: &Theme) {
    let area = app.layout.list;
    if area.is_empty() {
        return;
    }
    draw_frame(buffer, app, theme, area);
    let rows = app.layout.rows();
    if rows.width <= LEAD || app.layout.list.height < 3 {
        return;
    }
    let list = &app.list;
    if list.is_empty() {
        draw_message(buffer, app, theme);
        return;
    }
    let columns = Columns::new(rows);
    draw_heading(buffer, app, &columns, rows.y - 1, theme);
    let mut scratch = Scratch::default();
    for (y, place) in (rows.y..rows.bottom()).zip(list.visible()) {
        draw_row(buffer, app, &columns, rows.x, y, place, theme);
        if let Some(pin) = list.row(place) {
            draw_protection(buffer, app, &columns, y, pin, &mut scratch, theme);
        }
        if let (Some(filter), Some(pin)) = (list.filter(), list.row(place)) {
            let name = scrub(pin.title());
            let hits = filter.highlights(&name, &mut scratch);
            highlight(buffer, &columns, y, &name, &hits, theme);
        }
    }
}

fn draw_frame(buffer: &mut Buffer, app: &App, theme: &Theme, area: Rect) {
    let view = app.list.view();
    let style = if app.focus == Focus::List {
        theme.accent
    } else {
        theme.quiet
    };
    let order = match (view.sort, view.order) {
        (SortKey::Score, SortOrder::Descending) => "best match".to_owned(),
        (SortKey::Score, SortOrder::Ascending) => "weakest match".to_owned(),
        (sort, order) => format!("{} {}", sort.label(), order.arrow()),
    };
    let mut title = format!(" Pins · {order} · {} ", view.pinned.label());
    if !app.filter.text().is_empty() {
        let _ = write!(title, "· /{} ", scrub(app.filter.text()));
    }
    let mut block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.quiet)
        .title(Line::styled(title, style));
    if !app.marks.is_empty() || app.marks.has_range() {
        let range = if app.marks.has_range() {
            " · range"
        } else {
            ""
        };
        let bytes = match app.marks.bytes() {
            0 => String::new(),
            bytes => format!(" · {}", human_bytes(bytes)),
        };
        let hidden = match app.hidden.count() {
            Some(0) => String::new(),
            Some(hidden) => format!(" · {hidden} hidden"),
            None => " · … hidden".to_owned(),
        };
        let marked = format!(" {} marked{bytes}{hidden}{range} ", app.marks.len());
        block = block.title_bottom(Line::styled(marked, theme.mark));
    }
    if !app.list.is_empty() {
        let (page, pages) = app.list.page();
        let more = if app.list.is_searching() { "…" } else { "" };
        let place = format!(
            " row {} of {}{more} · page {page}/{pages} ",
            app.list.cursor() + 1,
            app.list.len()
        );
        block = block.title_bottom(Line::styled(place, theme.text).alignment(Alignment::Right));
    }
    block.render(area, buffer);
}

fn draw_heading(buffer: &mut Buffer, app: &App, columns: &Columns, y: u16, theme: &Theme) {
    let view = app.list.view();
    let heading = |label: &str, sorts: &[SortKey]| {
        if sorts.contains(&view.sort) {
            format!("{label} {}", view.order.arrow())
        } else {
            label.to_owned()
        }
    };
    let (x, width) = columns.name;
    let name = heading("NAME", &[SortKey::Name]);
    put(buffer, x, y, width, &name, theme.quiet);
    let (x, width) = columns.size;
    let size = heading("SIZE", &[SortKey::Size]);
    put_right(buffer, x, x + width, y, &size, theme.quiet);
    for ((x, width), label, sorts) in [
        (columns.state, "STATE", &[SortKey::State][..]),
        (columns.date, "PINNED", &[SortKey::Created, SortKey::Pinned]),
        (columns.cid, "CID", &[SortKey::Cid]),
    ] {
        put(buffer, x, y, width, &heading(label, sorts), theme.quiet);
    }
}

fn draw_row(
    buffer: &mut Buffer,
    app: &App,
    columns: &Columns,
    x: u16,
    y: u16,
    place: u64,
    theme: &Theme,
) {
    let list = &app.list;
    let is_selected = place == list.cursor();
    if is_selected {
        put(buffer, x, y, 1, ">", theme.accent);
    }
    let Some(pin) = list.row(place) else {
        put(buffer, columns.name.0, y, columns.name.1, "…", theme.quiet);
        return;
    };
    if app.marks.contains(&pin.id) {
        put(buffer, x + 1, y, 1, "*", theme.mark);
    } else if app.marks.in_range(place, list.cursor()) {
        put(buffer, x + 1, y, 1, "+", theme.mark);
    }
    if list.view().sort == SortKey::Copies
        && let Some(sign) = bracket(list, place, pin)
    {
        put(buffer, x + 2, y, 1, sign, theme.quiet);
    }
    let removing = app.jobs.is_removing(&pin.id);
    let quiet = removing || pin.state == PinState::Unpinned;
    let style = if is_selected {
        theme.selected
    } else if quiet {
        theme.quiet
    } else {
        theme.text
    };
    let (name_x, name_width) = columns.name;
    let slash = u16::from(pin.is_dir && name_width > 1);
    let used = put(buffer, name_x, y, name_width - slash, pin.title(), style);
    if pin.is_dir && slash == 1 && !pin.title().ends_with('/') {
        put(buffer, name_x + used, y, 1, "/", style);
    }
    draw_facts(buffer, columns, y, pin, removing, quiet, theme);
}

/// Puts a sign behind the state of a pin that no bulk unpin touches.
fn draw_protection(
    buffer: &mut Buffer,
    app: &App,
    columns: &Columns,
    y: u16,
    pin: &Pin,
    scratch: &mut Scratch,
    theme: &Theme,
) {
    let (x, room) = columns.state;
    let label = u16::try_from(pin.state.label().len()).unwrap_or(room);
    if room >= label + 2
        && pin.state != PinState::Unpinned
        && !app.jobs.is_removing(&pin.id)
        && app.protection.of(pin, scratch).is_some()
    {
        put(buffer, x + label + 1, y, 1, "P", theme.mark);
    }
}

/// Joins a row with those above and below that are of the same content.
fn bracket(list: &List, place: u64, pin: &Pin) -> Option<&'static str> {
    let is_copy = |place: Option<u64>| {
        let other = place.and_then(|place| list.row(place));
        other.is_some_and(|other| other.root_hash.is_some() && other.root_hash == pin.root_hash)
    };
    match (is_copy(place.checked_sub(1)), is_copy(Some(place + 1))) {
        (false, true) => Some("┌"),
        (true, true) => Some("│"),
        (true, false) => Some("└"),
        (false, false) => None,
    }
}

/// Shows which characters of the name the filter matched.
fn highlight(
    buffer: &mut Buffer,
    columns: &Columns,
    y: u16,
    name: &str,
    hits: &[u32],
    theme: &Theme,
) {
    let (mut x, room) = columns.name;
    // The last column may hold the sign that the name is cut.
    let end = x + room.saturating_sub(1);
    for (index, grapheme) in (0u32..).zip(name.graphemes(true)) {
        let wide = u16::try_from(width(grapheme)).unwrap_or(1);
        if x + wide > end {
            return;
        }
        if hits.binary_search(&index).is_ok() {
            buffer.set_style(Rect::new(x, y, wide, 1), theme.hit);
        }
        x += wide;
    }
}

fn draw_facts(
    buffer: &mut Buffer,
    columns: &Columns,
    y: u16,
    pin: &Pin,
    removing: bool,
    quiet: bool,
    theme: &Theme,
) {
    let plain: Style = if quiet { theme.quiet } else { theme.text };
    let (x, width) = columns.size;
    let size = pin.size.map_or_else(|| "-".to_owned(), human_bytes);
    put_right(buffer, x, x + width, y, &size, plain);
    let (x, width) = columns.state;
    if removing {
        put(buffer, x, y, width, "unpinning", theme.busy);
    } else {
        let style = theme.state(pin.state);
        put(buffer, x, y, width, pin.state.label(), style);
    }
    let (x, width) = columns.date;
    let date = pin.date_pinned.or(pin.created_at).map(date_time);
    let date = date.as_deref().and_then(|date| date.get(..10));
    put(buffer, x, y, width, date.unwrap_or("-"), plain);
    let (x, width) = columns.cid;
    let cid = truncate_middle(pin.cid.as_str(), usize::from(width));
    put(buffer, x, y, width, &cid, theme.quiet);
}

/// What is to be said where there is no row: loading, nothing there, or why nothing came; and what
/// to press.
fn draw_message(buffer: &mut Buffer, app: &App, theme: &Theme) {
    let key = |action: Action| {
        app.keymap
            .keys(Context::List, action)
            .first()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    let mut lines: Vec<(String, Style)> = Vec::new();
    if let Some(error) = app.list.error() {
        lines.push(("The pins could not be read".to_owned(), theme.bad));
        lines.push((error.to_string(), theme.text));
        if let Some(hint) = error.hint() {
            lines.push((hint.to_owned(), theme.text));
        }
        lines.push((String::new(), theme.text));
        lines.push((
            format!(
                "{} asks again · {} help · {} quits",
                key(Action::Refresh),
                key(Action::Help),
                key(Action::Quit)
            ),
            theme.quiet,
        ));
    } else if app.list.totals().is_some() {
        let view = app.list.view();
        if app.list.filter().is_some() {
            let news = super::filter::news(app);
            let said = match news {
                Some(_) => "Nothing matches so far",
                None => "Nothing matches",
            };
            lines.push((said.to_owned(), theme.title));
            lines.push((
                format!("{} takes the filter away", key(Action::Back)),
                theme.text,
            ));
        } else if view.pinned == PinnedFilter::All {
            lines.push(("No pins yet".to_owned(), theme.title));
            if !app.config.read_only {
                lines.push((
                    format!("{} uploads a file or a folder", key(Action::Upload)),
                    theme.text,
                ));
                lines.push((
                    format!(
                        "{} pins content that is on IPFS already, by CID",
                        key(Action::PinByCid)
                    ),
                    theme.text,
                ));
            }
            lines.push((format!("{} shows all keys", key(Action::Help)), theme.text));
        } else {
            lines.push((format!("No {} pins", view.pinned.label()), theme.title));
            lines.push((
                format!("{} shows others", key(Action::PinnedFilter)),
                theme.text,
            ));
        }
    } else {
        lines.push((format!("Asking {}…", app.connection.service), theme.quiet));
    }
    let area = app.layout.rows();
    let wrapped: Vec<(String, Style)> = lines
        .into_iter()
        .flat_map(|(text, style)| {
            crate::app::wrap(&text, usize::from(area.width.saturating_sub(2)))
                .into_iter()
                .map(move |part| (part, style))
        })
        .collect();
    let rows = u16::try_from(wrapped.len()).unwrap_or(area.height);
    let top = area.y + area.height.saturating_sub(rows) / 2;
    for (y, (text, style)) in (top..area.bottom()).zip(wrapped) {
        let wide = u16::try_from(crate::domain::text::width(&text)).unwrap_or(area.width);
        let x = area.x + area.width.saturating_sub(wide) / 2;
        put(buffer, x, y, area.right() - x, &text, style);
    }
}
