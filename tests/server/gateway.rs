//! Content through the gateway: ranges, listings, and what must not be given.

use reqwest::header::HeaderMap;
use reqwest::multipart::Form;
use reqwest::{Method, Response, StatusCode};

use super::common::{Server, content, file};

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let url = format!("{}/ipfs/{path}", server.running.gateway_url());
    let request = headers.iter().fold(
        server.client.request(method, url),
        |request, (name, value)| request.header(*name, *value),
    );
    request.send().await.unwrap()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers[name].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_of_small_and_large_files_are_exact() {
    let server = Server::start().await;
    // One that lies in the database, one of several blocks in a file.
    for length in [1000, 600_000] {
        let bytes = content(length);
        let (code, body) = server.upload_file("data.bin", &bytes).await;
        assert_eq!(code, StatusCode::CREATED, "{body}");
        let cid = body["data"]["cid"].as_str().unwrap();
        for (range, from, to) in [
            ("bytes=0-0", 0, 1),
            ("bytes=100-299", 100, 300),
            ("bytes=990-", 990, length),
            ("bytes=-7", length - 7, length),
            ("bytes=5-999999999", 5, length),
        ] {
            let response = ask(&server, Method::GET, cid, &[("range", range)]).await;
            assert_eq!(response.status(), 206, "{range}");
            let told = format!("bytes {from}-{}/{length}", to - 1);
            assert_eq!(text(response.headers(), "content-range"), told);
            assert_eq!(response.content_length(), Some((to - from) as u64));
            assert_eq!(response.bytes().await.unwrap(), bytes[from..to]);
        }
        let behind = format!("bytes={length}-");
        let response = ask(&server, Method::GET, cid, &[("range", &behind)]).await;
        assert_eq!(response.status(), 416);
        assert_eq!(
            text(response.headers(), "content-range"),
            format!("bytes */{length}")
        );

        let whole = ask(&server, Method::GET, cid, &[]).await;
        let tag = text(whole.headers(), "etag").to_owned();
        assert_eq!(text(whole.headers(), "accept-ranges"), "bytes");
        assert_eq!(
            text(whole.headers(), "content-type"),
            "application/octet-stream"
        );
        assert_eq!(whole.bytes().await.unwrap(), bytes);
        let same = ask(&server, Method::GET, cid, &[("if-none-match", &tag)]).await;
        assert_eq!(same.status(), 304);
        let other = [("range", "bytes=0-0"), ("if-range", "\"other\"")];
        assert_eq!(ask(&server, Method::GET, cid, &other).await.status(), 200);
        let fitting = [("range", "bytes=0-0"), ("if-range", tag.as_str())];
        assert_eq!(ask(&server, Method::GET, cid, &fitting).await.status(), 206);

        let head = ask(&server, Method::HEAD, cid, &[]).await;
        assert_eq!(head.status(), 200);
        assert_eq!(text(head.headers(), "content-length"), length.to_string());
        assert!(head.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn directories_are_listed_and_index_pages_served() {
    let server = Server::start().await;
    let form = Form::new()
        .part("file", file("d/plain/<b>&.txt", b"odd"))
        .part("file", file("d/plain/sub/x.json", b"{}"))
        .part("file", file("d/web/index.html", b"<p>hi</p>"))
        .part("file", file("d/web/noname", &[0xff, 0, 1]));
    let (code, body) = server.upload(form).await;
    assert_eq!(code, StatusCode::CREATED, "{body}");
    let root = body["data"]["cid"].as_str().unwrap();

    for slash in ["", "/"] {
        let page = server.gateway(&format!("{root}/plain{slash}")).await;
        assert_eq!(page.status(), 200);
        assert_eq!(
            text(page.headers(), "content-type"),
            "text/html; charset=utf-8"
        );
        let page = page.text().await.unwrap();
        assert!(
            page.contains(&format!("href=\"/ipfs/{root}/plain/%3Cb%3E%26.txt\"")),
            "{page}"
        );
        assert!(
            page.contains("&lt;b&gt;&amp;.txt") && !page.contains("<b>"),
            "{page}"
        );
    }
    let odd = server
        .gateway(&format!("{root}/plain/%3Cb%3E%26.txt"))
        .await;
    assert_eq!(odd.bytes().await.unwrap(), "odd");
    let json = server.gateway(&format!("{root}/plain/sub/x.json")).await;
    assert_eq!(text(json.headers(), "content-type"), "application/json");
    let bytes = server.gateway(&format!("{root}/web/noname")).await;
    assert_eq!(
        text(bytes.headers(), "content-type"),
        "application/octet-stream"
    );

    // The client follows the redirect to the address whose relative links work.
    let index = server.gateway(&format!("{root}/web")).await;
    assert!(index.url().path().ends_with("/web/"));
    assert_eq!(index.text().await.unwrap(), "<p>hi</p>");
    let node = server.gateway(&format!("{root}/web?format=dag-json")).await;
    let node: serde_json::Value = node.json().await.unwrap();
    assert_eq!(node["Links"][0]["Name"], "index.html");
    assert_eq!(node["Links"][0]["Tsize"], 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_is_given() {
    let server = Server::start().await;
    let (_, body) = server.upload_file("d/a.txt", b"a").await;
    let root = body["data"]["cid"].as_str().unwrap();
    let empty = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    for (path, code) in [
        (empty.to_owned(), 404),
        ("nonsense".to_owned(), 400),
        ("b".repeat(5000), 400),
        (format!("{root}/b.txt"), 404),
        (format!("{root}/a.txt/x"), 404),
        (format!("{root}/%2e%2e/%2e%2e/pins.sqlite"), 404),
        (format!("{root}/..%2f..%2fpins.sqlite"), 404),
        (format!("{root}/%ff"), 400),
        (format!("{root}/{}", "x/".repeat(1000)), 400),
        (format!("{root}/a.txt?format=dag-json"), 406),
        (format!("{root}?format=car"), 406),
    ] {
        let response = ask(&server, Method::GET, &path, &[]).await;
        assert_eq!(response.status(), code, "{path}");
    }
    let response = ask(&server, Method::DELETE, root, &[]).await;
    assert_eq!(response.status(), 405);
}
