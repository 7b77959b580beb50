//! The real program in a real terminal: what nothing else can see. Every test has a home of its own
//! and waits for what the screen shows.

#![cfg(unix)]
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on says so by panicking"
)]

mod keys;
mod output;
mod restored;
mod terminal;
