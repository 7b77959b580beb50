//! Services that limit, stumble, or say nothing.

use std::time::{Duration, Instant, SystemTime};

use lazypin::api::{PinningService as _, Timeouts};
use lazypin::domain::{Cid, ListQuery, Metadata, PinId};
use lazypin::error::ApiError;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::script::{
    RECORD, Script, answer, client, client_with, failure, patient, read_head, success,
};

fn limited(headers: &[&str]) -> Vec<u8> {
    answer(
        "429 Too Many Requests",
        headers,
        r#"{"message":"slow down"}"#,
    )
}

#[tokio::test]
async fn reads_and_unpins_wait_out_a_limit() {
    let script = Script::new([limited(&[]), limited(&[]), success(RECORD)]).await;
    client(&script.url)
        .details(&PinId::from("a"))
        .await
        .unwrap();
    assert_eq!(script.seen().len(), 3);
    let script = Script::new([limited(&[]), success(RECORD)]).await;
    client(&script.url).unpin(&PinId::from("a")).await.unwrap();
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn retry_after_is_waited_for_in_either_form() {
    for form in ["seconds", "date"] {
        let value = match form {
            "seconds" => "1".to_owned(),
            // A date has whole seconds: one that is two ahead is at least one ahead.
            _ => httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2)),
        };
        let script = Script::new([
            limited(&[&format!("Retry-After: {value}")]),
            success(RECORD),
        ])
        .await;
        let start = Instant::now();
        client(&script.url)
            .details(&PinId::from("a"))
            .await
            .unwrap();
        assert!(start.elapsed() >= Duration::from_millis(900), "{value}");
    }
}

#[tokio::test]
async fn a_pin_is_not_repeated_but_its_limit_holds_everyone_back() {
    let script = Script::new([limited(&["Retry-After: 1"]), success(RECORD)]).await;
    let client = client(&script.url);
    let start = Instant::now();
    let error = client
        .pin_by_cid(&Cid::as_received("Qm1"), &Metadata::default())
        .await
        .unwrap_err();
    let retry_after = Some(Duration::from_secs(1));
    assert_eq!(error, ApiError::RateLimited { retry_after });
    assert_eq!(script.seen().len(), 1);
    client.details(&PinId::from("a")).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(900));
}

#[tokio::test]
async fn a_wait_that_nobody_would_wait_is_told_at_once() {
    let script = Script::always(limited(&["Retry-After: 3000"])).await;
    let error = client(&script.url)
        .list(&ListQuery::default())
        .await
        .unwrap_err();
    let retry_after = Some(Duration::from_mins(50));
    assert_eq!(error, ApiError::RateLimited { retry_after });
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test]
async fn patience_with_a_limit_ends() {
    let script = Script::always(limited(&["Retry-After: 0"])).await;
    let error = client(&script.url)
        .unpin(&PinId::from("a"))
        .await
        .unwrap_err();
    assert!(matches!(error, ApiError::RateLimited { .. }), "{error:?}");
    assert_eq!(script.seen().len(), 7);
}

#[tokio::test]
async fn a_read_is_tried_again_when_the_service_stumbles() {
    let stumble = || failure("500 Internal Server Error", "boom");
    let script = Script::new([
        stumble(),
        answer("502 Bad Gateway", &[], "<html>"),
        success("null"),
    ])
    .await;
    client(&script.url)
        .list(&ListQuery::default())
        .await
        .unwrap();
    assert_eq!(script.seen().len(), 3);
    let script = Script::always(stumble()).await;
    let error = client(&script.url)
        .list(&ListQuery::default())
        .await
        .unwrap_err();
    assert_eq!(error, ApiError::Unavailable("boom".to_owned()));
    assert_eq!(script.seen().len(), 4);
}

