//! Uploads over a bare connection: cut off, broken, or written as unusual clients do.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::common::{KEY, SECRET, Server, assert_nothing_kept, content, has_files, wait_for};

/// Sends a request as it is, without anything after it, and reads what comes back.
async fn raw(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.running.address()).await.unwrap();
    stream.write_all(request).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    let read = tokio::time::timeout(Duration::from_secs(20), reading).await;
    read.expect("no answer").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn head(key: &str, more: &str) -> String {
    format!(
        "POST /api/pinning/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         pinning_api_key: {key}\r\npinning_secret_key: {SECRET}\r\n{more}\r\n\r\n"
    )
}

const BOUNDARY: &str = "Content-Type: multipart/form-data; boundary=XX";
const PART: &str =
    "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut.bin\"\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_cut_or_broken_are_a_400_and_nothing_is_kept() {
    let server = Server::start().await;
    let half = format!("{PART}{}", "z".repeat(300_000));
    let endless_head = format!(
        "--XX\r\nContent-Disposition: form-data; {}",
        "n".repeat(3_000_000)
    );
    for (more, body) in [
        // Fewer bytes than told, in the middle of a part.
        (
            format!("{BOUNDARY}\r\nContent-Length: 1000000"),
            half.clone(),
        ),
        // All bytes that were told, but no last boundary.
        (
            format!("{BOUNDARY}\r\nContent-Length: {}", half.len()),
            half.clone(),
        ),
        // Chunked, and the last chunk never comes.
        (
            format!("{BOUNDARY}\r\nTransfer-Encoding: chunked"),
            format!("{:x}\r\n{half}\r\n", half.len()),
        ),
        // Chunked, broken in its framing.
        (
            format!("{BOUNDARY}\r\nTransfer-Encoding: chunked"),
            format!("zz\r\n{half}"),
        ),
        // No part at all.
        (format!("{BOUNDARY}\r\nContent-Length: 0"), String::new()),
        (
            format!("{BOUNDARY}\r\nContent-Length: 9"),
            "nonsense.".to_owned(),
        ),
        // A part whose head does not end.
        (
            format!("{BOUNDARY}\r\nContent-Length: {}", endless_head.len()),
            endless_head,
        ),
        // No boundary, no multipart.
        (
            "Content-Type: multipart/form-data\r\nContent-Length: 3".to_owned(),
            "abc".to_owned(),
        ),
        (
            "Content-Type: text/plain\r\nContent-Length: 3".to_owned(),
            "abc".to_owned(),
        ),
        ("Content-Length: 0".to_owned(), String::new()),
    ] {
        let answer = raw(&server, (head(KEY, &more) + &body).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{more}: {answer}");
    }
    assert_nothing_kept(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_keys_are_answered_before_the_body_is_read() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.running.address()).await.unwrap();
    let head = head(
        "wrong",
        &format!("{BOUNDARY}\r\nContent-Length: 1000000000"),
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // Not a byte of the body is sent, and yet the answer comes.
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 401");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_nothing() {
    let server = Server::start().await;
    let incoming = server.data_dir().join("incoming");
    let mut stream = TcpStream::connect(server.running.address()).await.unwrap();
    let start = head(KEY, &format!("{BOUNDARY}\r\nContent-Length: 1000000000")) + PART;
    stream.write_all(start.as_bytes()).await.unwrap();
    stream.write_all(&content(2_000_000)).await.unwrap();
    wait_for(|| has_files(&incoming)).await;
    drop(stream);
    assert_nothing_kept(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_uploads_and_leaves_nothing() {
    let server = Server::start().await;
    let incoming = server.data_dir().join("incoming");
    let mut stream = TcpStream::connect(server.running.address()).await.unwrap();
    let start = head(KEY, &format!("{BOUNDARY}\r\nContent-Length: 1000000000")) + PART;
    stream.write_all(start.as_bytes()).await.unwrap();
    stream.write_all(&content(100_000)).await.unwrap();
    wait_for(|| has_files(&incoming)).await;
    let stopped = tokio::time::timeout(Duration::from_secs(10), server.running.stop()).await;
    assert!(stopped.is_ok(), "stopping takes too long");
    assert!(!has_files(&incoming));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_as_other_clients_write_them() {
    let server = Server::start().await;
    for (disposition, name) in [
        ("filename=\"d/x.txt\"", "d"),
        ("filename=\"ünï.txt\"", "ünï.txt"),
        ("filename*=utf-8''%C3%BCber%20x.txt", "über x.txt"),
        ("filename=\"a\\\"b.txt\"", "a\"b.txt"),
    ] {
        let body = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"file\"; {disposition}\r\n\
             Content-Type: application/octet-stream\r\n\r\n{disposition}\r\n--XX--\r\n"
        );
        // Chunked, in small pieces that cut the boundary, and no length told.
        let mut request =
            head(KEY, &format!("{BOUNDARY}\r\nTransfer-Encoding: chunked")).into_bytes();
        for piece in body.as_bytes().chunks(7) {
            request.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            request.extend_from_slice(piece);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"0\r\n\r\n");
        let answer = raw(&server, &request).await;
        assert!(
            answer.starts_with("HTTP/1.1 201"),
            "{disposition}: {answer}"
        );
        let (_, json) = answer.split_once("\r\n\r\n").unwrap();
        let json: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(json["data"]["metadata"]["name"], name);
    }
}
