//! The commands as people and scripts call them: the real binary, a real service, real files.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by panicking, and these are not part of the library"
)]

mod changing;
mod filtering;
mod harness;
mod interrupted;
mod planning;
mod reading;
mod secrets;
mod serving;
mod settings;
mod views;
