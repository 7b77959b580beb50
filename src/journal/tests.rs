//! What a journal promises, with crashes, spoiled bytes and many writers.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use proptest::prelude::*;

use super::*;
use crate::domain::{Cid, PinId};

fn account(profile: &str) -> Account {
    Account {
        profile: profile.to_owned(),
        service: "http://127.0.0.1:1/api".to_owned(),
    }
}

fn pins(count: usize) -> Vec<UnpinTarget> {
    (0..count)
        .map(|n| UnpinTarget {
            cid: Some(Cid::as_received(format!("bafy{n}"))),
            name: Some(format!("name {n}\n")),
            keyvalues: [("env".to_owned(), n.to_string())].into(),
            size: Some(n as u64),
            ..UnpinTarget::unknown(PinId::from(format!("id-{n}")))
        })
        .collect()
}

struct Case {
    directory: TempDir,
    journal: Arc<Journal>,
}

impl Case {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(directory.path(), account("default")));
        Self { directory, journal }
    }

    /// A batch of unpins that ended, all of them done.
    fn unpinned(&self, count: usize) -> Uuid {
        let pins = pins(count);
        let running = self.begin(&pins);
        let id = running.id();
        running.record(&outcomes(&pins, Outcome::Done)).unwrap();
        running.end().unwrap();
        id
    }

    fn begin(&self, pins: &[UnpinTarget]) -> Running {
        let journal = &self.journal;
        journal.begin(Kind::Unpin, pins.len(), pins, None).unwrap()
    }

    fn spoil(&self, bytes: &[u8]) {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.journal.path())
            .unwrap();
        file.write_all(bytes).unwrap();
    }
}

fn outcomes(pins: &[UnpinTarget], outcome: Outcome) -> Vec<Entry> {
    pins.iter()
        .map(|pin| Entry::of(&pin.id, outcome, ""))
        .collect()
}

#[test]
fn a_journal_that_nobody_wrote_is_empty_and_makes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("state");
    let journal = Arc::new(Journal::open(&place, account("default")));
    assert!(journal.history().unwrap().batches.is_empty());
    assert!(journal.unfinished().unwrap().is_empty());
    assert!(journal.last_undoable().unwrap().is_none());
    assert!(
        ChangeLog::open(&place)
            .unwrap()
            .next_change()
            .unwrap()
            .is_none()
    );
    assert!(!place.exists());
}

#[test]
fn what_was_cut_off_is_found_with_what_is_open_and_only_by_its_own() {
    let case = Case::new();
    let pins = pins(450);
    let running = case.begin(&pins);
    running
        .record(&outcomes(&pins[..200], Outcome::Done))
        .unwrap();
    // It runs: nobody else may take it up or back.
    assert!(case.journal.unfinished().unwrap().is_empty());
    assert!(case.journal.take_up(running.id()).unwrap().is_none());
    assert!(case.journal.last_undoable().unwrap().is_none());
    let id = running.id();
    drop(running);
    let unfinished = case.journal.unfinished().unwrap();
    assert_eq!((unfinished.len(), unfinished[0].id), (1, id));
    let (running, batch) = case.journal.take_up(id).unwrap().unwrap();
    assert_eq!(batch.open(), pins[200..]);
    assert!(case.journal.unfinished().unwrap().is_empty());
    running
        .record(&outcomes(&pins[200..], Outcome::Gone))
        .unwrap();
    running.end().unwrap();
    assert!(case.journal.unfinished().unwrap().is_empty());
    assert!(case.journal.take_up(id).unwrap().is_none());

    let case = Case::new();
    drop(case.begin(&pins[..1]));
    let elsewhere = Account {
        service: "https://elsewhere.example/api".to_owned(),
        ..account("default")
    };
    let elsewhere = Journal::open(case.directory.path(), elsewhere);
    assert!(elsewhere.unfinished().unwrap().is_empty());
    assert!(elsewhere.last_undoable().unwrap().is_none());
    assert_eq!(elsewhere.history().unwrap().batches.len(), 1);
}

