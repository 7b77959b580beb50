//! The body of an upload, made while it is sent.
//!
//! reqwest's own multipart form chains one stream per part inside the next, so that a folder of
//! many thousand files would overflow the stack; this one is a single stream, holds one file open
//! at a time and one chunk in memory, and knows its length before the first byte leaves.

use std::io;
use std::sync::{Arc, OnceLock};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::sync::watch;
use uuid::Uuid;

use crate::domain::{UploadFile, UploadPlan, text};
use crate::wire::UploadMetadata;

/// Bytes read and handed on at once.
const CHUNK: usize = 128 * 1024;

/// A multipart body: the files in their order, then the metadata where there is some.
pub(super) struct Multipart {
    boundary: String,
    files: Vec<UploadFile>,
    /// What follows the last file.
    end: String,
    length: u64,
}

impl Multipart {
    pub(super) fn new(plan: &UploadPlan) -> Self {
        let boundary = format!("lazypin-{}", Uuid::new_v4().simple());
        let mut end = format!("--{boundary}--\r\n");
        if !plan.metadata.is_empty()
            && let Ok(metadata) = serde_json::to_string(&UploadMetadata::from(&plan.metadata))
        {
            end = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{metadata}\r\n{end}"
            );
        }
        let files = plan
            .files
            .iter()
            .map(|file| head(&boundary, &file.name).len() as u64 + file.size + TAIL.len() as u64);
        Self {
            length: files.sum::<u64>() + end.len() as u64,
            files: plan.files.clone(),
            boundary,
            end,
        }
    }

    /// The value of the Content-Type header.
    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The value of the Content-Length header.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The bytes. `sent` counts those of content as they are taken; `trouble` gets the sentence
    /// where a file is not what was planned, which ends the stream before its last byte.
    pub(super) fn stream(
        self,
        sent: watch::Sender<u64>,
        trouble: Arc<OnceLock<String>>,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let sender = Sender {
            boundary: self.boundary,
            files: self.files.into_iter(),
            end: Some(self.end),
            open: None,
            buffer: BytesMut::new(),
            sent,
            trouble,
        };
        stream::try_unfold(sender, |mut sender| async move {
            Ok(sender.next().await?.map(|bytes| (bytes, sender)))
        })
    }
}

/// What ends each part's content.
const TAIL: &str = "\r\n";

fn head(boundary: &str, name: &str) -> String {
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let name = escape(name);
    format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {mime}\r\n\r\n"
    )
}

/// A file name inside quotes as Go's multipart writer has it, and with it the official client:
/// quotes and backslashes are escaped, line ends are percent-encoded. Services that read quoted
/// strings get the very name back, which `%22`, as browsers write it, would not give them.
fn escape(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Where a body under way stands.
struct Sender {
    boundary: String,
    files: std::vec::IntoIter<UploadFile>,
    end: Option<String>,
    open: Option<Open>,
    buffer: BytesMut,
    sent: watch::Sender<u64>,
    trouble: Arc<OnceLock<String>>,
}

/// The file that is being sent.
struct Open {
    file: File,
    plan: UploadFile,
    left: u64,
}

impl Sender {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(mut open) = self.open.take() {
            let chunk = match open.read(&mut self.buffer).await {
                Ok(chunk) => chunk,
                Err(why) => return Err(self.give_up(&open.plan, &why)),
            };
            let Some(chunk) = chunk else {
                return Ok(Some(Bytes::from_static(TAIL.as_bytes())));
            };
            self.sent.send_modify(|sent| *sent += chunk.len() as u64);
            self.open = Some(open);
            return Ok(Some(chunk));
        }
        let Some(plan) = self.files.next() else {
            return Ok(self.end.take().map(Bytes::from));
        };
        let head = head(&self.boundary, &plan.name);
        match Open::new(plan.clone()).await {
            Ok(open) => self.open = Some(open),
            Err(why) => return Err(self.give_up(&plan, &why)),
        }
        Ok(Some(Bytes::from(head)))
    }

    fn give_up(&self, plan: &UploadFile, why: &str) -> io::Error {
        let path = plan.path.display().to_string();
        let message = format!("{}: {why}", text::scrub(&path));
        // Only the first trouble is kept, and there is only one: it ends the stream.
        let _ = self.trouble.set(message);
        io::Error::other("the upload was broken off")
    }
}

impl Open {
    async fn new(plan: UploadFile) -> Result<Self, String> {
        let cannot = |error: io::Error| format!("can't be read any more: {error}");
        // Opening a pipe that came in its place would wait for ever.
        let metadata = tokio::fs::metadata(&plan.path).await.map_err(cannot)?;
        if !metadata.is_file() {
            return Err("is no regular file any more".to_owned());
        }
        let file = File::open(&plan.path).await.map_err(cannot)?;
        let size = file.metadata().await.map_err(cannot)?.len();
        if size != plan.size {
            return Err(changed(plan.size, size));
        }
        Ok(Self {
            file,
            left: plan.size,
            plan,
        })
    }

