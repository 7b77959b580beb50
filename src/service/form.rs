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

/// What a part says about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: Option<String>,
    pub(super) file_name: Option<String>,
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
            Some(value) => disposition(value.as_bytes())?,
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

/// Reads a `Content-Disposition`: quoted or bare values, raw UTF-8 in them as curl and Go write it,
/// and `filename*` (RFC 5987), which goes before `filename`.
fn disposition(header: &[u8]) -> Result<Disposition, Failure> {
    let header = std::str::from_utf8(header)
        .map_err(|_| Failure::bad("a part's name or file name is not UTF-8"))?;
    let mut found = Disposition::default();
    let mut extended = None;
    let Some((_, mut rest)) = header.split_once(';') else {
        return Ok(found);
    };
    while let Some((key, after)) = rest.split_once('=') {
        let key = key.trim().to_ascii_lowercase();
        let (value, after) = value(after.trim_start())?;
        match key.as_str() {
            "name" => found.name = Some(value),
            "filename" => found.file_name = Some(value),
            "filename*" => extended = Some(decode_extended(&value)?),
            _ => {}
        }
        match after.split_once(';') {
            Some((_, next)) => rest = next,
            None => break,
        }
    }
    found.file_name = extended.or(found.file_name);
    Ok(found)
}

/// A parameter's value and what comes after it.
fn value(text: &str) -> Result<(String, &str), Failure> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].trim_end().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, &quoted[at + 1..])),
            // Only quotes and backslashes are escaped; a backslash before anything else is one, as
            // in the paths that some clients send.
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    Err(Failure::bad("a part's head has a quote that does not end"))
}

fn decode_extended(value: &str) -> Result<String, Failure> {
    let unreadable = || Failure::bad("a part's filename* is not UTF-8 text as RFC 5987 has it");
    let mut parts = value.splitn(3, '\'');
    let (Some(charset), Some(_), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(unreadable());
    };
    if !charset.eq_ignore_ascii_case("utf-8") {
        return Err(unreadable());
    }
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> (Option<String>, Option<String>) {
        let found = disposition(header.as_bytes()).unwrap();
        (found.name, found.file_name)
    }

    #[test]
    fn names_are_read_as_clients_write_them() {
        let some = |name: &str, file: &str| (Some(name.to_owned()), Some(file.to_owned()));
        for (header, expected) in [
            (
                r#"form-data; name="file"; filename="a b.txt""#,
                some("file", "a b.txt"),
            ),
            (
                r#"form-data; name="file"; filename="d/文 件.md""#,
                some("file", "d/文 件.md"),
            ),
            (
                r#"form-data; filename="x; name=evil"; name="file""#,
                some("file", "x; name=evil"),
            ),
            (
                r#"form-data; name="file"; filename="a\"b\\c\d""#,
                some("file", r#"a"b\c\d"#),
            ),
            (
                r"form-data; name=file; filename=plain.txt",
                some("file", "plain.txt"),
            ),
            (
                r#"form-data; NAME="file" ; FileName = "x""#,
                some("file", "x"),
            ),
            (
                r#"form-data; name="file"; filename="no"; filename*=utf-8''d%2F%E6%96%87.md"#,
                some("file", "d/文.md"),
            ),
            (
                r#"form-data; name="metadata""#,
                (Some("metadata".to_owned()), None),
            ),
            ("form-data", (None, None)),
            ("", (None, None)),
        ] {
            assert_eq!(read(header), expected, "{header}");
        }
        for header in [
            &br#"form-data; name="file"; filename="open"#[..],
            b"form-data; name=\"file\"; filename=\"\xff\"",
            b"form-data; name=file; filename*=latin1''x",
            b"form-data; name=file; filename*=utf-8''%ff",
            b"form-data; name=file; filename*=x",
        ] {
            assert!(disposition(header).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(header: Vec<u8>) {
            let _ = disposition(&header);
        }
    }
}