#[tokio::test]
async fn an_unpin_is_tried_again_only_where_it_surely_was_not_done() {
    let script = Script::new([answer("503 Service Unavailable", &[], ""), success(RECORD)]).await;
    client(&script.url).unpin(&PinId::from("a")).await.unwrap();
    assert_eq!(script.seen().len(), 2);
    for unclear in [
        failure("500 Internal Server Error", "boom"),
        answer("504 Gateway Timeout", &[], ""),
        Vec::new(),
    ] {
        let script = Script::always(unclear).await;
        let error = client(&script.url)
            .unpin(&PinId::from("a"))
            .await
            .unwrap_err();
        assert!(error.outcome_unknown(), "{error:?}");
        assert_eq!(script.seen().len(), 1, "{error:?}");
    }
}

#[tokio::test]
async fn a_pin_is_never_repeated() {
    for bytes in [
        failure("500 Internal Server Error", "boom"),
        answer("503 Service Unavailable", &[], ""),
        Vec::new(),
    ] {
        let script = Script::always(bytes).await;
        let result = client(&script.url)
            .pin_by_cid(&Cid::as_received("Qm1"), &Metadata::default())
            .await;
        assert!(result.unwrap_err().outcome_unknown());
        assert_eq!(script.seen().len(), 1);
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for host in [address.to_string(), format!("localhost:{}", address.port())] {
        let client = client(&format!("http://{host}/api"));
        let error = client.unpin(&PinId::from("a")).await.unwrap_err();
        assert!(
            matches!(&error, ApiError::Transport { sent: false, message } if message.contains(&host)),
            "{error:?}"
        );
    }
}

/// A server that accepts, reads the head, and then sends `drip` every 20 ms, for ever.
async fn dripping(start: &'static [u8], drip: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                read_head(&mut stream).await;
                let mut sent = stream.write_all(start).await;
                while sent.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    sent = stream.write_all(drip).await;
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn silence_and_trickles_end_in_a_time_out() {
    let timeouts = Timeouts {
        idle: Duration::from_millis(100),
        ..patient()
    };
    for (start, drip) in [
        (&b""[..], &b""[..]),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{", b""),
    ] {
        let client = client_with(&dripping(start, drip).await, timeouts);
        let began = Instant::now();
        let error = client.list(&ListQuery::default()).await.unwrap_err();
        assert!(matches!(error, ApiError::Timeout(_)), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}

#[tokio::test]
async fn the_rate_of_the_profile_holds_for_every_kind_of_call() {
    let script = Script::always(success(RECORD)).await;
    let client = lazypin::api::PinClient::new(lazypin::api::ClientConfig {
        api_url: script.url.clone(),
        credentials: lazypin::credentials::Credentials::random(),
        rate_limit: Some(600),
        timeouts: patient(),
    })
    .unwrap();
    let start = Instant::now();
    for _ in 0..7 {
        client.details(&PinId::from("a")).await.unwrap();
        client.unpin(&PinId::from("a")).await.unwrap();
    }
    // Ten go at once, each of the other four waits for its tenth of a second.
    assert!(start.elapsed() >= Duration::from_millis(350));
}

#[tokio::test]
async fn a_refusal_slows_all_later_calls_down() {
    let mut answers = vec![answer("429 Too Many Requests", &["Retry-After: 0"], "")];
    answers.push(success(RECORD));
    let script = Script::new(answers).await;
    let client = lazypin::api::PinClient::new(lazypin::api::ClientConfig {
        api_url: script.url.clone(),
        credentials: lazypin::credentials::Credentials::random(),
        rate_limit: Some(6000),
        timeouts: patient(),
    })
    .unwrap();
    client.unpin(&PinId::from("a")).await.unwrap();
    assert_eq!(script.seen().len(), 2);
    let start = Instant::now();
    for _ in 0..10 {
        client.unpin(&PinId::from("a")).await.unwrap();
    }
    // Ten would have left at once; now each leaves a fiftieth of a second after the one before.
    assert!(start.elapsed() >= Duration::from_millis(190));
}
