//! The address of a pinning API: which ones keys may be sent to, and the paths below it.

use std::net::IpAddr;

use reqwest::Url;

use crate::domain::text;

/// The base address of a pinning API, checked: https, or http to this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    base: Url,
    loopback: bool,
}

/// Why a text is no address that keys may be sent to, in words for the person who set it.
///
/// Where the text may hold a secret, it is not shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text is no URL.
    #[error("'{0}' is not an address like https://host/api")]
    Invalid(String),
    /// Neither http nor https.
    #[error("the API address must start with https://, not {0}:")]
    Scheme(String),
    /// Plain http to another machine.
    #[error("plain http would send the keys readable to {0}: use https (http is for this machine)")]
    PlainHttp(String),
    /// Something that has no place in the base of an API.
    #[error("the API address must not hold {0}")]
    Extra(&'static str),
}

impl Address {
    /// Reads and checks an address such as `https://api.aiozpin.network/api`; a slash at its end
    /// changes nothing.
    pub fn parse(address: &str) -> Result<Self, AddressError> {
        let base: Url = address
            .trim()
            .parse()
            .map_err(|_| AddressError::Invalid(shown(address)))?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(AddressError::Extra("a user name or password"));
        }
        if base.query().is_some() {
            return Err(AddressError::Extra("a query (?...)"));
        }
        if base.fragment().is_some() {
            return Err(AddressError::Extra("a fragment (#...)"));
        }
        let loopback = is_loopback(&base);
        match base.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(AddressError::PlainHttp(host_of(&base))),
            other => return Err(AddressError::Scheme(shown(other))),
        }
        Ok(Self { base, loopback })
    }

    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether calls go over TLS.
    pub fn is_https(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Host and port, for messages.
    pub fn host(&self) -> String {
        host_of(&self.base)
    }

    /// Whether keys may go to `url` too: same scheme, host and port.
    pub fn same_origin(&self, url: &Url) -> bool {
        self.base.origin() == url.origin()
    }

    /// The address of these path segments below the base, each percent-encoded; an empty last
    /// one makes a slash at the end.
    pub(super) fn at(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

/// Whether `url` names this machine, by number or as `localhost`.
fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    host == "localhost"
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn shown(address: &str) -> String {
    // A wrong address may still hold `user:password@`.
    let text = address
        .rsplit_once('@')
        .map_or(address, |(_, behind)| behind);
    text::truncate(&text::scrub(text.trim()), 80).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_to_this_machine() {
        for good in [
            "https://api.aiozpin.network/api",
            "http://127.0.0.1:5080/api/",
            "http://127.9.8.7",
            "http://[::1]:80/api",
            "http://LOCALHOST:1",
            "  http://127.1/api ",
        ] {
            assert!(Address::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.aiozpin.network/api",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://0.0.0.0:80",
            "http://[::ffff:10.0.0.1]",
            "http://128.0.0.1",
            "ftp://127.0.0.1",
            "api.aiozpin.network",
            "https://",
            "",
            "file:///etc",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_could_be_a_secret_is_refused_and_not_shown() {
        for bad in [
            "https://user:hunter2@host/api",
            "https://hunter2@host/api",
            "https://host/api?key=hunter2",
            "https://host/api#hunter2",
            "//user:hunter2@host",
        ] {
            let error = Address::parse(bad).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn paths_grow_below_the_base_and_a_segment_stays_one() {
        for base in ["https://host/api", "https://host/api/"] {
            let address = Address::parse(base).unwrap();
            assert_eq!(
                address.at(&["pinning", "pins", ""]).as_str(),
                "https://host/api/pinning/pins/"
            );
            assert_eq!(
                address.at(&["pinning", "a/../b?c#d%2e"]).as_str(),
                "https://host/api/pinning/a%2F..%2Fb%3Fc%23d%252e"
            );
        }
        let bare = Address::parse("http://127.0.0.1:5080").unwrap();
        assert_eq!(bare.at(&["pinning"]).path(), "/pinning");
    }
}
