//! The dialogs: questions, menus, forms and the file picker.

pub(super) mod confirm;
pub(super) mod form;
pub(super) mod jobs;
pub(super) mod menu;
pub(super) mod palette;
pub(super) mod picker;
mod plan;

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::{Theme, put};

/// Draws a row of buttons, the focused one in reverse and in brackets.
fn buttons(
    buffer: &mut Buffer,
    x: u16,
    y: u16,
    right: u16,
    labels: &[(&str, bool)],
    theme: &Theme,
) {
    let mut x = x;
    for (label, has_focus) in labels {
        let (text, style): (String, Style) = if *has_focus {
            (format!("[ {label} ]"), theme.focus)
        } else {
            (format!("  {label}  "), theme.text)
        };
        x += put(buffer, x, y, right.saturating_sub(x), &text, style) + 2;
    }
}
