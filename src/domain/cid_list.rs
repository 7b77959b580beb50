//! A list of CIDs as people keep them in files: one a line, a name after it where there is one.

use std::collections::HashMap;
use std::io::{self, BufRead};

use super::text::truncate;
use super::{Cid, Metadata};

/// Bytes that a list may have: a million CIDs with names, and an end to a pipe that has none.
const LARGEST: u64 = 256 << 20;

/// Bytes that a line may have.
const LONGEST_LINE: usize = 64 << 10;

/// More lines than this that are no CIDs, and it is the wrong file.
const MOST_BAD: usize = 10_000;

/// Columns that are kept of a line that is no CID.
const SHOWN: usize = 60;

/// Content to pin, and what to call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CidLine {
    /// Its line, from 1.
    pub line: usize,
    /// Which content.
    pub cid: Cid,
    /// The name after it.
    pub name: Option<String>,
}

impl CidLine {
    /// What is said about the pin: keyvalues as for all, and its own name after the one for all.
    pub fn metadata(&self, for_all: &Metadata) -> Metadata {
        let prefix = for_all.name.as_deref().unwrap_or_default();
        Metadata {
            name: self.name.as_ref().map(|name| format!("{prefix}{name}")),
            keyvalues: for_all.keyvalues.clone(),
        }
    }
}

/// A line that can't be pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// How it begins.
    pub text: String,
    /// Why not.
    pub why: String,
}

/// A line with content that an earlier line names already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Its number, from 1.
    pub line: usize,
    /// The earlier one.
    pub first: usize,
}

/// A list of CIDs, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CidList {
    /// What can be pinned, each content once, in the order of the lines.
    pub pins: Vec<CidLine>,
    /// The lines that are no CIDs.
    pub bad: Vec<BadLine>,
    /// The lines that say the same again.
    pub repeats: Vec<Repeat>,
}

/// Why a list was not read.
#[derive(Debug, thiserror::Error)]
pub enum CidListError {
    /// It broke off.
    #[error("can't be read: {0}")]
    Read(#[from] io::Error),
    /// There is too much of it.
    #[error("more than {LARGEST} bytes; give it in parts")]
    TooLarge,
    /// The encoding that some editors call Unicode.
    #[error("is UTF-16; save it as UTF-8")]
    Utf16,
    /// It is something else.
    #[error(
        "is no list of CIDs: more than {MOST_BAD} lines are none, first line {}: {}",
        .0.line, .0.why
    )]
    NoList(BadLine),
}

impl CidList {
    /// Reads a list. Empty lines and those that begin with `#` say nothing.
    pub fn read(source: impl BufRead) -> Result<Self, CidListError> {
        Self::read_at_most(source, LARGEST)
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.pins.is_empty() && self.bad.is_empty()
    }

    fn read_at_most(source: impl BufRead, largest: u64) -> Result<Self, CidListError> {
        let mut list = Self::default();
        let mut lines = HashMap::new();
        let mut source = source.take(largest + 1);
        let (mut bytes, mut number, mut is_start) = (Vec::new(), 0, true);
        while source.read_until(b'\n', &mut bytes)? > 0 {
            if source.limit() == 0 {
                return Err(CidListError::TooLarge);
            }
            let mut rest = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
            if is_start {
                if rest.starts_with(b"\xff\xfe") || rest.starts_with(b"\xfe\xff") {
                    return Err(CidListError::Utf16);
                }
                rest = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
                is_start = false;
            }
            // A terminal that pastes ends lines with a lone carriage return.
            let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
            for line in rest.split(|byte| *byte == b'\r') {
                number += 1;
                list.take(number, line, &mut lines);
            }
            if list.bad.len() > MOST_BAD {
                return Err(CidListError::NoList(list.bad.swap_remove(0)));
            }
            bytes.clear();
        }
        Ok(list)
    }

