//! The words that options take, and what they mean to the domain.

use clap::ValueEnum;

use crate::domain::{PinnedFilter, SortField, SortKey, SortOrder};

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// The values of `--pinned`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PinnedChoice {
    /// Every record.
    #[default]
    All,
    /// Pinned ones.
    True,
    /// Those that are not pinned.
    False,
}

/// The values of `--sort`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum SortChoice {
    /// When the record was made.
    #[default]
    CreatedAt,
    /// Bytes.
    Size,
    /// The pin's name.
    Name,
}

/// The values of `--order`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OrderChoice {
    /// Smallest, oldest, first in the alphabet first.
    Asc,
    /// The other way.
    #[default]
    Desc,
}

/// The values of `--format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// One document with the totals.
    Json,
    /// One record a line.
    Jsonl,
    /// Comma-separated values with a header (RFC 4180).
    Csv,
    /// One CID a line.
    Cid,
    /// One pin id a line.
    Id,
}

impl From<PinnedChoice> for PinnedFilter {
    fn from(choice: PinnedChoice) -> Self {
        match choice {
            PinnedChoice::All => Self::All,
            PinnedChoice::True => Self::Pinned,
            PinnedChoice::False => Self::Unpinned,
        }
    }
}

impl From<SortChoice> for SortField {
    fn from(choice: SortChoice) -> Self {
        match choice {
            SortChoice::CreatedAt => Self::CreatedAt,
            SortChoice::Size => Self::Size,
            SortChoice::Name => Self::Name,
        }
    }
}

impl From<SortChoice> for SortKey {
    fn from(choice: SortChoice) -> Self {
        SortField::from(choice).into()
    }
}

impl From<OrderChoice> for SortOrder {
    fn from(choice: OrderChoice) -> Self {
        match choice {
            OrderChoice::Asc => Self::Ascending,
            OrderChoice::Desc => Self::Descending,
        }
    }
}
