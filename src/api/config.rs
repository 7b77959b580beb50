//! What a client is told when it is made.

use super::http::Timeouts;
use crate::credentials::Credentials;

/// Calls a minute to a hosted service where nothing else is set. An older page of AIOZ Pin's
/// documentation allows 180; the rest is for the person's other programs.
pub const HOSTED_RATE: u32 = 150;

/// What a client needs to know.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// The base address of the API, such as `https://api.aiozpin.network/api`.
    pub api_url: String,
    /// The keys, which go to that address only.
    pub credentials: Credentials,
    /// Calls a minute; `None`: 150, or as many as come where the service is on this machine.
    pub rate_limit: Option<u32>,
    /// How long things may take.
    pub timeouts: Timeouts,
}

/// Why a client can't be made, in words for the person who set it up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The address is none that keys may be sent to.
    #[error(transparent)]
    Address(#[from] super::AddressError),
    /// The keys hold characters that no HTTP header takes.
    #[error("the keys hold characters that can't be sent")]
    Keys,
}
