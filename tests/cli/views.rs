//! Saved views as a command shows them.

use serde_json::Value;

use super::harness::Home;

const CONFIG: &str = r#"
[views.large]
filter = "size>1GB"
sort = "size"

[views.states]
sort = "state"
order = "asc"

[views.twins]
filter = "dup:yes"
show = "pinned"
sort = "copies"

[views.readmes]
filter = "readme"
"#;

fn pins(home: &Home, args: &[&str]) -> Vec<Value> {
    let config = home.path().join("views.toml");
    let config = config.to_str().unwrap();
    let base = [
        "ls", "--demo", "2000", "--all", "--json", "--config", config,
    ];
    let document = home.run(&[&base, args].concat()).with_code(0).json();
    document["pins"].as_array().unwrap().clone()
}

#[test]
fn a_view_filters_and_sorts_and_options_change_it() {
    let home = Home::new();
    home.file("views.toml", CONFIG);
    let size = |pin: &Value| pin["size"].as_u64().unwrap_or(0);

    let large = pins(&home, &["--view", "large"]);
    assert!(large.len() > 5 && large.iter().all(|pin| size(pin) > 1_000_000_000));
    assert!(large.is_sorted_by_key(|pin| std::cmp::Reverse(size(pin))));
    let fewer = pins(
        &home,
        &[
            "--view",
            "large",
            "--filter",
            "name:*.mp4",
            "--order",
            "asc",
        ],
    );
    assert!(fewer.len() < large.len() && fewer.is_sorted_by_key(size));
    let names = pins(&home, &["--view", "large", "--sort", "created_at"]);
    assert_eq!(names.len(), large.len());
    assert!(!names.is_sorted_by_key(|pin| std::cmp::Reverse(size(pin))));

    // What the service can't sort by is sorted here.
    let states = pins(&home, &["--view", "states"]);
    assert_eq!(states.len(), 2000);
    let is_pinned = |pin: &Value| pin["pinned"] == true;
    assert!(states.is_sorted_by_key(|pin| !is_pinned(pin)));
    assert!(!is_pinned(&states[1999]));

    let twins = pins(&home, &["--view", "twins"]);
    let roots: Vec<&Value> = twins.iter().map(|pin| &pin["root_hash"]).collect();
    let mut groups = roots.clone();
    groups.dedup();
    assert!(groups.len() < roots.len());
    for root in groups {
        let same = |pin: &&Value| pin["root_hash"] == *root;
        let times = twins.iter().filter(same).count();
        let together = twins.iter().skip_while(|pin| !same(pin)).take_while(same);
        assert_eq!(together.count(), times);
    }

    // Words put the best match first.
    let readmes = pins(&home, &["--view", "readmes"]);
    let best = readmes[0]["metadata"]["name"].as_str();
    assert_eq!(best, Some("README.md"), "{readmes:?}");
}

#[test]
fn a_view_that_is_not_there_is_named_with_those_that_are() {
    let home = Home::new();
    let config = home.file("views.toml", CONFIG);
    let config = config.to_str().unwrap();
    let ran = home.run(&["ls", "--demo", "3", "--view", "huge", "--config", config]);
    let ran = ran.with_code(2);
    assert!(
        ran.err.contains("large, readmes, states, twins"),
        "{}",
        ran.err
    );
    let none = home
        .run(&["ls", "--demo", "3", "--view", "huge"])
        .with_code(2);
    assert!(none.err.contains("there are none") && none.err.contains("[views.huge]"));
}
