//! Draws the real screen with made-up pins and writes it as a picture:
//! `cargo run --example screenshot [FILE]`, by default `assets/screenshot.svg`.

mod pins;
mod scene;
mod svg;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

fn picture() -> anyhow::Result<String> {
    Ok(svg::picture(&scene::screen()?))
}

/// Where the README looks for the picture.
fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/screenshot.svg")
}

fn main() -> anyhow::Result<()> {
    let path = std::env::args_os().nth(1).map_or_else(place, PathBuf::from);
    std::fs::write(&path, picture()?).with_context(|| format!("can't write {}", path.display()))
}

#[test]
fn the_kept_picture_shows_what_is_drawn_now() {
    let kept = std::fs::read_to_string(place()).unwrap();
    assert!(
        kept == picture().unwrap(),
        "the screen has changed: `cargo run --example screenshot` draws the picture anew"
    );
}
