//! What lazypin talks about: pins, CIDs, list queries, uploads and the text of all of them.
//!
//! The lowest floor. Nothing here knows how a pin is fetched, stored or drawn.

pub mod change;
pub mod cid;
pub mod cid_list;
pub mod filter;
pub mod json;
pub mod metadata;
pub mod pace;
pub mod packed;
pub mod pin;
pub mod plan;
pub mod protection;
pub mod query;
pub mod record;
pub mod records;
pub mod saved_view;
pub mod sort;
pub mod text;
pub mod unpin;
pub mod upload;

pub use change::{Change, ChangeItem, Page};
pub use cid::{Cid, CidError};
pub use cid_list::{BadLine, CidLine, CidList};
pub use metadata::Metadata;
pub use pace::{Pace, Throttle};
pub use packed::{PackedPin, PinKey};
pub use pin::{Pin, PinId, PinState};
pub use plan::{Account, LeftOut, PlanDraft, PlannedPin, UnpinPlan, Why};
pub use protection::{Protection, Protector, Rule};
pub use query::{ListQuery, PinPage, PinnedFilter, SortField, SortOrder, Totals};
pub use record::Record;
pub use records::{RecordFormat, RecordWriter};
pub use saved_view::SavedView;
pub use sort::SortKey;
pub use unpin::{
    UndoItem, UndoOutcome, UndoReport, UnpinItem, UnpinOutcome, UnpinReport, UnpinTarget,
};
pub use upload::{UploadFile, UploadPlan};
