//! The calls of the pinning API, each with and without a slash at its end.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::reply::{self, Answer, Failure, just_made};
use super::store::{PinRow, StoreError};
use super::{Service, auth, gateway, upload};
use crate::domain::{ListQuery, PinnedFilter, SortField, SortOrder};
use crate::wire::list::{ListTotals, PinList};
use crate::wire::{PinByHash, PinRecord};

/// Rows of one page at the most.
const MAX_LIMIT: u32 = 1000;

/// Bytes of a JSON body at the most, and how long it may take to come.
const MAX_JSON: usize = 64 * 1024;
const JSON_TIME: Duration = Duration::from_secs(30);

type PathId = Result<Path<String>, PathRejection>;

/// All that the service answers.
pub(super) fn router(service: Arc<Service>) -> Router {
    let api = Router::new();
    let api = both(api, "/pinning", post(upload::upload));
    let api = both(api, "/pinning/pinByHash", post(pin_by_hash));
    let api = both(api, "/pinning/pins", get(list));
    let api = both(api, "/pinning/{id}", get(details));
    let api = both(api, "/pinning/unpin/{id}", delete(unpin));
    let api = both(api, "/apiKeys/testAuthentication", get(test_authentication));
    let api = api
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&service),
            auth::check,
        ));
    Router::new()
        .nest("/api", api)
        .route("/ipfs/{*path}", get(gateway::serve))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .with_state(service)
}

fn both(
    router: Router<Arc<Service>>,
    path: &str,
    method: MethodRouter<Arc<Service>>,
) -> Router<Arc<Service>> {
    router
        .route(path, method.clone())
        .route(&format!("{path}/"), method)
}

async fn unknown() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "there is no such call")
}

async fn wrong_method() -> Failure {
    Failure::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this call takes another method",
    )
}

/// The one answer without an envelope.
async fn test_authentication() -> Response {
    let words = json!({"message": "the API keys are right"});
    reply::json(StatusCode::OK, &words)
}

async fn details(State(service): State<Arc<Service>>, id: PathId) -> Answer {
    let row = service.store.get(pin_id(id)?).await?;
    let record = row.into_record(service.store.account());
    Ok(reply::success(StatusCode::OK, record))
}

async fn unpin(State(service): State<Arc<Service>>, id: PathId) -> Answer {
    let row = service.store.unpin(pin_id(id)?).await?;
    let record = PinRecord {
        sub_hash_status: None,
        ..row.into_record(service.store.account())
    };
    Ok(reply::success(StatusCode::OK, record))
}

async fn list(
    State(service): State<Arc<Service>>,
    parameters: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Answer {
    let Query(parameters) =
        parameters.map_err(|_| Failure::bad("the query does not decode as UTF-8 text"))?;
    let page = service.store.list(list_query(&parameters)?).await?;
    let account = service.store.account();
    let list = PinList {
        totals: ListTotals {
            files: Some(page.totals.files),
            size: Some(page.totals.size),
        },
        pins: page
            .pins
            .into_iter()
            .map(|row| row.into_record(account))
            .collect(),
    };
    Ok(reply::success(StatusCode::OK, list))
}

async fn pin_by_hash(State(service): State<Arc<Service>>, body: Body) -> Answer {
    let body = tokio::time::timeout(JSON_TIME, axum::body::to_bytes(body, MAX_JSON))
        .await
        .map_err(|_| Failure::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time"))?
        .map_err(|_| Failure::bad("the body broke off or is larger than 64 KiB"))?;
    let asked: PinByHash = serde_json::from_slice(&body)
        .map_err(|error| Failure::bad(format!("the body is not a pin request: {error}")))?;
    let cid = checked_cid(&asked.hash_to_pin)?;
    let pin = PinRow {
        id: Uuid::new_v4(),
        root: cid.hash().to_bytes(),
        cid: asked.hash_to_pin,
        size: None,
        created: Timestamp::now(),
        unpinned: None,
        pinned: false,
        by_hash: true,
        is_dir: false,
        status: String::new(),
        name: asked.metadata.name,
        mime: None,
        keyvalues: asked.metadata.keyvalues,
    };
    let row = service.store.pin_by_hash(pin, cid.codec()).await?;
    let record = PinRecord {
        sub_hash_status: None,
        ..just_made(row, &service.store)
    };
    Ok(reply::success(StatusCode::OK, record))
}

/// What is no UUID, or no text at all, is no pin's id.
fn pin_id(id: PathId) -> Result<Uuid, Failure> {
    id.ok()
        .and_then(|Path(text)| Uuid::try_parse(&text).ok())
        .ok_or_else(|| StoreError::NoSuchPin.into())
}

/// The CID of this text. The words for the two commonest mistakes are those of the live service.
fn checked_cid(text: &str) -> Result<cid::Cid, Failure> {
    if text.len() > 512 {
        return Err(Failure::bad("invalid cid: cid too long"));
    }
    text.parse().map_err(|error| {
        let why = match &error {
            cid::Error::InputTooShort => "cid too short".to_owned(),
            cid::Error::ParsingError if !text.starts_with("Qm") => {
                "selected encoding not supported".to_owned()
            }
            other => other.to_string().to_lowercase(),
        };
        Failure::bad(format!("invalid cid: {why}"))
    })
}

/// The list call of these parameters; unknown ones say nothing, and empty ones neither.
fn list_query(parameters: &[(String, String)]) -> Result<ListQuery, Failure> {
    let mut query = ListQuery::default();
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        let refused = |what: &str| Failure::bad(format!("{name} must be {what}, not '{value}'"));
        let lower = value.to_ascii_lowercase();
        match name.as_str() {
            "offset" => query.offset = value.parse().map_err(|_| refused("0 or more"))?,
            "limit" => {
                query.limit = match value.parse() {
                    Ok(0) | Err(_) => return Err(refused("1 or more")),
                    Ok(limit) => MAX_LIMIT.min(limit),
                };
            }
            "pinned" => {
                query.pinned = [
                    PinnedFilter::All,
                    PinnedFilter::Pinned,
                    PinnedFilter::Unpinned,
                ]
                .into_iter()
                .find(|filter| filter.as_parameter() == lower)
                .ok_or_else(|| refused("all, true or false"))?;
            }
            "sortBy" => {
                query.sort = [SortField::CreatedAt, SortField::Size, SortField::Name]
                    .into_iter()
                    .find(|field| field.as_parameter() == lower)
                    .ok_or_else(|| refused("created_at, size or name"))?;
            }
            "sortOrder" => {
                query.order = [SortOrder::Ascending, SortOrder::Descending]
                    .into_iter()
                    .find(|order| order.as_parameter().eq_ignore_ascii_case(value))
                    .ok_or_else(|| refused("ASC or DESC"))?;
            }
            _ => {}
        }
    }
    Ok(query)
}
