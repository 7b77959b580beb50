//! The embedded service over real HTTP, as any client sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "a failing test says so by panicking"
)]

mod server {
    pub mod broken;
    pub mod calls;
    pub mod common;
    pub mod demo;
    pub mod gateway;
    pub mod listing;
    pub mod sharing;
    pub mod uploads;
}
