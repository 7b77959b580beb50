//! The worker over a service that fails in every way it can: every request gets its answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failing test says so by panicking"
)]

mod adding;
mod changes;
mod fake;
mod lists;
mod pausing;
mod reads;
mod searches;
mod start_and_end;
mod unpins;
