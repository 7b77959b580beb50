//! Saved plans: what an unpin would do, as JSON lines that people can read, cut and keep.
//!
//! The first line tells what the file is; each further one is a pin. Only what is listed is ever
//! unpinned from it, so that lines may be taken out by hand.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read as _, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::text::count;
use crate::domain::{Account, Cid, PinId, PlannedPin, UnpinPlan, UnpinTarget};

/// What the first line says the file is.
const WHAT: &str = "unpin plan";

/// The form of the lines.
const VERSION: u32 = 1;

/// Bytes of one line; more than any pin's record takes, and an end to a file that has none.
const LONGEST_LINE: u64 = 1 << 20;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    lazypin: String,
    version: u32,
    made: Timestamp,
    #[serde(flatten)]
    account: Account,
    pins: usize,
    bytes: u64,
}

/// One pin.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    id: PinId,
    #[serde(default)]
    cid: Option<Cid>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    date_pinned: Option<Timestamp>,
    #[serde(default)]
    keyvalues: BTreeMap<String, String>,
}

impl From<&PlannedPin> for Line {
    fn from(pin: &PlannedPin) -> Self {
        let UnpinTarget {
            id,
            cid,
            name,
            keyvalues,
            size,
        } = pin.target.clone();
        Self {
            id,
            cid,
            name,
            size,
            date_pinned: pin.date_pinned,
            keyvalues,
        }
    }
}

impl From<Line> for PlannedPin {
    fn from(line: Line) -> Self {
        Self {
            target: UnpinTarget {
                id: line.id,
                cid: line.cid,
                name: line.name,
                keyvalues: line.keyvalues,
                size: line.size,
            },
            date_pinned: line.date_pinned,
            note: String::new(),
        }
    }
}

/// A plan as it was saved.
#[derive(Debug)]
pub struct SavedPlan {
    /// When.
    pub made: Timestamp,
    /// Whose pins.
    pub account: Account,
    /// How many pins it held when it was made.
    pub held: usize,
    /// The pins that it lists now, with the numbers of their lines.
    pub pins: Vec<(usize, PlannedPin)>,
}

/// Saves a plan in a file of its own, which is there as a whole or not at all. The error is a
/// sentence that names the file.
pub fn write(
    path: &Path,
    plan: &UnpinPlan,
    account: &Account,
    made: Timestamp,
) -> Result<(), String> {
    check_free(path)?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let header = Header {
        lazypin: WHAT.to_owned(),
        version: VERSION,
        made,
        account: account.clone(),
        pins: plan.len(),
        bytes: plan.bytes(),
    };
    let save = || {
        // Names and keyvalues are the account's own business: for this user alone.
        let mut new = tempfile::Builder::new()
            .prefix(".lazypin-plan")
            .tempfile_in(directory)?;
        {
            let mut out = BufWriter::new(new.as_file_mut());
            put(&mut out, &header)?;
            for pin in plan.pins() {
                put(&mut out, &Line::from(pin))?;
            }
            out.flush()?;
        }
        new.as_file().sync_all()?;
        new.persist_noclobber(path)?;
        Ok(())
    };
    save().map_err(|error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => taken(path),
        _ => format!("can't write {}: {error}", path.display()),
    })
}

/// Refuses a name that something has already.
pub fn check_free(path: &Path) -> Result<(), String> {
    match path.symlink_metadata() {
        Ok(_) => Err(taken(path)),
        Err(_) => Ok(()),
    }
}

fn taken(path: &Path) -> String {
    let path = path.display();
    format!("{path} exists already and is left as it is; name another file")
}

