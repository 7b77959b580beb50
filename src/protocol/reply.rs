//! What the worker answers.

use std::collections::BTreeSet;
use std::path::PathBuf;

use uuid::Uuid;

use super::shared::{BatchOffer, JobId, Seq};
use crate::domain::{
    Change, ChangeItem, CidList, ListQuery, PackedPin, Page, Pin, PinId, PinPage, Throttle,
    UndoItem, UnpinItem, UnpinPlan, UploadPlan,
};
use crate::error::ApiError;
/// What the worker answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The service is there to be asked; where, and how its content is reached.
    Connected {
        /// The address of its API.
        api_url: String,
        /// The gateway's address, up to and without `/ipfs/`, where there is one.
        gateway: Option<String>,
    },
    /// A page of the list.
    List {
        /// From the request.
        seq: Seq,
        /// From the request.
        query: ListQuery,
        /// The page, or why there is none.
        result: Result<PinPage, ApiError>,
    },
    /// What a search that takes long has found so far of the first page of a narrowed list. The
    /// whole page follows.
    FirstMatches {
        /// From the request.
        seq: Seq,
        /// From the request.
        query: ListQuery,
        /// The best rows so far, with totals that count so far.
        page: PinPage,
    },
    /// How much of the account is known here, for lists that are narrowed.
    Indexed {
        /// Pins that are known.
        known: u64,
        /// Pins that the service has, as far as it has told.
        total: u64,
        /// How far the reading is.
        reading: AccountReading,
    },
    /// All pins that a view lets through.
    Matched {
        /// From the request.
        seq: Seq,
        /// The pins, or why they are not known.
        result: Result<Vec<PackedPin>, ApiError>,
    },
    /// A plan of unpinning.
    Planned {
        /// From the request.
        seq: Seq,
        /// The plan, or why there is none, in a sentence.
        result: Result<UnpinPlan, String>,
    },
    /// How many pins a view lets through.
    ShownCounted {
        /// From the request.
        seq: Seq,
        /// How many, or why that is not known.
        result: Result<usize, ApiError>,
    },
    /// One pin's record.
    Details {
        /// From the request.
        seq: Seq,
        /// From the request.
        id: PinId,
        /// The record, or why there is none.
        result: Result<PinDetails, ApiError>,
    },
    /// What became of pending pins; those that could not be read are left out.
    Refreshed {
        /// From the request.
        ids: Vec<PinId>,
        /// The records that could be read.
        pins: Vec<Pin>,
    },
    /// What an upload would send.
    Scanned {
        /// From the request.
        seq: Seq,
        /// A plan for each path that was asked for, or a sentence that names the path and the
        /// reason.
        plans: Vec<Result<UploadPlan, String>>,
    },
    /// Some more of a batch of unpins has ended.
    Unpinned {
        /// The batch.
        job: JobId,
        /// The items, each once in the life of the batch.
        items: Vec<UnpinItem>,
    },
    /// What of a batch of unpins can be taken back.
    Undoable {
        /// From the request.
        named: Option<Uuid>,
        /// The batch, where there is one; or why nobody can tell, in a sentence.
        found: Result<Option<BatchOffer>, String>,
    },
    /// A page of changes.
    Changes {
        /// From the request.
        seq: Seq,
        /// From the request.
        offset: usize,
        /// The page, or why there is none, in a sentence.
        result: Result<Page<Change>, String>,
    },
    /// A page of the items of a change.
    ChangeItems {
        /// From the request.
        seq: Seq,
        /// From the request.
        offset: usize,
        /// The page, or why there is none, in a sentence.
        result: Result<Page<ChangeItem>, String>,
    },
    /// All that is protected by hand, as it is written down; or why it could not be, in a sentence.
    Protected {
        /// From the request.
        seq: Seq,
        /// The pins.
        result: Result<BTreeSet<PinId>, String>,
    },
    /// Some more of an undo has ended.
    Undone {
        /// The undo.
        job: JobId,
        /// The items, each once in the life of the job.
        items: Vec<UndoItem>,
    },
    /// A list of CIDs, or why there is none, in a sentence.
    CidsRead {
        /// From the request.
        seq: Seq,
        /// The list.
        result: Result<CidList, String>,
    },
    /// Some more of a list has been pinned, or not.
    ListPinned {
        /// The job.
        job: JobId,
        /// The items, each once in the life of the job.
        items: Vec<ListItem>,
    },
    /// How far an export is.
    ExportProgress {
        /// The export.
        job: JobId,
        /// Pins that are written.
        written: u64,
        /// Pins that there are, as far as is known.
        total: u64,
    },
    /// A batch of unpins was cut off, and can be finished. Said unasked, once.
    CutOff(BatchOffer),
    /// How far an upload is.
    UploadProgress {
        /// The upload.
        job: JobId,
        /// Bytes of content handed to the network.
        sent: u64,
    },
    /// How fast calls may leave from now on, by the service's limits.
    Throttled(Throttle),
    /// A job is over; nothing more will be said of it.
    Finished {
        /// Which one.
        job: JobId,
        /// How it ended.
        end: JobEnd,
    },
}

/// One pin of a list and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListItem {
    /// Its place in the list.
    pub place: usize,
    /// How it ended; as if it had been a job of its own.
    pub end: JobEnd,
}

/// A pin's record with the text that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinDetails {
    /// The record.
    pub pin: Pin,
    /// The service's own JSON for it, pretty-printed.
    pub raw: String,
}

/// How far the reading of the whole account is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountReading {
    /// It goes on.
    UnderWay,
    /// Everything was read in this session.
    Whole,
    /// It broke off.
    BrokenOff(ApiError),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEnd {
    /// All items of a batch have been reported.
    BatchOver,
    /// The service made this pin.
    Pinned(Pin),
    /// The content was pinned before; this is that pin, where it could be found.
    AlreadyPinned(Option<Pin>),
    /// The file is whole and in its place.
    Exported {
        /// The file.
        path: PathBuf,
        /// Pins in it.
        pins: u64,
        /// Why these may not be all, where that is so; half a sentence.
        doubt: Option<String>,
    },
    /// It did not come about.
    Failed(ApiError),
    /// The work itself broke; a sentence.
    Broken(String),
}
