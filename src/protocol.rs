//! What the app asks of the worker, and what the worker answers.

use std::collections::BTreeSet;
use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::filter::Filter;
use crate::domain::{
    Change, ChangeItem, Cid, CidList, ListQuery, Metadata, PackedPin, Page, Pin, PinId, PinKey,
    PinPage, PinnedFilter, Protection, RecordFormat, SortKey, SortOrder, Throttle, UndoItem,
    UnpinItem, UnpinPlan, UnpinTarget, UploadPlan,
};
use crate::error::ApiError;

/// Tells one request for the same kind of thing from a later one, so that an old answer can be
/// known as old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    /// Moves on and gives the new number.
    pub fn advance(&mut self) -> Self {
        self.0 += 1;
        *self
    }
}

/// One piece of work that a person started and can watch and cancel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {}", self.0)
    }
}

/// Changes, or items of one, on a page of the change log.
pub const CHANGES_A_PAGE: usize = 200;

/// A list as the service can't make it, and the whole account at hand can.
#[derive(Clone, Debug, Default)]
pub struct LocalView {
    /// The terms.
    pub filter: Arc<Filter>,
    /// Which pins, by the service's flag.
    pub pinned: PinnedFilter,
    /// Ordered by what.
    pub sort: SortKey,
    /// Which way round.
    pub order: SortOrder,
}

impl LocalView {
    /// What the service can be asked instead, where it can make this list too.
    pub fn as_query(&self) -> Option<ListQuery> {
        let sort = self
            .sort
            .service_field()
            .filter(|_| self.filter.is_empty())?;
        Some(ListQuery {
            pinned: self.pinned,
            sort,
            order: self.order,
            ..ListQuery::default()
        })
    }
}

/// Two are the same where the same was typed.
impl PartialEq for LocalView {
    fn eq(&self, other: &Self) -> bool {
        let rest = |view: &Self| (view.pinned, view.sort, view.order);
        self.filter.text() == other.filter.text() && rest(self) == rest(other)
    }
}

impl Eq for LocalView {}

/// Which pins of a view are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Those whose content stays pinned through another pin, so that of each content the oldest
    /// pin is left out.
    SpareCopies,
}

/// What the app asks for. Every request is answered, whatever happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// One page of the list. A newer list request with another `seq` makes this one pointless.
    List {
        /// Which state of the list this page is for.
        seq: Seq,
        /// The page.
        query: ListQuery,
        /// What is to be listed where the service can't make that list.
        local: Option<LocalView>,
    },
    /// Read the whole account anew, so that narrowed lists are up to date.
    ReadAccount,
    /// All pins that a view lets through.
    MatchAll {
        /// Which question this is.
        seq: Seq,
        /// The view.
        view: LocalView,
        /// Which of them.
        which: Which,
    },
    /// A plan of unpinning these.
    Plan {
        /// Which question this is.
        seq: Seq,
        /// The pins.
        pins: Vec<PackedPin>,
        /// What is left out.
        protection: Protection,
        /// Pins that are on their way already.
        being_unpinned: HashSet<PinId>,
    },
    /// How many of these pins a view lets through.
    CountShown {
        /// Which question this is.
        seq: Seq,
        /// The pins.
        pins: Vec<PinKey>,
        /// The view.
        view: LocalView,
    },
    /// One pin's record, as it is now.
    Details {
        /// Which look this is.
        seq: Seq,
        /// Which pin.
        id: PinId,
    },
    /// The records of pins that were still pending.
    Refresh {
        /// Which pins.
        ids: Vec<PinId>,
    },
    /// Unpin all of these.
    Unpin {
        /// The job.
        job: JobId,
        /// Which pins, frozen when the person was asked, with what it takes to take them back.
        pins: Vec<UnpinTarget>,
    },
    /// Which batch of unpins can be taken back: the last one, or what is left of the one named.
    Undoable(Option<Uuid>),
    /// Take a batch of unpins back.
    Undo {
        /// The job.
        job: JobId,
        /// Which batch, as the person was asked about it.
        offer: BatchOffer,
        /// Whether the person named it, so that what was refused before is tried again.
        is_named: bool,
    },
    /// A page of the changes that were made from here, the last one first.
    Changes {
        /// Which look this is.
        seq: Seq,
        /// Changes before the page.
        offset: usize,
    },
    /// A page of the items of one of them.
    ChangeItems {
        /// Which look this is.
        seq: Seq,
        /// Which change.
        batch: Uuid,
        /// Items before the page.
        offset: usize,
    },
    /// Protect these pins by hand, or lift that again.
    Protect {
        /// Which state of what is protected this makes.
        seq: Seq,
        /// Which pins.
        pins: Vec<UnpinTarget>,
        /// Whether they are protected after it.
        protected: bool,
    },
    /// Finish a batch of unpins that was cut off.
    Resume {
        /// The job.
        job: JobId,
        /// Which batch, as the person was asked about it.
        offer: BatchOffer,
        /// What it must not touch any more.
        protection: Arc<Protection>,
    },
    /// Find out what an upload of these paths would send.
    Scan {
        /// Which look this is.
        seq: Seq,
        /// Files and directories.
        paths: Vec<PathBuf>,
    },
    /// Upload one file or directory.
    Upload {
        /// The job.
        job: JobId,
        /// What to send.
        plan: UploadPlan,
    },
    /// Pin content that is on the network already.
    PinByCid {
        /// The job.
        job: JobId,
        /// Which content.
        cid: Cid,
        /// Name and keyvalues.
        metadata: Metadata,
    },
    /// Read a list of CIDs.
    ReadCids {
        /// Which look this is.
        seq: Seq,
        /// Where it stands.
        source: CidSource,
    },
    /// Pin all of a list.
    PinList {
        /// The job.
        job: JobId,
        /// Which content, each with its name.
        list: Arc<CidList>,
        /// What stands before each name, and the keyvalues of all.
        metadata: Metadata,
    },
    /// Write pins to a file.
    Export {
        /// The job.
        job: JobId,
        /// Which pins, and where to.
        plan: ExportPlan,
    },
}

/// Which pins are to be written to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportPlan {
    /// In which form.
    pub format: RecordFormat,
    /// To which file, which must not be there yet.
    pub path: PathBuf,
    /// The marked pins; without them all that the view shows.
    pub marked: Option<Vec<PackedPin>>,
    /// Which pins the view shows, and in what order.
    pub view: LocalView,
}

/// Where a list of CIDs stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CidSource {
    /// In a file.
    File(PathBuf),
    /// In what was pasted.
    Paste(String),
}

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

/// A batch of the change journal that can be taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchOffer {
    /// Which one.
    pub batch: Uuid,
    /// When it began.
    pub time: Timestamp,
    /// The pins that it would be about.
    pub pins: Vec<UnpinTarget>,
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
