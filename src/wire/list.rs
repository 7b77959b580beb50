//! The answer to a list call.

use serde::{Deserialize, Serialize};

use super::{PinRecord, lenient};
use crate::domain::{PinPage, Totals};

/// The `data` of a list answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PinList {
    /// Totals over all that the filter lets through.
    #[serde(deserialize_with = "lenient::record")]
    pub totals: ListTotals,
    /// The rows of this page.
    #[serde(deserialize_with = "lenient::rows")]
    pub pins: Vec<PinRecord>,
}

/// The `totals` of a list answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListTotals {
    /// Pins.
    #[serde(deserialize_with = "lenient::count")]
    pub files: Option<u64>,
    /// Bytes.
    #[serde(deserialize_with = "lenient::count")]
    pub size: Option<u64>,
}

impl PinList {
    /// The page of this answer. Rows without id or CID are left out. Where the service gives no
    /// total, `offset` and the rows are the least there can be.
    pub fn into_page(self, offset: u64) -> PinPage {
        let rows = self.pins.len();
        let at_least = offset.saturating_add(rows as u64);
        PinPage {
            rows,
            totals: Totals {
                files: self.totals.files.unwrap_or(at_least),
                size: self.totals.size.unwrap_or(0),
            },
            pins: self
                .pins
                .into_iter()
                .filter_map(PinRecord::into_pin)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_broken_rows_do_not_spoil_the_page() {
        for json in [
            "{}",
            r#"{"pins":null,"totals":null}"#,
            r#"{"pins":{},"totals":[]}"#,
        ] {
            let page = serde_json::from_str::<PinList>(json).unwrap().into_page(0);
            assert_eq!(page, PinPage::default(), "{json}");
        }
        let page = serde_json::from_str::<PinList>(
            r#"{"totals":{"files":"3","size":10},"pins":[null,{"id":"a","cid":"b"},7,{"id":"x"}]}"#,
        )
        .unwrap()
        .into_page(0);
        assert_eq!((page.totals.files, page.rows, page.pins.len()), (3, 4, 1));
    }
}
