//! From keys to actions.
//!
//! [`commands::COMMANDS`] says once what each action is called and does; `assets/keymap.toml` says
//! which keys mean it where. Key handling, help, footer and the README's key table all come from
//! these two.

pub mod action;
pub mod commands;
pub mod key;
pub mod keymap;

pub use action::{Action, Context};
pub use commands::{Command, Needs};
pub use key::Key;
pub use keymap::Keymap;
