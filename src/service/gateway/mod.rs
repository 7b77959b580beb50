//! `GET /ipfs/<cid>[/path]`: content back, byte for byte, to anyone who knows its CID.
//!
//! Names are looked up in the database, never on the disk, so that no path leads out.

mod page;
mod range;
mod source;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use percent_encoding::percent_decode_str;

use super::Service;
use super::reply::{Answer, Failure};
use super::store::{Found, Resolved};
use crate::ipfs::Entry;
use range::Range;
use source::Source;

/// Names below a CID at the most.
const MAX_DEPTH: usize = 256;

/// The media type of a directory's node in JSON (the IPLD registry).
const DAG_JSON: &str = "application/vnd.ipld.dag-json";

/// What the gateway reads of a query.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Asked {
    format: Option<String>,
    filename: Option<String>,
}

/// Where a request points to.
struct Address {
    cid: cid::Cid,
    path: Vec<String>,
    /// Whether it ends in a slash.
    is_open: bool,
}

pub(super) async fn serve(
    State(service): State<Arc<Service>>,
    uri: Uri,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Answer {
    let Query(asked) = asked.map_err(|_| Failure::bad("the query is not understood"))?;
    let address = address(uri.path())?;
    let root = address.cid.hash().to_bytes();
    let missing = || Failure::new(StatusCode::NOT_FOUND, "there is no such content here");
    let wants_node = match asked.format.as_deref() {
        None => accepts_dag_json(&headers),
        Some("dag-json") => true,
        Some(_) => {
            return Err(Failure::new(
                StatusCode::NOT_ACCEPTABLE,
                "the only format is dag-json, of a directory",
            ));
        }
    };
    let resolved = service
        .store
        .resolve(root.clone(), address.cid.codec(), address.path.clone())
        .await?
        .ok_or_else(missing)?;
    let Resolved::Directory(found, entries) = resolved else {
        if wants_node {
            return Err(Failure::new(
                StatusCode::NOT_ACCEPTABLE,
                "only a directory is given as dag-json",
            ));
        }
        let name = asked.filename.or_else(|| address.path.last().cloned());
        let told = match name {
            Some(_) => None,
            None => service.store.mime_of(root).await?,
        };
        return give(resolved, name.as_deref(), told, &headers).await;
    };
    if wants_node {
        return Ok(node(found, &entries));
    }
    if entries
        .iter()
        .any(|entry| entry.name == "index.html" && !entry.is_dir)
    {
        if !address.is_open {
            // Relative links of the page must start inside the directory.
            return Ok(redirect(&format!("{}/", uri.path())));
        }
        let mut path = address.path;
        path.push("index.html".to_owned());
        let index = service
            .store
            .resolve(root, address.cid.codec(), path)
            .await?
            .ok_or_else(missing)?;
        return give(index, Some("index.html"), None, &headers).await;
    }
    let page = page::listing(uri.path(), &entries);
    Ok(html(found, page))
}

/// The CID and the names of a path, decoded.
fn address(path: &str) -> Result<Address, Failure> {
    let rest = path.strip_prefix("/ipfs/").unwrap_or_default();
    let mut parts = rest.split('/');
    let cid = parts.next().unwrap_or_default();
    let cid = (cid.len() <= 512)
        .then(|| cid.parse::<cid::Cid>().ok())
        .flatten()
        .ok_or_else(|| Failure::bad("the address does not begin with a CID"))?;
    let path: Vec<String> = parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            percent_decode_str(part)
                .decode_utf8()
                .map(std::borrow::Cow::into_owned)
        })
        .collect::<Result<_, _>>()
        .map_err(|_| Failure::bad("a name in the address is not UTF-8"))?;
    if path.len() > MAX_DEPTH {
        return Err(Failure::bad("the address has too many names"));
    }
    Ok(Address {
        cid,
        path,
        is_open: rest.ends_with('/'),
    })
}

fn accepts_dag_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains(DAG_JSON))
}

/// Gives a file, or the part of it that was asked for.
async fn give(
    file: Resolved,
    name: Option<&str>,
    told: Option<String>,
    headers: &HeaderMap,
) -> Answer {
    let (found, source) = match file {
        Resolved::Inline(found, bytes) => (found, Source::Bytes(bytes.into())),
        Resolved::File(found, path) => (found, Source::open(&path).await?),
        Resolved::Directory(..) => return Err(Failure::bad("that is a directory")),
    };
    let tag = format!("\"{}\"", found.block);
    if matches(headers, &header::IF_NONE_MATCH, &tag) {
        return Ok(with_headers(
            StatusCode::NOT_MODIFIED,
            Body::empty(),
            &[(header::ETAG, tag)],
        ));
    }
    // A range of something else than what the client has would not fit to it.
    let range =
        if headers.contains_key(header::IF_RANGE) && !matches(headers, &header::IF_RANGE, &tag) {
            Range::Whole
        } else {
            Range::of(headers.get(header::RANGE), found.size)
        };
    let (code, start, length) = match range {
        Range::Whole => (StatusCode::OK, 0, found.size),
        Range::Part { start, length } => (StatusCode::PARTIAL_CONTENT, start, length),
        Range::Unsatisfiable => {
            let mut response = Failure::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "the range lies behind the end",
            )
            .into_response();
            set(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{}", found.size),
            );
            return Ok(response);
        }
    };
    let (body, mime) = source.part(start, length, name, told).await?;
    let mut response = with_headers(
        code,
        body,
        &[
            (header::ETAG, tag),
            (header::CONTENT_TYPE, mime),
            (header::CONTENT_LENGTH, length.to_string()),
            (header::ACCEPT_RANGES, "bytes".to_owned()),
            (
                header::CACHE_CONTROL,
                "public, max-age=29030400, immutable".to_owned(),
            ),
        ],
    );
    if code == StatusCode::PARTIAL_CONTENT {
        let last = start + length - 1;
        let text = format!("bytes {start}-{last}/{}", found.size);
        set(&mut response, header::CONTENT_RANGE, &text);
    }
    Ok(response)
}

/// Whether a header names this entity tag, or any.
fn matches(headers: &HeaderMap, name: &HeaderName, tag: &str) -> bool {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(',')
                .map(|one| one.trim().trim_start_matches("W/"))
                .any(|one| one == tag || one == "*")
        })
}

fn node(found: Found, entries: &[Entry]) -> Response {
    with_headers(
        StatusCode::OK,
        Body::from(page::dag_json(entries)),
        &[
            (header::ETAG, format!("\"{}.dag-json\"", found.block)),
            (header::CONTENT_TYPE, DAG_JSON.to_owned()),
        ],
    )
}

fn html(found: Found, page: String) -> Response {
    with_headers(
        StatusCode::OK,
        Body::from(page),
        &[
            (header::ETAG, format!("\"DirIndex-{}\"", found.block)),
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'".to_owned(),
            ),
        ],
    )
}

fn redirect(to: &str) -> Response {
    with_headers(
        StatusCode::MOVED_PERMANENTLY,
        Body::empty(),
        &[(header::LOCATION, to.to_owned())],
    )
}

fn with_headers(code: StatusCode, body: Body, headers: &[(HeaderName, String)]) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = code;
    for (name, value) in headers {
        set(&mut response, name.clone(), value);
    }
    // What a file is called and what it is may differ; browsers must not guess.
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    // A MIME type told by a client may hold what no header can; then there is none.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
