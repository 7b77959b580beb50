//! Uploads that are more than one file, and uploads that must be refused whole.

use std::fmt::Write as _;
use std::fs;

use lazypin::domain::{Metadata, UploadFile, UploadPlan};
use lazypin::ipfs::root_of_upload;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};

use super::common::{Server, answer, assert_nothing_kept, assert_refused, content, file};

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
    let mut body = String::new();
    for at in 0..8000 {
        let head = "--XX\r\nContent-Disposition: form-data; name=\"file\"";
        let _ = write!(body, "{head}; filename=\"many/{at:06}\"\r\n\r\nk\r\n");
    }
    body.push_str("--XX--\r\n");
    let call = server
        .call(Method::POST, "/pinning/")
        .header("content-type", "multipart/form-data; boundary=XX")
        .body(body);
    assert_refused(answer(call).await, 400, "too many entries");
    assert_nothing_kept(&server).await;
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
