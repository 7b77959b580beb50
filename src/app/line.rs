//! One line of text that a person types.

use crossterm::event::KeyEvent;
use tui_textarea::{CursorMove, TextArea};

/// The text and its cursor.
#[derive(Debug, Default)]
pub struct TextLine {
    /// What is drawn.
    pub area: TextArea<'static>,
}

impl TextLine {
    /// What is typed.
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Puts other text in its place, the cursor behind it.
    pub(super) fn set(&mut self, text: &str) {
        self.area = TextArea::new(vec![text.to_owned()]);
        self.area.move_cursor(CursorMove::End);
    }

    /// Types; says whether the text is another one now.
    pub(super) fn type_key(&mut self, key: KeyEvent) -> bool {
        let changed = self.area.input(key);
        // A key that makes a new line has no meaning here.
        if self.area.lines().len() > 1 {
            let text = self.area.lines().concat();
            self.set(&text);
        }
        changed
    }

    /// Pastes, all on one line.
    pub(super) fn paste(&mut self, text: &str) {
        let line: String = text.trim().chars().filter(|c| !c.is_control()).collect();
        self.area.insert_str(line);
    }
}
