//! Pin ids as people and scripts give them, checked before anything is sent.

use std::collections::HashSet;

use super::interrupt::Interrupt;
use super::lines;
use crate::config::UsageError;
use crate::domain::text::truncate;
use crate::domain::{Cid, PinId};

/// Reads one id.
///
/// A CID in its place would be an id that no service has, and unpinning that would count as
/// already gone: it is refused here. So is what could change the meaning of an address.
pub(super) fn check(text: &str) -> Result<PinId, UsageError> {
    let text = text.trim();
    let shown = truncate(text, 80);
    let fits = (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"/\\?#%".contains(&byte))
        && !text.starts_with('.');
    if !fits {
        return Err(UsageError::with_hint(
            format!("'{shown}' is not a pin id"),
            "'lazypin ls' gives the pin ids in its last column",
        ));
    }
    if text.parse::<Cid>().is_ok() {
        return Err(UsageError::with_hint(
            format!("'{shown}' is a CID, not a pin id"),
            "'lazypin ls --json' has both: pins of one content have an id each",
        ));
    }
    Ok(PinId::from(text))
}

/// The ids of a command line, each once, `-` standing for those on stdin; `None` where a signal
/// came first. One wrong id refuses them all: a list that is not what it should be changes
/// nothing.
pub(super) async fn collect(
    words: &[String],
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Vec<PinId>>> {
    let mut ids = Vec::new();
    let mut read = false;
    for word in words {
        if word != "-" {
            ids.push(check(word)?);
        } else if !read {
            read = true;
            let Some(lines) = lines::from_stdin(interrupt).await? else {
                return Ok(None);
            };
            for (number, line) in lines {
                ids.push(check(&line).map_err(|error| UsageError {
                    message: format!("line {number} of stdin: {}", error.message),
                    ..error
                })?);
            }
        }
    }
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(Some(ids))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pin_id_never_reaches_a_service() {
        for text in ["3c3fec2a-ca65-4b8e-bcf3-c8e2ceaa23d2", " 42 ", "a_b:c"] {
            assert_eq!(check(text).unwrap().as_str(), text.trim());
        }
        for text in [
            "",
            "..",
            ".",
            "a/b",
            "a?b",
            "a b",
            "ä",
            "a%2fb",
            "\u{1b}[2J",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
        let cid = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";
        assert!(check(cid).unwrap_err().message.contains("is a CID"));
    }

    #[tokio::test]
    async fn each_id_is_taken_once_in_its_order() {
        let words = ["b", "a", "b"].map(str::to_owned);
        let ids = collect(&words, &Interrupt::default())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(ids, [PinId::from("b"), PinId::from("a")]);
    }
}
