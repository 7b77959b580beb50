//! Answers that no documentation promises.

use lazypin::api::PinningService as _;
use lazypin::domain::{Cid, ListQuery, Metadata, PinId};
use lazypin::error::ApiError;

use crate::script::{KEY, RECORD, SECRET, Script, answer, client, failure, success};

async fn list(answer: Vec<u8>) -> Result<usize, ApiError> {
    let script = Script::always(answer).await;
    client(&script.url)
        .list(&ListQuery::default())
        .await
        .map(|page| page.pins.len())
}

#[tokio::test]
async fn what_is_no_answer_of_a_pinning_api_is_shown_as_it_starts() {
    for body in [
        "<html><title>Hotel WiFi</title>",
        "[]",
        "7",
        "null",
        "\"text\"",
        "{\"data\":7,\"status\":\"success\"}",
        "{\"data\":{\"pins\":[",
        "{\"message\":\"ok\"}",
        "{}",
        &"[".repeat(100_000),
    ] {
        let error = list(answer("200 OK", &[], body)).await.unwrap_err();
        let ApiError::NotUnderstood(text) = &error else {
            panic!("{body}: {error:?}");
        };
        let start: String = body.chars().take(20).collect();
        assert!(text.contains(&start), "{text}");
        assert!(text.chars().count() < 350, "{text}");
    }
    let error = list(answer("200 OK", &[], "")).await.unwrap_err();
    assert!(error.to_string().contains("empty answer"), "{error}");
}

