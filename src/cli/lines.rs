//! Lines from stdin, for commands that take `-`.

use std::io::{self, Read};

use anyhow::Context as _;

use super::interrupt::Interrupt;
use crate::config::UsageError;

/// Bytes taken from stdin: a million CIDs with names, and an end to a pipe that has none.
const LARGEST: u64 = 256 << 20;

/// All lines that hold something, with their numbers from 1, without the space around them.
///
/// `None` where a signal came first.
pub(super) async fn from_stdin(
    interrupt: &Interrupt,
) -> anyhow::Result<Option<Vec<(usize, String)>>> {
    let reading = tokio::task::spawn_blocking(|| read(io::stdin().lock(), LARGEST));
    match interrupt.or(reading).await {
        None => Ok(None),
        Some(read) => read.context("can't read stdin")?.map(Some),
    }
}

fn read(from: impl Read, largest: u64) -> anyhow::Result<Vec<(usize, String)>> {
    let mut bytes = Vec::new();
    let taken = from.take(largest + 1).read_to_end(&mut bytes);
    if taken.context("can't read stdin")? as u64 > largest {
        return Err(UsageError::new(format!(
            "stdin: more than {largest} bytes; give it in parts"
        ))
        .into());
    }
    Ok(bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(index, line)| (index + 1, String::from_utf8_lossy(line).trim().to_owned()))
        .filter(|(_, line)| !line.is_empty())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers() {
        let lines = read(&b"one\r\n\n  two  words \n\xff\xfe"[..], 100).unwrap();
        assert_eq!(lines[0], (1, "one".to_owned()));
        assert_eq!(lines[1], (3, "two  words".to_owned()));
        assert_eq!(lines[2].0, 4);
        assert_eq!(lines.len(), 3);
        assert!(read(io::repeat(b'x'), 1000).is_err());
    }
}