    fn take(&mut self, number: usize, line: &[u8], lines: &mut HashMap<Vec<u8>, usize>) {
        let start = String::from_utf8_lossy(&line[..line.len().min(4 * SHOWN)]);
        let bad = |why: String| BadLine {
            line: number,
            text: truncate(start.trim(), SHOWN).into_owned(),
            why,
        };
        if line.len() > LONGEST_LINE {
            let why = format!("longer than {LONGEST_LINE} bytes");
            self.bad.push(bad(why));
            return;
        }
        let Ok(text) = str::from_utf8(line) else {
            self.bad.push(bad("not UTF-8".to_owned()));
            return;
        };
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        let (word, name) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let cid: Cid = match word.parse() {
            Ok(cid) => cid,
            Err(error) => {
                let error: super::CidError = error;
                self.bad.push(bad(error.to_string()));
                return;
            }
        };
        if let Some(first) = lines.get(&cid.content()) {
            self.repeats.push(Repeat {
                line: number,
                first: *first,
            });
            return;
        }
        lines.insert(cid.content(), number);
        let name = name.trim_start();
        self.pins.push(CidLine {
            line: number,
            cid,
            name: (!name.is_empty()).then(|| name.to_owned()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V0: &str = "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n";
    const V1: &str = "bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
    const RAW: &str = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

    fn read(text: impl AsRef<[u8]>) -> CidList {
        CidList::read(text.as_ref()).unwrap()
    }

    #[test]
    fn lines_keep_their_numbers_and_names() {
        let list = read(format!(
            "\u{feff}# kept since May\n\n  {V0}\ttwo  words \r\nnonsense here\n{RAW}\n{V1} again\r\n"
        ));
        let pins: Vec<(usize, &str, Option<&str>)> = list
            .pins
            .iter()
            .map(|pin| (pin.line, pin.cid.as_str(), pin.name.as_deref()))
            .collect();
        assert_eq!(pins, [(3, V0, Some("two  words")), (5, RAW, None)]);
        assert_eq!((list.bad[0].line, list.bad.len()), (4, 1));
        assert_eq!(list.bad[0].text, "nonsense here");
        assert!(list.bad[0].why.contains("not a CID"), "{}", list.bad[0].why);
        // The same block in the other version is the same content.
        assert_eq!(list.repeats, [Repeat { line: 6, first: 3 }]);
    }

    #[test]
    fn what_a_terminal_pastes_has_lines_too() {
        let list = read(format!("{V0}\r{RAW} name\r\rx"));
        let lines: Vec<usize> = list.pins.iter().map(|pin| pin.line).collect();
        assert_eq!((lines, list.bad[0].line), (vec![1, 2], 4));
    }

    #[test]
    fn what_is_no_list_is_refused_and_one_spoiled_line_is_not_all() {
        let list = read(
            [
                b"\xff\n".as_slice(),
                RAW.as_bytes(),
                b" caf\xe9\n",
                V0.as_bytes(),
            ]
            .concat(),
        );
        assert_eq!((list.pins.len(), list.bad.len()), (1, 2));
        let long = format!("{RAW} {}\n{V0}", "n".repeat(LONGEST_LINE));
        let list = read(long);
        assert_eq!((list.pins[0].line, list.bad[0].line), (2, 1));
        let wide = CidList::read(&b"\xff\xfeQ\0m\0"[..]).unwrap_err();
        assert!(wide.to_string().contains("UTF-8"), "{wide}");
        let other = CidList::read("x\n".repeat(MOST_BAD + 1).as_bytes()).unwrap_err();
        assert!(other.to_string().contains("line 1"), "{other}");
        let endless = CidList::read_at_most(io::BufReader::new(io::repeat(b'\n')), 1000);
        assert!(matches!(endless, Err(CidListError::TooLarge)));
        assert!(CidList::read_at_most(V0.as_bytes(), V0.len() as u64).is_ok());
        assert!(read("# nothing\n\n").is_empty());
    }

    #[test]
    fn what_is_said_of_all_goes_with_each() {
        let for_all = Metadata {
            name: Some("site/".to_owned()),
            keyvalues: [("env".to_owned(), "prod".to_owned())].into(),
        };
        let list = read(format!("{V0} a\n{RAW}"));
        let [first, second] = [0, 1].map(|place| list.pins[place].metadata(&for_all));
        assert_eq!(first.name.as_deref(), Some("site/a"));
        assert_eq!((second.name, second.keyvalues), (None, first.keyvalues));
    }
}
