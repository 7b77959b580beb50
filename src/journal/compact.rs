//! Keeping the journal from growing for ever: the oldest batches go, and never one that somebody
//! may still want to finish or take back.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Write as _};
use std::path::Path;

use serde::Deserialize;
use uuid::Uuid;

use super::Kind;
use super::place::Place;
use super::read::{Batch, history, lines};
use super::undoable::Unpins;

/// Bytes over which old batches go.
const LARGE: u64 = 64 << 20;

/// Drops the oldest batches where the journal has grown large. The caller holds the lock.
pub(super) fn if_large(place: &Place) -> io::Result<()> {
    match std::fs::metadata(place.file()) {
        Ok(metadata) if metadata.len() > LARGE => down_to(place, LARGE / 2),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Drops the oldest batches until the others take `bytes`, or what has to stay.
pub(super) fn down_to(place: &Place, bytes: u64) -> io::Result<()> {
    #[derive(Deserialize)]
    struct Which {
        batch: Uuid,
    }
    let history = history(&place.file())?;
    let kept = kept(&place.file(), &history.batches, bytes)?;
    if kept.len() == history.batches.len() && history.unreadable == 0 {
        return Ok(());
    }
    let old = File::open(place.file())?;
    place.replace_locked(&place.file(), |new| {
        let mut new = BufWriter::new(new);
        lines(BufReader::new(old), |line| {
            let Some(line) = line else { return Ok(()) };
            let stays = serde_json::from_slice::<Which>(line)
                .is_ok_and(|which| kept.contains(&which.batch));
            if stays {
                new.write_all(line)?;
                new.write_all(b"\n")?;
            }
            io::Result::Ok(())
        })?;
        new.flush()
    })
}

/// The batches that stay.
fn kept(file: &Path, batches: &[Batch], bytes: u64) -> io::Result<HashSet<Uuid>> {
    let mut kept: HashSet<Uuid> = batches
        .iter()
        .filter(|batch| batch.ended.is_none() && batch.kind == Kind::Unpin)
        .map(|batch| batch.id)
        .collect();
    // The last one to take back of each profile and service; one that was cut off stays anyhow.
    let mut seen: HashSet<(String, String)> = HashSet::new();
    if let Some(mut unpins) = Unpins::open(file)? {
        while let Some((batch, undos)) = unpins.next()? {
            let scope = (batch.profile.clone(), batch.service.clone());
            if batch.ended.is_some() && !seen.contains(&scope) {
                let undoable = unpins.undoable(batch, &undos)?;
                if let Some(undoable) = undoable.filter(|undoable| undoable.open() > 0) {
                    kept.insert(undoable.batch.id);
                    seen.insert(scope);
                }
            }
        }
    }
    let mut used = 0u64;
    for batch in batches.iter().rev() {
        used = used.saturating_add(batch.bytes());
        if used <= bytes {
            kept.insert(batch.id);
        }
    }
    // Without its undo a batch would seem to be there to take back again.
    let undos: Vec<Uuid> = batches
        .iter()
        .filter(|batch| batch.of.is_some_and(|of| kept.contains(&of)))
        .map(|batch| batch.id)
        .collect();
    kept.extend(undos);
    Ok(kept)
}
