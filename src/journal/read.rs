//! Reading a journal, whatever bytes are in it: lines that can't be read are left out and counted.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read as _};
use std::path::Path;

use indexmap::IndexMap;
use jiff::Timestamp;
use uuid::Uuid;

use super::record::{Begun, Entry, Kind, Line, Outcome};
use crate::domain::{PinId, UnpinTarget};

/// Bytes of a line at the most: what we write stays below.
const LONGEST_LINE: u64 = 32 << 20;

/// One batch, as far as the journal tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its own id.
    pub id: Uuid,
    /// When it began.
    pub time: Timestamp,
    /// What it does.
    pub kind: Kind,
    /// The profile that it was made under.
    pub profile: String,
    /// The service that it was made at.
    pub service: String,
    /// How many items it was to have.
    pub total: usize,
    /// The batch that it takes back.
    pub of: Option<Uuid>,
    /// When it ended; `None` while it runs, and for good where it was cut off.
    pub ended: Option<Timestamp>,
    /// How many items ended which way.
    pub counts: BTreeMap<Outcome, usize>,
    /// Pins named when it began, where items were asked for.
    pub pins: Vec<UnpinTarget>,
    /// What became of the items, where they were asked for.
    pub entries: Vec<Entry>,
    /// Bytes that its lines take.
    pub(super) bytes: u64,
}

impl Batch {
    fn new(begun: Begun) -> Self {
        Self {
            id: begun.batch,
            time: begun.time,
            kind: begun.kind,
            profile: begun.profile,
            service: begun.service,
            total: begun.total,
            of: begun.of,
            ended: None,
            counts: BTreeMap::new(),
            pins: Vec::new(),
            entries: Vec::new(),
            bytes: 0,
        }
    }

    /// How many items ended this way.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.counts.get(&outcome).copied().unwrap_or_default()
    }

    /// The pins that nothing is known of yet; to be asked where items were read.
    pub fn open(&self) -> Vec<UnpinTarget> {
        let ended: HashSet<&PinId> = self.entries.iter().filter_map(|e| e.id.as_ref()).collect();
        let open = self.pins.iter().filter(|pin| !ended.contains(&pin.id));
        open.cloned().collect()
    }
}

/// What a journal tells.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The batches, in the order in which they began.
    pub batches: Vec<Batch>,
    /// Lines that could not be read.
    pub unreadable: usize,
}

/// Reads a journal. A batch's items are kept only where `items` says so: a long journal has many.
pub(super) fn read(path: &Path, items: impl Fn(Uuid) -> bool) -> io::Result<History> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(History::default()),
        Err(error) => return Err(error),
    };
    let mut batches: IndexMap<Uuid, Batch> = IndexMap::new();
    let mut unreadable = 0;
    lines(BufReader::new(file), |line| {
        let parsed = line.and_then(|line| {
            let parsed = serde_json::from_slice::<Line>(line).ok()?;
            Some((parsed, line.len() as u64 + 1))
        });
        let known = parsed.is_some_and(|(line, bytes)| take(&mut batches, line, bytes, &items));
        unreadable += usize::from(!known);
        Ok(())
    })?;
    Ok(History {
        batches: batches.into_values().collect(),
        unreadable,
    })
}

/// Takes one line in; whether it made sense.
fn take(
    batches: &mut IndexMap<Uuid, Batch>,
    line: Line,
    bytes: u64,
    items: impl Fn(Uuid) -> bool,
) -> bool {
    let id = line.batch();
    if let Line::Begun(begun) = line {
        if batches.contains_key(&id) {
            return false;
        }
        batches.entry(id).or_insert(Batch::new(begun)).bytes = bytes;
        return true;
    }
    // Its beginning was not readable: what this line is about is not known.
    let Some(batch) = batches.get_mut(&id) else {
        return false;
    };
    batch.bytes += bytes;
    match line {
        Line::Begun(_) => {}
        Line::Pins { pins, .. } => {
            if items(id) {
                batch.pins.extend(pins);
            }
        }
        Line::Outcomes { items: entries, .. } => {
            for entry in &entries {
                *batch.counts.entry(entry.outcome).or_default() += 1;
            }
            if items(id) {
                batch.entries.extend(entries);
            }
        }
        Line::Ended { time, .. } => batch.ended = Some(time),
    }
    true
}

/// Gives each line that is not empty without its end; `None` for one that is too long to be ours.
pub(super) fn lines(
    mut reader: impl BufRead,
    mut each: impl FnMut(Option<&[u8]>) -> io::Result<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let taken = (&mut reader)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?;
        if taken == 0 {
            return Ok(());
        }
        let whole = line.last() == Some(&b'\n');
        if !whole && taken as u64 == LONGEST_LINE {
            reader.skip_until(b'\n')?;
            each(None)?;
            continue;
        }
        let text = line.trim_ascii();
        if !text.is_empty() {
            each(Some(text))?;
        }
    }
}
