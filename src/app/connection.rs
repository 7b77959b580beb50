//! What is known of the service that is talked to.

/// The service, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// What it is called.
    pub service: String,
    /// The address of its API, once it is there to be asked.
    pub api_url: Option<String>,
    /// The address of its gateway, up to and without `/ipfs/`.
    pub gateway: Option<String>,
}

/// Any gateway can be asked for any CID; this is the one that the IPFS project runs.
const PUBLIC_GATEWAY: &str = "https://ipfs.io";

impl Connection {
    /// A service of which only the name is known.
    pub fn new(service: String) -> Self {
        Self {
            service,
            api_url: None,
            gateway: None,
        }
    }

    /// Where a CID can be looked at.
    pub fn gateway_url(&self, cid: &str) -> String {
        let gateway = self.gateway.as_deref().unwrap_or(PUBLIC_GATEWAY);
        let gateway = gateway.trim_end_matches('/');
        let gateway = gateway.strip_suffix("/ipfs").unwrap_or(gateway);
        format!("{gateway}/ipfs/{cid}")
    }
}
