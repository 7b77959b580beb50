//! `ls` and `show`, in every form.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Home, Running};

const FIELDS: [&str; 16] = [
    "id",
    "file_record_id",
    "root_hash",
    "cid",
    "size",
    "user_id",
    "date_pinned",
    "date_unpinned",
    "created_at",
    "updated_at",
    "pinned",
    "is_pin_by_hash",
    "is_dir",
    "sub_hash_status",
    "metadata",
    "status",
];

fn assert_is_record(record: &Value) {
    let record = record.as_object().unwrap();
    assert_eq!(record.len(), FIELDS.len(), "{record:?}");
    for field in FIELDS {
        assert!(record.contains_key(field), "{field}");
    }
    assert!(record["metadata"]["keyvalues"].is_object());
    assert_ne!(record["date_unpinned"], "0001-01-01T00:00:00Z");
}

#[test]
fn every_form_lists_the_same_pins() {
    let home = Home::new();
    let served = home.serve(&["--demo", "30"]);
    let ls = |more: &[&str]| {
        let mut args = vec!["--api-url", &served.api_url, "ls"];
        args.extend(more);
        home.run(&args).with_code(0)
    };
    let document = ls(&["--json"]).json();
    assert_eq!(document["totals"]["files"], 30);
    assert!(document["totals"]["size"].as_u64().unwrap() > 0);
    let pins = document["pins"].as_array().unwrap();
    pins.iter().for_each(assert_is_record);
    assert_eq!(ls(&["--format", "json"]).json(), document);

    let text = |field: &str| -> Vec<String> {
        let value = |pin: &Value| pin[field].as_str().unwrap().to_owned();
        pins.iter().map(value).collect()
    };
    assert_eq!(ls(&["--format", "id"]).lines(), text("id"));
    assert_eq!(ls(&["--format", "cid"]).lines(), text("cid"));
    let lines: Vec<Value> = ls(&["--format", "jsonl"])
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines, *pins);

    let sheet = ls(&["--format", "csv"]);
    assert!(sheet.out.contains("\r\n"));
    let mut reader = csv::Reader::from_reader(sheet.out.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().next(), Some("id"));
    let ids: Vec<String> = reader
        .records()
        .map(|row| row.unwrap()[0].to_owned())
        .collect();
    assert_eq!(ids, text("id"));

    let table = ls(&[]);
    let header: Vec<&str> = table.lines()[0].split_whitespace().collect();
    assert_eq!(header, ["NAME", "CID", "SIZE", "STATUS", "PINNED", "ID"]);
    assert_eq!(table.lines().len(), 31);
    for (line, (id, cid)) in table.lines()[1..]
        .iter()
        .zip(text("id").iter().zip(text("cid")))
    {
        assert!(line.ends_with(id.as_str()) && line.contains(&cid), "{line}");
    }
    assert_eq!(table.err, "");
    let coloured = ls(&["--color", "always"]);
    assert!(coloured.out.contains('\u{1b}') && !table.out.contains('\u{1b}'));
}

#[test]
fn sorting_filtering_and_paging_are_the_services() {
    let home = Home::new();
    let served = home.serve(&["--demo", "250"]);
    let ids = |more: &[&str]| -> Vec<String> {
        let mut args = vec!["ls", "--format", "id", "--api-url", &served.api_url];
        args.extend(more);
        let ran = home.run(&args).with_code(0);
        ran.lines().iter().map(|line| (*line).to_owned()).collect()
    };
    let all = ids(&["--all"]);
    assert_eq!(all.len(), 250);
    assert_eq!(ids(&["--offset", "40", "--limit", "7"]), all[40..47]);
    let mut turned = ids(&["--all", "--order", "asc"]);
    turned.reverse();
    assert_eq!(turned, all);
    let pinned = ids(&["--all", "--pinned", "true"]).len();
    let unpinned = ids(&["--all", "--pinned", "false"]).len();
    assert!(pinned > 0 && unpinned > 0 && pinned + unpinned == 250);
    let sizes = home.run(&[
        "ls",
        "--all",
        "--sort",
        "size",
        "--json",
        "--api-url",
        &served.api_url,
    ]);
    let sizes: Vec<u64> = sizes.json()["pins"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|pin| pin["size"].as_u64())
        .collect();
    assert!(sizes.len() > 100 && sizes.is_sorted_by(|a, b| a >= b));

    let some = home.run(&["ls", "--api-url", &served.api_url]).with_code(0);
    assert_eq!(some.lines().len(), 101);
    assert_eq!(
        some.err,
        "lazypin: showing 100 of 250; --all for the rest\n"
    );
    let beyond = home.run(&[
        "ls",
        "--offset",
        "900",
        "--json",
        "--api-url",
        &served.api_url,
    ]);
    assert_eq!(beyond.with_code(0).json()["pins"], serde_json::json!([]));
}

