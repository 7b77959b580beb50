//! How long one thread takes to filter a million pins, and what matched before once more.
#![allow(missing_docs, reason = "criterion's macro makes the function")]

use std::hint::black_box;
use std::ops::Range;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use lazypin::domain::PinState;
use lazypin::domain::filter::{Facts, Filter, Scratch};

const ROWS: u64 = 1_000_000;

/// When the rows were made, in seconds since 1970.
const NOW: i64 = 1_793_491_200;

const SUBJECTS: [&str; 8] = [
    "harbour",
    "orchard",
    "quarterly",
    "lantern",
    "meadow",
    "signal",
    "northwind",
    "invoice",
];

const KINDS: [(&str, &str); 6] = [
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("pdf", "application/pdf"),
    ("json", "application/json"),
    ("tar.gz", "application/gzip"),
    ("mp4", "video/mp4"),
];

/// Rows as an index would hold them: all texts in one place.
#[derive(Default)]
struct Rows {
    texts: String,
    rows: Vec<Row>,
}

struct Row {
    name: Range<u32>,
    cid: Range<u32>,
    id: Range<u32>,
    value: Option<Range<u32>>,
    mime_type: &'static str,
    size: u64,
    date: i64,
}

struct View<'a>(&'a Rows, &'a Row);

impl View<'_> {
    fn text(&self, range: &Range<u32>) -> &str {
        &self.0.texts[range.start as usize..range.end as usize]
    }
}

impl Facts for View<'_> {
    fn name(&self) -> &str {
        self.text(&self.1.name)
    }

    fn cid(&self) -> &str {
        self.text(&self.1.cid)
    }

    fn id(&self) -> &str {
        self.text(&self.1.id)
    }

    fn mime_type(&self) -> &str {
        self.1.mime_type
    }

    fn size(&self) -> Option<u64> {
        Some(self.1.size)
    }

    fn date_pinned(&self) -> Option<i64> {
        Some(self.1.date)
    }

    fn state(&self) -> PinState {
        PinState::Pinned
    }

    fn is_dir(&self) -> bool {
        false
    }

    fn is_duplicate(&self) -> bool {
        false
    }

    fn keyvalues(&self) -> impl Iterator<Item = (&str, &str)> {
        self.1.value.iter().map(|value| ("team", self.text(value)))
    }
}

impl Rows {
    fn made() -> Self {
        let mut rows = Self::default();
        for place in 0..ROWS {
            let dice = Dice(place);
            let pick = |purpose, sides| usize::try_from(dice.roll(purpose) % sides).unwrap_or(0);
            let (first, second) = (SUBJECTS[pick(1, 8)], SUBJECTS[pick(2, 8)]);
            let (extension, mime_type) = KINDS[pick(3, 6)];
            let name = rows.keep(&format!("{first}-{second}-{place:07}.{extension}"));
            let cid: String = (0..52)
                .map(|at| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[pick(100 + at, 32)]))
                .collect();
            let cid = rows.keep(&format!("bafybei{cid}"));
            let (high, low) = (dice.roll(4), dice.roll(5));
            let id = rows.keep(&format!(
                "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                high >> 32,
                (high >> 16) & 0xffff,
                high & 0xffff,
                low >> 48,
                low & 0xffff_ffff_ffff
            ));
            let value = (place % 3 == 0).then(|| rows.keep(second));
            rows.rows.push(Row {
                name,
                cid,
                id,
                value,
                mime_type,
                size: dice.roll(6) >> (dice.roll(7) % 40 + 20),
                date: NOW - i64::try_from(dice.roll(8) % 94_608_000).unwrap_or(0),
            });
        }
        rows
    }

    fn keep(&mut self, text: &str) -> Range<u32> {
        let start = self.texts.len() as u32;
        self.texts.push_str(text);
        start..self.texts.len() as u32
    }

    /// How many match, and what all scores add up to.
    fn filtered(&self, filter: &Filter, scratch: &mut Scratch) -> (usize, u64) {
        let mut found = (0, 0);
        for row in &self.rows {
            if let Some(score) = filter.matches(&View(self, row), scratch) {
                found = (found.0 + 1, found.1 + u64::from(score));
            }
        }
        found
    }
}

/// Numbers that look random and are the same each time (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&self, purpose: u64) -> u64 {
        let mut z = (self.0 * 256 + purpose).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn filter(c: &mut Criterion) {
    let rows = Rows::made();
    let mut scratch = Scratch::default();
    let now = Timestamp::from_second(NOW).unwrap_or_default();
    let mut group = c.benchmark_group("a million pins");
    group.sample_size(10);
    for text in [
        "size>10MB",
        "age>90d",
        "!status:failed type:image/*",
        "o",
        "orchard",
        "orcjpg",
        "zzz",
        "orchard meadow",
        "orchard size>10GB",
        "\"orchard\"",
        "name:orchard",
        "name:*.png",
        "name:/or[cd]hard/",
        "kv:team=orchard",
        "cid:bafybeia",
    ] {
        let (filter, errors) = Filter::parse(text, now);
        assert!(errors.is_empty(), "{errors:?}");
        let (count, _) = rows.filtered(&filter, &mut scratch);
        group.bench_function(format!("{text} ({count})"), |b| {
            b.iter(|| black_box(&rows).filtered(&filter, &mut scratch));
        });
    }
    group.finish();

    c.bench_function("read a filter", |b| {
        b.iter(|| Filter::parse(black_box("orchard size>10MB !type:image/* age>90d"), now));
    });
    let (filter, _) = Filter::parse("orcjpg", now);
    c.bench_function("highlight 50 names", |b| {
        b.iter(|| {
            for row in &rows.rows[..50] {
                black_box(filter.highlights(View(&rows, row).name(), &mut scratch));
            }
        });
    });
}

criterion_group!(benches, filter);
criterion_main!(benches);
