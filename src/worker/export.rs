//! Writing pins to a file: a page or a handful of rows at a time, under a name of its own that
//! becomes the wanted one when all is there. What is there already is never overwritten.

use std::collections::HashSet;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::account::ask;
use super::guard::guarded;
use super::keep;
use super::listing::{Listing, Until};
use super::shared::Shared;
use super::sync::Stage;
use crate::domain::{ListQuery, PackedPin, Pin, PinnedFilter, RecordWriter, Totals};
use crate::error::ApiError;
use crate::index::{Rows, Table, search};
use crate::protocol::{ExportPlan, JobEnd, JobId, LocalView, Reply, Request};

/// Rows of the index that are unpacked together.
const ROWS_AT_ONCE: usize = 1000;

/// The least time between two reports.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// The lane of exports.
pub(super) async fn serve(shared: Shared, request: Request) {
    // The handle sends nothing else into this lane.
    if let Request::Export { job, plan } = request {
        let end = guarded(export(&shared, job, plan)).await;
        let end = end.map(|end| end.unwrap_or_else(Problem::into_end));
        shared.finish(job, end).await;
    }
}

/// Why nothing was written.
enum Problem {
    /// The pins could not be read.
    Service(ApiError),
    /// The file could not be written; a sentence.
    File(String),
}

impl Problem {
    fn into_end(self) -> JobEnd {
        match self {
            Self::Service(error) => JobEnd::Failed(error),
            Self::File(why) => JobEnd::Broken(why),
        }
    }
}

/// Writes all of it, or nothing where it is called off.
async fn export(shared: &Shared, job: JobId, plan: ExportPlan) -> Result<JobEnd, Problem> {
    let called_off = shared.jobs.gate(job).called_off().clone();
    let path = plan.path.clone();
    let writer = RecordWriter::new(plan.format, false);
    let file = blocking(move || Export::create(path, writer)).await?;
    let exporting = Exporting {
        shared,
        job,
        told: Instant::now(),
        called_off: &called_off,
    };
    let reading = exporting.all(file, plan);
    let Some(written) = called_off.run_until_cancelled(reading).await else {
        return Err(Problem::Service(ApiError::Cancelled));
    };
    let (file, doubt) = written?;
    // From here on there is nothing to call off.
    let (path, pins) = blocking(move || file.finish()).await?;
    Ok(JobEnd::Exported { path, pins, doubt })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, Problem> {
    match spawn_blocking(work).await {
        Ok(done) => done.map_err(Problem::File),
        Err(broke) => Err(Problem::File(format!("writing broke off: {broke}"))),
    }
}

/// An export under way.
struct Exporting<'a> {
    shared: &'a Shared,
    job: JobId,
    told: Instant,
    called_off: &'a CancellationToken,
}

impl Exporting<'_> {
    /// Writes what the plan is about; gives what is to be said of how sure it is.
    async fn all(
        mut self,
        file: Export,
        plan: ExportPlan,
    ) -> Result<(Export, Option<String>), Problem> {
        let ExportPlan { view, marked, .. } = plan;
        if let Some(marked) = marked {
            let called_off = self.called_off.clone();
            let ordered = blocking(move || {
                in_order(marked, &view, &|| called_off.is_cancelled())
                    .ok_or_else(|| "called off".to_owned())
            });
            let (rows, numbers, totals) = ordered.await?;
            let file = self.rows(file, &rows, &numbers, totals).await?;
            return Ok((file, None));
        }
        let fresh = self.shared.account.fresh();
        match (view.as_query(), fresh) {
            (Some(query), None) => self.pages(file, query).await,
            (_, Some(rows)) => self.found(file, rows, &view).await.map(|file| (file, None)),
            (None, None) => {
                let mut state = keep::account(self.shared);
                let state = state
                    .wait_for(|state| matches!(state.stage, Stage::Fresh | Stage::Failed(_)))
                    .await
                    .map_err(|_| Problem::Service(ApiError::Cancelled))?
                    .clone();
                let doubt = match state.stage {
                    Stage::Failed(error) => Some(format!(
                        "not sure to be whole, the account could not be read to its end: {error}"
                    )),
                    _ => None,
                };
                let file = self.found(file, state.rows, &view).await?;
                Ok((file, doubt))
            }
        }
    }

    /// Writes what the view shows of these rows.
    async fn found(
        &mut self,
        file: Export,
        rows: Arc<Rows>,
        view: &LocalView,
    ) -> Result<Export, Problem> {
        let current = self.called_off.clone();
        let shown = self.shared.account.shown(&rows, view, current);
        let hits = shown.await.map_err(Problem::Service)?;
        self.rows(file, &rows, &hits.rows, hits.totals).await
    }

    /// Writes rows of the index.
    async fn rows(
        &mut self,
        mut file: Export,
        rows: &Rows,
        numbers: &[u32],
        totals: Totals,
    ) -> Result<Export, Problem> {
        file.begin(totals).map_err(Problem::File)?;
        for numbers in numbers.chunks(ROWS_AT_ONCE) {
            let pins = numbers.iter().filter_map(|row| rows.pin(*row)).collect();
            file = self.some(file, pins, totals.files).await?;
        }
        Ok(file)
    }

    /// Writes the view as the service lists it.
    async fn pages(
        &mut self,
        mut file: Export,
        query: ListQuery,
    ) -> Result<(Export, Option<String>), Problem> {
        let service = self.shared.service().await;
        let query = ListQuery { offset: 0, ..query };
        let mut listing = Listing::new(service.as_ref(), query, Until::End);
        let mut has_begun = false;
        loop {
            let pins = listing.next().await.map_err(Problem::Service)?;
            if !has_begun {
                has_begun = true;
                file.begin(listing.totals).map_err(Problem::File)?;
            }
            let Some(pins) = pins else {
                break;
            };
            file = self.some(file, pins, listing.totals.files).await?;
        }
        let counted = listing.totals.files;
        let doubt = (counted > file.pins).then(|| {
            format!("not sure to be whole, the service counts {counted}: some may have moved while they were read")
        });
        Ok((file, doubt))
    }

    /// Writes some pins, and tells how far it is from time to time.
    async fn some(
        &mut self,
        mut file: Export,
        pins: Vec<Pin>,
        total: u64,
    ) -> Result<Export, Problem> {
        let file = blocking(move || {
            file.write(&pins)?;
            Ok(file)
        })
        .await?;
        if self.told.elapsed() >= PROGRESS_EVERY {
            self.told = Instant::now();
            self.shared.try_reply(Reply::ExportProgress {
                job: self.job,
                written: file.pins,
                total,
            });
        }
        Ok(file)
    }
}

