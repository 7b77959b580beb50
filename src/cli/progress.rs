//! Progress bars, which are there only where stderr is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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

/// A bar for this many pins.
pub(super) fn pins(total: usize) -> ProgressBar {
    bar(total as u64, "{wide_bar} {pos}/{len} pins {eta}")
}

fn bar(total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
