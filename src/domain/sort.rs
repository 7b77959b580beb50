//! What rows are ordered by.

use std::cmp::Ordering;

use serde::Deserialize;

use super::{Pin, SortField};

/// What rows are ordered by. The service knows some of it ([`Self::service_field`]), the rest is
/// done here. What is alike comes by the time of making, in the same direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SortKey {
    /// How well the filter's words fit; descending means the best first.
    #[serde(rename = "match")]
    Score,
    /// When the record was made, else when it was pinned.
    #[default]
    Created,
    /// Bytes, unknown ones as 0.
    Size,
    /// The name, without case first.
    Name,
    /// When it was pinned.
    Pinned,
    /// The state: pinned, pinning, failed, unpinned.
    State,
    /// The MIME type.
    Type,
    /// The CID's text.
    Cid,
    /// Pins of one content side by side. Where it descends, contents that are there more than once
    /// come first, the largest before the smaller, and of each the oldest pin.
    Copies,
}

impl SortKey {
    /// Every one, in the order in which a person steps through them.
    pub const ALL: [Self; 9] = [
        Self::Score,
        Self::Created,
        Self::Size,
        Self::Name,
        Self::Pinned,
        Self::State,
        Self::Type,
        Self::Cid,
        Self::Copies,
    ];

    /// The service's own field for it, where it has one.
    pub fn service_field(self) -> Option<SortField> {
        match self {
            Self::Created => Some(SortField::CreatedAt),
            Self::Size => Some(SortField::Size),
            Self::Name => Some(SortField::Name),
            Self::Score | Self::Pinned | Self::State | Self::Type | Self::Cid | Self::Copies => {
                None
            }
        }
    }

    /// How two pins lie where they ascend, as far as they tell by themselves: not by
    /// [`Self::Score`], which hangs on a filter, and not by [`Self::Copies`], which hangs on the
    /// others.
    pub fn compare(self, a: &Pin, b: &Pin) -> Ordering {
        let made = |pin: &Pin| pin.created_at.or(pin.date_pinned);
        let folded = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
        let first = match self {
            Self::Score | Self::Created | Self::Copies => Ordering::Equal,
            Self::Size => a.size.unwrap_or(0).cmp(&b.size.unwrap_or(0)),
            Self::Name => folded(&a.name)
                .cmp(&folded(&b.name))
                .then_with(|| a.name.cmp(&b.name)),
            Self::Pinned => a.date_pinned.cmp(&b.date_pinned),
            Self::State => a.state.cmp(&b.state),
            Self::Type => folded(&a.mime_type).cmp(&folded(&b.mime_type)),
            Self::Cid => a.cid.cmp(&b.cid),
        };
        first.then_with(|| made(a).cmp(&made(b)))
    }

    /// The word shown for it, and written for it in `config.toml`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Score => "match",
            Self::Created => "created",
            Self::Size => "size",
            Self::Name => "name",
            Self::Pinned => "pinned",
            Self::State => "state",
            Self::Type => "type",
            Self::Cid => "cid",
            Self::Copies => "copies",
        }
    }
}

impl From<SortField> for SortKey {
    fn from(field: SortField) -> Self {
        match field {
            SortField::CreatedAt => Self::Created,
            SortField::Size => Self::Size,
            SortField::Name => Self::Name,
        }
    }
}
