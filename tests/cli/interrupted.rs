//! Ctrl-C in the middle: what was done is told, what was not is named.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;
use wiremock::matchers::{body_string_contains, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::harness::{Home, Running, numbered_cid};

const KEYS: [(&str, &str); 2] = [("PINNING_API_KEY", "k"), ("PINNING_SECRET_KEY", "s")];

fn start(home: &Home, api_url: &str, args: &[&str]) -> Running {
    let child = home
        .command(args)
        .args(["--api-url", api_url])
        .envs(KEYS)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Running(child)
}

/// How often the service was asked this way.
async fn calls(service: &MockServer, method: &str) -> usize {
    let requests = service.received_requests().await.unwrap();
    let same = requests
        .iter()
        .filter(|request| request.method.as_str() == method);
    same.count()
}

/// Waits until the service was asked so many times this way.
async fn asked(service: &MockServer, method: &str, times: usize) {
    while calls(service, method).await < times {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn slow_service(after: Duration) -> MockServer {
    let service = MockServer::start().await;
    let done = json!({"data": {}, "status": "success"});
    Mock::given(method("DELETE"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(done)
                .set_delay(after),
        )
        .mount(&service)
        .await;
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn rm_ends_what_it_began_and_names_the_rest() {
    let service = slow_service(Duration::from_millis(200)).await;
    let home = Home::new();
    let ids: Vec<String> = (0..40).map(|n| format!("pin-{n}")).collect();
    let mut args = vec!["rm", "--yes", "--json", "--concurrency", "2"];
    args.extend(ids.iter().map(String::as_str));
    let running = start(&home, &service.uri(), &args);
    asked(&service, "DELETE", 3).await;
    running.signal(Signal::INT);
    let ran = tokio::task::spawn_blocking(|| running.output())
        .await
        .unwrap();
    let report = ran.with_code(130).json();
    let called = calls(&service, "DELETE").await;
    assert!((3..20).contains(&called), "{called}");
    assert_eq!(report["done"], called);
    assert_eq!(report["unknown"], 40 - called);
    let items = report["items"].as_array().unwrap();
    assert_eq!(items.len(), 40);
    assert!(
        items[called..]
            .iter()
            .all(|item| item["message"] == "not tried")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rm_tells_people_the_same() {
    let service = slow_service(Duration::from_millis(100)).await;
    let home = Home::new();
    let args = [
        "rm",
        "--yes",
        "--concurrency",
        "1",
        "pin-1",
        "pin-2",
        "pin-3",
    ];
    let running = start(&home, &service.uri(), &args);
    asked(&service, "DELETE", 1).await;
    running.signal(Signal::INT);
    let ran = tokio::task::spawn_blocking(|| running.output())
        .await
        .unwrap();
    let ran = ran.with_code(130);
    assert!(ran.out.contains("not tried  pin-3\n"), "{}", ran.out);
    assert!(
        ran.out.contains("not tried\n") && !ran.out.contains("pin-1"),
        "{}",
        ran.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_does_not_wait() {
    let service = slow_service(Duration::from_hours(1)).await;
    let home = Home::new();
    let running = start(&home, &service.uri(), &["rm", "--yes", "pin-1"]);
    asked(&service, "DELETE", 1).await;
    running.signal(Signal::INT);
    let mut running = running;
    // Each further one counts once the first was taken.
    let code = tokio::task::spawn_blocking(move || {
        loop {
            if let Some(status) = running.0.try_wait().unwrap() {
                return status.code();
            }
            running.signal(Signal::INT);
            std::thread::sleep(Duration::from_millis(5));
        }
    })
    .await
    .unwrap();
    assert_eq!(code, Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn pin_ends_what_it_began_and_names_what_was_broken_off_and_what_not_begun() {
    // Eight are under way at a time: the first one never ends, the others do in a moment.
    let cids: Vec<String> = (0..12).map(numbered_cid).collect();
    let service = MockServer::start().await;
    Mock::given(body_string_contains(&cids[0]))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_hours(1)))
        .mount(&service)
        .await;
    let pinned = json!({"data": {"id": "x", "cid": "bafy"}, "status": "success"});
    Mock::given(method("POST"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(pinned)
                .set_delay(Duration::from_millis(800)),
        )
        .with_priority(9)
        .mount(&service)
        .await;
    let home = Home::new();
    let mut args = vec!["pin"];
    args.extend(cids.iter().map(String::as_str));
    let running = start(&home, &service.uri(), &args);
    asked(&service, "POST", 8).await;
    running.signal(Signal::INT);
    let ran = tokio::task::spawn_blocking(|| running.output())
        .await
        .unwrap();
    let ran = ran.with_code(130);
    let called = calls(&service, "POST").await;
    assert_eq!(ran.lines().len(), called - 1, "{}", ran.out);
    assert!(
        ran.err.contains(&format!("{}: broken off", cids[0])),
        "{}",
        ran.err
    );
    let not_begun = cids[called..].join(", ");
    assert!(
        ran.err
            .contains(&format!("{} not begun: {not_begun}", 12 - called)),
        "{}",
        ran.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_an_answer_can_be_ended() {
    let service = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_hours(1)))
        .mount(&service)
        .await;
    let home = Home::new();
    let listing = start(&home, &service.uri(), &["ls"]);
    asked(&service, "GET", 1).await;
    listing.signal(Signal::TERM);
    let ran = tokio::task::spawn_blocking(|| listing.output())
        .await
        .unwrap();
    assert_eq!(ran.with_code(130).out, "");
}

#[test]
fn waiting_for_stdin_can_be_interrupted() {
    let home = Home::new();
    let mut running = start(&home, "http://127.0.0.1:9/api", &["pin", "-"]);
    // More than a pipe holds: once it is written, the command is reading.
    let mut stdin = running.0.stdin.take().unwrap();
    stdin.write_all(&vec![b'\n'; 200_000]).unwrap();
    running.signal(Signal::INT);
    assert_eq!(running.output().code, 130);
    drop(stdin);
}
