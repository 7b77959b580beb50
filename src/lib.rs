//! lazypin, a terminal pin manager for IPFS pinning services.
//!
//! The house has floors, and a module sees only the floors below its own:
//!
//! | floor | rooms |
//! |---|---|
//! | faces | `tui` (terminal, event loop, effects) · `cli` (the commands) |
//! | drawing and doing | `ui` · `worker`, `index`, `journal`, `api`, `service` |
//! | deciding and speaking | `app` · `wire`, `ipfs` |
//! | remembering | `journal` (every change, written ahead; what is protected by hand) · `plan_file` (saved plans) |
//! | words between them | `input` (keys to actions) · `protocol` (requests and replies) |
//! | errors | `error` |
//! | the things themselves | `domain` |
//!
//! A key becomes a `input::Action`, the pure `app::App` decides and answers with effects, the
//! `worker` does what takes time and replies, and `ui` draws what is so.

pub mod api;
pub mod app;
pub mod args;
pub mod cli;
pub mod config;
pub mod connect;
pub mod credentials;
pub mod domain;
pub mod error;
pub mod index;
pub mod input;
pub mod ipfs;
pub mod journal;
pub mod logging;
pub mod plan_file;
pub mod protocol;
pub mod service;
pub mod tui;
pub mod ui;
pub mod wire;
pub mod worker;
