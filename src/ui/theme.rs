//! What things look like. The terminal's own palette; colour never says anything alone.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::PinState;

/// The styles, by what they mean.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// Text of less weight: headings of columns, labels, frames.
    pub quiet: Style,
    /// The program's name, headings.
    pub title: Style,
    /// The marker of the cursor, the frame that has the keys.
    pub accent: Style,
    /// The name under the cursor.
    pub selected: Style,
    /// Marks.
    pub mark: Style,
    /// A key in the footer.
    pub key: Style,
    /// A button or choice that has the focus.
    pub focus: Style,
    /// Something went well.
    pub good: Style,
    /// Something is under way.
    pub busy: Style,
    /// Something went wrong, or is about to be destroyed.
    pub bad: Style,
}

impl Theme {
    /// The terminal's own colours.
    pub fn terminal() -> Self {
        let style = Style::new();
        Self {
            // Said outright, so that text over a quiet frame is not quiet.
            text: Style::reset(),
            quiet: style.fg(Color::DarkGray),
            title: style.add_modifier(Modifier::BOLD),
            accent: style.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            selected: style.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            mark: style.fg(Color::Yellow).add_modifier(Modifier::BOLD),
            key: style.fg(Color::Cyan),
            focus: style.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            good: style.fg(Color::Green),
            busy: style.fg(Color::Yellow),
            bad: style.fg(Color::Red),
        }
    }

    /// No colours: bold, dim and reverse alone.
    pub fn mono() -> Self {
        let style = Style::new();
        let bold = style.add_modifier(Modifier::BOLD);
        Self {
            text: Style::reset(),
            quiet: style.add_modifier(Modifier::DIM),
            title: bold,
            accent: bold,
            selected: bold,
            mark: bold,
            key: bold,
            focus: style.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            good: style,
            busy: style,
            bad: bold,
        }
    }

    /// The style of a state's word.
    pub fn state(&self, state: PinState) -> Style {
        match state {
            PinState::Pinned => self.good,
            PinState::Pinning => self.busy,
            PinState::Failed => self.bad,
            PinState::Unpinned => self.quiet,
        }
    }
}
