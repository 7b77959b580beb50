//! A server that sends exactly the bytes it is told to, and keeps what it was sent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lazypin::api::{ClientConfig, PinClient, Timeouts};
use lazypin::credentials::Credentials;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub(crate) const KEY: &str = "KEY/abc+1==";
pub(crate) const SECRET: &str = "SECRET-xyz/2==";

/// A record of the least that a service sends.
pub(crate) const RECORD: &str = r#"{"id":"p1","cid":"bafkreigoswsg4iddq6gqexlizzkduic652iolmy2mwolrr6bbd5twezucq","pinned":true}"#;

pub(crate) struct Script {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Script {
    /// Answers each connection's one request with the next of `answers`, the last one for ever.
    pub(crate) async fn new(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let answers: Vec<_> = answers.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let server = tokio::spawn(async move {
            let mut count = 0;
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let answer = answers[count.min(answers.len() - 1)].clone();
                count += 1;
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let request = read_request(&mut stream).await;
                    log.lock().unwrap().push(request);
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { url, seen, server }
    }

    /// One answer for every request.
    pub(crate) async fn always(answer: Vec<u8>) -> Self {
        Self::new([answer]).await
    }

    /// What has been sent here so far, a text for each request.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Reads a head and the body that its Content-Length announces.
pub(crate) async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = read_head(stream).await;
    let text = String::from_utf8_lossy(&request).into_owned();
    let head = text.find("\r\n\r\n").map_or(0, |at| at + 4);
    let length = header(&text, "content-length").map_or(0, |text| text.parse().unwrap());
    let mut chunk = vec![0; 64 * 1024];
    while request.len() < head + length {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
    String::from_utf8_lossy(&request).into_owned()
}

/// Reads to the end of a head, and what came along with it.
pub(crate) async fn read_head(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
    request
}

/// The value of a header in a request's text.
pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    request
        .split("\r\n")
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(": "))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// An answer with this status line, extra header lines and body.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n",
        body.len()
    );
    for header in headers {
        answer.push_str(header);
        answer.push_str("\r\n");
    }
    answer.push_str("\r\n");
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(body);
    answer
}

/// A success with `data`.
pub(crate) fn success(data: &str) -> Vec<u8> {
    answer(
        "200 OK",
        &["Content-Type: application/json"],
        format!(r#"{{"data":{data},"status":"success"}}"#),
    )
}

/// A failure in the service's words.
pub(crate) fn failure(status: &str, message: &str) -> Vec<u8> {
    let body = serde_json::json!({"status": "fail", "message": message});
    answer(status, &[], body.to_string())
}

/// Time-outs that no healthy test reaches, and pauses that none notices.
pub(crate) fn patient() -> Timeouts {
    Timeouts {
        back_off: Duration::from_millis(1),
        ..Timeouts::default()
    }
}

pub(crate) fn client(url: &str) -> PinClient {
    client_with(url, patient())
}

pub(crate) fn client_with(url: &str, timeouts: Timeouts) -> PinClient {
    PinClient::new(ClientConfig {
        api_url: url.to_owned(),
        credentials: Credentials::new(KEY, SECRET).unwrap(),
        // None that a test notices, and none that a refusal brings down to where one would.
        rate_limit: Some(60_000),
        timeouts,
    })
    .unwrap()
}
