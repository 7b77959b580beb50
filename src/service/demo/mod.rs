//! `--demo N`: a throw-away store of plausible pins, the same each time for the same N.
//!
//! A pin is a function of its place: nothing is remembered while a million of them are made. Among
//! the newest, a dozen have real content, so that opening and downloading can be tried.

mod samples;
mod words;

use jiff::{SignedDuration, Timestamp};
use multihash::Multihash;
use rusqlite::Connection;

use super::store::{FlatFiles, PinRow, StoreError, keep, pins};
use crate::ipfs::{Block, Codec, file::CHUNK};
use words::Kind;

/// Pins at the most.
pub(super) const MAX: u64 = 1_000_000;

/// When the demo plays, in seconds since 1970: 2026-11-01T00:00:00Z.
const NOW: i64 = 1_793_491_200;

/// How far back the oldest pin may lie, and how far two pins lie apart while there are few.
const SPAN: SignedDuration = SignedDuration::from_hours(3 * 365 * 24);
const GAP: SignedDuration = SignedDuration::from_mins(97);

/// Among this many of the newest, states are chosen by hand: these places (0 is the newest) are
/// waiting, failed and unpinned, all others are pinned.
const SHOWN_FIRST: u64 = 40;
const WAITING: [u64; 2] = [2, 17];
const FAILED: u64 = 21;
const TAKEN_BACK: [u64; 4] = [9, 19, 26, 33];

/// Places of the newest that must not be given real content, so that all kinds are seen early.
const MADE_UP: [u64; 4] = [2, 6, 9, 11];

/// A source of numbers that looks random and is the same each time (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn new(place: u64, purpose: u64) -> Self {
        let mut dice = Self(place ^ (purpose << 56));
        // Neighbours would go through the same numbers, one step behind each other.
        dice.0 = dice.roll();
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `0..sides`.
    fn below(&mut self, sides: u64) -> u64 {
        self.roll() % sides.max(1)
    }

    /// Whether something that happens in `percent` of all cases happens.
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        let at = self.below(of.len() as u64);
        of[usize::try_from(at).unwrap_or_default()]
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        for piece in out.chunks_mut(8) {
            piece.copy_from_slice(&self.roll().to_le_bytes()[..piece.len()]);
        }
        out
    }
}

/// What a pin is of, told by a place: two pins of one place are of the same content.
struct Content {
    kind: Kind,
    size: u64,
    root: Block,
}

impl Content {
    fn of(place: u64) -> Self {
        let mut dice = Dice::new(place, 1);
        let kind = Kind::any(&mut dice);
        let (least, most) = kind.bytes();
        // Sizes spread evenly over their orders of magnitude.
        let bits = dice.below(u64::from((most / least).ilog2()) + 1);
        let size = (least << bits) + dice.below(least << bits);
        let codec = if kind.is_dir() || size > CHUNK as u64 {
            Codec::DagPb
        } else {
            Codec::Raw
        };
        Self {
            kind,
            size,
            root: Block {
                codec,
                digest: dice.bytes(),
            },
        }
    }
}

/// Fills an empty store with the newest `count` pins.
pub(super) fn fill(
    connection: &Connection,
    flat: &FlatFiles,
    count: u64,
) -> Result<(), StoreError> {
    let count = count.min(MAX);
    let mut samples = samples::all().into_iter();
    let mut real = Vec::new();
    if count >= 12 {
        for behind in (0..SHOWN_FIRST).filter(|behind| !MADE_UP.contains(behind)) {
            let Some(sample) = samples.next() else { break };
            real.push((behind, sample));
        }
    }
    let mut rows = pins::Inserter::new(connection)?;
    for place in 0..count {
        let behind = count - 1 - place;
        let mut pin = made_up(place, count);
        if let Some((_, sample)) = real.iter().find(|(at, _)| *at == behind) {
            for incoming in &sample.contents {
                keep(connection, flat, incoming, &mut |at, length| {
                    Ok(sample.read_small(at, length))
                })?;
            }
            sample.describe(&mut pin);
        }
        rows.insert(&pin)?;
    }
    Ok(())
}

