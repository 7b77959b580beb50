//! What is wrong with a filter's text, and where.

use std::ops::Range;

use crate::domain::text::{scrub, truncate};

/// Columns that a message spends on repeating what was typed.
const REPEATED: usize = 40;

/// One part of a filter that means nothing, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct FilterError {
    /// The wrong part, in bytes of the filter's text, at boundaries of characters.
    pub span: Range<usize>,
    /// Where it starts, in characters from 1.
    pub column: usize,
    /// What is wrong and what would be right: one line, fit to be shown.
    pub message: String,
}

impl FilterError {
    pub(super) fn new(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        Self {
            column: before.chars().count() + 1,
            span,
            message: message.into(),
        }
    }
}

/// What was typed, in quotes, made harmless and short enough for a message.
pub(super) fn typed(text: &str) -> String {
    format!("'{}'", truncate(&scrub(text), REPEATED))
}
