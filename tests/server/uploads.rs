//! Uploads that are more than one file, and uploads that must be refused whole.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lazypin::domain::{Metadata, UploadFile, UploadPlan};
use lazypin::ipfs::root_of_upload;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::common::{KEY, SECRET, Server, answer, assert_refused, content, file};

/// Asserts that nothing of any upload is left, in the list or on the disk.
async fn assert_nothing_kept(server: &Server) {
    assert_eq!(server.total().await, 0);
    let data = server.data_dir();
    wait_for(|| !has_files(&data.join("incoming"))).await;
    assert!(!has_files(&data.join("content")));
}

/// Waits until `condition` holds; fails after a time that no working program needs.
async fn wait_for(condition: impl Fn() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("waited for nothing");
}

/// Whether there is a file in or below the directory, locks aside.
fn has_files(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                has_files(&path)
            } else {
                path.extension().is_none_or(|extension| extension != "lock")
            }
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_comes_back_as_it_went() {
    let server = Server::start().await;
    let files = [
        ("site/index.html", b"<h1>home</h1>".to_vec()),
        ("site/img/big.bin", content(1_000_000)),
        ("site/img/small.bin", content(20)),
        ("site/.hidden", b"h".to_vec()),
        ("site/empty", Vec::new()),
        ("site/deep/er/日本 語.txt", "こんにちは".into()),
        ("site/copy of big.bin", content(1_000_000)),
    ];
    let form = files.iter().fold(Form::new(), |form, (name, bytes)| {
        form.part("file", file(name, bytes))
    });
    let (code, body) = server.upload(form).await;
    assert_eq!(code, StatusCode::CREATED, "{body}");
    let record = &body["data"];
    assert_eq!(record["is_dir"], true);
    assert_eq!(record["metadata"]["name"], "site");
    let root = record["cid"].as_str().unwrap();
    assert!(root.starts_with("bafybei"), "{root}");

    // The same CID as is told before the upload, from the files on the disk.
    let disk = tempfile::tempdir().unwrap();
    let mut plan = UploadPlan {
        source: disk.path().to_owned(),
        is_dir: true,
        files: Vec::new(),
        skipped: Vec::new(),
        metadata: Metadata::default(),
    };
    for (at, (name, bytes)) in files.iter().enumerate() {
        let path = disk.path().join(at.to_string());
        fs::write(&path, bytes).unwrap();
        plan.files.push(UploadFile {
            path,
            name: (*name).to_owned(),
            size: bytes.len() as u64,
        });
    }
    assert_eq!(root_of_upload(&plan).unwrap().as_str(), root);

    let id = record["id"].as_str().unwrap();
    let (_, settled) = server.get(&format!("/pinning/{id}")).await;
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(settled["data"]["size"], bytes);

    for (name, bytes) in &files {
        let path = name.replacen("site", root, 1).replace(' ', "%20");
        let response = server.gateway(&path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.bytes().await.unwrap(), bytes.as_slice(), "{path}");
    }

    // What lies inside is content of its own, to be pinned and reached by its own CID.
    let node = server.gateway(&format!("{root}/?format=dag-json")).await;
    assert_eq!(
        node.headers()["content-type"],
        "application/vnd.ipld.dag-json"
    );
    let node: serde_json::Value = node.json().await.unwrap();
    assert_eq!(node["Data"]["/"]["bytes"], "CAE");
    let links = node["Links"].as_array().unwrap();
    let names: Vec<&str> = links
        .iter()
        .map(|link| link["Name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            ".hidden",
            "copy of big.bin",
            "deep",
            "empty",
            "img",
            "index.html"
        ]
    );
    for name in ["copy of big.bin", "img"] {
        let link = links.iter().find(|link| link["Name"] == name).unwrap();
        let cid = link["Hash"]["/"].as_str().unwrap();
        let (code, pinned) = server
            .pin_by_hash(&serde_json::json!({"hash_to_pin": cid}))
            .await;
        assert_eq!(code, StatusCode::OK, "{pinned}");
        let id = pinned["data"]["id"].as_str().unwrap();
        let (_, settled) = server.get(&format!("/pinning/{id}")).await;
        assert_eq!(settled["data"]["pinned"], true);
        assert_eq!(settled["data"]["is_dir"], name == "img");
        assert_eq!(server.gateway(cid).await.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_without_a_directory_are_wrapped_and_one_is_not() {
    let server = Server::start().await;
    let form = Form::new()
        .part("file", file("a.txt", b"a"))
        .part("file", file("b.txt", b"b"));
    let (code, body) = server.upload(form).await;
    assert_eq!(code, StatusCode::CREATED, "{body}");
    assert_eq!(body["data"]["is_dir"], true);
    let root = body["data"]["cid"].as_str().unwrap();
    let response = server.gateway(&format!("{root}/b.txt")).await;
    assert_eq!(response.bytes().await.unwrap(), "b");

    let (code, body) = server.upload_file("dir/only.txt", b"only").await;
    assert_eq!(code, StatusCode::CREATED, "{body}");
    assert_eq!(body["data"]["is_dir"], true);
    assert_eq!(body["data"]["metadata"]["name"], "dir");

    let (code, body) = server.upload_file("empty", b"").await;
    assert_eq!(code, StatusCode::CREATED, "{body}");
    assert_eq!(
        body["data"]["cid"],
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_refused_and_nothing_is_kept() {
    let server = Server::start().await;
    let long = "x".repeat(300);
    for names in [
        &["../evil"][..],
        &["dir/../../evil"],
        &["/etc/passwd"],
        &["dir//x"],
        &["."],
        &["dir/."],
        &["dir\\..\\x"],
        &["a\u{1}b"],
        &[&long],
        &["d/same", "d/same"],
        &["d/a", "d/a/b"],
        &["d/a/b", "d/a"],
        &["plain", "d/a"],
        &["d/a", "e/b"],
    ] {
        let form = names.iter().fold(Form::new(), |form, name| {
            form.part("file", file(name, &content(50_000)))
        });
        let (code, body) = server.upload(form).await;
        assert_eq!(code, StatusCode::BAD_REQUEST, "{names:?}: {body}");
        assert_eq!(body["status"], "fail");
    }
    assert_refused(server.upload(Form::new()).await, 400, "");
    let only_text = Form::new().text("file", "no file name");
    assert_refused(server.upload(only_text).await, 400, "file name");
    let none = Form::new().text("metadata", "{}");
    assert_refused(server.upload(none).await, 400, "no file");
    assert_nothing_kept(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_too_large_for_one_block_is_refused_in_plain_words() {
    let server = Server::start().await;
    // Written out, since reqwest's form of so many parts overflows its stack.
    let mut body: String = (0..8000)
        .map(|at| {
            format!(
                "--XX\r\nContent-Disposition: form-data; name=\"file\"; \
                 filename=\"many/{at:06}\"\r\n\r\nk\r\n"
            )
        })
        .collect();
    body.push_str("--XX--\r\n");
    let call = server
        .call(Method::POST, "/pinning/")
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(body);
    assert_refused(answer(call).await, 400, "too many entries");
    assert_nothing_kept(&server).await;
}

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

#[tokio::test(flavor = "multi_thread")]
async fn a_large_upload_passes_through() {
    let server = Server::start().await;
    let total: u64 = 48 * 1024 * 1024 + 5;
    let piece = content(65_536);
    let pieces = {
        let piece = piece.clone();
        let mut left = total;
        std::iter::from_fn(move || {
            let length = left.min(piece.len() as u64);
            left -= length;
            let length = usize::try_from(length).unwrap();
            (length > 0).then(|| Ok::<_, std::io::Error>(piece[..length].to_vec()))
        })
    };
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let part = Part::stream(body).file_name("large.bin");
    let (code, answer) = server.upload(Form::new().part("file", part)).await;
    assert_eq!(code, StatusCode::CREATED, "{answer}");
    let cid = answer["data"]["cid"].as_str().unwrap();
    let response = server.gateway(cid).await;
    assert_eq!(response.content_length(), Some(total));
    let back = response.bytes().await.unwrap();
    assert_eq!(back.len() as u64, total);
    assert!(
        back.chunks(piece.len())
            .all(|chunk| piece.starts_with(chunk))
    );
}
