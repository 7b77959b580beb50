//! Opening a pin at the gateway.

use super::{App, Effect};

impl App {
    /// Opens the pin under the cursor.
    pub(super) fn open_gateway(&mut self) {
        if let Some(pin) = self.list.selected() {
            let cid: String = pin
                .cid
                .as_str()
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            let url = self.connection.gateway_url(&cid);
            self.effect(Effect::Open(url));
        }
    }

    /// Says what became of it.
    pub(super) fn opened(&mut self, url: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.inform(format!("asked the system to open {url}")),
            Err(why) => self.warn(format!("no browser ({why}); the address is {url}")),
        }
    }
}
