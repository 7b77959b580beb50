//! Copying pins to where they can be pasted from.

use super::connection::Connection;
use super::effect::{CopyFailure, CopyRoute};
use super::menu::{Choice, MenuKind};
use super::{App, Effect, Modal};
use crate::domain::text::count;
use crate::domain::{PackedPin, Pin, Record};

/// A form in which pins are copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyForm {
    /// The CID.
    Cid,
    /// `ipfs://` and the CID.
    IpfsUrl,
    /// The address at the gateway.
    GatewayUrl,
    /// The service's id of the pin.
    PinId,
    /// The record; an array where there are several.
    Json,
    /// A Markdown link to the gateway.
    Markdown,
}

impl CopyForm {
    /// All of them, as the menu shows them.
    const ALL: [Self; 6] = [
        Self::Cid,
        Self::IpfsUrl,
        Self::GatewayUrl,
        Self::PinId,
        Self::Json,
        Self::Markdown,
    ];

    /// What it is called.
    fn label(self) -> &'static str {
        match self {
            Self::Cid => "CID",
            Self::IpfsUrl => "ipfs:// address",
            Self::GatewayUrl => "gateway URL",
            Self::PinId => "pin id",
            Self::Json => "JSON record",
            Self::Markdown => "Markdown link",
        }
    }

    /// The forms, to be chosen from.
    pub(super) fn choices() -> Vec<Choice> {
        let choice = |form: Self| Choice {
            key: Some(form.key()),
            label: form.label().to_owned(),
        };
        Self::ALL.map(choice).to_vec()
    }

    /// The key that takes it at once.
    fn key(self) -> char {
        match self {
            Self::Cid => 'c',
            Self::IpfsUrl => 'i',
            Self::GatewayUrl => 'g',
            Self::PinId => 'p',
            Self::Json => 'J',
            Self::Markdown => 'm',
        }
    }

    /// The text for these pins: one a line, or one JSON document.
    pub fn text(self, pins: &[PackedPin], connection: &Connection) -> String {
        let unpacked = pins.iter().filter_map(PackedPin::unpack);
        if self == Self::Json {
            let pins: Vec<Pin> = unpacked.collect();
            let records: Vec<Record<'_>> = pins.iter().map(Record::from).collect();
            let text = match &records[..] {
                [one] => serde_json::to_string_pretty(one),
                several => serde_json::to_string_pretty(several),
            };
            return text.unwrap_or_default();
        }
        unpacked
            .map(|pin| self.line(&pin, connection))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn line(self, pin: &Pin, connection: &Connection) -> String {
        // Whatever a service sends, a line stays a line.
        let clean = |text: &str| -> String { text.chars().filter(|c| !c.is_control()).collect() };
        let cid = clean(pin.cid.as_str());
        match self {
            Self::Cid | Self::Json => cid,
            Self::IpfsUrl => format!("ipfs://{cid}"),
            Self::GatewayUrl => connection.gateway_url(&cid),
            Self::PinId => clean(pin.id.as_str()),
            Self::Markdown => {
                let mut title = String::new();
                for c in clean(pin.title()).chars() {
                    if matches!(c, '[' | ']' | '\\' | '*' | '_' | '`' | '<') {
                        title.push('\\');
                    }
                    title.push(c);
                }
                format!("[{title}]({})", connection.gateway_url(&cid))
            }
        }
    }
}

impl App {
    /// Copies the CIDs of the targets.
    pub(super) fn copy_cids(&mut self) {
        let pins = match &self.modal {
            Some(Modal::Reader(reader)) => reader.pin().map(PackedPin::new).into_iter().collect(),
            _ => self.targets(),
        };
        self.copy(CopyForm::Cid, &pins);
    }

    /// Asks in which form to copy the targets.
    pub(super) fn ask_copy_as(&mut self) {
        let pins = self.targets();
        if !pins.is_empty() {
            self.open_menu(MenuKind::CopyAs(pins));
        }
    }

    /// Copies them in the form at this place of the menu.
    pub(super) fn copy_as(&mut self, place: usize, pins: &[PackedPin]) {
        if let Some(form) = CopyForm::ALL.get(place) {
            self.copy(*form, pins);
        }
    }

    fn copy(&mut self, form: CopyForm, pins: &[PackedPin]) {
        if pins.is_empty() {
            return;
        }
        let what = match pins.len() {
            1 => form.label().to_owned(),
            n => count(n, form.label()),
        };
        let text = form.text(pins, &self.connection);
        let route = CopyRoute::Clipboard;
        self.effect(Effect::Copy { text, what, route });
    }

    /// Says which way a copy went, and no more than is known; where the system has no clipboard,
    /// tells the terminal.
    pub(super) fn copied(
        &mut self,
        what: String,
        route: CopyRoute,
        result: Result<(), CopyFailure>,
    ) {
        match (route, result) {
            (CopyRoute::Clipboard, Ok(())) => {
                self.inform(format!("copied to the clipboard: {what}"));
            }
            (CopyRoute::Clipboard, Err(CopyFailure { text, .. })) => {
                let route = CopyRoute::Terminal;
                self.effect(Effect::Copy { text, what, route });
            }
            (CopyRoute::Terminal, Ok(())) => self.inform(format!(
                "sent to the terminal for its clipboard (OSC 52): {what}"
            )),
            (CopyRoute::Terminal, Err(CopyFailure { why, .. })) => {
                self.warn(format!("not copied: {why}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Cid;

    #[test]
    fn every_form_is_one_line_a_pin() {
        let mut connection = Connection::new("test".to_owned());
        connection.gateway = Some("http://127.0.0.1:5080/".to_owned());
        let mut pin = Pin::new("id-1", Cid::as_received("bafy\n1"));
        pin.name = Some("a [b]\u{1b}]52;c;x\u{7}".to_owned());
        let pins = [pin, Pin::new("id-2", Cid::as_received("bafy2"))];
        let pins = pins.each_ref().map(PackedPin::new);
        let text = |form: CopyForm| form.text(&pins, &connection);
        assert_eq!(text(CopyForm::Cid), "bafy1\nbafy2");
        assert_eq!(text(CopyForm::IpfsUrl), "ipfs://bafy1\nipfs://bafy2");
        assert_eq!(text(CopyForm::PinId), "id-1\nid-2");
        assert_eq!(
            text(CopyForm::GatewayUrl),
            "http://127.0.0.1:5080/ipfs/bafy1\nhttp://127.0.0.1:5080/ipfs/bafy2"
        );
        assert!(text(CopyForm::Markdown).starts_with(r"[a \[b\]\]52;c;x](http://"));
        let json: serde_json::Value = serde_json::from_str(&text(CopyForm::Json)).unwrap();
        assert_eq!(json[1]["id"], "id-2");
        assert!(!text(CopyForm::Json).contains('\u{1b}'));
    }
}
