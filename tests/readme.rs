//! The README tells the truth about the keys.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on says so by panicking"
)]

use std::fs;
use std::path::Path;

use lazypin::input::Keymap;

const END: &str = "<!-- /keys -->";

#[test]
fn the_key_table_is_made_from_the_keymap() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let marker = text.find("<!-- keys").expect("the README has a key table");
    let start = marker + text[marker..].find("-->\n").unwrap() + "-->\n".len();
    let end = start + text[start..].find(END).unwrap();
    let table = format!("\n{}", Keymap::built_in().markdown());
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, format!("{}{table}{}", &text[..start], &text[end..])).unwrap();
        return;
    }
    assert_eq!(
        &text[start..end],
        table,
        "UPDATE_README=1 cargo test --test readme writes it anew"
    );
}
