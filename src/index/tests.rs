//! The table against a plain map, and packing against the pins that were packed.

use std::collections::HashMap;

use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::domain::filter::{Facts, PinFacts};
use crate::domain::packed::PackedPin;
use crate::domain::{Cid, Pin, PinId, PinState, PinnedFilter};

const V1: &str = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
const V0: &str = "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n";
const UUID: &str = "3c3fec2a-ca65-4b8e-bcf3-c8e2ceaa23d2";

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,6}",
        Just("x".repeat(300)),
        Just(UUID.to_owned()),
        Just(UUID.to_uppercase())
    ]
}

fn id() -> impl Strategy<Value = PinId> {
    // Few, so that they meet again.
    prop_oneof![
        (0..12_u8).prop_map(|n| PinId::from(format!("{n:08x}-ca65-4b8e-bcf3-c8e2ceaa23d2"))),
        (0..4_u8).prop_map(|n| PinId::from(format!("{n:08X}-CA65-4b8e-bcf3-c8e2ceaa23d2"))),
        "[a-c]{1,2}".prop_map(PinId::from),
    ]
}

fn root() -> impl Strategy<Value = (String, Option<String>)> {
    let hash = Cid::as_received(V1).multihash_hex().unwrap();
    prop_oneof![
        Just((V1.to_owned(), Some(hash.clone()))),
        Just((V0.to_owned(), Cid::as_received(V0).multihash_hex())),
        Just((V1.to_owned(), None)),
        Just((V1.to_owned(), Some(hash.to_uppercase()))),
        Just(("no cid".to_owned(), Some(hash))),
        (text(), option::of(text())),
    ]
}

fn time() -> impl Strategy<Value = Option<Timestamp>> {
    option::of(prop_oneof![
        (0..2_000_000_000_000_000_i64).prop_map(|at| Timestamp::from_microsecond(at).unwrap()),
        (Timestamp::MIN.as_nanosecond()..=Timestamp::MAX.as_nanosecond())
            .prop_map(|at| Timestamp::from_nanosecond(at).unwrap()),
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
    ])
}

prop_compose! {
    pub(super) fn any_pin()(
        id in id(),
        (cid, root_hash) in root(),
        size in option::of(any::<u64>()),
        name in option::of(text()),
        mime_type in option::of(text()),
        keyvalues in btree_map(text(), text(), 0..3),
        state in prop::sample::select(vec![
            PinState::Pinned, PinState::Pinning, PinState::Failed, PinState::Unpinned,
        ]),
        (status, sub_hash_status) in (option::of(text()), option::of(text())),
        (pinned, is_pin_by_hash, is_dir) in any::<(bool, bool, bool)>(),
        (date_pinned, date_unpinned) in (time(), time()),
        (created_at, updated_at) in (time(), time()),
        (file_record_id, user_id) in (option::of(text()), option::of(text())),
    ) -> Pin {
        Pin {
            id, cid: Cid::as_received(cid), root_hash, size, name, mime_type, keyvalues, state,
            status, sub_hash_status, pinned, date_pinned, date_unpinned, created_at, updated_at,
            is_pin_by_hash, is_dir, file_record_id, user_id,
        }
    }
}

fn root_text(pin: &Pin) -> String {
    let hash = pin.root_hash.as_ref().map(|hash| {
        let is_hex = hash.len() % 2 == 0 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex {
            hash.to_ascii_lowercase()
        } else {
            hash.clone()
        }
    });
    hash.or_else(|| pin.cid.multihash_hex())
        .unwrap_or_else(|| pin.cid.as_str().to_owned())
}

