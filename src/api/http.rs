//! The one place that makes HTTP clients, and what their errors mean.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, redirect, retry};

use super::address::Address;
use crate::credentials::Credentials;
use crate::domain::text;
use crate::error::ApiError;

/// How long things may take before a call is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands: 10 s.
    pub connect: Duration,
    /// Without a byte of an answer: 30 s. Ten times this ends even an answer that trickles.
    pub idle: Duration,
    /// Without a byte of an upload going out: 60 s.
    pub stall: Duration,
    /// From the last byte of an upload to the end of its answer: 300 s, as the service builds the
    /// DAG meanwhile.
    pub answer: Duration,
    /// The first pause before a read or an unpin is tried again; each further one is twice as
    /// long: half a second.
    pub back_off: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            stall: Duration::from_mins(1),
            answer: Duration::from_mins(5),
            back_off: Duration::from_millis(500),
        }
    }
}

/// An HTTP client that is made when it is first needed: reading root certificates takes longer
/// than drawing the first screen may.
pub(super) struct LazyClient(OnceLock<Result<Client, String>>);

impl LazyClient {
    pub(super) fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The client, made by `make` the first time.
    pub(super) fn get(
        &self,
        make: impl FnOnce() -> Result<Client, String>,
    ) -> Result<&Client, ApiError> {
        self.0
            .get_or_init(make)
            .as_ref()
            .map_err(|message| ApiError::Transport {
                message: message.clone(),
                sent: false,
            })
    }
}

/// A client for calls with small bodies.
pub(super) fn for_calls(address: &Address, timeouts: &Timeouts) -> Result<Client, String> {
    make(address, timeouts, |builder| {
        builder.read_timeout(timeouts.idle)
    })
}

/// A client for uploads: reqwest's read time-out would run while the body still goes out, so
/// there is none; the caller watches the progress.
pub(super) fn for_uploads(address: &Address, timeouts: &Timeouts) -> Result<Client, String> {
    make(address, timeouts, |builder| builder)
}

fn make(
    address: &Address,
    timeouts: &Timeouts,
    adjust: impl Fn(ClientBuilder) -> ClientBuilder,
) -> Result<Client, String> {
    // Another part of the process may have installed it before; that one serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        let builder = Client::builder()
            .user_agent(concat!("lazypin/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeouts.connect)
            // Keys must not follow a redirect to another host, and reqwest would let them.
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false);
        let builder = if address.is_loopback() {
            // No proxy, no name service and no timer between two processes of one machine.
            builder
                .no_proxy()
                .resolve_to_addrs("localhost", &localhost())
                .pool_idle_timeout(None)
        } else {
            builder.pool_idle_timeout(Duration::from_mins(1))
        };
        adjust(builder)
    };
    if !address.is_https() {
        return builder().tls_certs_only([]).build().map_err(cannot_make);
    }
    builder().build().or_else(|_| {
        // No usable certificate store on this system: Mozilla's roots, as the crate carries them.
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|certificate| Certificate::from_der(certificate).ok());
        builder().tls_certs_only(roots).build().map_err(cannot_make)
    })
}

fn localhost() -> [SocketAddr; 2] {
    // Port 0 stands for the port of the address.
    [
        SocketAddr::from(([127, 0, 0, 1], 0)),
        SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 0)),
    ]
}

fn cannot_make(error: reqwest::Error) -> String {
    format!("can't set up TLS: {}", root_cause(&error.without_url()))
}

/// The headers of every call; the keys are marked so that no layer shows or caches them.
///
/// The error does not show the keys.
pub(super) fn headers(
    credentials: &Credentials,
) -> Result<HeaderMap, reqwest::header::InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("pinning_api_key", credentials.expose_key()),
        ("pinning_secret_key", credentials.expose_secret()),
    ] {
        let mut value = HeaderValue::from_str(value)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

/// What a call's failure below HTTP means. The address is not shown, the host is.
pub(super) fn failure(error: reqwest::Error, host: &str, timeouts: &Timeouts) -> ApiError {
    let error = error.without_url();
    if error.is_connect() {
        let message = if error.is_timeout() {
            format!(
                "can't connect to {host} within {}",
                seconds(timeouts.connect)
            )
        } else {
            format!("can't connect to {host}: {}", root_cause(&error))
        };
        return ApiError::Transport {
            message,
            sent: false,
        };
    }
    if error.is_timeout() {
        return ApiError::Timeout(format!("{host} was silent for {}", seconds(timeouts.idle)));
    }
    ApiError::Transport {
        message: format!("the connection to {host} broke: {}", root_cause(&error)),
        sent: !error.is_builder(),
    }
}

/// A duration for a message.
pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds => text::duration(seconds),
    }
}

/// The innermost error, which says what happened; the outer ones say that something did.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    text::truncate(&text::scrub(&cause.to_string()), 200).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_can_be_made_with_and_without_tls() {
        for address in ["https://api.aiozpin.network/api", "http://127.0.0.1:1/api"] {
            let address = Address::parse(address).unwrap();
            let timeouts = Timeouts::default();
            for client in [
                for_calls(&address, &timeouts),
                for_uploads(&address, &timeouts),
            ] {
                assert!(client.is_ok(), "{client:?}");
            }
        }
    }

    #[test]
    fn key_headers_show_no_key() {
        let credentials = Credentials::new("KEY-TEXT", "SECRET-TEXT").unwrap();
        let headers = headers(&credentials).unwrap();
        assert_eq!(headers["pinning_secret_key"], "SECRET-TEXT");
        let debug = format!("{headers:?}");
        assert!(
            !debug.contains("KEY-TEXT") && !debug.contains("SECRET-TEXT"),
            "{debug}"
        );
    }
}