#[test]
fn an_undo_offers_each_pin_until_it_is_back_and_then_the_batch_before() {
    let case = Case::new();
    let first = case.unpinned(2);
    let second = case.unpinned(5);
    let undoable = case.journal.last_undoable().unwrap().unwrap();
    assert_eq!(
        (undoable.batch.id, undoable.taken.clone()),
        (second, pins(5))
    );
    let (claim, undoable) = case
        .journal
        .claim_undo(second, Extent::Open)
        .unwrap()
        .unwrap();
    assert!(
        case.journal
            .claim_undo(second, Extent::Open)
            .unwrap()
            .is_none()
    );
    let undo = case
        .journal
        .begin(Kind::Undo, 5, &[], Some(second))
        .unwrap();
    undo.record(&outcomes(&undoable.taken[..3], Outcome::Back))
        .unwrap();
    undo.record(&outcomes(&undoable.taken[3..], Outcome::Failed))
        .unwrap();
    undo.end().unwrap();
    drop(claim);
    let left = case.journal.last_undoable().unwrap().unwrap();
    assert_eq!(
        (left.batch.id, left.taken.as_slice()),
        (second, &pins(5)[3..])
    );
    // Cut off after one more: only what is not back is offered.
    let undo = case
        .journal
        .begin(Kind::Undo, 2, &[], Some(second))
        .unwrap();
    undo.record(&outcomes(&pins(5)[3..4], Outcome::Back))
        .unwrap();
    drop(undo);
    let left = case.journal.last_undoable().unwrap().unwrap();
    assert_eq!(left.taken, pins(5)[4..]);
    let undo = case
        .journal
        .begin(Kind::Undo, 1, &[], Some(second))
        .unwrap();
    undo.record(&outcomes(&left.taken, Outcome::Back)).unwrap();
    undo.end().unwrap();
    let left = case.journal.last_undoable().unwrap().unwrap();
    assert_eq!(left.batch.id, first);
}

#[test]
fn what_an_undo_was_refused_for_holds_up_no_batch_before_it() {
    let case = Case::new();
    let first = case.unpinned(1);
    let second = case.unpinned(3);
    let undo = |entries: &[Entry]| {
        let journal = &case.journal;
        let undo = journal.begin(Kind::Undo, 3, &[], Some(second)).unwrap();
        undo.record(entries).unwrap();
        undo.end().unwrap();
    };
    let pins = pins(3);
    let refused = |pin: &UnpinTarget, why| Entry::of(&pin.id, Outcome::Refused, why);
    // Refused twice, and with one that nobody tried: that one is what is left.
    undo(&[refused(&pins[0], "gone"), refused(&pins[1], "gone")]);
    undo(&[refused(&pins[0], "really gone")]);
    let left = case.journal.last_undoable().unwrap().unwrap();
    assert_eq!((left.batch.id, left.taken), (second, pins[2..].to_vec()));
    undo(&[refused(&pins[2], "gone")]);
    let left = case.journal.last_undoable().unwrap().unwrap();
    assert_eq!(left.batch.id, first);
    assert!(
        case.journal
            .claim_undo(second, Extent::Open)
            .unwrap()
            .is_none()
    );

    // By its name it can still be had, with the last reason.
    let ids = case
        .journal
        .unpins_called(&second.to_string()[..8])
        .unwrap();
    assert_eq!(ids, [second]);
    assert_eq!(case.journal.unpins_called("").unwrap(), [second, first]);
    let (_claim, all) = case
        .journal
        .claim_undo(second, Extent::All)
        .unwrap()
        .unwrap();
    assert_eq!((all.len(), all.open()), (3, 0));
    assert_eq!(all.refused[&pins[0].id], "really gone");
    undo(&outcomes(&pins[..2], Outcome::Back));
    let all = case.journal.undoable(second).unwrap().unwrap();
    assert_eq!((all.taken, all.refused.len()), (pins[2..].to_vec(), 1));
}

