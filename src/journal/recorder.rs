//! Writing outcomes down while the next calls are under way: in small groups, off the threads that
//! wait for the network.

use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout_at;

use super::Running;
use super::record::Entry;

/// Items that are written together at the most.
const FLUSH_ITEMS: usize = 32;

/// The longest that an item waits to be written.
const FLUSH_AFTER: Duration = Duration::from_millis(100);

/// Items on their way to the disk.
const WAITING: usize = 256;

/// Takes the outcomes of one batch.
#[derive(Debug)]
pub struct Recorder {
    items: mpsc::Sender<Entry>,
    writing: JoinHandle<anyhow::Result<Running>>,
}

impl Recorder {
    /// Starts to take outcomes, inside the running tokio runtime.
    pub fn start(running: Running) -> Self {
        let (items, received) = mpsc::channel(WAITING);
        Self {
            items,
            writing: tokio::spawn(write(running, received)),
        }
    }

    /// Takes one. Waits where the disk is slow; what the disk refuses is told at the end.
    pub async fn push(&self, item: Entry) {
        // Where the writing has failed the rest can't be written either.
        let _ = self.items.send(item).await;
    }

    /// Writes what is left; gives the batch back for more, or to be ended.
    pub async fn finish(self) -> anyhow::Result<Running> {
        let Self { items, writing } = self;
        drop(items);
        writing.await.context("writing the change journal broke")?
    }

    /// Writes what is left, and that nothing more comes.
    pub async fn end(self) -> anyhow::Result<()> {
        let running = self.finish().await?;
        spawn_blocking(move || running.end())
            .await
            .context("writing the change journal broke")?
    }
}

async fn write(
    mut running: Running,
    mut received: mpsc::Receiver<Entry>,
) -> anyhow::Result<Running> {
    while let Some(first) = received.recv().await {
        let due = tokio::time::Instant::now() + FLUSH_AFTER;
        let mut group = vec![first];
        while group.len() < FLUSH_ITEMS
            && let Ok(Some(item)) = timeout_at(due, received.recv()).await
        {
            group.push(item);
        }
        running = spawn_blocking(move || running.record(&group).map(|()| running))
            .await
            .context("writing the change journal broke")??;
    }
    Ok(running)
}
