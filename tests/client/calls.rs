//! Every call goes where the official page says, with what it says.

use std::collections::BTreeMap;

use lazypin::api::{PinningService as _, ReadOnly};
use lazypin::domain::{
    Cid, ListQuery, Metadata, PinId, PinnedFilter, SortField, SortOrder, UploadPlan,
};
use lazypin::error::ApiError;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

use crate::script::{KEY, RECORD, SECRET, Script, client, success};

fn call(verb: &str, at: &str) -> MockBuilder {
    Mock::given(method(verb))
        .and(path(at))
        .and(header("pinning_api_key", KEY))
        .and(header("pinning_secret_key", SECRET))
}

fn succeeds(status: u16, data: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"data": data, "status": "success"}))
}

fn record() -> Value {
    serde_json::from_str(RECORD).unwrap()
}

fn metadata() -> Metadata {
    Metadata {
        name: Some("n".to_owned()),
        keyvalues: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
    }
}

#[tokio::test]
async fn list_carries_all_five_parameters() {
    let server = MockServer::start().await;
    call("GET", "/api/pinning/pins/")
        .and(query_param("offset", "20"))
        .and(query_param("limit", "5"))
        .and(query_param("pinned", "true"))
        .and(query_param("sortBy", "size"))
        .and(query_param("sortOrder", "ASC"))
        .respond_with(succeeds(
            200,
            &json!({"totals": {"files": 21, "size": "7"}, "pins": [record(), null]}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    let page = client(&format!("{}/api/", server.uri()))
        .list(&ListQuery {
            offset: 20,
            limit: 5,
            pinned: PinnedFilter::Pinned,
            sort: SortField::Size,
            order: SortOrder::Ascending,
        })
        .await
        .unwrap();
    assert_eq!((page.pins.len(), page.rows), (1, 2));
    assert_eq!((page.totals.files, page.totals.size), (21, 7));
}

#[tokio::test]
async fn details_bring_the_record_and_its_own_json() {
    let server = MockServer::start().await;
    let mut data = record();
    data["unheard_of"] = json!([1]);
    call("GET", "/api/pinning/p1")
        .respond_with(succeeds(200, &data))
        .mount(&server)
        .await;
    let details = client(&format!("{}/api", server.uri()))
        .details(&PinId::from("p1"))
        .await
        .unwrap();
    assert_eq!(details.pin.id.as_str(), "p1");
    assert!(details.raw.contains("unheard_of") && details.raw.contains('\n'));
}

#[tokio::test]
async fn pin_by_cid_sends_metadata_as_an_object() {
    let server = MockServer::start().await;
    call("POST", "/api/pinning/pinByHash")
        .and(body_json(json!({
            "hash_to_pin": "Qm1", "metadata": {"name": "n", "keyvalues": {"k": "v"}}
        })))
        .respond_with(succeeds(200, &record()))
        .expect(1)
        .mount(&server)
        .await;
    let pin = client(&format!("{}/api", server.uri()))
        .pin_by_cid(&Cid::as_received("Qm1"), &metadata())
        .await
        .unwrap();
    assert_eq!(pin.id.as_str(), "p1");
}

#[tokio::test]
async fn unpin_succeeds_with_a_record_and_with_an_empty_answer() {
    let server = MockServer::start().await;
    for (id, response) in [
        ("a", succeeds(200, &record())),
        ("b", ResponseTemplate::new(204)),
        ("c", ResponseTemplate::new(200)),
        ("d", succeeds(200, &Value::Null)),
    ] {
        call("DELETE", &format!("/api/pinning/unpin/{id}"))
            .respond_with(response)
            .expect(1)
            .mount(&server)
            .await;
        let client = client(&format!("{}/api", server.uri()));
        assert_eq!(client.unpin(&PinId::from(id)).await, Ok(()), "{id}");
    }
}

#[tokio::test]
async fn keys_are_tested_by_an_answer_without_a_status() {
    let server = MockServer::start().await;
    call("GET", "/api/apiKeys/testAuthentication")
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"message": "welcome"})))
        .mount(&server)
        .await;
    let words = client(&format!("{}/api", server.uri()))
        .test_authentication()
        .await;
    assert_eq!(words, Ok("welcome".to_owned()));
}

#[tokio::test]
async fn an_id_stays_one_segment_of_the_path_or_is_refused() {
    let script = Script::always(success(RECORD)).await;
    let client = client(&script.url);
    let odd = PinId::from("a/../../x?y#z%2e \u{e9}");
    client.details(&odd).await.unwrap();
    client.unpin(&odd).await.unwrap();
    for bad in ["", ".", "..", "a\r\nb", "a\u{0}", &"x".repeat(1000)] {
        let id = PinId::from(bad);
        assert!(matches!(
            client.details(&id).await,
            Err(ApiError::Refused(_))
        ));
        assert!(matches!(client.unpin(&id).await, Err(ApiError::Refused(_))));
    }
    let encoded = "a%2F..%2F..%2Fx%3Fy%23z%252e%20%C3%A9";
    let seen = script.seen();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(
        seen[0].starts_with(&format!("GET /api/pinning/{encoded} ")),
        "{seen:?}"
    );
    assert!(
        seen[1].starts_with(&format!("DELETE /api/pinning/unpin/{encoded} ")),
        "{seen:?}"
    );
}

#[tokio::test]
async fn read_only_lets_reads_through_and_no_change_out() {
    let script = Script::always(success(RECORD)).await;
    let service = ReadOnly::new(client(&script.url));
    service.details(&PinId::from("p1")).await.unwrap();
    let plan = UploadPlan {
        source: "/".into(),
        is_dir: false,
        files: Vec::new(),
        skipped: Vec::new(),
        metadata: metadata(),
    };
    let (sent, _) = tokio::sync::watch::channel(0);
    let results = [
        service.upload(&plan, sent).await.map(|_| ()),
        service
            .pin_by_cid(&Cid::as_received("Qm1"), &metadata())
            .await
            .map(|_| ()),
        service.unpin(&PinId::from("p1")).await,
    ];
    for result in results {
        let error = result.unwrap_err();
        assert!(error.to_string().contains("read-only"), "{error}");
    }
    assert_eq!(script.seen().len(), 1);
}
