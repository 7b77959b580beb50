//! The multipart body of an upload, read a part at a time in bounded memory.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{BodyDataStream, HttpBody as _};
use axum::extract::Request;
use axum::http::header;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use multer::{Field, Multipart};

use super::disposition::Disposition;
use super::reply::Failure;

/// How long an upload may stand still.
const STILL: Duration = Duration::from_mins(2);

/// Bytes that a part's head may take, and what may come before the first part.
const MAX_HEAD: usize = 64 * 1024;

/// Bytes of an unwanted body that are still read, and for how long, so that the client comes to
/// read the answer instead of finding its connection reset.
const LINGER: usize = 16 * 1024 * 1024;
const LINGER_TIME: Duration = Duration::from_secs(2);

/// A multipart body under way.
pub(super) struct Form {
    multipart: Multipart<'static>,
    gate: Arc<Mutex<Gate>>,
}

/// One part. Read it to its end before asking for the next.
pub(super) struct Part {
    field: Field<'static>,
    gate: Arc<Mutex<Gate>>,
    pub(super) disposition: Disposition,
}

/// Gives the parser a piece of the body only when it has looked through what it has.
///
/// The parser takes all that is ready before it looks, so that small parts would make it hold more
/// and more of a body that comes fast.
struct Gate {
    body: BodyDataStream,
    /// The parser has asked, been told to look again, and asked again.
    hungry: bool,
    /// Bytes given since the last part or piece of one came out, but for the latest piece, which the
    /// parser may not have looked at yet.
    unfruitful: usize,
    latest: usize,
}

struct Pieces(Arc<Mutex<Gate>>);

impl Stream for Pieces {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut gate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !gate.hungry {
            gate.hungry = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if gate.unfruitful > MAX_HEAD {
            return Poll::Ready(Some(Err(Broken("the head of a part is too long"))));
        }
        let piece = std::task::ready!(gate.body.poll_next_unpin(cx));
        gate.hungry = false;
        Poll::Ready(piece.map(|piece| {
            let piece = piece.map_err(|_| Broken("the body broke off"))?;
            gate.unfruitful += gate.latest;
            gate.latest = piece.len();
            Ok(piece)
        }))
    }
}

/// Why there is no more of a body.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Broken(&'static str);

impl Form {
    /// The form in this request's body.
    pub(super) fn new(request: Request) -> Result<Self, Failure> {
        let boundary = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| multer::parse_boundary(value).ok())
            .filter(|boundary| (1..=200).contains(&boundary.len()));
        let Some(boundary) = boundary else {
            linger(request);
            return Err(Failure::bad(
                "the body is not multipart/form-data with a boundary",
            ));
        };
        let gate = Arc::new(Mutex::new(Gate {
            body: request.into_body().into_data_stream(),
            hungry: false,
            unfruitful: 0,
            latest: 0,
        }));
        Ok(Self {
            multipart: Multipart::new(Pieces(Arc::clone(&gate)), boundary),
            gate,
        })
    }

    /// The next part; `None` at the end of the form.
    pub(super) async fn next(&mut self) -> Result<Option<Part>, Failure> {
        let field = in_time(self.multipart.next_field()).await?;
        fed(&self.gate);
        let Some(field) = field else {
            return Ok(None);
        };
        let disposition = match field.headers().get(header::CONTENT_DISPOSITION) {
            Some(value) => Disposition::read(value.as_bytes())?,
            None => Disposition::default(),
        };
        Ok(Some(Part {
            field,
            gate: Arc::clone(&self.gate),
            disposition,
        }))
    }

    /// Gives up on the form, and reads a little on so that the client hears of it.
    pub(super) fn give_up(self) {
        drop(self.multipart);
        if let Some(gate) = Arc::into_inner(self.gate) {
            let gate = gate.into_inner().unwrap_or_else(PoisonError::into_inner);
            read_on(gate.body);
        }
    }
}

impl Part {
    /// The next bytes; `None` at the end of the part.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunk = in_time(self.field.chunk()).await?;
        fed(&self.gate);
        Ok(chunk)
    }

    /// The MIME type that the client gave, where it says more than "bytes".
    pub(super) fn mime(&self) -> Option<String> {
        let mime = self.field.content_type()?;
        let mime = mime.essence_str();
        (mime != "application/octet-stream" && mime.len() <= 128).then(|| mime.to_owned())
    }
}

fn fed(gate: &Mutex<Gate>) {
    let mut gate = gate.lock().unwrap_or_else(PoisonError::into_inner);
    gate.hungry = false;
    gate.unfruitful = 0;
    gate.latest = 0;
}

async fn in_time<T>(step: impl Future<Output = multer::Result<T>>) -> Result<T, Failure> {
    match tokio::time::timeout(STILL, step).await {
        Ok(result) => result.map_err(|error| match error {
            multer::Error::StreamReadFailed(why) => Failure::bad(why.to_string()),
            error => Failure::bad(format!("the multipart body is broken: {error}")),
        }),
        Err(_) => Err(Failure::new(
            axum::http::StatusCode::REQUEST_TIMEOUT,
            "the upload stood still for too long",
        )),
    }
}

/// Reads a little of a body that nobody wants, while its answer is on the way.
pub(super) fn linger(request: Request) {
    // A client that asks first has not sent anything, and reading would tell it to.
    if !request.headers().contains_key(header::EXPECT) && !request.body().is_end_stream() {
        read_on(request.into_body().into_data_stream());
    }
}

fn read_on(mut body: BodyDataStream) {
    tokio::spawn(async move {
        let mut left = LINGER;
        let reading = async {
            while let Some(Ok(piece)) = body.next().await {
                left = left.saturating_sub(piece.len());
                if left == 0 {
                    break;
                }
            }
        };
        // Out of time is as good an end as any.
        let _ = tokio::time::timeout(LINGER_TIME, reading).await;
    });
}
