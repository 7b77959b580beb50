//! Keys show up nowhere but in the headers of calls.

use std::fs;

use crate::harness::Home;

const KEYS: [(&str, &str); 2] = [
    ("PINNING_API_KEY", "SENTINELKEYAAAA"),
    ("PINNING_SECRET_KEY", "SENTINELSECRETBBBB"),
];

#[test]
fn the_fullest_log_holds_no_key() {
    let home = Home::new();
    home.file("hello.txt", "hello world");
    let served = home.serve_with(&KEYS, &["-vvv"]);
    let environment: Vec<_> = KEYS
        .into_iter()
        .chain([
            ("LAZYPIN_LOG", "trace"),
            ("LAZYPIN_API_URL", &served.api_url),
        ])
        .collect();
    let mut said = String::new();
    for args in [
        &["-vvv", "add", "hello.txt"][..],
        &["-vvv", "ls", "--json"],
        &["-vvv", "show", "nothing-there"],
        &["-vvv", "rm", "--yes", "nothing-there"],
    ] {
        let ran = home.run_with(&environment, args, "");
        assert_ne!(ran.code, 2, "{ran:?}");
        said += &(ran.out + &ran.err);
    }
    let log = home.path().join(".local/share/lazypin/lazypin.log");
    said += &fs::read_to_string(&log).unwrap();
    said += &served.said();
    assert!(said.len() > 500, "{said}");
    assert!(!said.contains("SENTINEL"), "{said}");
}

#[test]
fn without_being_asked_for_there_is_no_log() {
    let home = Home::new();
    let ran = home.run(&["ls", "--demo", "3"]).with_code(0);
    assert_eq!(ran.err, "");
    assert!(
        !home
            .path()
            .join(".local/share/lazypin/lazypin.log")
            .exists()
    );
    let wrong = home.run_with(
        &[("LAZYPIN_LOG", "lazypin=loud")],
        &["ls", "--demo", "3"],
        "",
    );
    assert!(wrong.with_code(2).err.contains("LAZYPIN_LOG"));
}
