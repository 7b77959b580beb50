//! The panel of jobs.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::app::{App, EndedJob, Job, JobsPanel};
use crate::domain::text::duration;
use crate::ui::status::progress;
use crate::ui::{Theme, dialog_frame, put, put_right};

/// The widest that the panel is.
const WIDTH: u16 = 100;
/// Columns of what a job is called.
const NAME: u16 = 22;
/// Columns of a bar.
const BAR: u16 = 12;
/// Columns from which on there is room for bars, and for how long a job took.
const ROOMY: u16 = 66;

pub(crate) fn draw(buffer: &mut Buffer, app: &App, panel: JobsPanel, theme: &Theme) {
    let jobs = app.jobs.len() + app.jobs.ended().count();
    let rows = u16::try_from(jobs.max(1)).unwrap_or(u16::MAX);
    let width = WIDTH.min(app.layout.screen.width.saturating_sub(4).max(30));
    let height = rows.saturating_add(2);
    let area = app.layout.dialog(width, height.min(22));
    if area.width < 12 || area.height < 3 {
        return;
    }
    dialog_frame(buffer, area, "Jobs of this session", theme.accent);
    let (x, right) = (area.x + 2, area.right() - 2);
    if jobs == 0 {
        let text = "nothing has run yet: unpins, undos, uploads, pins and exports stand here";
        put(buffer, x, area.y + 1, right - x, text, theme.quiet);
        return;
    }
    let cursor = app.cursor_in_jobs(panel);
    let shown = usize::from(area.height - 2);
    let top = cursor / shown * shown;
    let running = app.jobs.iter().rev().map(Row::Running);
    let all = running.chain(app.jobs.ended().map(Row::Ended));
    let on_screen = all.enumerate().skip(top).take(shown);
    for (y, (index, row)) in (area.y + 1..).zip(on_screen) {
        let has_focus = index == cursor;
        let marker = if has_focus { ">" } else { " " };
        put(buffer, x, y, 1, marker, theme.accent);
        let style = if has_focus {
            theme.selected
        } else {
            theme.text
        };
        let place = (x + 2, right, y);
        match row {
            Row::Running(job) => draw_running(buffer, app, job, place, (style, theme)),
            Row::Ended(job) => draw_ended(buffer, job, place, (style, theme)),
        }
    }
    if jobs > shown {
        let position = format!(" {} of {jobs} ", cursor + 1);
        put_right(buffer, x, right, area.bottom() - 1, &position, theme.accent);
    }
}

enum Row<'a> {
    Running(&'a Job),
    Ended(&'a EndedJob),
}

fn draw_running(
    buffer: &mut Buffer,
    app: &App,
    job: &Job,
    (x, right, y): (u16, u16, u16),
    (style, theme): (Style, &Theme),
) {
    let room = right.saturating_sub(x);
    put(buffer, x, y, NAME.min(room), &job.name(), style);
    let mut x = x + NAME + 1;
    if room >= ROOMY
        && let Some((done, all)) = job.share()
    {
        let inside = u64::from(BAR - 2);
        let full = (u128::from(done) * u128::from(inside)).checked_div(u128::from(all));
        let full = usize::try_from(full.unwrap_or(0)).unwrap_or(0);
        let bar = format!("[{:.<1$}]", "#".repeat(full), usize::from(BAR - 2));
        x += put(buffer, x, y, BAR, &bar, theme.busy) + 1;
    }
    let mut text = progress(job, app.now.tick);
    if job.cancelling {
        text = format!("calling off · {text}");
    }
    put(buffer, x, y, right.saturating_sub(x), &text, theme.busy);
}

fn draw_ended(
    buffer: &mut Buffer,
    job: &EndedJob,
    (x, right, y): (u16, u16, u16),
    (style, theme): (Style, &Theme),
) {
    let room = right.saturating_sub(x);
    put(buffer, x, y, NAME.min(room), &job.name, style);
    let x = x + NAME + 1;
    let mut end = right;
    if room >= ROOMY {
        let took = format!("in {}", duration(job.took.as_secs()));
        end = put_right(buffer, x, right, y, &took, theme.quiet).saturating_sub(2);
    }
    let style = if job.went_well { theme.good } else { theme.bad };
    let sign = if job.went_well { "" } else { "! " };
    let text = format!("{sign}{}", job.summary);
    put(buffer, x, y, end.saturating_sub(x), &text, style);
}
