//! The one thread of a process that writes: it takes what waits, does it in one transaction, and
//! answers when that is on the disk. Two hundred unpins at once cost a few fsyncs, not two hundred.

use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::StoreError;

/// Writes of one transaction at the most, so that none waits long behind others.
const GROUP: usize = 256;

/// A write: does its part inside the transaction and gives what to do when its end is known, which
/// is an error's text where the transaction was lost.
type Job = Box<dyn FnOnce(&Connection) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), &str>) + Send>;

/// The way to the writing thread. When it is dropped, the thread ends what it has and stops.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(connection, &queue))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction and gives its result once that is durable. What fails leaves
    /// nothing behind and does not disturb the writes beside it.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = in_savepoint(connection, work);
            Box::new(move |end| {
                let result = match end {
                    Ok(()) => result,
                    Err(why) => Err(StoreError::Lost(why.to_owned())),
                };
                // Whoever asked may be gone; what was done stays done.
                let _ = sender.send(result);
            })
        });
        self.jobs
            .as_ref()
            .and_then(|jobs| jobs.send(job).ok())
            .ok_or(StoreError::Stopped)?;
        // A job is dropped unanswered where its transaction could not begin.
        receiver.await.unwrap_or(Err(StoreError::Busy))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let group = std::iter::once(first).chain(queue.try_iter()).take(GROUP);
        if let Err(error) = run_group(&mut connection, group) {
            tracing::warn!(%error, "a group of writes was not committed");
        }
    }
}

fn run_group(
    connection: &mut Connection,
    group: impl Iterator<Item = Job>,
) -> Result<(), StoreError> {
    // Taken off the queue before the wait for other processes, so that none of them waits twice.
    let group: Vec<Job> = group.collect();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut answers = Vec::with_capacity(group.len());
    for job in group {
        answers.push(job(&transaction));
        // A full or failing disk takes the whole transaction back by itself.
        if transaction.is_autocommit() {
            break;
        }
    }
    let end = if transaction.is_autocommit() {
        Err("the disk is full or failing".to_owned())
    } else {
        transaction.commit().map_err(|error| error.to_string())
    };
    for answer in answers {
        answer(match &end {
            Ok(()) => Ok(()),
            Err(why) => Err(why.as_str()),
        });
    }
    end.map_err(StoreError::Lost)
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("SAVEPOINT job")?;
    let result = work(connection);
    connection.execute_batch(match result {
        Ok(_) => "RELEASE job",
        Err(_) => "ROLLBACK TO job; RELEASE job",
    })?;
    result
}
