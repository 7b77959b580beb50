//! The whole account at hand: a compact table of all pins, searched without asking the service.
//!
//! A million pins take some 300 MB with their texts. Who writes holds the [`Table`]; everybody else
//! reads a [`Rows`], the state of one moment, while the table goes on.

mod chunk;
mod copies;
mod keeper;
mod notes;
mod rows;
mod search;
mod seen;
mod sort;
mod store;
mod table;

#[cfg(test)]
mod search_tests;
#[cfg(test)]
mod tests;

pub use keeper::{Keeper, LocalChange, Put};
pub use notes::Notes;
pub use rows::{Row, Rows};
pub use search::{Ask, Hits, search};
pub use seen::Seen;
pub use store::{Store, StoreError};
pub use table::{Change, Table};
