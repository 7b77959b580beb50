//! How long a frame takes: list and detail at 120x40, a hundred rows known.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a bench that can't go on says so by panicking, and its harness is made by a macro"
)]

#[path = "../tests/core/mod.rs"]
mod scripted;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use lazypin::app::App;
use lazypin::ui::{self, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use scripted::{Core, pin};

const SIZE: (u16, u16) = (120, 40);

/// An app with a hundred pins and the cursor on this row.
fn app(row: usize) -> App {
    let mut core = Core::connected(SIZE, (0..100).map(pin).collect());
    core.press(&"j".repeat(row));
    assert_eq!(core.app.list.cursor(), row as u64);
    core.app
}

fn terminal() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap()
}

fn draw(terminal: &mut Terminal<TestBackend>, app: &App, theme: &Theme) {
    terminal.draw(|frame| ui::draw(frame, app, theme)).unwrap();
}

fn frames(criterion: &mut Criterion) {
    let theme = Theme::terminal();
    let (here, below) = (app(10), app(11));
    let mut group = criterion.benchmark_group("draw 120x40");
    group.bench_function("the first frame, where every cell is new", |bench| {
        bench.iter_batched_ref(
            terminal,
            |terminal| draw(terminal, &here, &theme),
            criterion::BatchSize::SmallInput,
        );
    });
    group.bench_function("a frame like the one before", |bench| {
        let mut terminal = terminal();
        bench.iter(|| draw(&mut terminal, &here, &theme));
    });
    group.bench_function("a cursor moved down and up again, two frames", |bench| {
        let mut terminal = terminal();
        draw(&mut terminal, &here, &theme);
        bench.iter(|| {
            draw(&mut terminal, &below, &theme);
            draw(&mut terminal, &here, &theme);
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = frames
}
criterion_main!(benches);
