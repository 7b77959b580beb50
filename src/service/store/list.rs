//! One page of the list, read from an index from whichever end is nearer.

use rusqlite::Connection;

use super::StoreError;
use super::pins::{COLUMNS, PinRow};
use crate::domain::{ListQuery, PinnedFilter, SortField, SortOrder, Totals};

/// A page and the totals of the same moment.
pub(in crate::service) struct Page {
    pub(in crate::service) totals: Totals,
    pub(in crate::service) pins: Vec<PinRow>,
}

/// Reads a page. Its order is total: what sorts alike comes in the order of making.
pub(super) fn page(connection: &Connection, query: &ListQuery) -> Result<Page, StoreError> {
    let totals = totals(connection, query.pinned)?;
    let limit = u64::from(query.limit).min(totals.files.saturating_sub(query.offset));
    if limit == 0 {
        return Ok(Page {
            totals,
            pins: Vec::new(),
        });
    }
    // An offset costs a step a row: past the middle, count from the other end.
    let behind = totals.files - query.offset - limit;
    let backwards = behind < query.offset;
    let (skipped, order) = if backwards {
        (behind, query.order.reversed())
    } else {
        (query.offset, query.order)
    };
    let mut pins = connection
        .prepare_cached(&statement(query.pinned, query.sort, order))?
        .query_map((limit, skipped), PinRow::read)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    if backwards {
        pins.reverse();
    }
    Ok(Page { totals, pins })
}

/// The rows' places are found in the index alone; only the rows of the page are read.
fn statement(pinned: PinnedFilter, sort: SortField, order: SortOrder) -> String {
    let (key, index) = match sort {
        SortField::CreatedAt => ("created", "pins_by_created"),
        SortField::Size => ("ifnull(size, 0)", "pins_by_size"),
        SortField::Name => ("name_key", "pins_by_name"),
    };
    let filter = match pinned {
        PinnedFilter::All => "",
        PinnedFilter::Pinned => "WHERE pinned = 1",
        PinnedFilter::Unpinned => "WHERE pinned = 0",
    };
    let order = order.as_parameter();
    format!(
        "SELECT {COLUMNS} FROM pins WHERE seq IN (
           SELECT seq FROM pins INDEXED BY {index} {filter}
           ORDER BY {key} {order}, seq {order} LIMIT ?1 OFFSET ?2)
         ORDER BY {key} {order}, seq {order}"
    )
}

fn totals(connection: &Connection, pinned: PinnedFilter) -> Result<Totals, StoreError> {
    let (from, to) = match pinned {
        PinnedFilter::All => (0, 1),
        PinnedFilter::Pinned => (1, 1),
        PinnedFilter::Unpinned => (0, 0),
    };
    Ok(connection
        .prepare_cached("SELECT sum(files), sum(size) FROM totals WHERE pinned BETWEEN ? AND ?")?
        .query_row((from, to), |row| {
            Ok(Totals {
                files: row.get(0)?,
                size: row.get(1)?,
            })
        })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page must not read the rows that it skips, nor sort what an index has in order.
    #[test]
    fn places_are_found_in_an_index_and_rows_by_their_number() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pins.sqlite");
        let (connection, _) = super::super::schema::open_writer(&path, false).unwrap();
        for pinned in [
            PinnedFilter::All,
            PinnedFilter::Pinned,
            PinnedFilter::Unpinned,
        ] {
            for sort in [SortField::CreatedAt, SortField::Size, SortField::Name] {
                for order in [SortOrder::Ascending, SortOrder::Descending] {
                    let sql = format!("EXPLAIN QUERY PLAN {}", statement(pinned, sort, order));
                    let plan: Vec<String> = connection
                        .prepare(&sql)
                        .unwrap()
                        .query_map((10, 10), |row| row.get(3))
                        .unwrap()
                        .collect::<rusqlite::Result<_>>()
                        .unwrap();
                    let plan = plan.join("\n");
                    assert!(plan.contains("USING COVERING INDEX pins_by_"), "{plan}");
                    assert!(
                        plan.contains("USING INTEGER PRIMARY KEY (rowid=?)"),
                        "{plan}"
                    );
                    // One sort, of the page alone.
                    assert!(plan.matches("TEMP B-TREE").count() <= 1, "{plan}");
                }
            }
        }
    }
}
