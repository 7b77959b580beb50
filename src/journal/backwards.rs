//! The lines of a file, the last one first. No more of the file is in memory than a block and the
//! line that is being read.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

/// Bytes of a line at the most: what we write stays below.
pub(super) const LONGEST_LINE: usize = 32 << 20;

/// Bytes that are read at once; more where a line is longer.
const BLOCK: usize = 64 << 10;

/// A file that is read from its end.
#[derive(Debug)]
pub(super) struct Backwards {
    file: File,
    /// Where in the file `bytes` begins.
    start: u64,
    bytes: Vec<u8>,
    /// How many of them are still to be given.
    unread: usize,
}

/// A line.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// Where it lies in the file, the end of the line included.
    pub(super) place: Range<u64>,
    /// `None` where it is too long to be ours.
    pub(super) text: Option<&'a [u8]>,
}

impl Backwards {
    /// Begins behind the last line.
    pub(super) fn new(file: File) -> io::Result<Self> {
        let start = file.metadata()?.len();
        Ok(Self {
            file,
            start,
            bytes: Vec::new(),
            unread: 0,
        })
    }

    /// The file.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// The line before the one that was given last.
    pub(super) fn next(&mut self) -> io::Result<Option<Found<'_>>> {
        let end = self.start + self.unread as u64;
        if end == 0 {
            return Ok(None);
        }
        let mut too_long = false;
        // What was searched already has no end of a line in it.
        let mut unsearched = self.unread;
        loop {
            let newline = memchr::memrchr(b'\n', &self.bytes[..unsearched]);
            if newline.is_some() || self.start == 0 {
                let line = newline.map_or(0, |at| at + 1)..self.unread;
                self.unread = newline.unwrap_or(0);
                let place = self.start + line.start as u64..end + 1;
                too_long |= line.len() > LONGEST_LINE;
                let text = (!too_long).then(|| &self.bytes[line]);
                return Ok(Some(Found { place, text }));
            }
            if self.unread > LONGEST_LINE {
                too_long = true;
                self.unread = 0;
            }
            unsearched = self.read_block()?;
        }
    }

    /// Puts the block before what is there in front of it, at least as much; gives its size.
    fn read_block(&mut self) -> io::Result<usize> {
        let wanted = BLOCK.max(self.unread) as u64;
        let size = usize::try_from(wanted.min(self.start)).unwrap_or(BLOCK);
        let mut bytes = vec![0; size + self.unread];
        bytes[size..].copy_from_slice(&self.bytes[..self.unread]);
        self.start -= size as u64;
        self.file.seek(SeekFrom::Start(self.start))?;
        self.file.read_exact(&mut bytes[..size])?;
        self.bytes = bytes;
        self.unread += size;
        Ok(size)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn backwards(bytes: &[u8]) -> Backwards {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Backwards::new(file.reopen().unwrap()).unwrap()
    }

    fn lines_of(bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = backwards(bytes);
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let text = line.text.unwrap().to_vec();
            let start = usize::try_from(line.place.start).unwrap();
            assert!(bytes[start..].starts_with(&text));
            found.push(text);
        }
        found.reverse();
        found
    }

    #[test]
    fn lines_longer_than_a_block_come_whole_and_endless_ones_not_at_all() {
        let long = vec![b'x'; 3 * BLOCK + 7];
        let bytes = [b"first\n", &long[..], b"\nlast"].concat();
        assert_eq!(lines_of(&bytes), [b"first", &long[..], b"last"]);

        let endless = vec![b'x'; LONGEST_LINE + 2 * BLOCK];
        for bytes in [[b"first\n", &endless[..], b"\nlast\n"].concat(), endless] {
            let mut lines = backwards(&bytes);
            let mut texts = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                texts.push(line.text.map(<[u8]>::len));
            }
            assert!(texts.contains(&None), "{texts:?}");
            assert!(texts.len() == 1 || texts == [Some(0), Some(4), None, Some(5)]);
        }
    }

    proptest! {
        #[test]
        fn the_lines_are_those_of_the_file(
            lines in proptest::collection::vec("[a-z]{0,9}", 0..40)
        ) {
            let bytes = lines.join("\n").into_bytes();
            let expected: Vec<&[u8]> = if bytes.is_empty() {
                Vec::new()
            } else if let Some(rest) = bytes.strip_prefix(b"\n") {
                // An empty first line is nothing.
                rest.split(|byte| *byte == b'\n').collect()
            } else {
                bytes.split(|byte| *byte == b'\n').collect()
            };
            let found = lines_of(&bytes);
            let whole: Vec<&[u8]> = found.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(whole, expected);
        }
    }
}
