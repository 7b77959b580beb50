//! The line above the keys: the work that runs, and the newest notice.

use std::time::Duration;

use ratatui::buffer::Buffer;

use super::{Theme, filter, put};
use crate::app::{App, Job, JobKind, ToastKind};
use crate::domain::text::human_bytes;

/// Turns while work runs.
const SPINNER: [&str; 4] = ["|", "/", "-", "\\"];

pub(super) fn draw(buffer: &mut Buffer, app: &App, theme: &Theme) {
    let area = app.layout.status;
    if area.is_empty() {
        return;
    }
    if app.filter.is_open && app.modal.is_none() {
        filter::draw(buffer, app, theme);
        return;
    }
    let mut x = area.x + 1;
    if let Some(job) = app.jobs.iter().last() {
        let mut text = job_text(job, app.now.tick);
        if !job.is_paused() {
            let frame = usize::try_from(app.now.tick.as_millis() / 120).unwrap_or(0);
            text = format!("{} {text}", SPINNER[frame % SPINNER.len()]);
        }
        if app.jobs.len() > 1 {
            text = format!("{text} · {} more", app.jobs.len() - 1);
        }
        text.push_str(" · J tells more");
        let columns = if app.toasts.newest().is_some() {
            area.width / 2
        } else {
            area.width
        };
        x += put(
            buffer,
            x,
            area.y,
            columns.saturating_sub(2),
            &text,
            theme.busy,
        ) + 2;
    }
    if let Some(toast) = app.toasts.newest() {
        let (sign, style) = match toast.kind {
            ToastKind::Info => ("", theme.good),
            ToastKind::Warning => ("! ", theme.bad),
        };
        x += put(
            buffer,
            x,
            area.y,
            area.right().saturating_sub(x),
            sign,
            style,
        );
        let columns = area.right().saturating_sub(x);
        put(buffer, x, area.y, columns, &toast.text, style);
    } else if let Some(news) = filter::news(app) {
        let columns = area.right().saturating_sub(x);
        put(buffer, x, area.y, columns, &news, theme.quiet);
    }
}

fn job_text(job: &Job, now: Duration) -> String {
    let verb = match (&job.kind, job.cancelling) {
        (_, true) => "calling off",
        (JobKind::Unpin { .. }, false) => "unpinning",
        (JobKind::Undo(_), false) => "taking back",
        (JobKind::Export { .. }, false) => "exporting",
        (JobKind::Upload { .. }, false) => "uploading",
        (JobKind::PinByCid { .. } | JobKind::PinList { .. }, false) => "pinning",
    };
    let progress = progress(job, now);
    match &job.kind {
        JobKind::Unpin { .. } | JobKind::Undo(_) | JobKind::PinList { .. } => {
            format!("{verb} {progress}")
        }
        JobKind::Upload { title, .. }
        | JobKind::PinByCid { title }
        | JobKind::Export { name: title, .. } => {
            format!("{verb} '{title}' {progress}").trim_end().to_owned()
        }
    }
}

/// How far a job is.
pub(super) fn progress(job: &Job, now: Duration) -> String {
    if let JobKind::Upload { total, sent, .. } = &job.kind {
        let percent = (u128::from(*sent) * 100)
            .checked_div(u128::from(*total))
            .unwrap_or(100);
        return if sent >= total {
            "· sent, waiting for the service".to_owned()
        } else {
            format!("{percent}% of {}", human_bytes(*total))
        };
    }
    if let JobKind::Export { written, total, .. } = &job.kind {
        return total.map_or_else(String::new, |total| format!("{written}/{total}"));
    }
    let far = match &job.pace {
        Some(pace) if job.cancelling => format!("{}/{}", pace.ended(), pace.total()),
        Some(pace) => pace.text(now),
        None => String::new(),
    };
    match job.results.failed() {
        0 => far,
        failed => format!("{far} · {failed} not"),
    }
}
