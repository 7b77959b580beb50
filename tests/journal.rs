//! The change journal through the real program: killed in the middle, finished, taken back, told.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, and these are not part of the library"
)]

#[path = "cli/harness.rs"]
mod harness;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use harness::{Home, Running, Served};
use serde_json::{Value, json};

const STATE: &str = ".local/state/lazypin";

fn journal_of(home: &Home) -> PathBuf {
    home.path().join(STATE).join("journal-default.jsonl")
}

/// The whole lines of the journal that are JSON.
fn lines(home: &Home) -> Vec<Value> {
    let bytes = fs::read(journal_of(home)).unwrap_or_default();
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

/// What became of each id, in the order of the lines.
fn outcomes(home: &Home) -> Vec<(String, String)> {
    let lines = lines(home);
    let items = lines
        .iter()
        .filter(|line| line["record"] == "outcomes")
        .flat_map(|line| line["items"].as_array().unwrap());
    items
        .map(|item| {
            let text = |field: &str| item[field].as_str().unwrap().to_owned();
            (text("id"), text("outcome"))
        })
        .collect()
}

fn pinned(home: &Home, served: &Served) -> Vec<Value> {
    let args = ["ls", "--all", "--pinned", "true", "--json"];
    let args = [&args[..], &["--api-url", &served.api_url]].concat();
    let listed = home.run(&args).with_code(0).json();
    listed["pins"].as_array().unwrap().clone()
}

fn ids(pins: &[Value]) -> Vec<String> {
    pins.iter()
        .map(|pin| pin["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Unpins `ids` and is killed once the journal tells of so many outcomes; how many it told of.
fn killed_at(home: &Home, served: &Served, ids: &[String], outcomes_before: usize) -> usize {
    let list = home.file("ids", ids.join("\n"));
    let child = home
        .command(&["rm", "--yes", "-", "--concurrency", "1"])
        .args(["--api-url", &served.api_url])
        .stdin(fs::File::open(list).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let before = outcomes(home).len();
    let first = format!("\"pins\":[{{\"id\":\"{}\"", ids[0]);
    let start = Instant::now();
    loop {
        // Parsing it would take longer than the unpins do.
        let text = fs::read_to_string(journal_of(home)).unwrap_or_default();
        let known = text.matches("\"outcome\":").count() - before;
        if text.contains(&first) && known >= outcomes_before {
            break;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "nothing happens");
        assert!(
            running.0.try_wait().unwrap().is_none(),
            "it ended by itself"
        );
    }
    running.0.kill().unwrap();
    running.end();
    outcomes(home).len() - before
}

#[test]
fn a_batch_killed_anywhere_is_finished_with_every_id_accounted_for() {
    let home = Home::new();
    let served = home.serve(&["--demo", "3000"]);
    let all = ids(&pinned(&home, &served));
    let api = ["--api-url", &served.api_url];
    let mut told: HashSet<String> = HashSet::new();
    // Right after it was written down, in the middle, and late.
    for (batch, moment) in all.chunks(500).take(4).zip([0, 1, 150, 300]) {
        let known = killed_at(&home, &served, batch, moment);
        assert!(known < batch.len(), "the kill came too late to be one");
        let still = ids(&pinned(&home, &served))
            .into_iter()
            .collect::<HashSet<_>>();
        // What is told as done is done, and nothing was done before it was told of.
        for (id, outcome) in outcomes(&home) {
            assert_eq!(outcome, "done");
            assert!(!still.contains(&id), "{id}");
        }
        let ran = home.run(&[&["rm", "--resume", "--yes", "--json"][..], &api].concat());
        assert!(ran.err.contains("was cut off"), "{}", ran.err);
        let report = ran.with_code(0).json();
        let settled = report["done"].as_u64().unwrap() + report["gone"].as_u64().unwrap();
        assert_eq!(settled, (batch.len() - known) as u64, "{report}");
        told.extend(batch.iter().cloned());
        let outcomes = outcomes(&home);
        let each: BTreeMap<&String, &String> = outcomes.iter().map(|(id, o)| (id, o)).collect();
        assert_eq!((outcomes.len(), each.len()), (told.len(), told.len()));
        assert!(each.keys().all(|id| told.contains(*id)));
    }
    let left = ids(&pinned(&home, &served));
    assert!(left.iter().all(|id| !told.contains(id)));
    assert_eq!(left.len(), all.len() - told.len());
    let again = home.run(&[&["rm", "--resume", "--yes"][..], &api].concat());
    let again = again.with_code(0);
    assert!(again.err.contains("nothing was cut off"), "{}", again.err);
    let ended = lines(&home)
        .into_iter()
        .filter(|line| line["record"] == "ended");
    assert_eq!(ended.count(), 4);
}

#[test]
fn what_was_killed_can_be_taken_back_instead_of_finished() {
    let home = Home::new();
    let served = home.serve(&["--demo", "1000"]);
    let before = pinned(&home, &served);
    let api = ["--api-url", &served.api_url];
    let batch: Vec<String> = ids(&before).into_iter().take(600).collect();
    killed_at(&home, &served, &batch, 100);
    let ran = home.run(&[&["undo", "--yes", "--json"][..], &api].concat());
    let report = ran.json();
    // Made-up pins have no content, so that those which went come back as pending ones.
    assert_eq!(report["back"], 600, "{}", report["failed"]);
    let again = home
        .run(&[&["undo", "--yes"][..], &api].concat())
        .with_code(0);
    assert!(again.err.contains("nothing to take back"), "{}", again.err);
    let resume = home.run(&[&["rm", "--resume", "--yes"][..], &api].concat());
    assert!(resume.with_code(0).err.contains("nothing was cut off"));
}

#[test]
fn an_undo_brings_content_names_and_keyvalues_back() {
    let home = Home::new();
    for name in ["a", "b", "c"] {
        home.file(name, format!("content of {name}"));
        home.run(&[
            "add",
            name,
            "--name",
            &format!("the {name}"),
            "--meta",
            &format!("k={name}"),
        ])
        .with_code(0);
    }
    let listed = |home: &Home| {
        let pins = home
            .run(&["ls", "--pinned", "true", "--json"])
            .with_code(0)
            .json();
        let mut pins = pins["pins"].as_array().unwrap().clone();
        pins.sort_by_key(|pin| pin["cid"].to_string());
        pins
    };
    let before = listed(&home);
    let old = ids(&before);
    let mut args = vec!["rm", "--yes"];
    args.extend(old.iter().map(String::as_str));
    home.run(&args).with_code(0);
    assert!(listed(&home).is_empty());
    assert_eq!(home.run(&["undo"]).code, 2);
    assert_eq!(home.run(&["undo", "--yes", "--read-only"]).code, 1);
    let list = home.run(&["undo", "--list", "--read-only"]).with_code(0);
    assert!(list.out.contains("3 pins: 3 can come back"), "{}", list.out);
    let batch = list.out.split_whitespace().next().unwrap();
    let pins = home.run(&["undo", batch, "--list"]).with_code(0);
    assert!(pins.out.contains("the a"), "{}", pins.out);
    assert_eq!(home.run(&["undo", "zzz", "--list"]).code, 2);
    assert!(listed(&home).is_empty());

    let undone = home.run(&["undo", "--yes", "--json"]).with_code(0).json();
    assert_eq!((&undone["back"], &undone["failed"]), (&json!(3), &json!(0)));
    let after = listed(&home);
    for (was, is) in before.iter().zip(&after) {
        assert_eq!(was["cid"], is["cid"]);
        assert_eq!(was["metadata"]["name"], is["metadata"]["name"]);
        assert_eq!(was["metadata"]["keyvalues"], is["metadata"]["keyvalues"]);
        assert_ne!(was["id"], is["id"]);
        let items = undone["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["id"] == was["id"]).unwrap();
        assert_eq!((&item["new_id"], &item["cid"]), (&is["id"], &is["cid"]));
        assert_eq!(item["outcome"], "back");
    }
    let again = home.run(&["undo", "--yes"]).with_code(0);
    assert!(again.err.contains("nothing to take back"), "{}", again.err);

    // All of it was told, newest first, to people and to scripts.
    let log = home.run(&["log"]).with_code(0);
    let kinds: Vec<&str> = log
        .lines()
        .iter()
        .map(|line| line.split_whitespace().nth(3).unwrap())
        .collect();
    assert_eq!(kinds, ["undo", "unpin", "upload", "upload", "upload"]);
    assert!(log.lines()[1].contains("3 done  default"), "{}", log.out);
    let log = home.run(&["log", "--json"]).with_code(0).json();
    let changes = log["changes"].as_array().unwrap();
    assert_eq!((&log["unreadable"], changes.len()), (&json!(0), 5));
    assert_eq!(changes[0]["of"], changes[1]["batch"]);
    assert_eq!(changes[4]["items"][0]["name"], "the a");
    assert!(!home.path().join(".local/share/lazypin/state").exists());
}

#[test]
fn what_can_not_come_back_is_told_holds_nothing_up_and_can_be_tried_again_by_name() {
    let home = Home::new();
    let mut cids = Vec::new();
    for name in ["a", "b"] {
        home.file(name, name);
        let added = home.run(&["add", name, "--json"]).with_code(0).json();
        cids.push(added["cid"].as_str().unwrap().to_owned());
        home.run(&["rm", "--yes", added["id"].as_str().unwrap()])
            .with_code(0);
    }
    // Spoiled on the disk, as far as the service can tell.
    let replace = |from: &str, to: &str| {
        let text = fs::read_to_string(journal_of(&home)).unwrap();
        fs::write(journal_of(&home), text.replace(from, to)).unwrap();
    };
    replace(&cids[1], "bafynonsense");
    let ran = home.run(&["undo", "--yes"]).with_code(1);
    assert!(
        ran.out.contains("refused ") && ran.out.contains("1 refused"),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("tries it again"), "{}", ran.err);

    // The batch before it is what comes next, and then there is none.
    let ran = home.run(&["undo", "--yes"]).with_code(0);
    assert!(ran.out.contains(&cids[0]), "{}", ran.out);
    let ran = home.run(&["undo", "--yes"]).with_code(0);
    assert!(ran.err.contains("nothing to take back"), "{}", ran.err);

    let list = home.run(&["undo", "--list"]).with_code(0);
    assert!(list.out.contains("1 pin: 1 refused"), "{}", list.out);
    let batch = list.out.split_whitespace().next().unwrap();
    let pins = home.run(&["undo", batch, "--list", "--json"]).json();
    assert_eq!((&pins["open"], &pins["refused"]), (&json!(0), &json!(1)));
    assert!(
        pins["items"][0]["refused"]
            .as_str()
            .unwrap()
            .contains("cid"),
        "{pins}"
    );
    replace("bafynonsense", &cids[1]);
    let ran = home.run(&["undo", batch, "--yes", "--json"]).with_code(0);
    assert_eq!(ran.json()["back"], 1, "{}", ran.out);
    let list = home.run(&["undo", "--list", "--json"]).json();
    assert_eq!(list, json!({"batches": []}));
}

#[test]
fn what_was_unpinned_elsewhere_is_told_and_not_offered() {
    let home = Home::new();
    home.file("a", "a");
    let added = home.run(&["add", "a", "--json"]).with_code(0).json();
    home.run(&["rm", "--yes", added["id"].as_str().unwrap()])
        .with_code(0);
    let nothing = |args: &[&str]| {
        let ran = home.run(args).with_code(0);
        assert!(ran.err.contains("nothing to take back"), "{ran:?}");
    };
    // A throw-away service is another one, and leaves nothing behind.
    nothing(&["undo", "--list", "--demo", "5"]);
    home.run(&["rm", "--filter", "status:pinned", "--yes", "--demo", "5"])
        .with_code(0);
    nothing(&["undo", "--yes", "--demo", "5"]);
    nothing(&["undo", "--list", "--api-url", "http://127.0.0.1:9/api"]);
    let list = home.run(&["undo", "--list"]).with_code(0);
    assert!(list.out.contains("1 can come back"), "{}", list.out);
    // With its data gone it is another account at the same place.
    fs::remove_dir_all(home.path().join(".local/share/lazypin/service")).unwrap();
    nothing(&["undo", "--list"]);
    nothing(&["undo", "--yes"]);
    assert_eq!(home.run(&["ls", "--format", "id"]).with_code(0).out, "");
    assert_eq!(home.run(&["log"]).with_code(0).lines().len(), 2);
}

#[test]
fn what_comes_back_without_its_content_is_told_as_waiting() {
    let home = Home::new();
    let served = home.serve(&["--demo", "50"]);
    let api = ["--api-url", &served.api_url];
    let large = home.run(
        &[
            &["ls", "--sort", "size", "--format", "id"][..],
            &["--pinned", "true", "--limit", "1"],
            &api,
        ]
        .concat(),
    );
    let id = large.with_code(0).out.trim().to_owned();
    home.run(&[&["rm", "--yes", &id][..], &api].concat())
        .with_code(0);
    let ran = home.run(&[&["undo", "--yes"][..], &api].concat());
    let ran = ran.with_code(0);
    assert!(
        ran.out
            .contains("1 pin is back, with a new id, 1 waiting for content"),
        "{}",
        ran.out
    );
}

#[test]
fn a_change_with_many_items_is_told_whole_and_to_a_reader_that_leaves() {
    let home = Home::new();
    let batch = "11111111-2222-4333-8444-555555555555";
    let (mut lines, total) = (Vec::new(), 30_000);
    let mut line = |value: Value| lines.push(value.to_string());
    line(
        json!({"record": "begun", "batch": batch, "time": "2026-11-01T00:00:00Z", "kind": "unpin",
        "profile": "default", "service": "somewhere", "total": total}),
    );
    let ids: Vec<usize> = (0..total).collect();
    for some in ids.chunks(200) {
        let pins: Vec<Value> = some
            .iter()
            .map(|id| json!({"id": format!("id-{id}")}))
            .collect();
        line(json!({"record": "pins", "batch": batch, "pins": pins}));
    }
    for some in ids.chunks(32) {
        let item = |id| json!({"id": format!("id-{id}"), "outcome": "done"});
        let items: Vec<Value> = some.iter().map(item).collect();
        line(json!({"record": "outcomes", "batch": batch, "items": items}));
    }
    fs::create_dir_all(home.path().join(STATE)).unwrap();
    fs::write(journal_of(&home), lines.join("\n")).unwrap();
    let log = home.run(&["log", "--json"]).with_code(0).json();
    let change = &log["changes"][0];
    let length = |field: &str| change[field].as_array().unwrap().len();
    assert_eq!((length("pins"), length("items")), (total, total));
    assert_eq!(change["items"][total - 1]["id"], "id-29999");
    let log = home.run(&["log"]).with_code(0);
    assert!(log.out.starts_with("11111111  2026-11-01"), "{}", log.out);
    // Whoever has read enough ends it.
    let mut child = home
        .command(&["log", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_journal_that_can_not_be_written_lets_no_unpin_out() {
    let home = Home::new();
    home.file("a", "a");
    home.run(&["add", "a", "--data-dir", "d"]).with_code(0);
    let state = home.path().join("d/state");
    assert!(state.join("journal-default.jsonl").exists());
    assert!(!home.path().join(STATE).exists());
    let listed = |home: &Home| {
        let args = ["ls", "--pinned", "true", "--json", "--data-dir", "d"];
        ids(home.run(&args).json()["pins"].as_array().unwrap())
    };
    let pins = listed(&home);
    fs::remove_dir_all(&state).unwrap();
    fs::write(&state, "no directory").unwrap();
    let ran = home
        .run(&["rm", "--yes", &pins[0], "--data-dir", "d"])
        .with_code(1);
    assert!(
        ran.err.contains("can't write the change journal"),
        "{}",
        ran.err
    );
    assert_eq!(listed(&home), pins);
}
