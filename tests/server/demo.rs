//! `--demo N`: the same plausible pins each time, a dozen of them with content.

use reqwest::StatusCode;
use serde_json::Value;

use super::common::{Server, demo};

async fn newest(server: &Server, count: usize) -> Vec<Value> {
    let (code, list) = server.get(&format!("/pinning/pins?limit={count}")).await;
    assert_eq!(code, StatusCode::OK);
    list["data"]["pins"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_its_pins_and_some_can_be_opened() {
    let server = demo(2000).await;
    assert_eq!(server.total().await, 2000);
    let pins = newest(&server, 30).await;
    let queued = pins.iter().filter(|pin| pin["status"] == "queued").count();
    assert!((1..=2).contains(&queued));
    assert!(pins.iter().any(|pin| pin["is_dir"] == true));
    assert!(
        pins.iter()
            .any(|pin| pin["pinned"] == false && pin["status"] == "unpinNormally")
    );

    let mut opened = 0;
    for pin in &pins {
        let response = server.gateway(pin["cid"].as_str().unwrap()).await;
        if response.status() == 200 {
            opened += 1;
            let length = response.bytes().await.unwrap().len() as u64;
            if pin["is_dir"] == false {
                assert_eq!(pin["size"], length, "{pin}");
            }
        } else {
            assert_eq!(response.status(), 404);
        }
    }
    assert_eq!(opened, 12);

    let other = demo(2000).await;
    assert_eq!(newest(&other, 1000).await, newest(&server, 1000).await);
    other.running.stop().await;
    server.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_may_be_tiny() {
    for count in [0, 1, 11] {
        let server = demo(count).await;
        assert_eq!(server.total().await, count);
        server.running.stop().await;
    }
}
