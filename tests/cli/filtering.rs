use serde_json::Value;

use super::harness::Home;

fn pins(document: &Value) -> &Vec<Value> {
    document["pins"].as_array().unwrap()
}

#[test]
fn ls_lists_what_matches_and_nothing_else() {
    let home = Home::new();
    let all = home.run(&["ls", "--demo", "300", "--all", "--json"]).json();
    let large = |pin: &&Value| {
        pin["size"]
            .as_u64()
            .is_some_and(|size| size > 1_000_000_000)
    };
    let wanted = pins(&all).iter().filter(large).count();
    assert!(wanted > 0 && wanted < 300);

    let filter = ["ls", "--demo", "300", "--json", "--filter", "size>1GB"];
    let found = home.run(&filter).with_code(0).json();
    assert_eq!(pins(&found).len(), wanted);
    assert!(pins(&found).iter().all(|pin| large(&pin)));
    assert_eq!(found["totals"]["files"], wanted);

    let ids = |extra: &[&str]| {
        let filter = [
            "ls",
            "--demo",
            "300",
            "--format",
            "id",
            "--filter",
            "!size>1GB",
        ];
        let ran = home.run(&[&filter, extra].concat()).with_code(0);
        ran.lines().len()
    };
    assert_eq!(ids(&["--all"]), 300 - wanted);
    assert_eq!(ids(&["--limit", "7"]), 7);
    assert_eq!(ids(&["--all", "--offset", "10"]), 300 - wanted - 10);
}

#[test]
fn duplicates_are_known_across_the_whole_account() {
    let home = Home::new();
    let all = home
        .run(&["ls", "--demo", "2000", "--all", "--json"])
        .json();
    let times = |root: &Value| {
        let same = |pin: &&Value| pin["root_hash"] == *root;
        pins(&all).iter().filter(same).count()
    };
    let wanted = pins(&all)
        .iter()
        .filter(|pin| times(&pin["root_hash"]) > 1)
        .count();
    assert!(wanted > 1);
    let found = home.run(&[
        "ls", "--demo", "2000", "--all", "--json", "--filter", "dup:yes",
    ]);
    assert_eq!(pins(&found.json()).len(), wanted);
}

#[test]
fn a_wrong_term_is_named_with_its_place_and_nothing_is_done() {
    let home = Home::new();
    for (command, filter, column) in [("ls", "ok size>lots", 9), ("rm", "ok colour:red", 4)] {
        let ran = home
            .run(&[command, "--demo", "10", "--filter", filter])
            .with_code(2);
        assert!(
            ran.err.contains(&format!("filter: column {column}: ")),
            "{}",
            ran.err
        );
        assert!(ran.out.is_empty());
    }
    let both = ["rm", "--demo", "10", "some-id", "--filter", "x"];
    home.run(&both).with_code(2);
}

#[test]
fn rm_plans_and_unpins_what_matches() {
    let home = Home::new();
    for n in 0..6 {
        home.file(&format!("keep-{n}.txt"), format!("keep {n}"));
        home.file(&format!("drop-{n}.log"), format!("drop {n}"));
    }
    let paths: Vec<String> = (0..6)
        .flat_map(|n| [format!("keep-{n}.txt"), format!("drop-{n}.log")])
        .map(|name| home.path().join(name).display().to_string())
        .collect();
    let mut add = vec!["add"];
    add.extend(paths.iter().map(String::as_str));
    home.run(&add).with_code(0);

    let plan = ["rm", "--filter", "name:drop-*", "--dry-run", "--json"];
    let plan = home.run(&plan).with_code(0).json();
    assert_eq!(plan["pins"], 6);
    let still = home.run(&["ls", "--pinned", "true", "--format", "id"]);
    assert_eq!(still.lines().len(), 12, "a dry run changes nothing");

    home.run(&["rm", "--filter", "name:drop-*"]).with_code(2);
    let done = ["rm", "--filter", "name:drop-*", "--yes", "--json"];
    let done = home.run(&done).with_code(0).json();
    assert_eq!((&done["done"], &done["refused"]), (&6.into(), &0.into()));
    let left = home.run(&["ls", "--pinned", "true", "--json"]).json();
    assert_eq!(pins(&left).len(), 6);
    assert!(pins(&left).iter().all(|pin| {
        pin["metadata"]["name"]
            .as_str()
            .unwrap()
            .starts_with("keep")
    }));
    let again = ["rm", "--filter", "name:drop-*", "--yes"];
    let again = home.run(&again).with_code(0);
    assert!(again.err.contains("nothing matches"), "{}", again.err);
}
