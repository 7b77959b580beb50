//! Uploads: what goes out, how far it is, and how it ends when things change under way.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use lazypin::api::{PinningService as _, Timeouts};
use lazypin::domain::{Metadata, Pin, UploadFile, UploadPlan};
use lazypin::error::ApiError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::script::{
    RECORD, Script, answer, client, client_with, failure, header, patient, read_head, success,
};

/// A plan for one sparse file of this size.
fn plan(directory: &Path, size: u64) -> UploadPlan {
    let path = directory.join("file.bin");
    File::create(&path).unwrap().set_len(size).unwrap();
    UploadPlan {
        source: path.clone(),
        is_dir: false,
        files: vec![UploadFile {
            path,
            name: "file.bin".to_owned(),
            size,
        }],
        skipped: Vec::new(),
        metadata: Metadata::default(),
    }
}

async fn upload(url: &str, plan: &UploadPlan, timeouts: Timeouts) -> (Result<Pin, ApiError>, u64) {
    let (sent, seen) = watch::channel(0);
    let result = client_with(url, timeouts).upload(plan, sent).await;
    let seen = *seen.borrow();
    (result, seen)
}

/// A server whose one connection is handled by `handle`.
async fn serving<F, Fut>(handle: F) -> String
where
    F: FnOnce(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        handle(stream).await;
    });
    url
}

/// Reads until the other side ends or breaks the connection.
async fn drain(stream: &mut TcpStream) {
    let mut chunk = vec![0; 64 * 1024];
    while matches!(stream.read(&mut chunk).await, Ok(1..)) {}
}

#[tokio::test]
async fn the_length_is_announced_the_bytes_arrive_and_progress_reaches_the_total() {
    let directory = tempfile::tempdir().unwrap();
    let mut plan = plan(directory.path(), 3_000_000);
    plan.metadata.name = Some("a name".to_owned());
    let script = Script::always(success(RECORD)).await;
    let (result, sent) = upload(&script.url, &plan, patient()).await;
    assert_eq!(result.unwrap().id.as_str(), "p1");
    assert_eq!(sent, 3_000_000);
    let seen = script.seen().remove(0);
    assert!(seen.starts_with("POST /api/pinning/ HTTP/1.1\r\n"));
    assert!(header(&seen, "transfer-encoding").is_none());
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        header(head, "content-length"),
        Some(&*body.len().to_string())
    );
    assert_eq!(body.bytes().filter(|byte| *byte == 0).count(), 3_000_000);
    assert!(body.contains(r#"name="file"; filename="file.bin""#));
    assert!(body.contains("name=\"metadata\"\r\n\r\n{\"name\":\"a name\"}\r\n"));
}

#[tokio::test]
async fn a_folder_of_very_many_files_goes_out_in_one_stream() {
    let directory = tempfile::tempdir().unwrap();
    let mut plan = plan(directory.path(), 1);
    let one = plan.files.remove(0);
    plan.is_dir = true;
    plan.files = (0..3_000)
        .map(|number| UploadFile {
            name: format!("d/{number}"),
            ..one.clone()
        })
        .collect();
    let script = Script::always(success(RECORD)).await;
    let (result, sent) = upload(&script.url, &plan, patient()).await;
    result.unwrap();
    assert_eq!(sent, 3_000);
    assert_eq!(script.seen()[0].matches("name=\"file\"").count(), 3_000);
}

#[tokio::test]
async fn a_file_that_shrinks_under_way_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let plan = plan(directory.path(), 64 << 20);
    let path = plan.files[0].path.clone();
    let url = serving(async move |mut stream: TcpStream| {
        read_head(&mut stream).await;
        // The connection's buffers hold far less than what is cut off.
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(40 << 20)
            .unwrap();
        drain(&mut stream).await;
    })
    .await;
    let (result, sent) = upload(&url, &plan, patient()).await;
    let error = result.unwrap_err();
    assert!(
        matches!(&error, ApiError::Refused(text) if text.contains("file.bin") && text.contains("shrunk")),
        "{error:?}"
    );
    assert!(sent <= 40 << 20);
}

#[tokio::test]
async fn a_file_that_went_away_is_named_and_nothing_is_made_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let plan = plan(directory.path(), 10);
    std::fs::remove_file(&plan.files[0].path).unwrap();
    let script = Script::always(success(RECORD)).await;
    let (result, _) = upload(&script.url, &plan, patient()).await;
    assert!(result.unwrap_err().to_string().contains("file.bin"));
}

#[tokio::test]
async fn a_service_that_takes_no_more_bytes_is_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let plan = plan(directory.path(), 64 << 20);
    let (hold, wait) = tokio::sync::oneshot::channel::<()>();
    let url = serving(async move |mut stream: TcpStream| {
        read_head(&mut stream).await;
        let _ = wait.await;
    })
    .await;
    let timeouts = Timeouts {
        stall: Duration::from_millis(200),
        ..patient()
    };
    let (result, sent) = upload(&url, &plan, timeouts).await;
    assert!(
        matches!(&result, Err(ApiError::Timeout(text)) if text.contains("took no byte")),
        "{result:?}"
    );
    assert!(sent < 64 << 20);
    drop(hold);
}

#[tokio::test]
async fn the_answer_has_a_patience_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    for size in [0, 1_000] {
        let plan = plan(directory.path(), size);
        let url = serving(async |mut stream: TcpStream| drain(&mut stream).await).await;
        let timeouts = Timeouts {
            answer: Duration::from_millis(200),
            ..patient()
        };
        let (result, _) = upload(&url, &plan, timeouts).await;
        assert!(
            matches!(&result, Err(ApiError::Timeout(text)) if text.contains("after the upload")),
            "{result:?}"
        );
    }
}

#[tokio::test]
async fn a_refusal_that_comes_before_the_last_byte_is_heard() {
    let directory = tempfile::tempdir().unwrap();
    let plan = plan(directory.path(), 64 << 20);
    let url = serving(async |mut stream: TcpStream| {
        read_head(&mut stream).await;
        let refusal = failure("401 Unauthorized", "who are you");
        stream.write_all(&refusal).await.unwrap();
        drain(&mut stream).await;
    })
    .await;
    let (result, _) = upload(&url, &plan, patient()).await;
    assert_eq!(
        result,
        Err(ApiError::Unauthorized("who are you".to_owned()))
    );
}

#[tokio::test]
async fn an_upload_goes_out_once_whatever_comes_back() {
    let directory = tempfile::tempdir().unwrap();
    let plan = plan(directory.path(), 1_000);
    for bytes in [
        failure("500 Internal Server Error", "boom"),
        answer("503 Service Unavailable", &[], ""),
        answer("429 Too Many Requests", &[], ""),
        answer("307 Temporary Redirect", &["Location: /api/pinning/x"], ""),
        Vec::new(),
    ] {
        let script = Script::always(bytes).await;
        let (result, _) = upload(&script.url, &plan, patient()).await;
        assert!(result.is_err());
        assert_eq!(script.seen().len(), 1);
    }
}

#[tokio::test]
async fn an_upload_of_nothing_is_refused_here() {
    let directory = tempfile::tempdir().unwrap();
    let mut plan = plan(directory.path(), 1);
    plan.files.clear();
    let script = Script::always(success(RECORD)).await;
    let (sent, _) = watch::channel(0);
    assert!(client(&script.url).upload(&plan, sent).await.is_err());
    assert_eq!(script.seen().len(), 0);
}
