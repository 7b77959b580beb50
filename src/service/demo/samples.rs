//! The dozen of the demo's pins that have real content: small texts, pictures and a web page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::staged::{Body, Incoming};
use super::super::store::{PinRow, pins};
use crate::ipfs::{Block, DirectoryNode, FileBuilder, FilePath, FileRoot, Tree};

/// A file of the demo: its name, type and text.
type Text = (&'static str, &'static str, String);

/// One pin's content.
pub(super) struct Sample {
    name: &'static str,
    mime: Option<&'static str>,
    root: Block,
    size: u64,
    is_dir: bool,
    /// All of it, what lies in a directory before the directory.
    pub(super) contents: Vec<Incoming>,
    small: Vec<u8>,
}

impl Sample {
    /// The bytes of one of its files.
    pub(super) fn read_small(&self, at: u64, length: usize) -> Vec<u8> {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        self.small
            .get(at..at.saturating_add(length))
            .unwrap_or_default()
            .to_vec()
    }

    /// Makes a pin one of this content.
    pub(super) fn describe(&self, pin: &mut PinRow) {
        pin.root = self.root.multihash().to_vec();
        pin.cid = self.root.to_string();
        pin.size = Some(self.size);
        pin.is_dir = self.is_dir;
        pin.name = Some(self.name.to_owned());
        pin.mime = self.mime.map(str::to_owned);
        pin.by_hash = false;
        pin.pinned = true;
        pin.unpinned = None;
        pins::DONE.clone_into(&mut pin.status);
        pin.keyvalues = BTreeMap::from([("project".to_owned(), "lazypin-demo".to_owned())]);
    }

    fn of_file((name, mime, text): Text) -> Self {
        let mut small = Vec::new();
        let (root, incoming) = file(&mut small, &text);
        Self {
            name,
            mime: Some(mime),
            root: root.block,
            size: root.size,
            is_dir: false,
            contents: vec![incoming],
            small,
        }
    }

    fn of_directory(name: &'static str, files: Vec<Text>) -> Option<Self> {
        let mut small = Vec::new();
        let mut contents = Vec::new();
        let mut tree = Tree::default();
        for (name, _, text) in files {
            let (root, incoming) = file(&mut small, &text);
            contents.push(incoming);
            tree.insert(&FilePath::parse(name).ok()?, root).ok()?;
        }
        let mut keep = |node: DirectoryNode| {
            contents.push(Incoming {
                block: node.block,
                size: node.size,
                tsize: node.tsize,
                body: Body::Directory(node.entries),
            });
            Some(())
        };
        let root = tree.finish(|node| keep(node).ok_or(())).ok()?;
        let (block, size) = (root.block, root.size);
        keep(root);
        Some(Self {
            name,
            mime: None,
            root: block,
            size,
            is_dir: true,
            contents,
            small,
        })
    }
}

fn file(small: &mut Vec<u8>, text: &str) -> (FileRoot, Incoming) {
    let mut builder = FileBuilder::default();
    builder.push(text.as_bytes());
    let root = builder.finish();
    let at = small.len() as u64;
    small.extend_from_slice(text.as_bytes());
    let incoming = Incoming {
        block: root.block,
        size: root.size,
        tsize: root.tsize,
        body: Body::Small {
            at,
            length: text.len(),
        },
    };
    (root, incoming)
}

/// A picture of rings, of this many and in this colour.
fn rings(count: u32, colour: &str) -> String {
    let circles = (1..=count).fold(String::new(), |mut circles, ring| {
        let radius = ring * 110 / count;
        let _ = write!(
            circles,
            "<circle cx=\"120\" cy=\"120\" r=\"{radius}\" fill=\"none\" stroke=\"{colour}\"/>"
        );
        circles
    });
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 240 240\">{circles}</svg>\n")
}

/// Readings of a made-up sensor, one a minute.
fn readings(rows: u32) -> String {
    let mut table = "minute,celsius\n".to_owned();
    for minute in 0..rows {
        let tenths = 180 + (minute * 37 % 61) + minute / 20;
        let _ = writeln!(table, "{minute},{}.{}", tenths / 10, tenths % 10);
    }
    table
}

/// The metadata of a made-up token.
fn token(number: u32) -> String {
    format!(
        "{{\n  \"name\": \"Ring #{number}\",\n  \"description\": \"A demo token of lazypin.\",\n  \
         \"attributes\": [{{\"trait_type\": \"rings\", \"value\": {number}}}]\n}}\n"
    )
}

/// Lines of a made-up log.
fn log(lines: u32) -> String {
    let mut log = String::new();
    for line in 0..lines {
        let (minute, second, block) = (line / 60, line % 60, line * 7919 % 10_007);
        let _ = writeln!(
            log,
            "2026-10-31T23:{minute:02}:{second:02}Z INFO block {block} stored"
        );
    }
    log
}

/// All samples, the newest first.
pub(super) fn all() -> Vec<Sample> {
    let page = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>lazypin demo</title>\
                <link rel=\"stylesheet\" href=\"style.css\"></head>\
                <body><img src=\"img/rings.svg\" alt=\"rings\"><h1>It works</h1>\
                <p>This page came out of the embedded pinning service.</p></body></html>\n";
    let style =
        "body { font-family: sans-serif; margin: 3em auto; max-width: 30em }\nimg { width: 8em }\n";
    let site = Sample::of_directory(
        "demo-site",
        vec![
            ("index.html", "text/html", page.to_owned()),
            ("style.css", "text/css", style.to_owned()),
            ("img/rings.svg", "image/svg+xml", rings(5, "#4477aa")),
            ("data/readings.csv", "text/csv", readings(60)),
        ],
    );
    let files: [Text; 11] = [
        (
            "README.md",
            "text/markdown",
            "# Demo\n\nThis store was made up by `lazypin --demo`. It goes when the program does.\n".to_owned(),
        ),
        ("rings.svg", "image/svg+xml", rings(9, "#aa3377")),
        ("sensor-17.csv", "text/csv", readings(600)),
        ("ring-4.json", "application/json", token(4)),
        (
            "ghi chú – Đà Nẵng.txt",
            "text/plain",
            "Xin chào! Một tệp nhỏ với chữ có dấu.\n".to_owned(),
        ),
        ("service.log", "text/plain", log(240)),
        ("orbit.svg", "image/svg+xml", rings(14, "#228833")),
        (
            "買い物リスト.md",
            "text/markdown",
            "- 牛乳\n- 卵\n- コーヒー豆\n".to_owned(),
        ),
        ("ring-7.json", "application/json", token(7)),
        (
            "haiku.txt",
            "text/plain",
            "A hash for a name:\nmove the house, the door stays put.\nContent knows itself.\n".to_owned(),
        ),
        ("sensor-18.csv", "text/csv", readings(120)),
    ];
    let mut samples: Vec<Sample> = files.into_iter().map(Sample::of_file).collect();
    if let Some(site) = site {
        samples.insert(1, site);
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dozen_samples_of_small_files_and_one_directory() {
        let samples = all();
        assert_eq!(samples.len(), 12);
        assert_eq!(samples.iter().filter(|sample| sample.is_dir).count(), 1);
        for sample in &samples {
            for incoming in &sample.contents {
                if let Body::Small { at, length } = incoming.body {
                    let bytes = sample.read_small(at, length);
                    assert!(
                        !bytes.is_empty() && bytes.len() <= super::super::super::staged::INLINE
                    );
                }
            }
        }
    }
}
