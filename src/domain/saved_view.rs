//! Views that a person keeps under a name in the settings.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::filter::Filter;
use super::{PinnedFilter, SortKey, SortOrder};

/// What to list, and in what order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SavedView {
    /// Filter terms; empty for all pins.
    #[serde(deserialize_with = "terms")]
    pub filter: String,
    /// Which pins, by the service's flag.
    pub show: PinnedFilter,
    /// Ordered by what; where nothing is said the best match first, or the newest.
    pub sort: Option<SortKey>,
    /// Which way round.
    pub order: SortOrder,
}

/// Refused while the text is read, so that a settings file's error tells the line that it is in.
fn terms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match Filter::parse(&text, Timestamp::UNIX_EPOCH).1.first() {
        None => Ok(text),
        Some(mistake) => Err(D::Error::custom(format!("filter: {mistake}"))),
    }
}

impl SavedView {
    /// What it is ordered by, in the end.
    pub fn sort_key(&self) -> SortKey {
        let ranks = || Filter::parse(&self.filter, Timestamp::UNIX_EPOCH).0.ranks();
        match self.sort {
            Some(sort) => sort,
            None if ranks() => SortKey::Score,
            None => SortKey::default(),
        }
    }
}
