//! A file's bytes, from the database or from the disk, and what type they are.

use std::io::SeekFrom;
use std::path::Path;

use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use crate::service::reply::Failure;

/// Bytes read from a file at once.
const PIECE: usize = 64 * 1024;

/// Where a file's bytes come from.
pub(super) enum Source {
    Bytes(Bytes),
    File(tokio::fs::File),
}

impl Source {
    pub(super) async fn open(path: &Path) -> Result<Self, Failure> {
        match tokio::fs::File::open(path).await {
            Ok(file) => Ok(Self::File(file)),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// A part of the bytes, and their MIME type: by the name, else as the upload told, else by the
    /// look of the first bytes.
    pub(super) async fn part(
        self,
        start: u64,
        length: u64,
        name: Option<&str>,
        told: Option<String>,
    ) -> Result<(Body, String), Failure> {
        let by_name = name
            .and_then(|name| mime_guess::from_path(name).first_raw().map(str::to_owned))
            .or(told);
        match self {
            Self::Bytes(bytes) => {
                let mime = by_name.unwrap_or_else(|| look(&bytes).to_owned());
                let end = start.saturating_add(length).min(bytes.len() as u64);
                // A small file's bytes are counted in what fits a machine word.
                let place = |at: u64| usize::try_from(at).unwrap_or(bytes.len());
                Ok((
                    Body::from(bytes.slice(place(start)..place(end))),
                    in_utf8(mime),
                ))
            }
            Self::File(mut file) => {
                let mime = if let Some(mime) = by_name {
                    mime
                } else {
                    let mut first = Vec::with_capacity(512);
                    (&mut file)
                        .take(512)
                        .read_to_end(&mut first)
                        .await
                        .map_err(|error| unreadable(&error))?;
                    look(&first).to_owned()
                };
                file.seek(SeekFrom::Start(start))
                    .await
                    .map_err(|error| unreadable(&error))?;
                let stream = ReaderStream::with_capacity(file.take(length), PIECE);
                Ok((Body::from_stream(stream), in_utf8(mime)))
            }
        }
    }
}

/// Text or bytes, by the first of them.
fn look(first: &[u8]) -> &'static str {
    let first = &first[..first.len().min(512)];
    let is_text = match std::str::from_utf8(first) {
        Ok(_) => true,
        // A character may be cut at the end.
        Err(error) => error.error_len().is_none(),
    };
    if is_text && !first.contains(&0) {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

fn in_utf8(mime: String) -> String {
    if mime.starts_with("text/") && !mime.contains(';') {
        mime + "; charset=utf-8"
    } else {
        mime
    }
}

fn unreadable(error: &std::io::Error) -> Failure {
    tracing::error!(%error, "content can't be read from the disk");
    Failure::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "the content can't be read from the disk",
    )
}
