//! `add`, `pin` and `rm`, and what keeps them from doing too much.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{HELLO, Home, Ran, numbered_cid};

const EMPTY_DIRECTORY: &str = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354";
const ELSEWHERE: &str = "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn ids(home: &Home, more: &[&str]) -> Vec<String> {
    let mut args = vec!["ls", "--format", "id", "--all"];
    args.extend(more);
    let ran = home.run(&args).with_code(0);
    ran.lines().into_iter().map(str::to_owned).collect()
}

#[test]
fn add_uploads_files_and_directories() {
    let home = Home::new();
    home.file("hello.txt", "hello world");
    home.file("site/index.html", "<h1>hi</h1>");
    home.file("site/img/dot.png", [0u8; 3000]);
    let record = home
        .run(&[
            "add",
            "hello.txt",
            "--name",
            "greeting",
            "--meta",
            "env=prod",
            "--meta",
            "a=b=c",
            "--json",
        ])
        .with_code(0)
        .json();
    assert_eq!(record["cid"], HELLO);
    assert_eq!(record["metadata"]["name"], "greeting");
    assert_eq!(
        record["metadata"]["keyvalues"],
        json!({"env": "prod", "a": "b=c"})
    );
    let line = home.run(&["add", "site"]).with_code(0);
    let words: Vec<&str> = line.out.split_whitespace().collect();
    assert_eq!((words[0], words[3]), ("added", "site"));
    let shown = home.run(&["show", words[2], "--json"]).with_code(0).json();
    assert_eq!(
        (&shown["cid"], &shown["is_dir"]),
        (&json!(words[1]), &json!(true))
    );
    assert_ne!(words[1], EMPTY_DIRECTORY);
    assert_eq!(line.err, "");
}

#[test]
fn one_path_that_fails_does_not_keep_the_others() {
    let home = Home::new();
    home.file("a.txt", "a");
    home.file("b.txt", "b");
    let ran = home
        .run(&["add", "a.txt", "missing.txt", "b.txt"])
        .with_code(1);
    assert_eq!(ran.lines().len(), 2);
    assert!(ran.lines().iter().all(|line| line.starts_with("added ")));
    assert!(
        ran.err.starts_with("lazypin: can't add missing.txt: "),
        "{}",
        ran.err
    );
    assert_eq!(ids(&home, &[]).len(), 2);
    let several = home.run(&["add", "--json", "a.txt", "b.txt"]).with_code(0);
    assert_eq!(several.json().as_array().unwrap().len(), 2);
}

#[test]
fn content_that_is_pinned_already_is_no_failure() {
    let home = Home::new();
    home.file("hello.txt", "hello world");
    let first = home
        .run(&["add", "hello.txt", "--json"])
        .with_code(0)
        .json();
    let again = home.run(&["add", "hello.txt", "--json"]).with_code(0);
    assert!(again.err.contains("already pinned"), "{}", again.err);
    assert_eq!(again.json()["id"], first["id"]);
    let again = home.run(&["pin", HELLO]).with_code(0);
    assert!(
        again.out.starts_with(&format!("already {HELLO} ")),
        "{}",
        again.out
    );
}

#[test]
fn pin_takes_cids_from_the_line_and_from_stdin() {
    let home = Home::new();
    let record = home
        .run(&["pin", ELSEWHERE, "--name", "far", "--json"])
        .with_code(0);
    let record = record.json();
    assert_eq!(
        (&record["cid"], &record["pinned"]),
        (&json!(ELSEWHERE), &json!(false))
    );
    assert_eq!(record["metadata"]["name"], "far");
    let home = Home::new();
    let lines = format!("{HELLO}  two words \n\nnonsense here\n{ELSEWHERE}\r\n");
    let ran = home
        .run_with(&[], &["pin", "-", "--json"], &lines)
        .with_code(1);
    assert!(ran.err.contains("line 3 of stdin"), "{}", ran.err);
    let records = ran.json();
    assert_eq!(records.as_array().unwrap().len(), 2);
    assert_eq!(records[0]["metadata"]["name"], "two words");
    // On the command line one wrong CID stops everything before it begins.
    let home = Home::new();
    let ran = home.run(&["pin", ELSEWHERE, "nonsense"]).with_code(2);
    assert!(ran.err.contains("'nonsense': not a CID"), "{}", ran.err);
    assert_eq!(ids(&home, &[]).len(), 0);
}

