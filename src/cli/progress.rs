//! Progress bars, which are there only where stderr is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::Pace;
use crate::domain::text::{scrub, truncate};

/// A bar for this many bytes of what is called `name`.
pub(super) fn bytes(total: u64, name: &str) -> ProgressBar {
    let bar = bar(
        total,
        "{msg} {wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}",
    );
    bar.set_message(truncate(&scrub(name), 30).into_owned());
    bar
}

/// A bar for the pins of a batch.
pub(super) fn pins() -> ProgressBar {
    bar(0, "{wide_bar} {msg}")
}

/// Shows how far a batch is.
pub(super) fn show(bar: &ProgressBar, pace: &Pace, now: Duration) {
    if bar.is_hidden() {
        return;
    }
    bar.set_length(pace.total() as u64);
    bar.set_position(pace.ended() as u64);
    bar.set_message(pace.text(now));
}

fn bar(total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
