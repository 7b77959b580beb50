//! The service's JSON: lenient in what is read, strict in what is written.
//!
//! The client and the embedded service share these types, so that both speak of the same fields.
//! The facts are those of the official API page and of the notes on older pages and clients.

pub mod envelope;
mod lenient;
pub mod list;
pub mod pin;
pub mod requests;

pub use envelope::Envelope;
pub use list::PinList;
pub use pin::{PinRecord, RecordMetadata};
pub use requests::{PinByHash, UploadMetadata};
