//! How fast content gets its name: chunking, hashing and linking, without network or disk.
#![allow(missing_docs, reason = "criterion's macro makes the function")]

use std::convert::Infallible;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use lazypin::ipfs::{FileBuilder, FilePath, Tree};
use sha2::{Digest as _, Sha256};

const MIB: usize = 1024 * 1024;

/// Bytes in the pieces in which a connection brings them.
const PIECE: usize = 64 * 1024;

fn import(c: &mut Criterion) {
    let bytes: Vec<u8> = (0..32 * MIB)
        .map(|at| (at % 251).to_le_bytes()[0])
        .collect();
    let mut group = c.benchmark_group("import");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("a file of 32 MiB", |b| {
        b.iter(|| {
            let mut builder = FileBuilder::default();
            for piece in black_box(&bytes).chunks(PIECE) {
                builder.push(piece);
            }
            builder.finish()
        });
    });
    group.bench_function("its hash alone", |b| {
        b.iter(|| Sha256::digest(black_box(&bytes)));
    });
    group.finish();

    let file = FileBuilder::default().finish();
    let paths: Vec<FilePath> = (0..4000)
        .filter_map(|at| FilePath::parse(&format!("d/{}/{at:06}.txt", at % 7)).ok())
        .collect();
    let mut group = c.benchmark_group("directory");
    group.throughput(Throughput::Elements(paths.len() as u64));
    group.bench_function("4,000 names in 7 subdirectories", |b| {
        b.iter_batched(
            Tree::default,
            |mut tree| {
                for path in &paths {
                    let _ = tree.insert(path, file);
                }
                tree.finish(|node| {
                    black_box(node);
                    Ok::<(), Infallible>(())
                })
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, import);
criterion_main!(benches);
