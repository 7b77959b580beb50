//! The address of a pinning service, checked before anything is sent there.

use std::net::IpAddr;

use reqwest::Url;

use super::UsageError;

/// Checks an API's address. Plain http is for this machine alone, since the keys travel in every
/// call's headers.
///
/// `source` says where the address was written.
pub fn of_api(address: &str, source: &str) -> Result<Url, UsageError> {
    let url = of_gateway(address, source)?;
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(UsageError::with_hint(
            format!("{source}: plain http would show the keys to everyone on the way"),
            "use an address that begins with https://",
        ));
    }
    Ok(url)
}

/// Checks an address that never sees a key.
pub fn of_gateway(address: &str, source: &str) -> Result<Url, UsageError> {
    let wrong = |why: &str| {
        UsageError::with_hint(
            format!("{source}: {why}"),
            "an address looks like https://api.aiozpin.network/api",
        )
    };
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

/// Whether the address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// The address as text, without a slash at its end.
pub fn text(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

/// The gateway beside the API of an embedded service: the root of the same address.
pub fn beside(url: &Url) -> String {
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
            assert_eq!(text(&of_api(address, "--api-url").unwrap()), text_of_it);
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
        let url = of_api("http://127.0.0.1:5080/api", "x").unwrap();
        assert!(of_gateway("http://10.0.0.1:8080", "gateway").is_ok());
        assert_eq!(beside(&url), "http://127.0.0.1:5080");
    }
}
