//! Plans and protection: what a bulk leaves out, and plans that are saved and carried out later.

use std::fs;

use serde_json::{Value, json};

use crate::harness::Home;

/// A home with these pins, and with these settings.
fn home(names: &[&str], config: &str) -> Home {
    let home = Home::new();
    for name in names {
        home.file(name, format!("content of {name}"));
    }
    home.file(".config/lazypin/config.toml", config);
    home.run(&[&["add"], names].concat()).with_code(0);
    home
}

/// The names of all that is pinned.
fn pinned(home: &Home) -> Vec<String> {
    let list = home.run(&[
        "ls", "--pinned", "true", "--sort", "name", "--order", "asc", "--json",
    ]);
    let list = list.with_code(0).json();
    let names = list["pins"].as_array().unwrap().iter();
    names
        .map(|pin| pin["metadata"]["name"].as_str().unwrap().to_owned())
        .collect()
}

fn id(home: &Home, name: &str) -> String {
    let filter = format!("name:{name}");
    let found = home.run(&["ls", "--filter", &filter, "--format", "id"]);
    assert_eq!(found.lines().len(), 1, "{found:?}");
    found.lines()[0].to_owned()
}

const RULES: &str = "protect = [\"name:site-*\"]\n[profiles.default]\nprotect = [\"name:keep\"]\n";
const BY_SITE: &str = "protected by the rule name:site-*";

#[test]
fn a_filter_leaves_out_what_is_protected_and_says_so() {
    let home = home(&["site-a", "old-a", "old-b"], RULES);
    let rm = ["rm", "--filter", "status:pinned"];
    let plan = home.run(&[&rm[..], &["--dry-run"]].concat()).with_code(0);
    let told = format!("(left out: {BY_SITE})");
    assert!(plan.out.contains(&told), "{}", plan.out);
    assert!(plan.out.contains("would unpin 2 pins"), "{}", plan.out);
    let plan = home
        .run(&[&rm[..], &["--dry-run", "--json"]].concat())
        .json();
    assert_eq!(
        (&plan["pins"], &plan["left_out"][0]["message"]),
        (&json!(2), &json!(BY_SITE))
    );

    let done = home
        .run(&[&rm[..], &["--yes", "--json"]].concat())
        .with_code(0);
    assert!(
        done.err.contains(&format!("left out: 1 {BY_SITE}")),
        "{}",
        done.err
    );
    assert_eq!(
        (&done.json()["done"], &done.json()["refused"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(pinned(&home), ["site-a"]);
}

#[test]
fn of_several_that_are_named_the_protected_are_refused() {
    let home = home(&["site-a", "old-a", "keep"], RULES);
    let ids = ["site-a", "old-a", "keep"].map(|name| id(&home, name));
    let [site, old, keep] = ids.each_ref().map(String::as_str);
    let ran = home.run(&["rm", "--yes", "--json", site, old, keep]);
    assert_eq!(
        ran.with_code(1).json(),
        json!({"done": 1, "gone": 0, "refused": 2, "unknown": 0, "items": [
            {"id": site, "outcome": "refused", "message": BY_SITE},
            {"id": old, "outcome": "done", "message": ""},
            {"id": keep, "outcome": "refused", "message": "protected by the rule name:keep"},
        ]})
    );
    assert_eq!(pinned(&home), ["keep", "site-a"]);
}

#[test]
fn an_age_protects_for_as_long_as_it_is_so() {
    let home = home(&["a"], "protect = [\"age<7d\"]");
    let a = id(&home, "a");
    let ran = home
        .run(&["rm", "--yes", "--json", &a, "nothing"])
        .with_code(1);
    assert_eq!(
        ran.json()["items"][0]["message"],
        "protected by the rule age<7d"
    );
    home.file(".config/lazypin/config.toml", "protect = [\"age>7d\"]");
    home.run(&["rm", "--yes", &a]).with_code(0);
    assert!(pinned(&home).is_empty());
}

#[test]
fn a_lone_protected_pin_goes_after_two_questions_and_never_by_yes() {
    let home = home(&["site-a"], RULES);
    let site = id(&home, "site-a");
    let ran = home.run(&["rm", "--yes", &site]).with_code(1);
    assert!(ran.out.contains(BY_SITE), "{}", ran.out);
    assert!(ran.err.contains("hint: "), "{}", ran.err);
    let second = format!("It is {BY_SITE}. Unpin it all the same? [y/N] ");
    for (answers, asked) in [(&["n\n"][..], false), (&["y\n", "n\n"], true)] {
        let (screen, code) = home.answer(&["rm", &site], answers);
        assert_eq!(code, 1, "{screen}");
        assert_eq!(screen.contains(&second), asked, "{screen}");
        assert_eq!(pinned(&home), ["site-a"]);
    }
    let (screen, code) = home.answer(&["rm", &site], &["y\n", "y\n"]);
    assert_eq!(code, 0, "{screen}");
    assert!(pinned(&home).is_empty());
}

#[test]
fn a_wrong_rule_is_named_with_file_line_and_place() {
    let home = Home::new();
    home.file(
        ".config/lazypin/config.toml",
        "protect = [\n  \"name:a\",\n  \"size>1XB\",\n]\n",
    );
    let ran = home.run(&["ls"]).with_code(2);
    assert!(
        ran.err
            .contains("config.toml:3: protect 'size>1XB': column 6: "),
        "{}",
        ran.err
    );
    home.file(".config/lazypin/config.toml", "protect = [\"dup:yes\"]");
    let ran = home.run(&["ls"]).with_code(2);
    assert!(ran.err.contains("dup: can't protect"), "{}", ran.err);
}

#[test]
fn a_saved_plan_unpins_what_it_lists_and_nothing_else() {
    let home = home(&["old-a", "old-b", "old-c", "new"], "");
    let save = ["rm", "--filter", "name:old-*", "--save-plan", "plan.jsonl"];
    let saved = home.run(&save).with_code(0);
    assert!(saved.err.contains("nothing was unpinned"), "{}", saved.err);
    assert_eq!(pinned(&home).len(), 4);
    let plan = home.path().join("plan.jsonl");
    let text = fs::read_to_string(&plan).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[0]["lazypin"], &lines[0]["pins"]),
        (&json!("unpin plan"), &json!(3))
    );
    let again = home.run(&save).with_code(2);
    assert!(again.err.contains("exists already"), "{}", again.err);
    assert_eq!(fs::read_to_string(&plan).unwrap(), text);

    // A pin that matches by now is not in it, and a line that a person took out is not either.
    home.file("old-d", "later");
    home.run(&["add", "old-d"]).with_code(0);
    let cut: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("old-b"))
        .collect();
    home.file("plan.jsonl", cut.join("\n"));
    let dry = home
        .run(&["rm", "--plan", "plan.jsonl", "--dry-run"])
        .with_code(0);
    assert!(dry.out.contains("would unpin 2 pins"), "{}", dry.out);
    assert!(
        dry.err.contains("made with 3 pins and lists 2"),
        "{}",
        dry.err
    );
    home.run(&["rm", "--plan", "plan.jsonl"]).with_code(2);
    let run = home
        .run(&["rm", "--plan", "plan.jsonl", "--yes"])
        .with_code(0);
    assert_eq!(run.out, "unpinned 2 pins\n");
    assert_eq!(pinned(&home), ["new", "old-b", "old-d"]);
    let again = home
        .run(&["rm", "--plan", "plan.jsonl", "--yes", "--json"])
        .with_code(0);
    assert_eq!(again.json()["gone"], 2);
}