#[test]
fn more_than_one_call_brings_is_brought_by_more_calls() {
    let home = Home::new();
    let served = home.serve(&["--demo", "2500"]);
    let ran = home.run(&["ls", "--all", "--json", "--api-url", &served.api_url]);
    assert_eq!(
        ran.with_code(0).json()["pins"].as_array().unwrap().len(),
        2500
    );
    let ran = home.run(&[
        "ls",
        "--limit",
        "2200",
        "--format",
        "id",
        "--api-url",
        &served.api_url,
    ]);
    assert_eq!(ran.with_code(0).lines().len(), 2200);
}

#[test]
fn the_embedded_service_and_the_demo_need_nothing() {
    let home = Home::new();
    let empty = home.run(&["ls", "--json"]).with_code(0).json();
    assert_eq!(
        empty,
        serde_json::json!({"totals": {"files": 0, "size": 0}, "pins": []})
    );
    let table = home.run(&["ls"]).with_code(0);
    assert_eq!(
        (table.lines().len(), table.err.as_str()),
        (1, "lazypin: ls: no pins here\n")
    );
    let demo = home
        .run(&["ls", "--demo", "20", "--json"])
        .with_code(0)
        .json();
    assert_eq!(demo["pins"].as_array().unwrap().len(), 20);
    let again = home
        .run(&["--demo", "20", "ls", "--json"])
        .with_code(0)
        .json();
    assert_eq!(demo, again);
}

#[test]
fn show_gives_one_record_to_people_and_scripts() {
    let home = Home::new();
    let served = home.serve(&["--demo", "5"]);
    let listed = home
        .run(&["ls", "--json", "--api-url", &served.api_url])
        .json();
    for pin in listed["pins"].as_array().unwrap() {
        let id = pin["id"].as_str().unwrap();
        let shown = home.run(&["show", id, "--json", "--api-url", &served.api_url]);
        assert_eq!(shown.with_code(0).json(), *pin);
        let shown = home
            .run(&["show", id, "--api-url", &served.api_url])
            .with_code(0);
        assert!(shown.out.contains(id) && shown.out.contains(pin["cid"].as_str().unwrap()));
    }
    let unknown = "00000000-0000-4000-8000-000000000000";
    let ran = home
        .run(&["show", unknown, "--api-url", &served.api_url])
        .with_code(1);
    assert!(
        ran.err.contains(unknown) && ran.err.contains("not found"),
        "{}",
        ran.err
    );
    assert_eq!((ran.err.lines().count(), ran.out.as_str()), (1, ""));
    let cid = listed["pins"][0]["cid"].as_str().unwrap();
    let ran = home
        .run(&["show", cid, "--api-url", &served.api_url])
        .with_code(2);
    assert!(ran.err.contains("is a CID"), "{}", ran.err);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let home = Home::new();
    let served = home.serve(&["--demo", "5000"]);
    for format in ["table", "json", "jsonl", "csv", "cid", "id"] {
        let mut child = home
            .command(&[
                "ls",
                "--all",
                "--format",
                format,
                "--api-url",
                &served.api_url,
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::with_capacity(64, child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        drop(out);
        let mut said = String::new();
        let mut err = child.stderr.take().unwrap();
        let status = Running(child).end();
        err.read_to_string(&mut said).unwrap();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{format}");
    }
}