    /// The next chunk; `None` after the last one.
    async fn read(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, String> {
        buffer.reserve(CHUNK);
        let read = self
            .file
            .read_buf(buffer)
            .await
            .map_err(|error| format!("reading failed: {error}"))? as u64;
        if read > self.left {
            return Err("has grown since it was looked at".to_owned());
        }
        if read == 0 && self.left > 0 {
            return Err(changed(self.plan.size, self.plan.size - self.left));
        }
        self.left -= read;
        Ok((read > 0).then(|| buffer.split().freeze()))
    }
}

fn changed(planned: u64, now: u64) -> String {
    let how = if now < planned { "shrunk" } else { "grown" };
    format!("has {how} since it was looked at ({planned} bytes then, {now} now)")
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt as _;

    use super::*;
    use crate::domain::Metadata;

    fn plan(directory: &std::path::Path, files: &[(&str, &[u8])]) -> UploadPlan {
        UploadPlan {
            source: directory.to_owned(),
            is_dir: true,
            files: files
                .iter()
                .enumerate()
                .map(|(index, (name, content))| {
                    let path = directory.join(index.to_string());
                    std::fs::write(&path, content).unwrap();
                    UploadFile {
                        path,
                        name: (*name).to_owned(),
                        size: content.len() as u64,
                    }
                })
                .collect(),
            skipped: Vec::new(),
            metadata: Metadata::default(),
        }
    }

    async fn sent(plan: &UploadPlan) -> (io::Result<Vec<u8>>, u64, Option<String>) {
        let (count, trouble) = (watch::Sender::new(0), Arc::new(OnceLock::new()));
        let body = Multipart::new(plan);
        let length = body.length();
        let stream = body.stream(count.clone(), Arc::clone(&trouble));
        let bytes = stream
            .try_fold(Vec::new(), |mut all, bytes| async move {
                all.extend_from_slice(&bytes);
                Ok(all)
            })
            .await;
        if let Ok(bytes) = &bytes {
            assert_eq!(bytes.len() as u64, length);
        }
        let total = *count.borrow();
        (bytes, total, trouble.get().cloned())
    }

    #[tokio::test]
    async fn the_body_is_as_long_as_announced_and_says_what_was_planned() {
        let directory = tempfile::tempdir().unwrap();
        let large = vec![7_u8; CHUNK * 2 + 3];
        let mut plan = plan(
            directory.path(),
            &[
                ("d/a \"b\"\r\n\u{e9}.png", b"png"),
                ("d/empty\\", b""),
                ("d/large", &large),
            ],
        );
        plan.metadata.name = Some("n\"".to_owned());
        let (bytes, total, trouble) = sent(&plan).await;
        let body = String::from_utf8(bytes.unwrap()).unwrap();
        assert_eq!((total, trouble), (plan.total_bytes(), None));
        for part in [
            "filename=\"d/a \\\"b\\\"%0D%0A\u{e9}.png\"\r\nContent-Type: image/png\r\n\r\npng\r\n--",
            "filename=\"d/empty\\\\\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--",
            "name=\"metadata\"\r\n\r\n{\"name\":\"n\\\"\"}\r\n--",
        ] {
            assert!(body.contains(part), "{part}");
        }
        assert!(body.find("metadata") > body.find("d/large"));
        assert!(body.ends_with("--\r\n"));
        assert!(!body.contains("filename*"));
    }

    #[tokio::test]
    async fn without_metadata_there_is_no_such_part() {
        let directory = tempfile::tempdir().unwrap();
        let (bytes, ..) = sent(&plan(directory.path(), &[("a", b"x")])).await;
        assert!(
            !String::from_utf8(bytes.unwrap())
                .unwrap()
                .contains("metadata")
        );
    }

    #[tokio::test]
    async fn a_file_that_is_not_what_was_planned_breaks_the_body_and_is_named() {
        type Spoil = fn(&std::path::Path);
        let directory = tempfile::tempdir().unwrap();
        let spoil: [(&str, Spoil); 4] = [
            ("shrunk", |path| std::fs::write(path, b"1").unwrap()),
            ("grown", |path| std::fs::write(path, b"12345678").unwrap()),
            ("can't be read", |path| std::fs::remove_file(path).unwrap()),
            ("no regular file", |path| {
                std::fs::remove_file(path).unwrap();
                std::fs::create_dir(path).unwrap();
            }),
        ];
        for (word, spoil) in spoil {
            let directory = tempfile::tempdir_in(directory.path()).unwrap();
            let plan = plan(directory.path(), &[("a", b"aaa"), ("b", b"bbb")]);
            spoil(&plan.files[1].path);
            let (bytes, total, trouble) = sent(&plan).await;
            assert!(bytes.is_err());
            assert_eq!(total, 3);
            let trouble = trouble.unwrap();
            assert!(
                trouble.contains(word) && trouble.contains(plan.files[1].path.to_str().unwrap()),
                "{trouble}"
            );
        }
    }

    #[tokio::test]
    async fn a_file_that_changes_while_it_is_read_is_noticed() {
        for (size, word) in [(CHUNK, "shrunk"), (CHUNK * 4, "grown")] {
            let directory = tempfile::tempdir().unwrap();
            let plan = plan(directory.path(), &[("a", &vec![1; CHUNK * 3])]);
            let trouble = Arc::new(OnceLock::new());
            let stream = Multipart::new(&plan).stream(watch::Sender::new(0), Arc::clone(&trouble));
            let mut stream = std::pin::pin!(stream);
            stream.try_next().await.unwrap().unwrap();
            stream.try_next().await.unwrap().unwrap();
            std::fs::OpenOptions::new()
                .write(true)
                .open(&plan.files[0].path)
                .unwrap()
                .set_len(size as u64)
                .unwrap();
            let rest = stream.try_for_each(|_| async { Ok(()) }).await;
            assert!(rest.is_err());
            assert!(trouble.get().unwrap().contains(word), "{trouble:?}");
        }
    }
}