/// Compares all that the table tells with what a plain map would tell.
fn check(table: &Table, model: &HashMap<PinId, Pin>) {
    let rows = table.rows();
    assert_eq!(rows.len(), model.len());
    assert_eq!(rows.iter().count(), model.len());
    let mut duplicates = 0;
    for row in rows.iter() {
        let pin = row.pin().unwrap();
        assert_eq!(Some(&pin), model.get(&pin.id));
        assert_eq!(table.get(&pin.id), Some(row.number()));
        let copies = rows.copies(row.number());
        let same = model
            .values()
            .filter(|other| root_text(other) == root_text(&pin))
            .count();
        for copy in &copies {
            let other = rows.pin(*copy).unwrap();
            assert_eq!(root_text(&other), root_text(&pin));
        }
        assert_eq!(copies.len(), same);
        assert_eq!(row.is_duplicate(), same > 1);
        duplicates += usize::from(same > 1);
        let facts = PinFacts {
            pin: &pin,
            is_duplicate: same > 1,
        };
        assert_eq!(row.name(), facts.name());
        assert_eq!(row.cid(), facts.cid());
        assert_eq!(row.id(), facts.id());
        assert_eq!(row.mime_type(), facts.mime_type());
        assert_eq!(row.size(), facts.size());
        assert_eq!(row.state(), facts.state());
        assert_eq!(row.is_dir(), facts.is_dir());
        assert!(row.keyvalues().eq(facts.keyvalues()));
    }
    assert_eq!(rows.duplicates(), duplicates);
    for filter in [
        PinnedFilter::All,
        PinnedFilter::Pinned,
        PinnedFilter::Unpinned,
    ] {
        let meant: Vec<&Pin> = model
            .values()
            .filter(|pin| {
                filter == PinnedFilter::All || (filter == PinnedFilter::Pinned) == pin.pinned
            })
            .collect();
        assert_eq!(rows.totals(filter).files, meant.len() as u64);
        if filter != PinnedFilter::All {
            let size = meant.iter().fold(0_u64, |sum, pin| {
                sum.wrapping_add(pin.size.unwrap_or_default())
            });
            assert_eq!(rows.totals(filter).size, size);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_packed_is_unpacked_the_same(pin in any_pin()) {
        let packed = PackedPin::new(&pin);
        prop_assert!(packed.as_ref().is_sound());
        prop_assert_eq!(packed.as_ref().unpack(), Some(pin));
        let again = crate::domain::packed::Fixed::from_bytes(&packed.fixed.to_bytes());
        prop_assert_eq!(again, Some(packed.fixed));
    }

    #[test]
    fn bytes_that_are_no_packed_pin_break_nothing(
        fixed in vec(any::<u8>(), crate::domain::packed::FIXED_BYTES),
        flags in 0..1_u32 << 14,
        head in vec(prop_oneof![0..4_u8, any::<u8>()], 0..40),
        text in text(),
    ) {
        let Some(mut fixed) = crate::domain::packed::Fixed::from_bytes(&fixed)
            .or_else(|| crate::domain::packed::Fixed::from_bytes(&[0; crate::domain::packed::FIXED_BYTES]))
        else {
            panic!("zeros are a fixed part");
        };
        fixed.flags = flags;
        let packed = PackedPin { fixed, head, text };
        let pin = packed.as_ref().unpack();
        if packed.as_ref().is_sound() {
            let mut table = Table::default();
            let (_, row) = table.upsert_packed(packed.as_ref());
            let row = table.rows().row(row).unwrap();
            let _ = (row.name(), row.id(), row.date_pinned(), row.keyvalues().count());
        } else {
            // What unpacks is sound, but for dates finer than they can be.
            prop_assert!(pin.is_none());
        }
    }

    #[test]
    fn the_table_tells_what_a_map_tells(steps in vec((any_pin(), 0..4_u8), 1..60)) {
        let mut table = Table::default();
        let mut model = HashMap::new();
        let mut held = Vec::new();
        for (pin, kind) in steps {
            if kind == 0 {
                prop_assert_eq!(table.remove(&pin.id), model.remove(&pin.id).is_some());
            } else {
                let expected = match model.get(&pin.id) {
                    None => Change::New,
                    Some(old) if *old == pin => Change::Same,
                    Some(_) => Change::Changed,
                };
                prop_assert_eq!(table.upsert(&pin), expected);
                prop_assert_eq!(table.upsert(&pin), Change::Same);
                model.insert(pin.id.clone(), pin);
            }
            if held.len() < 3 {
                held.push((table.snapshot(), model.clone()));
            }
        }
        check(&table, &model);
        // What was held has not changed.
        for (rows, model) in held {
            prop_assert_eq!(rows.iter().count(), model.len());
            for row in rows.iter() {
                let pin = row.pin().unwrap();
                prop_assert_eq!(Some(&pin), model.get(&pin.id));
            }
        }
    }
}

#[test]
fn rows_that_change_again_and_again_do_not_fill_the_memory() {
    let mut table = Table::default();
    let pin = |n: u32, round: u32| Pin {
        name: Some(format!("name {round} {}", "x".repeat(200))),
        ..Pin::new(format!("id {n}"), Cid::as_received(V1))
    };
    for n in 0..2000 {
        table.upsert(&pin(n, 0));
    }
    let before = table.bytes();
    for round in 1..40 {
        for n in 0..2000 {
            assert_eq!(table.upsert(&pin(n, round)), Change::Changed);
        }
    }
    assert!(table.bytes() < before * 2, "{before} {}", table.bytes());
    for n in 0..2000 {
        assert!(table.remove(&PinId::from(format!("id {n}"))));
    }
    assert!(table.rows().is_empty() && table.text_bytes() == 0);
    for n in 0..2000 {
        table.upsert(&pin(n, 1));
    }
    // Rows that went make room for others.
    assert!(table.bytes() < before * 2);
    assert_eq!(table.rows().duplicates(), 2000);
}
