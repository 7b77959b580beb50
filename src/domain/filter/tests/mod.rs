//! The language by example.

mod mistakes;
mod narrowing;
mod terms;
mod words;

use jiff::Timestamp;

use super::{Filter, FilterError, PinFacts, Scratch};
use crate::domain::{Cid, Pin, PinState};

const NOW: &str = "2024-07-01T00:00:00Z";

pub(super) fn pin(name: &str) -> Pin {
    let cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";
    let mut pin = Pin::new(
        "3c3fec2a-ca65-4b8e-bcf3-c8e2ceaa23d2",
        Cid::as_received(cid),
    );
    pin.name = Some(name.to_owned());
    pin.mime_type = Some("image/png".to_owned());
    pin.size = Some(10_000_000);
    pin.date_pinned = "2024-06-01T12:00:00Z".parse().ok();
    pin.state = PinState::Pinned;
    pin.keyvalues = [("env", "production"), ("a key", "a value")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    pin
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn filter(text: &str) -> Filter {
    let (filter, errors) = Filter::parse(text, now());
    assert_eq!(errors, [], "{text}");
    filter
}

fn score(text: &str, pin: &Pin) -> Option<u32> {
    let facts = PinFacts {
        pin,
        is_duplicate: false,
    };
    filter(text).matches(&facts, &mut Scratch::default())
}

fn errors(text: &str) -> Vec<FilterError> {
    Filter::parse(text, now()).1
}

/// Each of these matches the pin, and its opposite does not.
fn all_match(pin: &Pin, texts: &[&str]) {
    for text in texts {
        assert!(score(text, pin).is_some(), "{text}");
        assert!(score(&format!("!{text}"), pin).is_none(), "!{text}");
    }
}

/// None of these matches the pin, and each one's opposite does.
fn none_match(pin: &Pin, texts: &[&str]) {
    for text in texts {
        assert!(score(text, pin).is_none(), "{text}");
        assert!(score(&format!("!{text}"), pin).is_some(), "!{text}");
    }
}
