//! Wrong usage and wrong settings: exit code 2, one line, and what to do.

use crate::harness::Home;

#[test]
fn wrong_usage_is_one_line_and_a_hint() {
    let home = Home::new();
    for args in [
        &["ls", "--nope"][..],
        &["frobnicate"],
        &["ls", "--limit", "0"],
        &["ls", "--limit", "3", "--all"],
        &["ls", "--json", "--format", "csv"],
        &["ls", "--sort", "colour"],
        &["--demo", "many"],
        &["--demo", "1000001", "ls"],
        &["add"],
        &["add", "a", "b", "--name", "one name"],
        &["add", "a", "--meta", "nonsense"],
        &["pin", "not-a-cid"],
        &["rm"],
        &["show", "../../pins"],
        &["--color", "pink", "ls"],
        &["ls", "--api-url", "http://pins.example/api"],
        &["ls", "--profile", "nobody"],
        &["ls", "--config", "nowhere.toml"],
    ] {
        let ran = home.run(args).with_code(2);
        assert_eq!(ran.out, "", "{args:?}");
        assert!(ran.err.starts_with("lazypin: "), "{args:?}: {}", ran.err);
        assert!(ran.err.lines().count() <= 2, "{args:?}: {}", ran.err);
    }
    // None of it made a store.
    assert!(!home.path().join(".local").exists());
}

#[test]
fn help_and_version_are_answers() {
    let home = Home::new();
    let version = home.run(&["--version"]).with_code(0);
    assert_eq!(
        version.out,
        format!("lazypin {}\n", env!("CARGO_PKG_VERSION"))
    );
    let help = home.run(&["--help"]).with_code(0);
    for command in [
        "ls",
        "show",
        "add",
        "pin",
        "rm",
        "serve",
        "--demo",
        "--read-only",
    ] {
        assert!(help.out.contains(command), "{command}");
    }
    assert!(
        home.run(&["rm", "--help"])
            .with_code(0)
            .out
            .contains("--dry-run")
    );
}

#[test]
fn a_broken_config_is_named_by_file_and_line() {
    let home = Home::new();
    let path = home.file(
        ".config/lazypin/config.toml",
        "[ui]\ntheme = \"mono\"\ncolour = 1\n",
    );
    let ran = home.run(&["ls"]).with_code(2);
    let place = format!("lazypin: config: {}:3: ", path.display());
    assert!(ran.err.starts_with(&place), "{}", ran.err);
    assert!(
        ran.err.contains("known names are theme, mouse, page_size"),
        "{}",
        ran.err
    );
    // It is an error for every command, and --config goes before it.
    assert_eq!(home.run(&["serve", "--listen", "127.0.0.1:0"]).code, 2);
    home.file("good.toml", "[ui]\nmouse = true\n");
    assert_eq!(home.run(&["ls", "--config", "good.toml"]).code, 0);
    let named = [("LAZYPIN_CONFIG", "good.toml")];
    assert_eq!(home.run_with(&named, &["ls"], "").code, 0);
}

#[test]
fn one_key_alone_is_refused() {
    let home = Home::new();
    let ran = home.run_with(&[("PINNING_API_KEY", "TOPKEY")], &["ls"], "");
    let ran = ran.with_code(2);
    assert!(
        ran.err.contains("PINNING_SECRET_KEY is missing"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("TOPKEY"), "{}", ran.err);
}

#[test]
fn profiles_name_services() {
    let home = Home::new();
    let served = home.serve(&["--demo", "4"]);
    home.file(
        ".config/lazypin/config.toml",
        format!(
            "[profiles.here]\napi_url = \"{}\"\nread_only = true\n",
            served.api_url
        ),
    );
    let ids = home
        .run(&["ls", "--profile", "here", "--format", "id"])
        .with_code(0);
    assert_eq!(ids.lines().len(), 4);
    let by_name = [("LAZYPIN_PROFILE", "here")];
    assert_eq!(
        home.run_with(&by_name, &["ls"], "")
            .with_code(0)
            .lines()
            .len(),
        5
    );
    let refused = home.run(&["rm", "--yes", ids.lines()[0], "--profile", "here"]);
    assert!(refused.with_code(1).err.contains("read only"));
    assert_eq!(home.run(&["ls"]).with_code(0).lines().len(), 1);
}
