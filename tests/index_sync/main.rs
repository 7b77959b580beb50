//! The index follows a service whose rows shift while they are read, and is there on the next start.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test that can't go on says so by panicking"
)]

mod fake;
mod following;
mod keeping;