/// Marked pins in the order in which the view shows them, then those that it hides; `None` where
/// it is called off.
fn in_order(
    marked: Vec<PackedPin>,
    view: &LocalView,
    is_off: &(dyn Fn() -> bool + Sync),
) -> Option<(Arc<Rows>, Vec<u32>, Totals)> {
    let mut table = Table::default();
    table.reserve(marked.len());
    for pin in marked {
        if let Some(pin) = pin.unpack() {
            table.upsert(&pin);
        }
    }
    let rows = table.snapshot();
    let find = |view: &LocalView| search(&rows, &ask(view), None, is_off, |_| {});
    let mut numbers = find(view)?.rows;
    let shown: HashSet<u32> = numbers.iter().copied().collect();
    let all = find(&LocalView {
        filter: Arc::default(),
        pinned: PinnedFilter::All,
        ..*view
    })?;
    numbers.extend(all.rows.into_iter().filter(|row| !shown.contains(row)));
    Some((rows, numbers, all.totals))
}

/// A file in the making.
struct Export {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    writer: RecordWriter,
    text: String,
    pins: u64,
}

impl Export {
    fn create(path: PathBuf, writer: RecordWriter) -> Result<Self, String> {
        if fs::symlink_metadata(&path).is_ok() {
            return Err(is_there(&path));
        }
        let directory = path.parent().unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".lazypin-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any new file, not as a secret; the umask takes from it.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(directory).map_err(|error| {
            format!("can't write in {}: {}", directory.display(), plain(&error))
        })?;
        Ok(Self {
            path,
            file: BufWriter::new(file),
            writer,
            text: String::new(),
            pins: 0,
        })
    }

    fn begin(&mut self, totals: Totals) -> Result<(), String> {
        let begun = self.writer.begin(totals, &mut self.text);
        begun.map_err(|error| self.cant(&error))
    }

    fn write(&mut self, pins: &[Pin]) -> Result<(), String> {
        for pin in pins {
            let written = self
                .writer
                .pin(pin, &mut self.text)
                .and_then(|()| self.file.write_all(self.text.as_bytes()));
            written.map_err(|error| self.cant(&error))?;
            self.text.clear();
            self.pins += 1;
        }
        Ok(())
    }

    /// Gives the file its name; says where it lies and how many pins are in it.
    fn finish(mut self) -> Result<(PathBuf, u64), String> {
        self.writer.end(&mut self.text);
        let written = self
            .file
            .write_all(self.text.as_bytes())
            .and_then(|()| self.file.flush())
            .and_then(|()| self.file.get_ref().as_file().sync_all());
        written.map_err(|error| self.cant(&error))?;
        let Self {
            path, file, pins, ..
        } = self;
        let (file, _) = file.into_parts();
        match file.persist_noclobber(&path) {
            Ok(_) => Ok((path, pins)),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(is_there(&path)),
            Err(error) => Err(cant(&path, &error.error)),
        }
    }

    fn cant(&self, error: &io::Error) -> String {
        cant(&self.path, error)
    }
}

fn is_there(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    format!(
        "{} is there already; give another name",
        name.to_string_lossy()
    )
}

fn cant(path: &Path, error: &io::Error) -> String {
    format!("can't write {}: {}", path.display(), plain(error))
}

/// The reason without the path of the file that nobody chose.
fn plain(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code).to_string(),
        None => error.kind().to_string(),
    }
}