#[test]
fn a_list_that_is_pinned_already_is_told_of_in_its_order() {
    let home = Home::new();
    // More than stand among the newest records.
    let cids: Vec<String> = (0..406).map(numbered_cid).collect();
    let list = cids.join("\n");
    let first = home
        .run_with(&[], &["pin", "-", "--json"], &list)
        .with_code(0);
    let again = home
        .run_with(&[], &["pin", "-", "--json"], &list)
        .with_code(0);
    assert_eq!(first.json().as_array().unwrap().len(), 406);
    let ids = |ran: &Ran| -> Vec<String> {
        let records = ran.json();
        let records = records.as_array().unwrap();
        records
            .iter()
            .map(|record| record["id"].to_string())
            .collect()
    };
    assert!(ids(&first) == ids(&again), "{}", again.err);
}

#[test]
fn pin_reads_lists_as_people_keep_them() {
    let home = Home::new();
    let [first, second, third] = [1, 2, 3].map(numbered_cid);
    home.run(&["pin", &second]).with_code(0);
    let list = format!(
        "\u{feff}# kept since May\n{third} of May\r\n\r\n{first}\n  {second}\n{third} again\n\n{first}x\n"
    );
    let args = ["pin", "-", "--meta", "env=test", "--json"];
    let ran = home.run_with(&[], &args, &list).with_code(1);
    assert!(
        ran.err.contains("line 8 of stdin: not a CID"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("line 6 of stdin says the same as line 2"),
        "{}",
        ran.err
    );
    // In the order of the list, what was pinned before among them.
    let records = ran.json();
    let told: Vec<(&str, Option<&str>)> = records
        .as_array()
        .unwrap()
        .iter()
        .map(|record| {
            let name = record["metadata"]["name"].as_str();
            (record["cid"].as_str().unwrap(), name)
        })
        .collect();
    let expected = [(&*third, Some("of May")), (&*first, None), (&*second, None)];
    assert_eq!(told, expected);
    assert_eq!(records[0]["metadata"]["keyvalues"]["env"], "test");
    assert!(ran.err.contains("already pinned as"), "{}", ran.err);
    assert_eq!(ids(&home, &[]).len(), 3);
    // Nothing of what is no list is pinned.
    let other = home.run_with(&[], &["pin", "-"], &"x\n".repeat(10_001));
    assert!(other.with_code(2).err.contains("is no list of CIDs"));
}

#[test]
fn rm_unpins_and_tells_what_became_of_each() {
    let home = Home::new();
    home.file("a.txt", "a");
    home.file("b.txt", "b");
    home.file("c.txt", "c");
    home.run(&["add", "a.txt", "b.txt", "c.txt"]).with_code(0);
    let pins = ids(&home, &["--pinned", "true"]);
    let plan = home
        .run(&["rm", "--dry-run", "--json", &pins[0], NOBODY])
        .with_code(0)
        .json();
    assert_eq!((&plan["pins"], &plan["size"]), (&json!(1), &json!(1)));
    assert_eq!(plan["items"][0]["name"], "c.txt");
    assert_eq!(plan["left_out"][0]["message"], "not there");
    assert_eq!(ids(&home, &["--pinned", "true"]).len(), 3);

    let report = home.run(&["rm", "--yes", "--json", &pins[0], &pins[0], NOBODY]);
    assert_eq!(
        report.with_code(0).json(),
        json!({"done": 1, "gone": 1, "refused": 0, "unknown": 0, "items": [
            {"id": pins[0], "outcome": "done", "message": ""},
            {"id": NOBODY, "outcome": "gone", "message": ""},
        ]})
    );
    let lines = format!("{}\n\n{}\n", pins[1], pins[2]);
    let rest = home
        .run_with(&[], &["rm", "--yes", "-"], &lines)
        .with_code(0);
    assert_eq!(rest.out, "unpinned 2 pins\n");
    assert_eq!(ids(&home, &["--pinned", "true"]).len(), 0);
    assert_eq!(ids(&home, &[]).len(), 3);
}

#[test]
fn rm_refuses_where_it_can_not_ask_or_the_list_is_wrong() {
    let home = Home::new();
    home.file("a.txt", "a");
    home.run(&["add", "a.txt"]).with_code(0);
    let pin = ids(&home, &[]).remove(0);
    let ran = home.run(&["rm", &pin]).with_code(2);
    assert!(ran.err.contains("hint: --yes"), "{}", ran.err);
    home.run_with(&[], &["rm", "-"], &pin).with_code(2);
    let ran = home.run_with(&[], &["rm", "--yes", "-"], &format!("{pin}\na b\n"));
    assert!(ran.with_code(2).err.contains("line 2 of stdin"));
    let ran = home.run(&["rm", "--yes", HELLO]).with_code(2);
    assert!(ran.err.contains("is a CID"), "{}", ran.err);
    assert_eq!(ids(&home, &["--pinned", "true"]), [pin]);
    let nothing = home.run_with(&[], &["rm", "--yes", "-"], "\n").with_code(0);
    assert_eq!(nothing.out, "unpinned 0 pins\n");
}

#[test]
fn read_only_lets_nothing_through() {
    let home = Home::new();
    home.file("a.txt", "a");
    home.file("b.txt", "b");
    home.run(&["add", "a.txt"]).with_code(0);
    let pin = ids(&home, &[]).remove(0);
    for args in [
        &["add", "b.txt"][..],
        &["pin", ELSEWHERE],
        &["rm", "--yes", &pin],
    ] {
        let ran = home
            .run_with(&[("LAZYPIN_READ_ONLY", "1")], args, "")
            .with_code(1);
        assert!(ran.err.contains("read only"), "{}", ran.err);
        let option = [args, &["--read-only"]].concat();
        assert_eq!(home.run(&option).code, 1);
    }
    home.run(&["rm", "--dry-run", "--read-only", &pin])
        .with_code(0);
    assert_eq!(ids(&home, &["--pinned", "true"]), [pin]);
}

#[test]
fn a_reader_that_leaves_does_not_stop_a_change() {
    let home = Home::new();
    for name in ["a", "b", "c"] {
        home.file(name, name);
    }
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = home
        .command(&["add", "a", "b", "c"])
        .stdout(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
    assert_eq!(ids(&home, &["--pinned", "true"]).len(), 3);
}

#[test]
fn on_a_terminal_rm_asks_once_and_no_means_no() {
    let home = Home::new();
    home.file("holiday.txt", vec![b'x'; 12_300]);
    home.run(&["add", "holiday.txt"]).with_code(0);
    let pin = ids(&home, &[]).remove(0);
    for no in ["n\n", "\n", "\u{4}"] {
        let (screen, code) = home.answer(&["rm", &pin], &[no]);
        assert_eq!(code, 1, "{screen}");
        assert!(screen.contains("holiday.txt"), "{screen}");
        assert!(screen.contains("Unpin 1 pin (12.3 kB)? [y/N] "), "{screen}");
        assert_eq!(ids(&home, &["--pinned", "true"]).len(), 1);
    }
    let (screen, code) = home.answer(&["rm", &pin], &["y\n"]);
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("unpinned 1 pin"), "{screen}");
    assert_eq!(ids(&home, &["--pinned", "true"]).len(), 0);
}

#[test]
fn names_from_outside_steer_no_terminal() {
    let home = Home::new();
    home.file("a.txt", "a");
    let evil = "x\u{1b}[2J\u{9b}31m\u{202e}y";
    home.run(&["add", "a.txt", "--name", evil]).with_code(0);
    for args in [&["ls"][..], &["ls", "--json"], &["ls", "--format", "jsonl"]] {
        let ran = home.run(args).with_code(0);
        for c in ['\u{1b}', '\u{9b}', '\u{202e}'] {
            assert!(!ran.out.contains(c), "{args:?}: {:?}", ran.out);
        }
    }
    let listed: Value = home.run(&["ls", "--json"]).json();
    assert_eq!(listed["pins"][0]["metadata"]["name"], evil);
    assert!(fs::exists(home.path().join(".local/share/lazypin/service")).unwrap());
}
