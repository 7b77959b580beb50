//! `POST /pinning`: from the parts of a form to one pin.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Service;
use super::form::{Form, Part};
use super::reply::{self, Answer, Failure, just_made};
use super::staged::Staged;
use super::staging::Refusal;
use super::store::{PinRow, StoreError, pins};
use crate::ipfs::FilePath;
use crate::wire::UploadMetadata;

/// Pieces of a body on the way from the network to the disk.
const QUEUE: usize = 4;

/// Bytes of the metadata part at the most.
const MAX_METADATA: usize = 64 * 1024;

/// Parts that are neither files nor metadata.
const MAX_UNKNOWN_PARTS: usize = 1000;

/// What the network side tells the disk side.
enum Piece {
    Begin(FilePath),
    Bytes(Bytes),
    End,
    /// The form is at its end. An upload whose pieces stop without it was cut off.
    Complete,
}

/// What the form said beside its files.
#[derive(Default)]
struct Told {
    metadata: UploadMetadata,
    /// Of the last file.
    mime: Option<String>,
}

/// Takes an upload. 201 is answered when content and record are durable.
pub(super) async fn upload(State(service): State<Arc<Service>>, request: Request) -> Answer {
    let turn = Arc::clone(&service.uploads)
        .acquire_owned()
        .await
        .map_err(|_| StoreError::Stopped)?;
    let mut form = Form::new(request)?;
    let (pieces, queue) = mpsc::channel(QUEUE);
    let disk = tokio::task::spawn_blocking({
        let service = Arc::clone(&service);
        move || {
            let staged = receive(&service, queue);
            drop(turn);
            staged
        }
    });
    let told = forward(&mut form, pieces).await;
    // Where the disk side gave up, that is why the network side did.
    let staged = match (disk.await, told) {
        (Ok(Ok(staged)), Ok(told)) => Ok((staged, told)),
        (Ok(Err(Refusal::Invalid(why))), _) => Err(Failure::bad(why)),
        (Ok(Err(Refusal::Disk(error))), _) => Err(StoreError::Disk(error).into()),
        (_, Err(failure)) => Err(failure),
        (Ok(Err(Refusal::CutOff)) | Err(_), Ok(_)) => Err(StoreError::Stopped.into()),
    };
    let (staged, told) = match staged {
        Ok(done) => done,
        Err(failure) => {
            form.give_up();
            return Err(failure);
        }
    };
    let pin = new_pin(&staged, told);
    let row = service.store.commit(staged, pin).await?;
    let record = just_made(row, &service.store);
    Ok(reply::success(StatusCode::CREATED, record))
}

/// The disk side: runs on a thread that may block.
fn receive(service: &Service, mut queue: mpsc::Receiver<Piece>) -> Result<Staged, Refusal> {
    let mut receiver = service.staging.begin()?;
    while let Some(piece) = queue.blocking_recv() {
        match piece {
            Piece::Begin(path) => receiver.begin_file(path)?,
            Piece::Bytes(bytes) => receiver.push(&bytes)?,
            Piece::End => receiver.end_file()?,
            Piece::Complete => return receiver.finish(),
        }
    }
    Err(Refusal::CutOff)
}

/// The network side: hands the files of the form on and gives what else it said.
async fn forward(form: &mut Form, pieces: mpsc::Sender<Piece>) -> Result<Told, Failure> {
    let mut told = Told::default();
    let mut unknown = 0;
    while let Some(mut part) = form.next().await? {
        match part.disposition.name.as_deref() {
            Some("file") => {
                let name = part.disposition.file_name.take();
                let name =
                    name.ok_or_else(|| Failure::bad("a part named 'file' has no file name"))?;
                told.mime = part.mime();
                send(
                    &pieces,
                    Piece::Begin(FilePath::parse(&name).map_err(Failure::bad)?),
                )
                .await?;
                while let Some(bytes) = part.chunk().await? {
                    send(&pieces, Piece::Bytes(bytes)).await?;
                }
                send(&pieces, Piece::End).await?;
            }
            Some("metadata") => told.metadata = metadata(&mut part).await?,
            _ => {
                unknown += 1;
                if unknown > MAX_UNKNOWN_PARTS {
                    return Err(Failure::bad("too many parts that are not named 'file'"));
                }
                while part.chunk().await?.is_some() {}
            }
        }
    }
    send(&pieces, Piece::Complete).await?;
    Ok(told)
}

async fn send(pieces: &mpsc::Sender<Piece>, piece: Piece) -> Result<(), Failure> {
    // The disk side says better why it stopped.
    pieces
        .send(piece)
        .await
        .map_err(|_| StoreError::Stopped.into())
}

/// The metadata part: the text of a JSON object, of null, or nothing.
async fn metadata(part: &mut Part) -> Result<UploadMetadata, Failure> {
    let mut text = Vec::new();
    while let Some(bytes) = part.chunk().await? {
        if text.len() + bytes.len() > MAX_METADATA {
            return Err(Failure::bad("the metadata is larger than 64 KiB"));
        }
        text.extend_from_slice(&bytes);
    }
    if text.trim_ascii().is_empty() {
        return Ok(UploadMetadata::default());
    }
    let object: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(&text)
        .map_err(|_| Failure::bad("the metadata is not the text of a JSON object"))?;
    let object = object.unwrap_or_default();
    serde_json::from_value(object.into())
        .map_err(|error| Failure::bad(format!("the metadata is not understood: {error}")))
}

fn new_pin(staged: &Staged, told: Told) -> PinRow {
    let name = told.metadata.name.filter(|name| !name.is_empty());
    let mime = if staged.is_dir {
        None
    } else {
        told.mime.or_else(|| {
            let guess = mime_guess::from_path(staged.name.as_deref().unwrap_or_default());
            guess.first_raw().map(str::to_owned)
        })
    };
    PinRow {
        id: Uuid::new_v4(),
        root: staged.root.multihash().to_vec(),
        cid: staged.root.to_string(),
        size: Some(staged.size),
        created: Timestamp::now(),
        unpinned: None,
        pinned: true,
        by_hash: false,
        is_dir: staged.is_dir,
        status: pins::DONE.to_owned(),
        name: name.or_else(|| staged.name.clone()),
        mime,
        keyvalues: told.metadata.keyvalues,
    }
}
