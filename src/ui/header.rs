//! The top line: what this is, where it is connected, how much there is.

use ratatui::buffer::Buffer;

use super::{Theme, put, put_right};
use crate::app::App;
use crate::domain::PinnedFilter;
use crate::domain::text::{count, human_bytes};

pub(super) fn draw(buffer: &mut Buffer, app: &App, theme: &Theme) {
    let area = app.layout.header;
    if area.is_empty() {
        return;
    }
    let totals = match app.list.totals() {
        Some(totals) => {
            let noun = match app.list.view().pinned {
                PinnedFilter::All | PinnedFilter::Pinned => "pin",
                PinnedFilter::Unpinned => "former pin",
            };
            let files = usize::try_from(totals.files).unwrap_or(usize::MAX);
            format!("{}, {} ", count(files, noun), human_bytes(totals.size))
        }
        None if app.list.error().is_some() => "not connected ".to_owned(),
        None => "connecting… ".to_owned(),
    };
    let right = put_right(buffer, area.x, area.right(), area.y, &totals, theme.text);
    let mut x = area.x;
    let mut part = |text: &str, style| {
        let columns = right.saturating_sub(x + 1);
        x += put(buffer, x, area.y, columns, text, style);
    };
    part(" lazypin ", theme.title);
    if app.config.read_only {
        part(" READ-ONLY ", theme.focus);
        part(" ", theme.text);
    }
    part(&app.config.account.profile, theme.text);
    part(" · ", theme.quiet);
    part(&app.connection.service, theme.text);
    if let Some(url) = &app.connection.api_url {
        part(" · ", theme.quiet);
        part(url, theme.quiet);
    }
}
