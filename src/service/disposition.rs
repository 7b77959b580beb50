//! The head line of a form's part: under which name it comes, and what its file is called.

use super::reply::Failure;

/// What a part says about itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: Option<String>,
    pub(super) file_name: Option<String>,
}

impl Disposition {
    /// Reads a `Content-Disposition`: quoted or bare values, raw UTF-8 in them as curl and Go write it,
    /// and `filename*` (RFC 5987), which goes before `filename`.
    pub(super) fn read(header: &[u8]) -> Result<Self, Failure> {
        let header = std::str::from_utf8(header)
            .map_err(|_| Failure::bad("a part's name or file name is not UTF-8"))?;
        let mut found = Self::default();
        let mut extended = None;
        let Some((_, mut rest)) = header.split_once(';') else {
            return Ok(found);
        };
        while let Some((key, after)) = rest.split_once('=') {
            let key = key.trim().to_ascii_lowercase();
            let (value, after) = value(after.trim_start())?;
            match key.as_str() {
                "name" => found.name = Some(value),
                "filename" => found.file_name = Some(value),
                "filename*" => extended = Some(decode_extended(&value)?),
                _ => {}
            }
            match after.split_once(';') {
                Some((_, next)) => rest = next,
                None => break,
            }
        }
        found.file_name = extended.or(found.file_name);
        Ok(found)
    }
}

/// A parameter's value and what comes after it.
fn value(text: &str) -> Result<(String, &str), Failure> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Ok((text[..end].trim_end().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, &quoted[at + 1..])),
            // Only quotes and backslashes are escaped; a backslash before anything else is one, as
            // in the paths that some clients send.
            '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    Err(Failure::bad("a part's head has a quote that does not end"))
}

fn decode_extended(value: &str) -> Result<String, Failure> {
    let unreadable = || Failure::bad("a part's filename* is not UTF-8 text as RFC 5987 has it");
    let mut parts = value.splitn(3, '\'');
    let (Some(charset), Some(_), Some(text)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(unreadable());
    };
    if !charset.eq_ignore_ascii_case("utf-8") {
        return Err(unreadable());
    }
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> (Option<String>, Option<String>) {
        let found = Disposition::read(header.as_bytes()).unwrap();
        (found.name, found.file_name)
    }

    #[test]
    fn names_are_read_as_clients_write_them() {
        let some = |name: &str, file: &str| (Some(name.to_owned()), Some(file.to_owned()));
        for (header, expected) in [
            (
                r#"form-data; name="file"; filename="a b.txt""#,
                some("file", "a b.txt"),
            ),
            (
                r#"form-data; name="file"; filename="d/文 件.md""#,
                some("file", "d/文 件.md"),
            ),
            (
                r#"form-data; filename="x; name=evil"; name="file""#,
                some("file", "x; name=evil"),
            ),
            (
                r#"form-data; name="file"; filename="a\"b\\c\d""#,
                some("file", r#"a"b\c\d"#),
            ),
            (
                r"form-data; name=file; filename=plain.txt",
                some("file", "plain.txt"),
            ),
            (
                r#"form-data; NAME="file" ; FileName = "x""#,
                some("file", "x"),
            ),
            (
                r#"form-data; name="file"; filename="no"; filename*=utf-8''d%2F%E6%96%87.md"#,
                some("file", "d/文.md"),
            ),
            (
                r#"form-data; name="metadata""#,
                (Some("metadata".to_owned()), None),
            ),
            ("form-data", (None, None)),
            ("", (None, None)),
        ] {
            assert_eq!(read(header), expected, "{header}");
        }
        for header in [
            &br#"form-data; name="file"; filename="open"#[..],
            b"form-data; name=\"file\"; filename=\"\xff\"",
            b"form-data; name=file; filename*=latin1''x",
            b"form-data; name=file; filename*=utf-8''%ff",
            b"form-data; name=file; filename*=x",
        ] {
            assert!(Disposition::read(header).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(header: Vec<u8>) {
            let _ = Disposition::read(&header);
        }
    }
}
