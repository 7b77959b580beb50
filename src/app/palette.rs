//! The command palette: every command that works here and now, found by its words, for those who
//! do not know its key yet. Running one is the same as pressing its key.

use std::cmp::Reverse;

use crossterm::event::KeyEvent;

use super::{App, Modal, TextLine};
use crate::domain::filter::{Scratch, Words};
use crate::input::{Action, Command};

/// The command palette.
#[derive(Debug)]
pub struct Palette {
    /// What is typed.
    pub line: TextLine,
    /// The place of the cursor among the shown commands.
    pub cursor: usize,
    /// What worked when it was opened, the most wanted first.
    commands: Vec<&'static Command>,
    shown: Vec<&'static Command>,
    scratch: Scratch,
}

impl Palette {
    fn new(commands: impl Iterator<Item = &'static Command>) -> Self {
        let mut commands: Vec<&Command> = commands
            .filter(|command| command.action != Action::Palette)
            .collect();
        commands.sort_by_key(|command| command.rank);
        Self {
            line: TextLine::default(),
            cursor: 0,
            shown: commands.clone(),
            commands,
            scratch: Scratch::default(),
        }
    }

    /// The commands that match, the best first.
    pub fn shown(&self) -> &[&'static Command] {
        &self.shown
    }

    /// Types into the line.
    pub(super) fn type_key(&mut self, key: KeyEvent) {
        if self.line.type_key(key) {
            self.narrow();
        }
    }

    /// Pastes into the line.
    pub(super) fn paste(&mut self, text: &str) {
        self.line.paste(text);
        self.narrow();
    }

    fn narrow(&mut self) {
        let words = Words::new(self.line.text());
        let mut found: Vec<(u32, &Command)> = Vec::new();
        for command in &self.commands {
            let texts = [command.does, command.name];
            if let Some(score) = words.score(&texts, &mut self.scratch) {
                found.push((score, command));
            }
        }
        found.sort_by_key(|(score, _)| Reverse(*score));
        self.shown = found.into_iter().map(|(_, command)| command).collect();
        self.cursor = 0;
    }

    fn move_by(&mut self, rows: isize) {
        let last = self.shown.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }
}

impl App {
    /// Opens it over what it is about.
    pub(super) fn open_palette(&mut self) {
        let palette = Palette::new(self.commands());
        self.modal = Some(Modal::Palette(Box::new(palette)));
    }

    /// Does what an action means in the palette.
    pub(super) fn act_in_palette(&mut self, action: Action) {
        let rows = isize::try_from(self.layout.palette_rows()).unwrap_or(1);
        let Some(Modal::Palette(palette)) = &mut self.modal else {
            return;
        };
        match action {
            Action::Down => palette.move_by(1),
            Action::Up => palette.move_by(-1),
            Action::NextPage => palette.move_by(rows),
            Action::PreviousPage => palette.move_by(-rows),
            Action::Accept => {
                let chosen = palette.shown.get(palette.cursor).map(|c| c.action);
                if let Some(action) = chosen {
                    self.modal = None;
                    self.act(self.context(), action);
                }
            }
            Action::Back => self.modal = None,
            _ => {}
        }
    }
}
