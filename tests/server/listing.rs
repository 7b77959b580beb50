//! The list call: paging, filters, orders, totals, and queries that make no sense.

use reqwest::StatusCode;
use serde_json::Value;

use super::common::{Server, assert_refused, demo};

/// Every pin that a query brings, page after page.
async fn walk(server: &Server, query: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let offset = all.len();
        let path = format!("/pinning/pins/?{query}&offset={offset}&limit={limit}");
        let (code, list) = server.get(&path).await;
        assert_eq!(code, StatusCode::OK, "{list}");
        let page = list["data"]["pins"].as_array().unwrap();
        let total = list["data"]["totals"]["files"].as_u64().unwrap();
        all.extend(page.iter().cloned());
        if all.len() as u64 >= total || page.is_empty() {
            assert_eq!(all.len() as u64, total);
            return all;
        }
    }
}

fn key(pin: &Value, sort: &str) -> (u64, String, String) {
    match sort {
        "size" => (
            pin["size"].as_u64().unwrap_or(0),
            String::new(),
            String::new(),
        ),
        "name" => {
            let name = pin["metadata"]["name"].as_str().unwrap_or_default();
            (0, name.to_lowercase(), name.to_owned())
        }
        _ => (
            0,
            pin["date_pinned"].as_str().unwrap().to_owned(),
            String::new(),
        ),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_order_and_filter_walks_each_pin_once_whatever_the_page() {
    let server = demo(700).await;
    let everything = walk(&server, "sortBy=created_at&sortOrder=ASC", 1000).await;
    for filter in ["all", "true", "false"] {
        let expected: Vec<&Value> = everything
            .iter()
            .filter(|pin| filter == "all" || pin["pinned"] == (filter == "true"))
            .collect();
        let bytes: u64 = expected.iter().filter_map(|pin| pin["size"].as_u64()).sum();
        let (_, list) = server
            .get(&format!("/pinning/pins?pinned={filter}&limit=1"))
            .await;
        assert_eq!(list["data"]["totals"]["size"], bytes);
        for sort in ["created_at", "size", "name"] {
            let mut sorted = expected.clone();
            // Stable, so that what sorts alike stays in the order of making.
            sorted.sort_by_key(|pin| key(pin, sort));
            for order in ["asc", "DESC"] {
                if order == "DESC" {
                    sorted.reverse();
                }
                let query = format!("pinned={filter}&sortBy={sort}&sortOrder={order}");
                for limit in [1000, 97] {
                    let walked = walk(&server, &query, limit).await;
                    assert!(
                        walked.iter().eq(sorted.iter().copied()),
                        "{query} by {limit} is out of order"
                    );
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_what_changes() {
    let server = Server::start().await;
    for (name, bytes) in [("b", "1"), ("C", "22"), ("a", "333"), ("B", "4444")] {
        let (code, _) = server.upload_file(name, bytes.as_bytes()).await;
        assert_eq!(code, StatusCode::CREATED);
    }
    assert_eq!(server.names("").await, ["B", "a", "C", "b"]);
    assert_eq!(
        server.names("sortBy=name&sortOrder=ASC").await,
        ["a", "B", "b", "C"]
    );
    assert_eq!(server.names("sortBy=size").await, ["B", "a", "C", "b"]);
    assert_eq!(server.names("offset=1&limit=2").await, ["a", "C"]);
    assert_eq!(server.names("offset=3").await, ["b"]);
    assert_eq!(server.names("offset=4").await, [""; 0]);
    assert_eq!(
        server.names("offset=18446744073709551615&limit=7").await,
        [""; 0]
    );
    assert_eq!(server.names("surprise=1&limit=2&offset=").await, ["B", "a"]);

    let (_, list) = server.get("/pinning/pins?sortBy=size").await;
    let id = list["data"]["pins"][0]["id"].as_str().unwrap();
    let (code, _) = server.unpin(id).await;
    assert_eq!(code, StatusCode::OK);
    assert_eq!(
        server.names("pinned=true&sortBy=size").await,
        ["a", "C", "b"]
    );
    assert_eq!(server.names("pinned=false").await, ["B"]);
    let totals = |query: &'static str| {
        let server = &server;
        async move {
            let (_, list) = server.get(&format!("/pinning/pins?{query}")).await;
            let totals = &list["data"]["totals"];
            (
                totals["files"].as_u64().unwrap(),
                totals["size"].as_u64().unwrap(),
            )
        }
    };
    assert_eq!(totals("pinned=true").await, (3, 6));
    assert_eq!(totals("pinned=false").await, (1, 4));
    assert_eq!(totals("").await, (4, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn senseless_queries_are_refused_by_name() {
    let server = Server::start().await;
    for (query, word) in [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=4294967296", "limit"),
        ("limit=1.5", "limit"),
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
        ("offset=18446744073709551616", "offset"),
        ("pinned=maybe", "pinned"),
        ("sortBy=id", "sortBy"),
        ("sortBy=name;DROP+TABLE+pins", "sortBy"),
        ("sortOrder=UP", "sortOrder"),
        ("sortOrder=%00", "sortOrder"),
    ] {
        let refused = server.get(&format!("/pinning/pins/?{query}")).await;
        assert_refused(refused, 400, word);
    }
    let server = demo(1200).await;
    let (code, list) = server.get("/pinning/pins/?limit=4294967295").await;
    assert_eq!(code, StatusCode::OK);
    assert_eq!(list["data"]["pins"].as_array().unwrap().len(), 1000);
    let (_, list) = server.get("/pinning/pins/").await;
    assert_eq!(list["data"]["pins"].as_array().unwrap().len(), 10);
}