#[tokio::test]
async fn null_and_odd_fields_do_not_spoil_a_page() {
    for (data, pins) in [
        ("null".to_owned(), 0),
        (r#"{"pins":null,"totals":null}"#.to_owned(), 0),
        (format!(r#"{{"pins":[{RECORD},null,7,{{"id":"x"}}]}}"#), 1),
        (
            r#"{"pins":[{"id":1,"cid":"c","size":{},"metadata":[],"pinned":"maybe"}]}"#.to_owned(),
            1,
        ),
    ] {
        assert_eq!(list(success(&data)).await, Ok(pins), "{data}");
    }
}

#[tokio::test]
async fn a_name_in_another_encoding_does_not_hide_the_page() {
    let mut body =
        br#"{"status":"success","data":{"pins":[{"id":"a","cid":"c","metadata":{"name":""#.to_vec();
    body.extend_from_slice(b"caf\xe9\xff");
    body.extend_from_slice(br#""}}]}}"#);
    assert_eq!(list(answer("200 OK", &[], body)).await, Ok(1));
}

#[tokio::test]
async fn each_code_means_its_own_error() {
    let id = PinId::from("p1");
    for (status, message) in [
        ("401 Unauthorized", "bad keys"),
        ("403 Forbidden", "no scope"),
        ("404 Not Found", "record not found"),
        ("409 Conflict", "Pin with that hash already exists"),
        ("400 Bad Request", "invalid cid: cid too short"),
        ("402 Payment Required", "User not enough balance"),
        ("422 Unprocessable Entity", "odd"),
        ("500 Internal Server Error", "boom"),
        ("200 OK", "said with a success code"),
    ] {
        let script = Script::always(failure(status, message)).await;
        let error = client(&script.url).unpin(&id).await.unwrap_err();
        let words = message.to_owned();
        let expected = match &status[..3] {
            "401" | "403" => ApiError::Unauthorized(words),
            "404" => ApiError::NotFound(words),
            "409" => ApiError::AlreadyPinned(words),
            "500" => ApiError::Unavailable(words),
            _ => ApiError::Refused(words),
        };
        assert_eq!(error, expected);
        assert_eq!(script.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn details_without_data_are_not_found() {
    let script = Script::always(success("null")).await;
    let error = client(&script.url).details(&PinId::from("p1")).await;
    assert!(matches!(error, Err(ApiError::NotFound(_))), "{error:?}");
}

#[tokio::test]
async fn keys_that_the_service_echoes_get_into_no_message() {
    let echo = format!("you sent {KEY} and {SECRET}");
    let escaped = echo.replace('/', "\\/");
    for bytes in [
        failure("400 Bad Request", &echo),
        failure("401 Unauthorized", &echo),
        failure("200 OK", &echo),
        answer("200 OK", &[], &echo),
        answer("200 OK", &[], &escaped),
        answer("404 Not Found", &[], &echo),
        answer(
            "302 Found",
            &[&format!("Location: http://other.example/{SECRET}")],
            "",
        ),
        answer(
            "302 Found",
            &[&format!("Location: http://{KEY}:{SECRET}@[bad")],
            "",
        ),
        success(&format!(r#"{{"note":"{escaped}"}}"#)),
    ] {
        let script = Script::always(bytes).await;
        let client = client(&script.url);
        let errors = [
            client.list(&ListQuery::default()).await.err(),
            client.details(&PinId::from("p1")).await.err(),
            client.unpin(&PinId::from("p1")).await.err(),
            client
                .pin_by_cid(&Cid::as_received("Qm1"), &Metadata::default())
                .await
                .err(),
        ];
        for error in errors.into_iter().flatten() {
            let text = format!("{error} {error:?}");
            assert!(!text.contains("abc") && !text.contains("xyz"), "{text}");
        }
    }
    let script = Script::always(success(&format!(
        r#"{{"id":"a","cid":"c","metadata":{{"name":"{escaped}"}}}}"#
    )))
    .await;
    let details = client(&script.url)
        .details(&PinId::from("a"))
        .await
        .unwrap();
    assert!(!details.raw.contains(SECRET), "{}", details.raw);
}

#[tokio::test]
async fn messages_can_do_nothing_to_a_terminal() {
    let script = Script::always(failure(
        "400 Bad Request",
        "\u{1b}]52;c;ZWNobw==\u{7}\r\n\u{202e}second line\u{9b}31m",
    ))
    .await;
    let error = client(&script.url)
        .unpin(&PinId::from("a"))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
}

#[tokio::test]
async fn a_body_larger_than_any_answer_is_not_read_to_its_end() {
    let announced = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{".to_vec();
    let mut unannounced = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..40 {
        unannounced.extend_from_slice(b"100000\r\n");
        unannounced.extend_from_slice(&vec![b' '; 0x10_0000]);
        unannounced.extend_from_slice(b"\r\n");
    }
    for bytes in [announced, unannounced] {
        let error = list(bytes).await.unwrap_err();
        assert!(error.to_string().contains("more than 33.5 MB"), "{error}");
    }
}

#[tokio::test]
async fn a_body_cut_short_is_a_broken_connection() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"data\":".to_vec();
    let script = Script::always(cut).await;
    let client = client(&script.url);
    let error = client.list(&ListQuery::default()).await.unwrap_err();
    assert!(
        matches!(&error, ApiError::Transport { sent: true, message } if message.contains("127.0.0.1")),
        "{error:?}"
    );
    assert_eq!(script.seen().len(), 4, "a read is tried again");
    let error = client
        .pin_by_cid(&Cid::as_received("Qm1"), &Metadata::default())
        .await
        .unwrap_err();
    assert!(error.outcome_unknown(), "{error:?}");
    assert_eq!(script.seen().len(), 5, "a pin is not");
}

#[tokio::test]
async fn what_is_no_http_is_an_error_and_nothing_more() {
    for bytes in [
        b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        vec![0xff; 100_000],
        Vec::new(),
        b"HTTP/1.1 200 OK\r\nX: \r\n".repeat(50_000),
        b"HTTP/1.1 999 \xff\xfe\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}".to_vec(),
    ] {
        let error = list(bytes).await.unwrap_err();
        let text = error.to_string();
        assert!(!text.contains('\n') && !text.contains("http://"), "{text}");
    }
}
