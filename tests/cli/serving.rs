//! `lazypin serve` from its first line to its end.

use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use crate::harness::{HELLO, Home};

#[test]
fn it_says_where_it_listens_and_ends_cleanly_on_sigterm() {
    let home = Home::new();
    let mut served = home.serve(&[]);
    assert!(served.api_url.starts_with("http://127.0.0.1:") && served.api_url.ends_with("/api"));
    let keys = home.path().join(".local/share/lazypin/service");
    assert!(
        served.said().contains(keys.to_str().unwrap()),
        "{}",
        served.said()
    );
    let kept = std::fs::read_to_string(keys.join("credentials.toml")).unwrap();
    let mode = keys
        .join("credentials.toml")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    for key in kept.split('"').skip(1).step_by(2) {
        assert!(key.len() > 20 && !served.said().contains(key));
    }
    served.child.signal(Signal::TERM);
    assert_eq!(served.child.end().code(), Some(0));
    assert_eq!(served.rest_of_stdout(), "");
}

#[test]
fn ctrl_c_interrupts_it() {
    let home = Home::new();
    let mut served = home.serve(&["--demo", "3"]);
    served.child.signal(Signal::INT);
    assert_eq!(served.child.end().code(), Some(130));
}

#[test]
fn what_it_keeps_is_there_the_next_time() {
    let home = Home::new();
    home.file("hello.txt", "hello world");
    let mut served = home.serve(&[]);
    let added = home.run(&["--api-url", &served.api_url, "add", "hello.txt", "--json"]);
    assert_eq!(added.with_code(0).json()["cid"], HELLO);
    served.child.signal(Signal::TERM);
    served.child.end();
    // The same store, this time inside the command's own process.
    let listed = home.run(&["ls", "--format", "cid"]).with_code(0);
    assert_eq!(listed.out, format!("{HELLO}\n"));
}

#[test]
fn it_asks_for_the_keys_of_the_environment() {
    let home = Home::new();
    let keys = [
        ("PINNING_API_KEY", "AKEY"),
        ("PINNING_SECRET_KEY", "ASECRET"),
    ];
    let served = home.serve_with(&keys, &["--demo", "3"]);
    let ls = ["ls", "--api-url", &served.api_url];
    let right = home.run_with(&keys, &ls, "").with_code(0);
    assert_eq!(right.lines().len(), 4);
    let wrong = [("PINNING_API_KEY", "AKEY"), ("PINNING_SECRET_KEY", "wrong")];
    let refused = home.run_with(&wrong, &ls, "").with_code(1);
    assert!(
        refused.err.starts_with("lazypin: can't list pins: "),
        "{}",
        refused.err
    );
    assert!(
        refused.err.contains("\nhint: check PINNING_API_KEY"),
        "{}",
        refused.err
    );
    assert_eq!(refused.out, "");
}

#[test]
fn a_port_in_use_and_an_open_address_are_told_plainly() {
    let home = Home::new();
    let served = home.serve(&["--demo", "1"]);
    let address = served
        .api_url
        .trim_start_matches("http://")
        .trim_end_matches("/api");
    let busy = home
        .run(&["serve", "--demo", "1", "--listen", address])
        .with_code(1);
    assert!(busy.err.contains("is in use"), "{}", busy.err);
    assert!(busy.err.contains("hint: --listen"), "{}", busy.err);
    let open = home.run(&["serve", "--listen", "0.0.0.0:0"]).with_code(2);
    assert!(open.err.contains("--allow-remote"), "{}", open.err);
    let read_only = home.run(&["serve", "--read-only", "--listen", "127.0.0.1:0"]);
    assert_eq!(read_only.code, 2);
}
