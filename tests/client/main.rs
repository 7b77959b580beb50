//! The client against services that answer as documented, and against ones that do not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failing test says so by panicking"
)]

mod answers;
mod calls;
mod embedded;
mod hold_ups;
mod redirects;
mod script;
mod uploads;
