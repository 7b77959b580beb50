//! The changes and their items by the page, for a screen.

use std::collections::HashMap;

use uuid::Uuid;

use super::log::{ChangeLog, Logged};
use super::{Batch, Journal};
use crate::domain::{Change, ChangeItem, Page, PinId};

impl From<&Batch> for Change {
    fn from(batch: &Batch) -> Self {
        Self {
            batch: batch.id,
            time: batch.time,
            kind: batch.kind,
            profile: batch.profile.clone(),
            service: batch.service.clone(),
            total: batch.total,
            counts: batch.counts.clone(),
            of: batch.of,
        }
    }
}

impl Journal {
    /// Changes of all profiles and services, the last one first, without the first `offset`.
    pub fn changes(&self, offset: usize, limit: usize) -> anyhow::Result<Page<Change>> {
        let mut log = ChangeLog::open(self.place.directory())?;
        let (mut rows, mut place) = (Vec::new(), 0);
        while let Some(logged) = log.next_change()? {
            if rows.len() == limit {
                return Ok(Page { rows, more: true });
            }
            if place >= offset {
                rows.push(Change::from(&logged.batch));
            }
            place += 1;
        }
        Ok(Page { rows, more: false })
    }

    /// Items of one of these changes, in the order in which it was asked for them, without the
    /// first `offset`.
    pub fn items(
        &self,
        batch: Uuid,
        offset: usize,
        limit: usize,
    ) -> anyhow::Result<Page<ChangeItem>> {
        let mut log = ChangeLog::open(self.place.directory())?;
        while let Some(logged) = log.next_change()? {
            if logged.batch.id == batch {
                return items(&log, &logged, offset, limit);
            }
        }
        anyhow::bail!("the change journal no longer has this batch")
    }
}

fn items(
    log: &ChangeLog,
    logged: &Logged,
    offset: usize,
    limit: usize,
) -> anyhow::Result<Page<ChangeItem>> {
    let wanted = offset..offset.saturating_add(limit);
    let mut rows: Vec<ChangeItem> = Vec::new();
    let mut row_of: HashMap<PinId, usize> = HashMap::new();
    let (mut named, mut ended) = (0, 0);
    log.items(logged, |items| {
        for pin in items.pins {
            if wanted.contains(&named) {
                row_of.insert(pin.id.clone(), rows.len());
                rows.push(ChangeItem {
                    id: Some(pin.id),
                    name: pin.name,
                    cid: pin.cid,
                    outcome: None,
                    message: String::new(),
                    new_id: None,
                });
            }
            named += 1;
        }
        for entry in items.entries {
            let item = ChangeItem {
                id: entry.id,
                name: entry.name,
                cid: entry.cid,
                outcome: Some(entry.outcome),
                message: entry.message,
                new_id: entry.new_id,
            };
            // Where a batch named its pins when it began, they are its rows.
            let row = item.id.as_ref().and_then(|id| row_of.get(id));
            match row {
                Some(row) => {
                    let known = &mut rows[*row];
                    *known = ChangeItem {
                        name: known.name.take().or(item.name),
                        cid: known.cid.take().or(item.cid),
                        ..item
                    };
                }
                None if named == 0 && wanted.contains(&ended) => rows.push(item),
                None => {}
            }
            ended += 1;
        }
        Ok(())
    })?;
    let all = if named == 0 { ended } else { named };
    Ok(Page {
        rows,
        more: all > wanted.end,
    })
}
