//! What the app asks of the worker.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use super::shared::{BatchOffer, JobId, Seq};
use crate::domain::filter::Filter;
use crate::domain::{
    Cid, CidList, ListQuery, Metadata, PackedPin, PinId, PinKey, PinnedFilter, Protection,
    RecordFormat, SortKey, SortOrder, UnpinTarget, UploadPlan,
};
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
