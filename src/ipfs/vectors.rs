//! The CIDs that other implementations gave, met one by one.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Block, FileBuilder, FilePath, FileRoot, Tree};

const VECTORS: &str = include_str!("../../tests/data/cid_vectors.json");

/// The bytes that a generator of the vectors stands for.
fn content(generator: &str, size: usize) -> Vec<u8> {
    if let Some(text) = generator.strip_prefix("text:") {
        assert_eq!(text.len(), size);
        return text.as_bytes().to_vec();
    }
    if let Some(seed) = generator.strip_prefix("ctr:") {
        return (0_u32..)
            .flat_map(|k| <[u8; 32]>::from(Sha256::digest(format!("holdout:{seed}:{k}"))))
            .take(size)
            .collect();
    }
    match generator {
        "mod" => {
            let period: Vec<u8> = (0..251_u32)
                .map(|i| u8::try_from(i * 31 % 251).unwrap())
                .collect();
            period.iter().copied().cycle().take(size).collect()
        }
        "zero" => vec![0; size],
        other => panic!("unknown generator {other}"),
    }
}

fn file(generator: &str, size: usize, piece: usize) -> FileRoot {
    let mut builder = FileBuilder::default();
    for bytes in content(generator, size).chunks(piece) {
        builder.push(bytes);
    }
    builder.finish()
}

fn hex(block: Block) -> String {
    use std::fmt::Write as _;
    block.multihash().iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[test]
fn files_have_the_cids_that_ipfs_add_gives() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    for vector in vectors["files"].as_array().unwrap() {
        let size = usize::try_from(vector["size"].as_u64().unwrap()).unwrap();
        let root = file(vector["gen"].as_str().unwrap(), size, 1_000_003);
        assert_eq!(root.block.to_string(), vector["cid"].as_str().unwrap());
        assert_eq!(hex(root.block), vector["root_hash"].as_str().unwrap());
        assert_eq!(root.size, size as u64);
    }
    assert_eq!(
        file("zero", 0, 1).block.to_string(),
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    );
}

#[test]
fn pieces_of_any_size_give_the_same_root() {
    let whole = file("mod", 600_000, 600_000);
    for piece in [1, 7, 4096, 262_143, 262_144, 262_145] {
        assert_eq!(file("mod", 600_000, piece), whole);
    }
}

fn entries_of(vector: &Value) -> Vec<(String, String, usize)> {
    match vector["name"].as_str().unwrap() {
        "many1000" => (0..1000)
            .map(|i| (format!("f{i:04}.txt"), format!("ctr:m{i}"), i % 97))
            .collect(),
        "many8000" => (0..8000)
            .map(|i| (format!("{i:06}"), format!("ctr:k{}", i % 16), 8))
            .collect(),
        _ => vector["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                (
                    entry[0].as_str().unwrap().to_owned(),
                    entry[1].as_str().unwrap().to_owned(),
                    usize::try_from(entry[2].as_u64().unwrap()).unwrap(),
                )
            })
            .collect(),
    }
}

#[test]
fn directories_have_the_cids_that_ipfs_add_gives() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    for vector in vectors["directories"].as_array().unwrap() {
        let mut tree = Tree::default();
        let outcome = entries_of(vector)
            .into_iter()
            .try_for_each(|(name, generator, size)| {
                let path = FilePath::parse(&name).unwrap();
                tree.insert(&path, file(&generator, size, 65_536))
            });
        if vector["sharded"].as_bool().unwrap() {
            let error = outcome.unwrap_err();
            assert!(error.contains("too many entries"), "{error}");
            continue;
        }
        outcome.unwrap();
        let root = tree.finish(|_| Ok::<(), ()>(())).unwrap();
        assert_eq!(root.block.to_string(), vector["cid"].as_str().unwrap());
    }
}

#[test]
fn a_name_is_a_file_or_a_directory_and_there_once() {
    let one = file("text:a", 1, 1);
    let path = |name: &str| FilePath::parse(name).unwrap();
    let mut tree = Tree::default();
    tree.insert(&path("d/a"), one).unwrap();
    assert!(tree.insert(&path("d/a"), one).is_err());
    assert!(tree.insert(&path("d/a/b"), one).is_err());
    tree.insert(&path("d/c/e"), one).unwrap();
    assert!(tree.insert(&path("d/c"), one).is_err());

    let roots = |names: &[&str]| {
        let mut tree = Tree::default();
        for name in names {
            tree.insert(&path(name), one).unwrap();
        }
        tree.into_root()
            .map(|tree| tree.finish(|_| Ok::<(), ()>(())).unwrap().entries.len())
    };
    assert_eq!(roots(&["d/a", "d/b/c"]), Ok(2));
    assert_eq!(roots(&["a", "b", "c"]), Ok(3));
    assert!(roots(&["a", "d/b"]).is_err());
    assert!(roots(&["d/a", "e/b"]).is_err());
}
