//! A short list of choices, each with a key that takes it at once.

use crate::domain::PackedPin;

/// A menu and the choice under its cursor.
#[derive(Clone, Debug)]
pub struct Menu {
    /// What is chosen from.
    pub kind: MenuKind,
    /// The place of the choice under the cursor, from 0.
    pub cursor: usize,
}

/// What a menu is about.
#[derive(Clone, Debug)]
pub enum MenuKind {
    /// In which form to copy these.
    CopyAs(Vec<PackedPin>),
    /// In which form to write to a file.
    ExportAs,
    /// Which of the saved views to show.
    Views,
}

/// One choice.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The key that takes it at once, where it has one.
    pub key: Option<char>,
    /// What it is called.
    pub label: String,
}
