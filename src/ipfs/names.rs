//! The file names of an upload: what they say about the tree, and which of them are refused.

/// Bytes of a whole name at the most, and of one segment, as file systems have it.
const MAX_NAME: usize = 4096;
const MAX_SEGMENT: usize = 255;

/// Directories that may lie around a file; what walks a tree may then call itself.
const MAX_DEPTH: usize = 128;

/// A checked name: `a.txt`, or `DIRECTORY/relative/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(String);

impl FilePath {
    /// Checks a name as a client sent it.
    ///
    /// The error is a sentence: a name must not be empty, absolute or lead anywhere (`.`, `..`),
    /// nor hold control characters or a backslash, which is a separator to some.
    pub fn parse(name: &str) -> Result<Self, String> {
        let shown = || shown(name);
        if name.is_empty() {
            return Err("a file has no name".to_owned());
        }
        if name.len() > MAX_NAME {
            return Err(format!(
                "the file name {} is longer than {MAX_NAME} bytes",
                shown()
            ));
        }
        if name.chars().any(|c| c.is_control() || c == '\\') {
            return Err(format!(
                "the file name {} holds a control character or a backslash",
                shown()
            ));
        }
        for segment in name.split('/') {
            match segment {
                "" => {
                    return Err(format!(
                        "the file name {} is absolute or has an empty part",
                        shown()
                    ));
                }
                "." | ".." => {
                    return Err(format!("the file name {} leads somewhere else", shown()));
                }
                _ if segment.len() > MAX_SEGMENT => {
                    return Err(format!(
                        "a part of the file name {} is longer than {MAX_SEGMENT} bytes",
                        shown()
                    ));
                }
                _ => {}
            }
        }
        if name.split('/').count() > MAX_DEPTH {
            return Err(format!(
                "the file name {} is more than {MAX_DEPTH} directories deep",
                shown()
            ));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it names a file outside any directory.
    pub fn is_plain(&self) -> bool {
        !self.0.contains('/')
    }

    /// Its parts from the outermost directory to the file.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

/// A name fit to stand in a one-line message.
pub(super) fn shown(name: &str) -> String {
    let scrubbed = crate::domain::text::scrub(name);
    format!("'{}'", crate::domain::text::truncate(&scrubbed, 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_astray_are_refused_in_one_line() {
        for name in [
            "",
            "/etc/passwd",
            "..",
            ".",
            "a/../b",
            "a/./b",
            "a//b",
            "a/",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{85}b",
            "..\\b",
            "C:\\x",
            &"x".repeat(256),
            &vec!["d"; 200].join("/"),
            &vec!["long-segment"; 1000].join("/"),
        ] {
            let error = FilePath::parse(name).unwrap_err();
            assert!(!error.contains(char::is_control), "{error:?}");
            assert!(error.len() < 200, "{error}");
        }
    }

    #[test]
    fn common_names_pass() {
        for (name, depth) in [
            ("a.txt", 1),
            ("..a", 1),
            (".hidden", 1),
            ("dir/sub/日本 \"q\" 100%.md", 3),
        ] {
            let path = FilePath::parse(name).unwrap();
            assert_eq!(path.as_str(), name);
            assert_eq!(path.segments().count(), depth);
            assert_eq!(path.is_plain(), depth == 1);
        }
    }
}
