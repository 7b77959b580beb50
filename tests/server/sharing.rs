//! Several services on one data directory, one after the other and at the same time.

use std::fs;

use reqwest::StatusCode;

use super::common::{Server, content};

#[tokio::test(flavor = "multi_thread")]
async fn two_services_see_each_others_pins() {
    let one = Server::start().await;
    let two = Server::on(one.data_dir()).await;
    let (code, first) = one.upload_file("first.bin", &content(40_000)).await;
    assert_eq!(code, StatusCode::CREATED);
    assert_eq!(two.names("").await, ["first.bin"]);
    let id = first["data"]["id"].as_str().unwrap();
    let cid = first["data"]["cid"].as_str().unwrap();
    assert_eq!(
        two.gateway(cid).await.bytes().await.unwrap(),
        content(40_000)
    );
    let (code, _) = two.unpin(id).await;
    assert_eq!(code, StatusCode::OK);
    let (_, seen) = one.get(&format!("/pinning/{id}")).await;
    assert_eq!(seen["data"]["status"], "unpinNormally");
    two.running.stop().await;
    assert_eq!(one.total().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_content_at_once_one_upload_is_kept() {
    let one = Server::start().await;
    let two = Server::on(one.data_dir()).await;
    for round in 1..=5 {
        let bytes = content(100_000 + round);
        let (a, b, c) = tokio::join!(
            one.upload_file("a.bin", &bytes),
            two.upload_file("b.bin", &bytes),
            one.upload_file("c.bin", &bytes),
        );
        let mut codes = [a.0.as_u16(), b.0.as_u16(), c.0.as_u16()];
        codes.sort_unstable();
        assert_eq!(codes, [201, 409, 409], "{a:?} {b:?} {c:?}");
        assert_eq!(two.total().await, round as u64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writes_at_once_all_happen() {
    let one = Server::start().await;
    let two = Server::on(one.data_dir()).await;
    let uploads = (0..40).map(|at| {
        let server = if at % 2 == 0 { &one } else { &two };
        async move {
            server
                .upload_file("x", format!("content {at}").as_bytes())
                .await
                .0
        }
    });
    let codes = futures_util::future::join_all(uploads).await;
    assert!(
        codes.iter().all(|code| *code == StatusCode::CREATED),
        "{codes:?}"
    );
    let (_, list) = one.get("/pinning/pins?limit=100").await;
    let ids: Vec<&str> = list["data"]["pins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pin| pin["id"].as_str().unwrap())
        .collect();
    let codes = futures_util::future::join_all(ids.iter().map(|id| two.unpin(id))).await;
    assert!(codes.iter().all(|(code, _)| *code == StatusCode::OK));
    let (_, list) = one.get("/pinning/pins?pinned=true").await;
    assert_eq!(list["data"]["totals"]["files"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_and_content_outlive_the_service() {
    let one = Server::start().await;
    let bytes = content(70_000);
    let (_, body) = one.upload_file("kept.bin", &bytes).await;
    let cid = body["data"]["cid"].as_str().unwrap();
    let directory = one.data_dir();
    let Server { running, data, .. } = one;
    running.stop().await;

    // What a killed process leaves: a directory that nobody holds the lock of.
    let left = directory.join("incoming").join("left");
    fs::create_dir_all(left.join("upload")).unwrap();
    fs::write(left.join("upload").join("0"), b"half").unwrap();
    fs::write(directory.join("incoming").join("left.lock"), b"").unwrap();

    let two = Server::on(directory.clone()).await;
    assert!(!left.exists());
    assert_eq!(two.names("").await, ["kept.bin"]);
    assert_eq!(two.gateway(cid).await.bytes().await.unwrap(), bytes);
    drop(data);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_upload_is_not_swept_by_another_service() {
    use futures_util::stream;
    use reqwest::multipart::{Form, Part};
    let one = Server::start().await;
    let (send, receive) = tokio::sync::mpsc::channel::<Vec<u8>>(1);
    let body = stream::unfold(receive, |mut receive| async {
        let piece = receive.recv().await?;
        Some((Ok::<_, std::io::Error>(piece), receive))
    });
    let part = Part::stream(reqwest::Body::wrap_stream(body)).file_name("slow.bin");
    let upload = one.upload(Form::new().part("file", part));
    let others = async {
        send.send(content(50_000)).await.unwrap();
        send.send(content(50_000)).await.unwrap();
        let two = Server::on(one.data_dir()).await;
        send.send(content(50_000)).await.unwrap();
        drop(send);
        two.running.stop().await;
    };
    let ((code, body), ()) = tokio::join!(upload, others);
    assert_eq!(code, StatusCode::CREATED, "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_newer_version_is_left_alone_with_a_clear_error() {
    use super::common::try_start_on;
    let one = Server::start().await;
    let directory = one.data_dir();
    let Server { running, data, .. } = one;
    running.stop().await;
    rusqlite::Connection::open(directory.join("pins.sqlite"))
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let error = format!("{:#}", try_start_on(directory).await.unwrap_err());
    assert!(
        error.contains("version 99") && error.contains("newer lazypin"),
        "{error}"
    );
    drop(data);
}