/// The pin at this place, 0 being the oldest of `count`.
fn made_up(place: u64, count: u64) -> PinRow {
    let behind = count - 1 - place;
    let mut dice = Dice::new(place, 2);
    // Some pins are of content that another pin has too.
    let is_again = place > 50 && dice.below(1000) < 15;
    let content = Content::of(if is_again {
        place - 1 - dice.below(50)
    } else {
        place
    });
    let (pinned, status) = state(behind, &mut dice);
    let created = made_at(behind, count, &mut dice);
    let is_waiting = status == pins::QUEUED;
    let by_hash = is_waiting || dice.chance(12);
    let name = (!by_hash || dice.chance(85)).then(|| content.kind.name(&mut dice));
    let has_content = pinned || status.starts_with("unpin") || status == "gcDone";
    PinRow {
        id: uuid::Builder::from_random_bytes(dice.bytes()).into_uuid(),
        root: content.root.multihash().to_vec(),
        cid: cid_text(&content, by_hash, &mut dice),
        size: has_content.then_some(content.size),
        created,
        unpinned: status
            .starts_with("unpin")
            .then_some(())
            .or((status == "gcDone").then_some(()))
            .map(|()| taken_back_at(created, &mut dice)),
        pinned,
        by_hash,
        is_dir: has_content && content.kind.is_dir(),
        status: status.to_owned(),
        name,
        mime: (!by_hash)
            .then(|| content.kind.mime().map(str::to_owned))
            .flatten(),
        keyvalues: words::keyvalues(&mut dice),
    }
}

fn state(behind: u64, dice: &mut Dice) -> (bool, &'static str) {
    let roll = dice.below(1000);
    if behind < SHOWN_FIRST {
        return match behind {
            _ if WAITING.contains(&behind) => (false, pins::QUEUED),
            _ if TAKEN_BACK.contains(&behind) => (false, pins::UNPINNED),
            FAILED => (false, "failed"),
            _ => (true, pins::DONE),
        };
    }
    match roll {
        0..850 => (true, pins::DONE),
        850..950 => (false, pins::UNPINNED),
        950..965 => (false, "unpinOutOfMoney"),
        965..985 => (false, "gcDone"),
        985..994 => (false, "failed"),
        // Nothing waits for years.
        994..997 if behind < 2000 => (false, pins::QUEUED),
        _ => (false, "retrieveFailed"),
    }
}

/// Later for each place than for the one before: a step apart, with a random part of one step.
fn made_at(behind: u64, count: u64, dice: &mut Dice) -> Timestamp {
    let count = i64::try_from(count.max(1)).unwrap_or(i64::MAX);
    let behind = i64::try_from(behind).unwrap_or(i64::MAX);
    let micros = |duration: SignedDuration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    let step = (micros(SPAN) / count).min(micros(GAP));
    let within = i64::try_from(dice.below(step.unsigned_abs())).unwrap_or_default();
    let at = (NOW * 1_000_000)
        .saturating_sub(step.saturating_mul(behind + 1))
        .saturating_add(within);
    Timestamp::from_microsecond(at).unwrap_or_default()
}

fn taken_back_at(created: Timestamp, dice: &mut Dice) -> Timestamp {
    let now = Timestamp::from_second(NOW).unwrap_or_default();
    let later = dice.below(200 * 24 * 60);
    let later = SignedDuration::from_mins(i64::try_from(later).unwrap_or_default());
    created.saturating_add(later).unwrap_or(now).min(now)
}

/// Of version 1; of version 0 for some that were pinned by CID, as old links have them.
fn cid_text(content: &Content, by_hash: bool, dice: &mut Dice) -> String {
    let root = content.root;
    if by_hash && root.codec == Codec::DagPb && dice.chance(40) {
        let hash = Multihash::wrap(0x12, &root.digest).unwrap_or_default();
        if let Ok(cid) = cid::Cid::new_v0(hash) {
            return cid.to_string();
        }
    }
    root.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_rise_and_states_are_as_told() {
        for count in [1, 12, 1000, MAX] {
            let last = count.min(3000);
            let pins: Vec<PinRow> = (count - last..count).map(|at| made_up(at, count)).collect();
            assert!(pins.is_sorted_by(|a, b| a.created < b.created));
            assert!(pins.iter().all(|pin| pin.created.as_second() < NOW));
            let newest = pins.iter().rev().take(30);
            assert!(newest.filter(|pin| pin.status == pins::QUEUED).count() <= 2);
        }
        let pins: Vec<PinRow> = (0..20_000).map(|at| made_up(at, 20_000)).collect();
        let share =
            |test: &dyn Fn(&PinRow) -> bool| pins.iter().filter(|pin| test(pin)).count() / 200;
        assert!((84..=86).contains(&share(&|pin| pin.pinned)));
        assert!((2..20).contains(&share(&|pin| pin.is_dir)));
        let roots: std::collections::HashSet<&[u8]> =
            pins.iter().map(|pin| pin.root.as_slice()).collect();
        assert!((19_000..19_950).contains(&roots.len()), "{}", roots.len());
        for pin in &pins {
            let cid: crate::domain::Cid = pin.cid.parse().unwrap();
            assert_eq!(cid.multihash_hex().unwrap().len(), 68);
        }
    }

    #[test]
    fn a_demo_is_the_same_each_time() {
        let text = |at| format!("{:?}", made_up(at, 100));
        for at in 0..100 {
            assert_eq!(text(at), text(at));
        }
        assert_ne!(text(1), text(2));
    }
}
