//! A directory for people (HTML) and for programs (dag-json).

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::domain::text;
use crate::ipfs::Entry;

/// What stands in a path as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The UnixFS data of any directory, in base64 without padding as dag-json has bytes.
const DIRECTORY_DATA: &str = "CAE";

/// A page with the directory's entries; `path` is its own address, in the form in which it came.
pub(super) fn listing(path: &str, entries: &[Entry]) -> String {
    let path = path.trim_end_matches('/');
    let title = escaped(path);
    let mut page = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font-family:sans-serif;margin:2em}}td{{padding:.1em 1em .1em 0}}</style>\
         </head><body><h1>{title}</h1><table>\n"
    );
    for entry in entries {
        let slash = if entry.is_dir { "/" } else { "" };
        let _ = writeln!(
            page,
            "<tr><td><a href=\"{title}/{}{slash}\">{}{slash}</a></td><td>{}</td><td><code>{}</code></td></tr>",
            utf8_percent_encode(&entry.name, IN_PATH),
            escaped(&entry.name),
            text::human_bytes(entry.size),
            entry.block,
        );
    }
    page.push_str("</table></body></html>\n");
    page
}

/// The directory's node in the dag-json codec: keys in order, no spaces.
pub(super) fn dag_json(entries: &[Entry]) -> String {
    let links: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({
                "Hash": {"/": entry.block.to_string()},
                "Name": entry.name,
                "Tsize": entry.tsize,
            })
        })
        .collect();
    json!({"Data": {"/": {"bytes": DIRECTORY_DATA}}, "Links": links}).to_string()
}

fn escaped(text: &str) -> String {
    text::scrub(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipfs::{Block, Codec};

    #[test]
    fn hostile_names_stay_text() {
        let entry = Entry {
            name: "<script>\"x\" ?#%.html".to_owned(),
            block: Block::of(Codec::Raw, b"x"),
            size: 1,
            tsize: 1,
            is_dir: false,
        };
        let page = listing("/ipfs/bafy/a%22b/", std::slice::from_ref(&entry));
        assert!(!page.contains("<script>"), "{page}");
        assert!(page.contains("href=\"/ipfs/bafy/a%22b/%3Cscript%3E%22x%22%20%3F%23%25.html\""));
        let node: Value = serde_json::from_str(&dag_json(&[entry])).unwrap();
        assert_eq!(node["Links"][0]["Name"], "<script>\"x\" ?#%.html");
    }
}
