//! How long the core takes to decide: a key, a page of answers, a held key.

#![allow(
    missing_docs,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that can't go on says so by panicking, and its harness is made by a macro"
)]

#[path = "../tests/core/mod.rs"]
mod scripted;

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use lazypin::app::{App, Message};
use lazypin::protocol::{Reply, Request};

use scripted::{Core, now, pin};

const SIZE: (u16, u16) = (120, 40);

fn press(app: &mut App, key: char) {
    let key = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
    let effects = app.update(Message::Key(key), now(Duration::ZERO));
    std::hint::black_box(effects);
}

/// A core with this many pins, and all that it keeps of them around the cursor known.
fn scrolled(pins: usize, row: usize) -> App {
    let mut core = Core::connected(SIZE, (0..pins).map(pin).collect());
    core.press(&"j".repeat(row));
    assert_eq!(core.app.list.cursor(), row as u64);
    assert!(core.app.list.row(core.app.list.cursor() + 1).is_some());
    core.app
}

/// A core that waits for its first hundred rows, and the answer that brings them.
fn awaited() -> (App, Message) {
    let mut core = Core::new(SIZE, (0..100).map(pin).collect());
    let Request::List { seq, query, .. } = core.take_request() else {
        panic!("no list was asked for");
    };
    let result = Ok(core.page(&query));
    let reply = Reply::List { seq, query, result };
    (core.app, Message::Reply(reply))
}

fn updates(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("update");
    group.bench_function("a key down and one up in 10,000 pins", |bench| {
        let mut app = scrolled(10_000, 5_000);
        bench.iter(|| {
            press(&mut app, 'j');
            press(&mut app, 'k');
        });
    });
    group.throughput(Throughput::Elements(100));
    group.bench_function("a page of 100 rows", |bench| {
        bench.iter_batched(
            awaited,
            |(mut app, page)| {
                let effects = app.update(page, now(Duration::ZERO));
                assert!(app.list.row(99).is_some());
                (app, effects)
            },
            BatchSize::SmallInput,
        );
    });
    group.throughput(Throughput::Elements(2_000));
    group.bench_function("2,000 keys down and back to the top", |bench| {
        let mut app = scrolled(10_000, 2_000);
        bench.iter(|| {
            press(&mut app, 'g');
            for _ in 0..2_000 {
                press(&mut app, 'j');
            }
            assert_eq!(app.list.cursor(), 2_000);
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = updates
}
criterion_main!(benches);
