//! The address of a pinning service, checked before anything is sent there.

use reqwest::Url;

use super::UsageError;
use crate::api::Address;

const LOOKS_LIKE: &str = "an address looks like https://api.aiozpin.network/api";

/// Checks an API's address, to which keys will be sent; gives it and whether it is on this
/// machine.
///
/// `source` says where the address was written.
pub(super) fn of_api(address: &str, source: &str) -> Result<(Url, bool), UsageError> {
    let checked = Address::parse(address)
        .map_err(|error| UsageError::with_hint(format!("{source}: {error}"), LOOKS_LIKE))?;
    Ok((of_gateway(address, source)?, checked.is_loopback()))
}

/// Checks an address that never sees a key.
pub(super) fn of_gateway(address: &str, source: &str) -> Result<Url, UsageError> {
    let wrong = |why: &str| UsageError::with_hint(format!("{source}: {why}"), LOOKS_LIKE);
    let mut url = Url::parse(address.trim())
        .map_err(|error| wrong(&format!("not an address of a service ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("the address must begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("the address holds a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("the address ends in a query or a fragment"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// The address as text, without a slash at its end.
pub(super) fn text(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// The gateway beside the API of an embedded service: the root of the same address.
pub(super) fn beside(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_keep_keys_safe_are_taken() {
        for (address, text_of_it) in [
            (
                "https://api.aiozpin.network/api",
                "https://api.aiozpin.network/api",
            ),
            (
                " https://pins.example:8443/x/ ",
                "https://pins.example:8443/x",
            ),
            ("http://127.0.0.1:5080/api", "http://127.0.0.1:5080/api"),
            ("http://[::1]:5080/api/", "http://[::1]:5080/api"),
            ("http://localhost:5080", "http://localhost:5080"),
        ] {
            assert_eq!(text(&of_api(address, "--api-url").unwrap().0), text_of_it);
        }
        for address in [
            "",
            "pins.example",
            "ftp://pins.example",
            "http://pins.example/api",
            "http://localhost.evil.example/api",
            "http://127.0.0.1.evil.example/api",
            "http://10.0.0.1/api",
            "https://user:pass@pins.example/api",
            "https://pins.example/api?key=1",
            "https://pins.example/api#x",
            "https://",
        ] {
            let error = of_api(address, "--api-url").unwrap_err();
            assert!(error.message.starts_with("--api-url: "), "{error}");
            assert!(!error.message.contains("pass@"), "{error}");
        }
        let (url, loopback) = of_api("http://127.0.0.1:5080/api", "x").unwrap();
        assert!(loopback);
        assert!(of_gateway("http://10.0.0.1:8080", "gateway").is_ok());
        assert_eq!(beside(&url), "http://127.0.0.1:5080");
    }
}
