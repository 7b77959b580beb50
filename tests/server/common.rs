//! A service on a directory of its own, and ways to call it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lazypin::credentials::Credentials;
use lazypin::service::{self, RunningService, ServiceConfig, StoreLocation};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

pub const KEY: &str = "the-key=";
pub const SECRET: &str = "the-secret+/=";

pub struct Server {
    pub running: RunningService,
    pub client: Client,
    pub data: Option<tempfile::TempDir>,
}

pub fn client() -> Client {
    // Fails where another test was faster, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

pub async fn start_on(store: StoreLocation) -> RunningService {
    service::start(config(store)).await.unwrap()
}

pub async fn try_start_on(directory: PathBuf) -> anyhow::Result<RunningService> {
    service::start(config(StoreLocation::Directory(directory))).await
}

fn config(store: StoreLocation) -> ServiceConfig {
    ServiceConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        store,
        credentials: Credentials::new(KEY, SECRET).unwrap(),
    }
}

impl Server {
    pub async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let running = start_on(StoreLocation::Directory(data.path().join("data"))).await;
        Self {
            running,
            client: client(),
            data: Some(data),
        }
    }

    pub async fn on(directory: PathBuf) -> Self {
        Self {
            running: start_on(StoreLocation::Directory(directory)).await,
            client: client(),
            data: None,
        }
    }

    pub fn data_dir(&self) -> PathBuf {
        self.data.as_ref().unwrap().path().join("data")
    }

    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.running.api_url()))
            .header("pinning_api_key", KEY)
            .header("pinning_secret_key", SECRET)
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.call(Method::GET, path)).await
    }

    pub async fn upload(&self, form: Form) -> (StatusCode, Value) {
        answer(self.call(Method::POST, "/pinning/").multipart(form)).await
    }

    pub async fn upload_file(&self, name: &str, bytes: &[u8]) -> (StatusCode, Value) {
        self.upload(Form::new().part("file", file(name, bytes)))
            .await
    }

    pub async fn pin_by_hash(&self, body: &Value) -> (StatusCode, Value) {
        answer(self.call(Method::POST, "/pinning/pinByHash").json(body)).await
    }

    pub async fn unpin(&self, id: &str) -> (StatusCode, Value) {
        answer(self.call(Method::DELETE, &format!("/pinning/unpin/{id}"))).await
    }

    /// The names of a list answer.
    pub async fn names(&self, query: &str) -> Vec<String> {
        let (code, list) = self.get(&format!("/pinning/pins/?{query}")).await;
        assert_eq!(code, StatusCode::OK, "{list}");
        list["data"]["pins"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pin| pin["metadata"]["name"].as_str().unwrap_or("-").to_owned())
            .collect()
    }

    pub async fn total(&self) -> u64 {
        let (_, list) = self.get("/pinning/pins").await;
        list["data"]["totals"]["files"].as_u64().unwrap()
    }

    pub async fn gateway(&self, path: &str) -> reqwest::Response {
        self.client
            .get(format!("{}/ipfs/{path}", self.running.gateway_url()))
            .send()
            .await
            .unwrap()
    }
}

pub fn file(name: &str, bytes: &[u8]) -> Part {
    Part::bytes(bytes.to_vec()).file_name(name.to_owned())
}

pub async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let code = response.status();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{code}: not JSON: {text}"));
    (code, body)
}

/// Asserts a refusal in the envelope, with these words somewhere in it.
pub fn assert_refused((code, body): (StatusCode, Value), expected: u16, words: &str) {
    assert_eq!(code.as_u16(), expected, "{body}");
    assert_ne!(body["status"], "success", "{body}");
    let message = body["message"].as_str().unwrap();
    assert!(
        message.to_lowercase().contains(&words.to_lowercase()),
        "'{message}' does not say '{words}'"
    );
}

/// Bytes that are told apart wherever they are cut.
pub fn content(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| u8::try_from((at * 31 + at / 251) % 251).unwrap())
        .collect()
}

pub async fn demo(count: u64) -> Server {
    Server {
        running: start_on(StoreLocation::Demo(count)).await,
        client: client(),
        data: None,
    }
}

/// Asserts that nothing of any upload is left, in the list or on the disk.
pub async fn assert_nothing_kept(server: &Server) {
    assert_eq!(server.total().await, 0);
    let data = server.data_dir();
    wait_for(|| !has_files(&data.join("incoming"))).await;
    assert!(!has_files(&data.join("content")));
}

/// Waits until `condition` holds; fails after a time that no working program needs.
pub async fn wait_for(condition: impl Fn() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("waited for nothing");
}

/// Whether there is a file in or below the directory, locks aside.
pub fn has_files(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                has_files(&path)
            } else {
                path.extension().is_none_or(|extension| extension != "lock")
            }
        })
    })
}
