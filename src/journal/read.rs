//! Reading a journal, the last batch first, whatever bytes are in it: lines that can't be read are
//! left out and counted.
//!
//! Of a batch its head, how its items ended and where its lines lie come first; the items, which
//! may be many, are read where somebody asks for them, a line at a time. So a long journal costs no
//! memory, and its end no time.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use super::backwards::{Backwards, LONGEST_LINE};
use super::record::{Begun, Entry};
use crate::domain::change::{Kind, Outcome};
use crate::domain::{PinId, UnpinTarget};

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
    /// Where its lines lie, the last ones first.
    places: Vec<Range<u64>>,
}

impl Batch {
    fn new(begun: Begun, rest: Rest) -> Self {
        Self {
            id: begun.batch,
            time: begun.time,
            kind: begun.kind,
            profile: begun.profile,
            service: begun.service,
            total: begun.total,
            of: begun.of,
            ended: rest.ended,
            counts: rest.counts,
            pins: Vec::new(),
            entries: Vec::new(),
            places: rest.places,
        }
    }

    /// How many items ended this way.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.counts.get(&outcome).copied().unwrap_or_default()
    }

    /// How many items nothing is known of yet.
    pub fn open_count(&self) -> usize {
        let known: usize = self.counts.values().sum();
        self.total.saturating_sub(known)
    }

    /// The pins that nothing is known of yet; to be asked where items were read.
    pub fn open(&self) -> Vec<UnpinTarget> {
        let ended: HashSet<&PinId> = self.entries.iter().filter_map(|e| e.id.as_ref()).collect();
        let open = self.pins.iter().filter(|pin| !ended.contains(&pin.id));
        open.cloned().collect()
    }

    /// Bytes that its lines take.
    pub(super) fn bytes(&self) -> u64 {
        self.places
            .iter()
            .map(|place| place.end - place.start)
            .sum()
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

/// Some of the items of a batch: one line of the journal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Items {
    /// Pins that the batch named when it began.
    pub pins: Vec<UnpinTarget>,
    /// What became of some.
    #[serde(rename = "items")]
    pub entries: Vec<Entry>,
}

/// As much of a line as a head is made of.
#[derive(Deserialize)]
struct Sketch {
    record: Record,
    batch: Uuid,
    #[serde(default)]
    items: Vec<Ended>,
    time: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Record {
    Begun,
    Pins,
    Outcomes,
    Ended,
}

#[derive(Deserialize)]
struct Ended {
    outcome: Outcome,
}

/// What was read of a batch before its beginning, which comes last.
#[derive(Default)]
struct Rest {
    ended: Option<Timestamp>,
    counts: BTreeMap<Outcome, usize>,
    places: Vec<Range<u64>>,
    lines: usize,
}

impl Rest {
    fn take(&mut self, sketch: &Sketch, place: Range<u64>) {
        self.lines += 1;
        for item in &sketch.items {
            *self.counts.entry(item.outcome).or_default() += 1;
        }
        if sketch.record == Record::Ended {
            self.ended = sketch.time;
        }
        match self.places.last_mut() {
            Some(later) if later.start == place.end => later.start = place.start,
            _ => self.places.push(place),
        }
    }
}

/// The batches of one journal, the last one first.
pub(super) struct Newest {
    lines: Backwards,
    rests: HashMap<Uuid, Rest>,
    /// Lines that could not be read, or that belong to no batch; known once the last batch was
    /// given.
    pub(super) unreadable: usize,
}

impl Newest {
    /// `None` where there is no journal.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        match File::open(path) {
            Ok(file) => Ok(Some(Self {
                lines: Backwards::new(file)?,
                rests: HashMap::new(),
                unreadable: 0,
            })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The batch that began before the one that was given last.
    pub(super) fn next(&mut self) -> io::Result<Option<Batch>> {
        while let Some(line) = self.lines.next()? {
            let text = line.text.map(<[u8]>::trim_ascii);
            if text == Some(b"") {
                continue;
            }
            let sketch = text.and_then(|text| serde_json::from_slice::<Sketch>(text).ok());
            let (Some(text), Some(sketch)) = (text, sketch) else {
                self.unreadable += 1;
                continue;
            };
            if sketch.record != Record::Begun {
                let rest = self.rests.entry(sketch.batch).or_default();
                rest.take(&sketch, line.place);
                continue;
            }
            if let Ok(begun) = serde_json::from_slice::<Begun>(text) {
                let mut rest = self.rests.remove(&sketch.batch).unwrap_or_default();
                rest.take(&sketch, line.place);
                return Ok(Some(Batch::new(begun, rest)));
            }
            self.unreadable += 1;
        }
        // Without its beginning nobody knows what a line is about.
        self.unreadable += self
            .rests
            .drain()
            .map(|(_, rest)| rest.lines)
            .sum::<usize>();
        Ok(None)
    }

    /// Gives the items of a batch, line by line, in the order in which they were written.
    pub(super) fn items<E: From<io::Error>>(
        &self,
        batch: &Batch,
        mut each: impl FnMut(Items) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut file = self.lines.file();
        for place in batch.places.iter().rev() {
            file.seek(SeekFrom::Start(place.start))?;
            let part = BufReader::new(file.take(place.end - place.start));
            lines(part, |line| match line.map(serde_json::from_slice) {
                Some(Ok(items)) => each(items),
                _ => Ok(()),
            })?;
        }
        Ok(())
    }

    /// Reads the items of a batch into it.
    pub(super) fn fill(&self, batch: &mut Batch) -> io::Result<()> {
        let (mut pins, mut entries) = (Vec::new(), Vec::new());
        self.items(batch, |items| {
            pins.extend(items.pins);
            entries.extend(items.entries);
            io::Result::Ok(())
        })?;
        (batch.pins, batch.entries) = (pins, entries);
        Ok(())
    }
}

/// All that a journal tells, without items.
pub(super) fn history(path: &Path) -> io::Result<History> {
    let mut history = History::default();
    if let Some(mut newest) = Newest::open(path)? {
        while let Some(batch) = newest.next()? {
            history.batches.push(batch);
        }
        history.unreadable = newest.unreadable;
    }
    history.batches.reverse();
    Ok(history)
}

/// Gives each line that is not empty without its end; `None` for one that is too long to be ours.
pub(super) fn lines<E: From<io::Error>>(
    mut reader: impl BufRead,
    mut each: impl FnMut(Option<&[u8]>) -> Result<(), E>,
) -> Result<(), E> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let taken = (&mut reader)
            .take(LONGEST_LINE as u64)
            .read_until(b'\n', &mut line)?;
        if taken == 0 {
            return Ok(());
        }
        let whole = line.last() == Some(&b'\n');
        if !whole && taken == LONGEST_LINE {
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
