//! Every call of the official page in its documented form.

use reqwest::multipart::Form;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::common::{Server, answer, assert_refused, file};

const HELLO: &str = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
const HELLO_HASH: &str = "1220b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded_listed_read_back_and_unpinned() {
    let server = Server::start().await;
    let (code, body) = server.upload_file("hello.txt", b"hello world").await;
    assert_eq!(code, StatusCode::CREATED, "{body}");
    assert_eq!(body["status"], "success");
    let record = &body["data"];
    assert_eq!(record["cid"], HELLO);
    assert_eq!(record["root_hash"], HELLO_HASH);
    assert_eq!(record["pinned"], false);
    assert_eq!(record["is_pin_by_hash"], false);
    assert_eq!(record["is_dir"], false);
    assert_eq!(record["date_unpinned"], "0001-01-01T00:00:00Z");
    assert_eq!(record["metadata"]["name"], "hello.txt");
    assert_eq!(record["metadata"]["type"], "text/plain");
    assert!(record.get("size").is_none() && record.get("sub_hash_status").is_some());

    let id = record["id"].as_str().unwrap();
    let (code, details) = server.get(&format!("/pinning/{id}")).await;
    assert_eq!(code, StatusCode::OK);
    let settled = &details["data"];
    assert_eq!(settled["pinned"], true);
    assert_eq!(settled["status"], "DONE");
    assert_eq!(settled["size"], 11);
    assert_eq!(settled["date_pinned"], record["date_pinned"]);

    for path in ["/pinning/pins", "/pinning/pins/"] {
        let (code, list) = server.get(path).await;
        assert_eq!(code, StatusCode::OK);
        assert_eq!(list["data"]["totals"], json!({"files": 1, "size": 11}));
        assert_eq!(list["data"]["pins"], json!([settled]));
    }

    let response = server.gateway(HELLO).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["etag"], format!("\"{HELLO}\""));
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert_eq!(
        response.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(response.bytes().await.unwrap(), "hello world");

    let (code, unpinned) = server.unpin(id).await;
    assert_eq!(code, StatusCode::OK);
    let record = &unpinned["data"];
    assert_eq!(record["pinned"], false);
    assert_eq!(record["status"], "unpinNormally");
    assert_ne!(record["date_unpinned"], "0001-01-01T00:00:00Z");
    assert!(record.get("sub_hash_status").is_none());
    assert_refused(server.unpin(id).await, 404, "record not found");
    let (_, list) = server.get("/pinning/pins/?pinned=false").await;
    assert_eq!(list["data"]["totals"]["files"], 1);
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_comes_before_or_after_the_files() {
    let server = Server::start().await;
    let metadata = r#"{"name":"sample name","keyvalues":{"key1":"value1","key2":"value2"}}"#;
    let before = Form::new()
        .text("metadata", metadata)
        .text("unknown", "ignored")
        .part("file", file("a.bin", b"one"));
    let after = Form::new()
        .part("file", file("b.bin", b"two"))
        .text("metadata", metadata);
    for form in [before, after] {
        let (code, body) = server.upload(form).await;
        assert_eq!(code, StatusCode::CREATED, "{body}");
        let told = &body["data"]["metadata"];
        assert_eq!(told["name"], "sample name");
        assert_eq!(
            told["keyvalues"],
            json!({"key1": "value1", "key2": "value2"})
        );
    }
    for (text, bytes) in [
        ("null", "three"),
        ("", "four"),
        ("  ", "five"),
        ("{}", "six"),
    ] {
        let form = Form::new()
            .part("file", file("x.bin", bytes.as_bytes()))
            .text("metadata", text);
        let (code, body) = server.upload(form).await;
        assert_eq!(code, StatusCode::CREATED, "{text:?}: {body}");
        assert_eq!(body["data"]["metadata"]["name"], "x.bin");
    }
    for text in ["[]", "7", "\"text\"", "{", "{\"name\":\"x\"} trailing"] {
        let form = Form::new()
            .text("metadata", text)
            .part("file", file("x.bin", text.as_bytes()));
        assert_refused(server.upload(form).await, 400, "metadata");
    }
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(70_000));
    let form = Form::new()
        .part("file", file("x.bin", b"seven"))
        .text("metadata", large);
    assert_refused(server.upload(form).await, 400, "metadata is larger");
    assert_eq!(server.total().await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn pin_by_hash_waits_for_content_and_finds_it() {
    let server = Server::start().await;
    let body = json!({
        "hash_to_pin": "Qmc1135ziMvmFG534i75E8HpJoLqzLzgKBxfjBV9cBsMAs",
        "metadata": {"name": "name-ipfs-hash", "keyvalues": {"a": "b"}}
    });
    let (code, answered) = server.pin_by_hash(&body).await;
    assert_eq!(code, StatusCode::OK, "{answered}");
    let record = &answered["data"];
    assert_eq!(record["cid"], body["hash_to_pin"]);
    assert_eq!(record["status"], "queued");
    assert_eq!(record["pinned"], false);
    assert_eq!(record["is_pin_by_hash"], true);
    assert_eq!(record["metadata"]["name"], "name-ipfs-hash");
    assert_eq!(record["metadata"]["keyvalues"]["a"], "b");
    assert!(record.get("size").is_none() && record.get("sub_hash_status").is_none());
    assert_refused(
        server.pin_by_hash(&body).await,
        409,
        "Pin with that hash already exists",
    );
    let id = record["id"].as_str().unwrap();
    let (_, later) = server.get(&format!("/pinning/{id}")).await;
    assert_eq!(later["data"]["status"], "queued");
    assert_eq!(later["data"]["pinned"], false);

    // What waits is pinned when an upload brings it, and says so itself.
    let (code, waiting) = server.pin_by_hash(&json!({"hash_to_pin": HELLO})).await;
    assert_eq!(code, StatusCode::OK);
    let (code, _) = server.upload_file("hello.txt", b"hello world").await;
    assert_eq!(code, StatusCode::CREATED);
    let id = waiting["data"]["id"].as_str().unwrap();
    let (_, settled) = server.get(&format!("/pinning/{id}")).await;
    assert_eq!(settled["data"]["status"], "DONE");
    assert_eq!(settled["data"]["pinned"], true);
    assert_eq!(settled["data"]["size"], 11);
    assert_refused(
        server.upload_file("again.txt", b"hello world").await,
        409,
        "Pin with that hash already exists",
    );

    // Content whose pins are all taken back is still here to be pinned again.
    let (_, list) = server.get("/pinning/pins?pinned=true").await;
    for pin in list["data"]["pins"].as_array().unwrap() {
        let (code, _) = server.unpin(pin["id"].as_str().unwrap()).await;
        assert_eq!(code, StatusCode::OK);
    }
    let slash = server
        .call(Method::POST, "/pinning/pinByHash/")
        .json(&json!({"hash_to_pin": HELLO, "metadata": null}));
    let (code, again) = answer(slash).await;
    assert_eq!(code, StatusCode::OK, "{again}");
    let id = again["data"]["id"].as_str().unwrap();
    let (_, again) = server.get(&format!("/pinning/{id}")).await;
    assert_eq!(again["data"]["pinned"], true);
    assert_eq!(again["data"]["size"], 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_cid_is_refused_in_the_services_words() {
    let server = Server::start().await;
    for (text, words) in [
        ("", "invalid cid: cid too short"),
        ("Q", "invalid cid: cid too short"),
        (
            "!nothing-of-the-kind",
            "invalid cid: selected encoding not supported",
        ),
        (
            "Qmc1135ziMvmFG534i75E8HpJoLqzLzgKBxfjBV9cBsMA",
            "invalid cid: ",
        ),
        (&"b".repeat(10_000), "invalid cid: "),
    ] {
        let refused = server.pin_by_hash(&json!({"hash_to_pin": text})).await;
        assert_refused(refused, 400, words);
    }
    for body in ["", "{", "[]", "{}", r#"{"hash_to_pin":7}"#] {
        let call = server.call(Method::POST, "/pinning/pinByHash").body(body);
        assert_refused(answer(call).await, 400, "pin request");
    }
    assert_eq!(server.total().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_right_keys_open() {
    let server = Server::start().await;
    for path in [
        "/apiKeys/testAuthentication",
        "/apiKeys/testAuthentication/",
    ] {
        let (code, body) = server.get(path).await;
        assert_eq!(code, StatusCode::OK);
        assert!(body["message"].is_string());
        assert!(body.get("status").is_none());
    }
    let base = server.running.api_url();
    for (key, secret) in [("", ""), ("the-key=", "wrong"), ("wrong", "the-secret+/=")] {
        for path in [
            "/apiKeys/testAuthentication",
            "/pinning/pins/",
            "/no/such/call",
        ] {
            let call = server
                .client
                .get(format!("{base}{path}"))
                .header("pinning_api_key", key)
                .header("pinning_secret_key", secret);
            assert_refused(answer(call).await, 401, "keys");
        }
    }
    let unknown = server.get("/no/such/call").await;
    assert_refused(unknown, 404, "no such call");
    let wrong = answer(server.call(Method::PATCH, "/pinning/pins")).await;
    assert_refused(wrong, 405, "method");
    for id in ["not-a-uuid", "3c3fec2a-ca65-4b8e-bcf3-c8e2ceaa23d2"] {
        let details = server.get(&format!("/pinning/{id}")).await;
        assert_refused(details, 404, "record not found");
        assert_refused(server.unpin(id).await, 404, "record not found");
    }
    let outside = server
        .client
        .get(format!("{}/elsewhere", server.running.gateway_url()));
    assert_refused(answer(outside).await, 404, "no such call");
}
