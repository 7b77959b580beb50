//! Where the service sends a call on to, and where the keys never go.

use lazypin::api::{ClientConfig, PinClient, PinningService as _, Timeouts};
use lazypin::credentials::Credentials;
use lazypin::domain::{Cid, ListQuery, Metadata, PinId};
use lazypin::error::ApiError;

use crate::script::{RECORD, Script, answer, client, header, success};

fn redirect(status: &str, to: &str) -> Vec<u8> {
    answer(
        status,
        &[&format!("Location: {to}")],
        "<a href=\"x\">Moved Permanently</a>.",
    )
}

#[tokio::test]
async fn a_read_follows_within_the_origin_with_its_keys() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
        "308 X",
    ] {
        let script =
            Script::new([redirect(status, "/api/pinning/other#frag"), success(RECORD)]).await;
        client(&script.url)
            .details(&PinId::from("p1"))
            .await
            .unwrap();
        let seen = script.seen();
        assert!(
            seen[1].starts_with("GET /api/pinning/other HTTP"),
            "{seen:?}"
        );
        assert!(header(&seen[1], "pinning_api_key").is_some());
        assert!(header(&seen[1], "referer").is_none() && header(&seen[1], "cookie").is_none());
    }
}

#[tokio::test]
async fn nothing_follows_to_another_origin() {
    let other = Script::always(success(RECORD)).await;
    let host = other.url.trim_start_matches("http:").to_owned();
    for to in [
        other.url.clone(),
        host.clone(),
        other.url.replace("127.0.0.1", "localhost"),
        other.url.replace("http", "https"),
        other.url.replace("http://", "http://user:pass@"),
    ] {
        let script = Script::always(redirect("307 Temporary Redirect", &to)).await;
        let client = client(&script.url);
        let error = client.list(&ListQuery::default()).await.unwrap_err();
        assert!(error.to_string().contains("redirect to http"), "{error}");
        assert!(!error.to_string().contains("pass"), "{error}");
        assert_eq!(script.seen().len(), 1);
    }
    // The same host again with a user name in it would turn into an Authorization header.
    let script = Script::new([
        redirect("302 Found", "http://user:pass@127.0.0.1:1/"),
        success(RECORD),
    ])
    .await;
    assert!(
        client(&script.url)
            .details(&PinId::from("a"))
            .await
            .is_err()
    );
    assert_eq!(other.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_redirected_change_is_an_error_that_names_the_address() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 X", "308 X"] {
        let script = Script::new([
            redirect(status, "/api/pinning/elsewhere/?q=1"),
            success(RECORD),
        ])
        .await;
        let client = client(&script.url);
        let error = client.unpin(&PinId::from("a")).await.unwrap_err();
        assert!(
            matches!(&error, ApiError::Refused(text) if text.contains("/api/pinning/elsewhere/,")),
            "{error:?}"
        );
        assert_eq!(script.seen().len(), 1);
    }
    let script = Script::always(redirect("302 Found", "/x")).await;
    let error = client(&script.url)
        .pin_by_cid(&Cid::as_received("Qm1"), &Metadata::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("/x"), "{error}");
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test]
async fn a_circle_ends_and_a_redirect_to_nowhere_too() {
    let script = Script::always(redirect("302 Found", "/api/round")).await;
    let error = client(&script.url)
        .list(&ListQuery::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("/api/round"), "{error}");
    assert_eq!(script.seen().len(), 6);
    for to in ["http://[", "data:text/html,x", "\u{1}", ""] {
        let script = Script::always(redirect("302 Found", to)).await;
        assert!(
            client(&script.url)
                .list(&ListQuery::default())
                .await
                .is_err(),
            "{to}"
        );
    }
    let script = Script::always(answer("302 Found", &[], "")).await;
    assert!(
        client(&script.url)
            .list(&ListQuery::default())
            .await
            .is_err()
    );
}

#[test]
fn plain_http_to_another_machine_is_refused_before_there_is_a_client() {
    for url in [
        "http://192.0.2.1/api",
        "http://example.com",
        "ftp://127.0.0.1",
    ] {
        let made = PinClient::new(ClientConfig {
            api_url: url.to_owned(),
            credentials: Credentials::random(),
            rate_limit: None,
            timeouts: Timeouts::default(),
        });
        assert!(made.is_err(), "{url}");
    }
}
