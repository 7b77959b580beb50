//! Reading a directory for the file picker, off the loop.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::{DirectoryEntry, EntryKind};

/// Reads a directory; gives its path with all links followed, and its entries or a sentence that
/// says why there are none. An entry that goes away meanwhile is left out.
pub(super) fn read(path: PathBuf) -> (PathBuf, Result<Vec<DirectoryEntry>, String>) {
    let path = fs::canonicalize(&path).unwrap_or(path);
    let entries = fs::read_dir(&path)
        .map_err(|error| format!("can't read {}: {error}", path.display()))
        .map(|entries| entries.flatten().map(|entry| describe(&entry)).collect());
    (path, entries)
}

fn describe(entry: &fs::DirEntry) -> DirectoryEntry {
    let path = entry.path();
    // Through links: what counts is what an upload would send.
    let metadata = fs::metadata(&path).ok();
    let kind = match &metadata {
        Some(metadata) if metadata.is_dir() => EntryKind::Directory,
        Some(metadata) if metadata.is_file() => EntryKind::File,
        _ => EntryKind::Other,
    };
    DirectoryEntry {
        name: entry.file_name().to_string_lossy().into_owned(),
        kind,
        size: metadata
            .as_ref()
            .filter(|metadata| metadata.is_file())
            .map_or(0, fs::Metadata::len),
        modified: metadata
            .and_then(|metadata| metadata.modified().ok())
            .and_then(|time| Timestamp::try_from(time).ok()),
        path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_what_an_upload_would_send() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file"), b"12345").unwrap();
        fs::create_dir(directory.path().join("sub")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", directory.path().join("link")).unwrap();
        let (path, entries) = read(directory.path().join("sub/.."));
        assert_eq!(path, fs::canonicalize(directory.path()).unwrap());
        let mut entries = entries.unwrap();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let found: Vec<(&str, EntryKind, u64)> = entries
            .iter()
            .map(|entry| (entry.name.as_str(), entry.kind, entry.size))
            .collect();
        #[cfg(unix)]
        assert_eq!(
            found,
            [
                ("file", EntryKind::File, 5),
                ("link", EntryKind::Other, 0),
                ("sub", EntryKind::Directory, 0)
            ]
        );
        let (_, missing) = read(directory.path().join("none"));
        assert!(missing.unwrap_err().contains("none"));
    }
}