#[test]
fn a_plan_is_asked_about_and_checked_against_what_is_so_now() {
    let home = home(&["old-a", "old-b", "old-c"], "");
    home.run(&["rm", "--filter", "name:old-*", "--save-plan", "p"])
        .with_code(0);
    let text = fs::read_to_string(home.path().join("p")).unwrap();
    home.file("p", text.replace("old-b", "other"));
    home.file(".config/lazypin/config.toml", "protect = [\"name:old-c\"]");
    let (screen, code) = home.answer(&["rm", "--plan", "p"], &["n\n"]);
    assert_eq!(code, 1, "{screen}");
    assert!(screen.contains("Unpin 1 pin ("), "{screen}");
    assert_eq!(pinned(&home).len(), 3);
    let ran = home.run(&["rm", "--plan", "p", "--yes"]).with_code(1);
    for part in [
        "changed since the plan was made: its name was other and is old-b",
        "protected by the rule name:old-c",
        "unpinned 1 pin, 2 refused",
    ] {
        assert!(ran.out.contains(part), "{}", ran.out);
    }
    assert_eq!(pinned(&home), ["old-b", "old-c"]);
}

#[test]
fn a_plan_that_is_wrong_or_for_another_service_does_nothing() {
    let home = home(&["old-a", "old-b"], "");
    home.run(&["rm", "--filter", "old", "--save-plan", "p"])
        .with_code(0);
    let text = fs::read_to_string(home.path().join("p")).unwrap();
    home.file("broken", format!("{text}{{\"id\": 7}}\n"));
    home.file("path", format!("{text}{{\"id\": \"../../pins\"}}\n"));
    home.file("list", "a\nb\n");
    for (args, part) in [
        (&["--plan", "broken"][..], "broken: line 4 is no pin"),
        (
            &["--plan", "path"],
            "path: line 4: '../../pins' is not a pin id",
        ),
        (&["--plan", "list"], "list: line 1 "),
        (&["--plan", "missing"], "missing: can't read it"),
        (&["--plan", "p", "--demo", "5"], "and this is demo"),
        (&["--plan", "p", "--filter", "a"], "--filter"),
        (&["--resume", "--save-plan", "q"], "--save-plan"),
    ] {
        let ran = home.run(&[&["rm", "--yes"], args].concat()).with_code(2);
        assert!(ran.err.contains(part), "{}", ran.err);
        assert_eq!(ran.out, "");
    }
    assert_eq!(pinned(&home).len(), 2);
}

#[test]
fn saving_with_yes_saves_and_unpins() {
    let home = home(&["a", "b"], "");
    let a = id(&home, "a");
    home.run(&["rm", &a, "--save-plan", "p", "--yes"])
        .with_code(0);
    assert_eq!(pinned(&home), ["b"]);
    assert!(
        fs::read_to_string(home.path().join("p"))
            .unwrap()
            .contains(&a)
    );
}