#[test]
fn what_is_not_known_may_be_taken_back_and_ends_what_was_cut_off() {
    let case = Case::new();
    let pins = pins(5);
    let running = case.begin(&pins);
    let id = running.id();
    running
        .record(&outcomes(&pins[..1], Outcome::Done))
        .unwrap();
    running
        .record(&outcomes(&pins[1..2], Outcome::Unknown))
        .unwrap();
    running
        .record(&outcomes(&pins[2..3], Outcome::Refused))
        .unwrap();
    drop(running);
    let (_claim, undoable) = case.journal.claim_undo(id, Extent::Open).unwrap().unwrap();
    assert_eq!(undoable.taken, pins[..1]);
    let unclear = [&pins[1..2], &pins[3..]].concat();
    assert_eq!(undoable.unclear, unclear);
    assert!(case.journal.unfinished().unwrap().is_empty());
}

#[test]
fn many_processes_write_whole_lines_at_once() {
    let case = Case::new();
    std::thread::scope(|threads| {
        for _ in 0..8 {
            let directory = case.directory.path();
            // Each with a journal of its own, as processes have.
            threads.spawn(move || {
                let journal = Arc::new(Journal::open(directory, account("default")));
                for _ in 0..4 {
                    let pins = pins(210);
                    let running = journal.begin(Kind::Unpin, 210, &pins, None).unwrap();
                    for some in pins.chunks(32) {
                        running.record(&outcomes(some, Outcome::Done)).unwrap();
                    }
                    running.end().unwrap();
                }
            });
        }
    });
    let mut log = ChangeLog::open(case.directory.path()).unwrap();
    let mut changes = 0;
    while let Some(change) = log.next_change().unwrap() {
        let (mut pins, mut entries) = (0, 0);
        let items = log.items(&change, |items| {
            pins += items.pins.len();
            entries += items.entries.len();
            Ok(())
        });
        items.unwrap();
        assert_eq!((pins, entries), (210, 210));
        assert_eq!(change.batch.count(Outcome::Done), 210);
        assert!(change.batch.ended.is_some());
        changes += 1;
    }
    assert_eq!((changes, log.unreadable()), (32, 0));
}

#[test]
fn a_large_journal_loses_its_oldest_and_nothing_that_is_wanted() {
    let case = Case::new();
    let undone = case.unpinned(100);
    let undo = case
        .journal
        .begin(Kind::Undo, 100, &[], Some(undone))
        .unwrap();
    undo.record(&outcomes(&pins(100), Outcome::Back)).unwrap();
    undo.end().unwrap();
    let undoable = case.unpinned(100);
    let cut_off = case.begin(&pins(100)).id();
    for _ in 0..20 {
        let made = case.journal.begin(Kind::Pin, 1, &[], None).unwrap();
        made.record(&[Entry::of(
            &PinId::from("x"),
            Outcome::Done,
            &"y".repeat(400),
        )])
        .unwrap();
        made.end().unwrap();
    }
    case.spoil(b"\xff\xfe{\n");
    let place = Place::new(case.directory.path(), "default");
    place.locked(|| compact::down_to(&place, 3000)).unwrap();
    let history = case.journal.history().unwrap();
    assert_eq!(history.unreadable, 0);
    let kept: Vec<Uuid> = history.batches.iter().map(|batch| batch.id).collect();
    assert!(!kept.contains(&undone) && kept.contains(&undoable) && kept.contains(&cut_off));
    assert!(kept.len() < 10, "{}", kept.len());
    assert_eq!(case.journal.unfinished().unwrap()[0].id, cut_off);
    let left = case.journal.undoable(undoable).unwrap().unwrap();
    assert_eq!(left.taken, pins(100));
}

#[test]
#[cfg(unix)]
fn nobody_else_can_read_it_also_after_it_was_written_anew() {
    use std::os::unix::fs::PermissionsExt as _;
    let case = Case::new();
    case.unpinned(3);
    let mode = || {
        fs::metadata(case.journal.path())
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(), 0o600);
    case.spoil(b"x\n");
    let place = Place::new(case.directory.path(), "default");
    place.locked(|| compact::down_to(&place, 0)).unwrap();
    assert_eq!(mode(), 0o600);
}