fn put(out: &mut impl Write, line: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// Reads a saved plan. The error is a sentence that names the file and its first wrong line.
pub fn read(path: &Path) -> Result<SavedPlan, String> {
    let told = |why: String| format!("{}: {why}", path.display());
    let file = File::open(path).map_err(|error| told(format!("can't read it: {error}")))?;
    parse(BufReader::new(file)).map_err(told)
}

fn parse(mut from: impl BufRead) -> Result<SavedPlan, String> {
    let mut text = Vec::new();
    let no_plan = || "line 1 does not say that this is a plan that lazypin saved".to_owned();
    let header: Header = match next_line(&mut from, &mut text)? {
        Some(line) => serde_json::from_slice(line).map_err(|_| no_plan())?,
        None => return Err(no_plan()),
    };
    if header.lazypin != WHAT {
        return Err(no_plan());
    }
    if header.version > VERSION {
        let version = header.version;
        return Err(format!("made by a newer lazypin (form {version})"));
    }
    let mut pins = Vec::new();
    let mut first_wrong = None;
    let mut wrong = 0;
    let mut number = 1;
    while let Some(line) = next_line(&mut from, &mut text)? {
        number += 1;
        if line.is_empty() {
            continue;
        }
        match serde_json::from_slice::<Line>(line) {
            Ok(line) => pins.push((number, PlannedPin::from(line))),
            Err(error) => {
                wrong += 1;
                first_wrong.get_or_insert_with(|| {
                    let error = error.to_string();
                    // The parser's own line is always the first.
                    let why = error.split(" at line ").next().unwrap_or_default();
                    format!("line {number} is no pin: {why}")
                });
            }
        }
    }
    match first_wrong {
        Some(first) if wrong == 1 => Err(first),
        Some(first) => {
            let more = count(wrong - 1, "further line");
            Err(format!("{first}; so it is with {more}"))
        }
        None => Ok(SavedPlan {
            made: header.made,
            account: header.account,
            held: header.pins,
            pins,
        }),
    }
}

/// The next line without the space around it; `None` at the end.
fn next_line<'a>(
    from: &mut impl BufRead,
    text: &'a mut Vec<u8>,
) -> Result<Option<&'a [u8]>, String> {
    text.clear();
    let read = from.take(LONGEST_LINE).read_until(b'\n', text);
    match read.map_err(|error| format!("can't read it: {error}"))? {
        0 => Ok(None),
        bytes if bytes as u64 == LONGEST_LINE => Err("a line has no end".to_owned()),
        _ => Ok(Some(text.trim_ascii())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Pin, PlanDraft, Protection};

    fn account() -> Account {
        Account {
            profile: "work".to_owned(),
            service: "http://127.0.0.1:5080/api".to_owned(),
        }
    }

    fn made() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn plan() -> UnpinPlan {
        let protection = Protection::default();
        let mut draft = PlanDraft::new(&protection);
        let mut pin = Pin::new("a", Cid::as_received("bafy"));
        pin.name = Some("two\nlines \u{202e}".to_owned());
        pin.size = Some(7);
        pin.date_pinned = Some("2024-01-02T03:04:05.678901Z".parse().unwrap());
        pin.keyvalues.insert("env".to_owned(), "prod".to_owned());
        draft.add(pin);
        draft.add(Pin::new("b", Cid::as_received("bafk")));
        draft.finish()
    }

    #[test]
    fn what_was_saved_is_read_again_and_never_written_over() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plan.jsonl");
        write(&path, &plan(), &account(), made()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text.lines().next().unwrap(),
            r#"{"lazypin":"unpin plan","version":1,"made":"2026-11-22T12:00:00Z","profile":"work","service":"http://127.0.0.1:5080/api","pins":2,"bytes":7}"#
        );
        assert_eq!(
            text.lines().nth(2).unwrap(),
            r#"{"id":"b","cid":"bafk","name":null,"size":null,"date_pinned":null,"keyvalues":{}}"#
        );
        let saved = read(&path).unwrap();
        assert_eq!((saved.held, saved.made), (2, made()));
        assert_eq!(saved.account, account());
        let pins: Vec<PlannedPin> = saved.pins.into_iter().map(|(_, pin)| pin).collect();
        assert_eq!(pins, plan().pins());
        let why = write(&path, &UnpinPlan::default(), &account(), made()).unwrap_err();
        assert!(why.contains("exists already"), "{why}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        let nowhere = directory.path().join("no/such/plan");
        assert!(write(&nowhere, &plan(), &account(), made()).is_err());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_plan_is_refused_by_line() {
        let header = r#"{"lazypin":"unpin plan","version":1,"made":"2026-11-22T12:00:00Z","profile":"p","service":"s","pins":9,"bytes":0}"#;
        let cut = parse(format!("{header}\n\n {{\"id\":\"a\"}} \r\n").as_bytes()).unwrap();
        assert_eq!((cut.held, cut.pins.len(), cut.pins[0].0), (9, 1, 3));
        for (text, part) in [
            (String::new(), "line 1"),
            ("id\n".to_owned(), "line 1"),
            (header.replace("unpin plan", "backup"), "line 1"),
            (header.replace("\"version\":1", "\"version\":2"), "newer"),
            (
                format!("{header}\n{{\"id\":\"a\"}}\nbcd"),
                "line 3 is no pin: ",
            ),
            (
                format!("{header}\n{{\"id\":7}}\nx\n{{}}"),
                "line 2 is no pin: ",
            ),
            (
                format!("{header}\nx\ny\nz"),
                "so it is with 2 further lines",
            ),
            (format!("{header}\n{}", " ".repeat(2 << 20)), "no end"),
        ] {
            let why = parse(text.as_bytes()).unwrap_err();
            assert!(why.contains(part), "{why}");
            assert!(!why.contains('\n'), "{why}");
        }
    }
}
