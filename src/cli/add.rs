//! `lazypin add`: each path becomes one pin, one after the other, whatever becomes of the others.

use std::path::Path;

use anyhow::Context as _;
use tokio::sync::watch;

use super::made::{Made, metadata};
use super::out::note;
use super::{Outcome, Session, progress};
use crate::api::PinningService;
use crate::args::AddArgs;
use crate::domain::{Metadata, UploadPlan};
use crate::journal::Kind;
use crate::protocol::JobEnd;
use crate::worker::upload;

pub(super) async fn run(args: &AddArgs, session: &Session<'_>) -> anyhow::Result<Outcome> {
    session.refuse_read_only("add")?;
    let lone = args.paths.len() == 1;
    let metadata = metadata(&args.metadata, lone)?;
    let Some(connection) = session.connect().await? else {
        return Ok(Outcome::Interrupted);
    };
    let mut made = Made::new("add", lone, session);
    if let Err(error) = made.begin(Kind::Upload, args.paths.len(), session).await {
        connection.close().await;
        return Err(error);
    }
    let sources: Vec<String> = args
        .paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let ended = session
        .interrupt
        .or(add(&args.paths, &metadata, connection.service(), &mut made))
        .await;
    connection.close().await;
    if let Some(ended) = ended {
        ended?;
        return made.end();
    }
    let left = &sources[made.settled()..];
    let (begun, rest) = left.split_at(left.len().min(1));
    made.interrupted(begun, rest)
}

async fn add(
    paths: &[std::path::PathBuf],
    metadata: &Metadata,
    service: &dyn PinningService,
    made: &mut Made,
) -> anyhow::Result<()> {
    for (place, path) in paths.iter().enumerate() {
        let source = path.display().to_string();
        match scan(path).await? {
            // The sentence begins with the path.
            Err(why) => made.fail(&why)?,
            Ok(mut plan) => {
                for skipped in &plan.skipped {
                    note(&format!("add: {skipped}"));
                }
                if metadata.name.is_some() {
                    plan.metadata.name.clone_from(&metadata.name);
                }
                plan.metadata.keyvalues.clone_from(&metadata.keyvalues);
                let end = upload_with_progress(service, &plan, &source).await;
                made.settle(place, &source, end, "added")?;
            }
        }
    }
    Ok(())
}

async fn scan(path: &Path) -> anyhow::Result<Result<UploadPlan, String>> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || upload::scan(&path))
        .await
        .context("the look at the files broke off")
}

async fn upload_with_progress(
    service: &dyn PinningService,
    plan: &UploadPlan,
    source: &str,
) -> JobEnd {
    let (sender, mut sent) = watch::channel(0);
    let bar = progress::bytes(plan.total_bytes(), source);
    let mut upload = std::pin::pin!(upload::upload(service, plan, sender));
    let end = loop {
        tokio::select! {
            end = &mut upload => break end,
            Ok(()) = sent.changed() => bar.set_position(*sent.borrow_and_update()),
        }
    };
    bar.finish_and_clear();
    end
}
