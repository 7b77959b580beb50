//! A million pins: what they take in memory, and how fast they come in, are found and put in order.
#![allow(missing_docs, reason = "criterion's macro makes the function")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use lazypin::domain::SortKey;
use lazypin::domain::filter::Filter;
use lazypin::domain::{Cid, Pin, PinState, PinnedFilter, SortOrder};
use lazypin::index::{Ask, Hits, Rows, Table, search};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

const PINS: u64 = 1_000_000;

const WORDS: [&str; 12] = [
    "report", "holiday", "backup", "invoice", "render", "dataset", "token", "site", "draft",
    "final", "photo", "scan",
];

/// A plausible pin: what is random in life is random here.
fn pin(n: u64) -> Pin {
    let digest: [u8; 32] = Sha256::digest(n.to_le_bytes()).into();
    let word = |at: usize| WORDS[usize::from(digest[at]) % WORDS.len()];
    let cid = cid::Cid::new_v1(
        0x55,
        multihash::Multihash::<64>::wrap(0x12, &digest).unwrap_or_default(),
    );
    let cid = Cid::as_received(cid.to_string());
    let uuid = |from: usize| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[from..from + 16]);
        Uuid::from_bytes(bytes).to_string()
    };
    let at = 1_793_000_000_000_000 - i64::try_from(n).unwrap_or_default() * 60_000_000;
    Pin {
        root_hash: cid.multihash_hex(),
        size: Some(u64::from(digest[3]) << (digest[4] % 24)),
        name: Some(format!("{}-{}-{n:06}.png", word(0), word(1))),
        mime_type: Some("image/png".to_owned()),
        keyvalues: if n.is_multiple_of(3) {
            BTreeMap::from([("project".to_owned(), word(2).to_owned())])
        } else {
            BTreeMap::new()
        },
        state: if n.is_multiple_of(7) {
            PinState::Unpinned
        } else {
            PinState::Pinned
        },
        status: Some("DONE".to_owned()),
        sub_hash_status: Some("DONE".to_owned()),
        pinned: !n.is_multiple_of(7),
        date_pinned: Timestamp::from_microsecond(at).ok(),
        file_record_id: Some(uuid(16)),
        user_id: Some("c2452942-5dc5-4a0d-9c38-77a66edcf43a".to_owned()),
        ..Pin::new(uuid(0), cid)
    }
}

fn ask(filter: &str, sort: SortKey) -> Ask {
    let now = Timestamp::from_second(1_793_491_200).unwrap_or_default();
    Ask {
        filter: Filter::parse(filter, now).0,
        pinned: PinnedFilter::All,
        sort,
        order: SortOrder::Descending,
    }
}

fn find(rows: &Rows, ask: &Ask, previous: Option<&Hits>) -> Option<Hits> {
    search(rows, black_box(ask), previous, &|| false, drop)
}

fn index(c: &mut Criterion) {
    let mut table = Table::default();
    for n in 0..PINS {
        table.upsert(&pin(n));
    }
    let each = |bytes: usize| bytes as u64 / PINS;
    eprintln!(
        "a million pins: {} bytes each, of which heads and texts {}",
        each(table.bytes()),
        each(table.text_bytes()),
    );

    let mut group = c.benchmark_group("index");
    group.sample_size(10);
    group.throughput(Throughput::Elements(1000));
    let page: Vec<Pin> = (PINS..PINS + 1000).map(pin).collect();
    group.bench_function("a page of 1,000 new pins", |b| {
        b.iter_batched(
            Table::default,
            |mut table| {
                for pin in &page {
                    table.upsert(pin);
                }
                table
            },
            BatchSize::LargeInput,
        );
    });
    let known: Vec<Pin> = (0..1000).map(pin).collect();
    group.bench_function("a page of 1,000 known pins", |b| {
        b.iter(|| {
            for pin in &known {
                table.upsert(pin);
            }
        });
    });
    group.bench_function("a snapshot of a million", |b| b.iter(|| table.snapshot()));
    group.finish();

    let mut group = c.benchmark_group("a million");
    group.sample_size(10);
    for (what, filter, sort) in [
        ("all by time", "", SortKey::Created),
        ("all by size", "", SortKey::Size),
        ("all by name", "", SortKey::Name),
        ("all by cid", "", SortKey::Cid),
        ("size>10MB by time", "size>10MB", SortKey::Created),
        ("dup:yes by time", "dup:yes", SortKey::Created),
        ("name:invoice by name", "name:invoice", SortKey::Name),
        (
            "kv:project=site by time",
            "kv:project=site",
            SortKey::Created,
        ),
        ("a word, best first", "invoice", SortKey::Score),
        ("one letter, best first", "i", SortKey::Score),
        ("two words, best first", "holiday png", SortKey::Score),
    ] {
        let ask = ask(filter, sort);
        group.bench_function(what, |b| b.iter(|| find(table.rows(), &ask, None)));
    }
    let before = find(table.rows(), &ask("invo", SortKey::Score), None);
    let more = ask("invoi", SortKey::Score);
    group.bench_function("one letter more", |b| {
        b.iter(|| find(table.rows(), &more, before.as_ref()));
    });
    group.finish();
}

criterion_group!(benches, index);
criterion_main!(benches);
