//! What the app asks of the worker, and what the worker answers.

mod reply;
mod request;
mod shared;

pub use reply::{AccountReading, JobEnd, ListItem, PinDetails, Reply};
pub use request::{CidSource, ExportPlan, LocalView, Request, Which};
pub use shared::{BatchOffer, CHANGES_A_PAGE, JobId, Seq};
