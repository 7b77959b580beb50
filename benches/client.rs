//! How fast a page of the list becomes pins, from the bytes of the answer on.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench that can't go on says so by panicking, and its harness is made by a macro"
)]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use lazypin::domain::PinPage;
use lazypin::wire::{Envelope, PinList};
use serde_json::json;

/// An answer with this many rows, each as the service's documentation shows one.
fn answer(rows: usize) -> Vec<u8> {
    let pins: Vec<_> = (0..rows)
        .map(|row| {
            json!({
                "id": format!("3c3fec2a-ca65-4b8e-bcf3-{row:012}"),
                "file_record_id": "19164af7-8088-407d-8b4f-5bb3bae3541a",
                "root_hash": "1220ce95a46e2063878d025d68ce543a205eee90e5b31a659cb8c7c108fb3b133414",
                "cid": "bafkreigoswsg4iddq6gqexlizzkduic652iolmy2mwolrr6bbd5twezucq",
                "size": row,
                "user_id": "c2452942-5dc5-4a0d-9c38-77a66edcf43a",
                "date_pinned": "2023-06-07T03:52:39.331369Z",
                "date_unpinned": "0001-01-01T00:00:00Z",
                "pinned": true,
                "is_pin_by_hash": false,
                "sub_hash_status": "DONE",
                "is_dir": false,
                "metadata": {"name": "test.png", "type": "image/png", "keyvalues": {"k": "v"}},
                "status": "DONE",
            })
        })
        .collect();
    let totals = json!({"files": rows, "size": 1});
    let data = json!({"totals": totals, "pins": pins});
    serde_json::to_vec(&json!({"data": data, "status": "success"})).unwrap()
}

fn page(answer: &[u8]) -> PinPage {
    let envelope: Envelope<PinList> = serde_json::from_slice(answer).unwrap();
    envelope.data.unwrap().into_page(0)
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode a page");
    for rows in [100, 1000] {
        let answer = answer(rows);
        assert_eq!(page(&answer).pins.len(), rows);
        group.throughput(Throughput::Bytes(answer.len() as u64));
        group.bench_with_input(
            BenchmarkId::from_parameter(rows),
            &answer,
            |bench, answer| {
                bench.iter(|| page(black_box(answer)));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
