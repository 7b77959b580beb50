//! The floors of the house: a room sees only the floors below its own, and no two rooms see each
//! other in a circle.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room of `src` may see. `main.rs` sees all.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("error", &["domain"]),
    ("credentials", &[]),
    ("journal", &["domain", "credentials"]),
    ("plan_file", &["domain"]),
    ("protocol", &["domain", "error"]),
    ("input", &[]),
    ("wire", &["domain"]),
    ("ipfs", &["domain"]),
    ("app", &["domain", "error", "protocol", "input"]),
    ("ui", &["domain", "error", "protocol", "input", "app"]),
    (
        "api",
        &["domain", "error", "credentials", "protocol", "wire"],
    ),
    ("service", &["domain", "credentials", "wire", "ipfs"]),
    ("index", &["domain", "credentials"]),
    (
        "worker",
        &[
            "domain", "error", "journal", "protocol", "ipfs", "api", "index",
        ],
    ),
    ("args", &["domain"]),
    ("config", &["domain", "credentials", "api", "args"]),
    ("logging", &["credentials", "config"]),
    (
        "connect",
        &[
            "domain",
            "credentials",
            "journal",
            "api",
            "service",
            "worker",
            "config",
        ],
    ),
    (
        "tui",
        &[
            "domain",
            "protocol",
            "plan_file",
            "input",
            "app",
            "ui",
            "worker",
            "connect",
            "config",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "error",
            "credentials",
            "journal",
            "plan_file",
            "protocol",
            "api",
            "worker",
            "service",
            "connect",
            "config",
            "args",
        ],
    ),
];

/// Crates that decide nothing and do something: never seen where things are decided or drawn.
const DOING: &[&str] = &["tokio", "reqwest", "axum", "rusqlite", "hyper", "arboard"];

#[test]
fn every_room_sees_only_the_floors_below() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in sources(&root()) {
        let room = room_of(&file);
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(allowed) = allowed.get(room.as_str()) else {
            wrong.push(format!("{}: src/{room} is no known room", file.display()));
            continue;
        };
        for seen in seen_rooms(&fs::read_to_string(&file).unwrap()) {
            if seen != room && !allowed.contains(&seen.as_str()) {
                wrong.push(format!("{}: {room} sees {seen}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_floors_have_no_circle() {
    // A room may see only rooms that stand before it in the table.
    for (index, (room, seen)) in ROOMS.iter().enumerate() {
        for other in *seen {
            let place = ROOMS.iter().position(|(name, _)| name == other);
            assert!(
                place.is_some_and(|place| place < index),
                "{room} and {other}"
            );
        }
    }
}

#[test]
fn the_core_decides_without_doing() {
    for room in ["domain", "error", "protocol", "input", "app", "ui", "wire"] {
        for file in sources(&root()) {
            if room_of(&file) != room {
                continue;
            }
            let text = code_of(&fs::read_to_string(&file).unwrap());
            for doing in DOING {
                assert!(
                    !text.contains(&format!("{doing}::")),
                    "{} sees {doing}",
                    file.display()
                );
            }
            for doing in [
                "std::fs",
                "std::env",
                "std::net",
                "std::thread",
                "Instant::now",
                "Timestamp::now",
            ] {
                assert!(!text.contains(doing), "{} sees {doing}", file.display());
            }
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn room_of(file: &Path) -> String {
    let inside = file.strip_prefix(root()).unwrap();
    let first = inside.components().next().unwrap();
    let name = first.as_os_str().to_str().unwrap();
    name.trim_end_matches(".rs").to_owned()
}

/// The text without comments and tests.
fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rooms named by `crate::room` and by `use crate::{room, ...}`.
fn seen_rooms(text: &str) -> Vec<String> {
    let code = code_of(text);
    let mut seen = Vec::new();
    for after in code.split("crate::").skip(1) {
        let word = |text: &str| -> String {
            text.trim_start()
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect()
        };
        if let Some(group) = after.strip_prefix('{') {
            let end = group.find("};").unwrap_or(group.len());
            let mut depth = 0;
            let mut start = 0;
            for (at, c) in group[..end].char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        seen.push(word(&group[start..at]));
                        start = at + 1;
                    }
                    _ => {}
                }
            }
            seen.push(word(&group[start..end]));
        } else {
            seen.push(word(after));
        }
    }
    seen.retain(|room| ROOMS.iter().any(|(name, _)| name == room));
    seen
}
