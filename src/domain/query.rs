//! What a list call asks for and what it brings back.

use serde::Deserialize;

use super::Pin;

/// Which pins to list, by the service's `pinned` flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PinnedFilter {
    /// Every record, history included.
    #[default]
    All,
    /// Only pinned ones.
    Pinned,
    /// Only those that are not pinned.
    Unpinned,
}

impl PinnedFilter {
    /// The next one, round and round.
    pub fn next(self) -> Self {
        match self {
            Self::All => Self::Pinned,
            Self::Pinned => Self::Unpinned,
            Self::Unpinned => Self::All,
        }
    }

    /// The value of the service's `pinned` parameter.
    pub fn as_parameter(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Pinned => "true",
            Self::Unpinned => "false",
        }
    }

    /// The word shown for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Pinned => "pinned",
            Self::Unpinned => "unpinned",
        }
    }
}

/// The field that the service sorts by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortField {
    /// When the record was made.
    #[default]
    CreatedAt,
    /// Bytes.
    Size,
    /// The name in the metadata.
    Name,
}

impl SortField {
    /// The next one, round and round.
    pub fn next(self) -> Self {
        match self {
            Self::CreatedAt => Self::Size,
            Self::Size => Self::Name,
            Self::Name => Self::CreatedAt,
        }
    }

    /// The value of the service's `sortBy` parameter.
    pub fn as_parameter(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::Size => "size",
            Self::Name => "name",
        }
    }

    /// The word shown for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::CreatedAt => "created",
            Self::Size => "size",
            Self::Name => "name",
        }
    }
}

/// Which way round the service sorts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub enum SortOrder {
    /// Smallest, oldest or first in the alphabet first.
    #[serde(rename = "asc")]
    Ascending,
    /// The other way, which is the service's default.
    #[default]
    #[serde(rename = "desc")]
    Descending,
}

impl SortOrder {
    /// The other one.
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }

    /// The value of the service's `sortOrder` parameter.
    pub fn as_parameter(self) -> &'static str {
        match self {
            Self::Ascending => "ASC",
            Self::Descending => "DESC",
        }
    }

    /// An arrow that shows it.
    pub fn arrow(self) -> &'static str {
        match self {
            Self::Ascending => "↑",
            Self::Descending => "↓",
        }
    }
}

/// One list call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListQuery {
    /// Rows to skip.
    pub offset: u64,
    /// Rows to bring at the most; a service may bring fewer.
    pub limit: u32,
    /// Which pins.
    pub pinned: PinnedFilter,
    /// Sorted by what.
    pub sort: SortField,
    /// Which way round.
    pub order: SortOrder,
}

impl Default for ListQuery {
    /// The service's own defaults.
    fn default() -> Self {
        Self {
            offset: 0,
            limit: 10,
            pinned: PinnedFilter::All,
            sort: SortField::CreatedAt,
            order: SortOrder::Descending,
        }
    }
}

/// How much there is in all that the filter lets through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pins.
    pub files: u64,
    /// Bytes.
    pub size: u64,
}

/// What one list call brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinPage {
    /// The readable rows, in the order asked for.
    pub pins: Vec<Pin>,
    /// How many rows the service sent, unreadable ones included: what the next offset counts by.
    pub rows: usize,
    /// The totals over all pages.
    pub totals: Totals,
}