#[test]
fn a_pin_with_endless_keyvalues_is_kept_by_its_id() {
    let case = Case::new();
    let mut pins = pins(2);
    pins[0]
        .keyvalues
        .insert("k".to_owned(), "v".repeat(1 << 20));
    drop(case.begin(&pins));
    let id = case.journal.unfinished().unwrap()[0].id;
    let batch = case.journal.batch(id).unwrap().unwrap();
    assert_eq!(batch.pins[0], UnpinTarget::unknown(pins[0].id.clone()));
    assert_eq!(batch.pins[1], pins[1]);
}

#[test]
fn a_line_without_an_end_is_not_read_into_memory_whole() {
    let case = Case::new();
    case.unpinned(2);
    case.spoil(&vec![b'x'; 40 << 20]);
    case.unpinned(1);
    let history = case.journal.history().unwrap();
    assert_eq!((history.batches.len(), history.unreadable), (2, 1));
}

#[test]
fn changes_and_items_come_by_the_page() {
    let case = Case::new();
    let ids: Vec<Uuid> = (1..=5).map(|count| case.unpinned(count)).collect();
    let page = case.journal.changes(1, 3).unwrap();
    let told: Vec<(Uuid, usize)> = page.rows.iter().map(|row| (row.batch, row.total)).collect();
    assert_eq!(
        (told, page.more),
        (vec![(ids[3], 4), (ids[2], 3), (ids[1], 2)], true)
    );
    assert!(!case.journal.changes(0, 5).unwrap().more);
    assert!(case.journal.changes(9, 5).unwrap().rows.is_empty());

    // In the order in which it was asked for them, whatever ended first.
    let pins = pins(7);
    let running = case.begin(&pins);
    running
        .record(&[
            Entry::of(&pins[4].id, Outcome::Refused, "no"),
            Entry::of(&pins[0].id, Outcome::Done, ""),
        ])
        .unwrap();
    let page = case.journal.items(running.id(), 3, 2).unwrap();
    let told: Vec<_> = page
        .rows
        .iter()
        .map(|row| (row.name.as_deref(), row.outcome, row.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("name 3\n"), None, ""),
            (Some("name 4\n"), Some(Outcome::Refused), "no")
        ]
    );
    assert!(page.more);
    assert!(!case.journal.items(running.id(), 5, 2).unwrap().more);

    // An undo names no pins beforehand; its items are what it told.
    let undo = case
        .journal
        .begin(Kind::Undo, 3, &[], Some(ids[2]))
        .unwrap();
    let back = Entry {
        new_id: Some(PinId::from("new")),
        ..Entry::of(&pins[1].id, Outcome::Back, "")
    };
    undo.record(&[Entry::of(&pins[0].id, Outcome::Failed, ""), back])
        .unwrap();
    let page = case.journal.items(undo.id(), 1, 5).unwrap();
    assert_eq!((page.rows.len(), page.more), (1, false));
    assert_eq!(page.rows[0].new_id, Some(PinId::from("new")));
    assert!(case.journal.items(Uuid::new_v4(), 0, 5).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_read_and_cost_nothing_but_themselves(
        before in proptest::collection::vec(any::<u8>(), 0..300),
        after in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let case = Case::new();
        case.spoil(&before);
        let id = case.unpinned(3);
        case.spoil(&after);
        let second = case.unpinned(2);
        let history = case.journal.history().unwrap();
        let ids: Vec<Uuid> = history.batches.iter().map(|batch| batch.id).collect();
        prop_assert_eq!(ids, [id, second]);
        prop_assert!(case.journal.last_undoable().unwrap().is_some());
    }

    #[test]
    fn a_journal_cut_anywhere_is_written_on(cut in 0usize..2000) {
        let case = Case::new();
        let pins = pins(3);
        let running = case.begin(&pins);
        running.record(&outcomes(&pins[..2], Outcome::Done)).unwrap();
        running.end().unwrap();
        let bytes = fs::read(case.journal.path()).unwrap();
        fs::write(case.journal.path(), &bytes[..cut.min(bytes.len())]).unwrap();
        let id = case.unpinned(1);
        let history = case.journal.history().unwrap();
        prop_assert!(history.unreadable <= 1);
        let last = case.journal.last_undoable().unwrap().unwrap();
        prop_assert_eq!(last.batch.id, id);
    }
}
