//! Finding out what an upload of a path would send, before anything is sent.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use tokio::task::spawn_blocking;

use super::guard::broke;
use super::lane::Work;
use super::latest::Latest;
use super::shared::Shared;
use crate::domain::{Metadata, UploadFile, UploadPlan, text};
use crate::protocol::{Reply, Request};

/// Files that one upload may have: a plan has to fit into memory.
const MOST_FILES: usize = 1_000_000;

/// Sentences about what was left out that are kept.
const MOST_SKIPPED: usize = 1000;

/// What an upload of `path` would send: the file, or the regular files below the directory, hidden
/// ones included. Walks the disk, so it blocks.
///
/// A link that is given itself is followed, one inside a directory is left out and told. The error
/// is a sentence that names the path.
pub fn scan(path: &Path) -> Result<UploadPlan, String> {
    scan_until(path, &|| false)
}

/// As [`scan`], ending early with an error once `stop` says so.
fn scan_until(path: &Path, stop: &dyn Fn() -> bool) -> Result<UploadPlan, String> {
    let name = top_name(path)?;
    let metadata = fs::metadata(path).map_err(|error| about(path, &error.to_string()))?;
    let mut plan = UploadPlan {
        source: path.to_owned(),
        is_dir: metadata.is_dir(),
        files: Vec::new(),
        skipped: Vec::new(),
        metadata: Metadata::default(),
    };
    if metadata.is_dir() {
        walk(path, &name, &mut plan, stop)?;
        plan.files.sort_by(|a, b| a.name.cmp(&b.name));
        if plan.files.is_empty() {
            return Err(format!("nothing to upload in {}", shown(path)));
        }
    } else if metadata.is_file() {
        let size = readable_size(path).map_err(|error| about(path, &error.to_string()))?;
        plan.files.push(UploadFile {
            path: path.to_owned(),
            name,
            size,
        });
    } else {
        return Err(about(path, "neither a file nor a directory"));
    }
    Ok(plan)
}

fn walk(
    top: &Path,
    name: &str,
    plan: &mut UploadPlan,
    stop: &dyn Fn() -> bool,
) -> Result<(), String> {
    let mut left_out = 0;
    let mut skip = |plan: &mut UploadPlan, sentence: String| {
        left_out += 1;
        match left_out {
            ..=MOST_SKIPPED => plan.skipped.push(sentence),
            _ => {
                plan.skipped[MOST_SKIPPED - 1] =
                    format!("and {} more", left_out - MOST_SKIPPED + 1);
            }
        }
    };
    // A slash behind it makes the walker follow a link that was given itself.
    let walker = WalkBuilder::new(top.join(""))
        .standard_filters(false)
        .follow_links(false)
        .build();
    for entry in walker {
        if stop() {
            return Err("cancelled".to_owned());
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let sentence = error.to_string();
                skip(plan, text::scrub(&sentence).into_owned());
                continue;
            }
        };
        let Some(kind) = entry.file_type().filter(|_| entry.depth() > 0) else {
            continue;
        };
        let path = entry.path();
        if utf8(path.file_name().unwrap_or_default()).is_none() {
            return Err(about(path, "its name is not UTF-8; rename it first"));
        }
        if kind.is_symlink() {
            skip(plan, about(path, "a link, left out"));
        } else if kind.is_file() {
            match readable_size(path) {
                Ok(size) => plan.files.push(UploadFile {
                    name: name_below(top, name, path)?,
                    path: path.to_owned(),
                    size,
                }),
                Err(error) => skip(plan, about(path, &format!("left out: {error}"))),
            }
            if plan.files.len() > MOST_FILES {
                return Err(format!(
                    "{} holds more than {MOST_FILES} files; upload it in parts",
                    shown(top)
                ));
            }
        } else if !kind.is_dir() {
            skip(plan, about(path, "no regular file, left out"));
        }
    }
    Ok(())
}

/// `DIRECTORY/relative/path` with `/` on every system.
fn name_below(top: &Path, name: &str, path: &Path) -> Result<String, String> {
    let below = path.strip_prefix(top).unwrap_or(path);
    let mut full = name.to_owned();
    for part in below.components() {
        full.push('/');
        full.push_str(
            utf8(part.as_os_str())
                .ok_or_else(|| about(path, "its name is not UTF-8; rename it first"))?,
        );
    }
    Ok(full)
}

/// The name that the upload goes by: the last part of the path, of the real one for `.` and `..`.
fn top_name(path: &Path) -> Result<String, String> {
    let real: PathBuf;
    let name = if let Some(name) = path.file_name() {
        name
    } else {
        real = fs::canonicalize(path).map_err(|error| about(path, &error.to_string()))?;
        real.file_name()
            .ok_or_else(|| about(path, "it has no name to upload it by"))?
    };
    utf8(name)
        .map(str::to_owned)
        .ok_or_else(|| about(path, "its name is not UTF-8; rename it first"))
}

/// The size of a file that can be opened; learned now rather than in the middle of an upload.
fn readable_size(path: &Path) -> io::Result<u64> {
    Ok(File::open(path)?.metadata()?.len())
}

fn utf8(name: &OsStr) -> Option<&str> {
    name.to_str()
}

fn about(path: &Path, what: &str) -> String {
    format!("{}: {}", shown(path), text::scrub(what))
}

fn shown(path: &Path) -> String {
    text::scrub(&path.display().to_string()).into_owned()
}

/// The lane of scans. The newest wins: what a person typed before is of no interest.
#[derive(Default)]
pub(super) struct Scans(Latest);

impl Work for Scans {
    fn task(
        &mut self,
        shared: Shared,
        request: Request,
    ) -> impl Future<Output = ()> + Send + 'static {
        let current = match &request {
            Request::Scan { seq, .. } => Some(self.0.token(*seq)),
            _ => None,
        };
        async move {
            // The handle sends nothing else into this lane.
            let (Some(current), Request::Scan { seq, paths }) = (current, request) else {
                return;
            };
            let count = paths.len();
            let (superseded, end) = (current.clone(), shared.end.clone());
            let walk = spawn_blocking(move || {
                let stop = || superseded.is_cancelled() || end.is_cancelled();
                paths.iter().map(|path| scan_until(path, &stop)).collect()
            });
            let plans = match current.run_until_cancelled(walk).await {
                Some(Ok(plans)) => plans,
                Some(Err(error)) => {
                    let why = error
                        .try_into_panic()
                        .map_or_else(|error| error.to_string(), |panic| broke(panic.as_ref()));
                    vec![Err(why); count]
                }
                None => vec![Err("cancelled".to_owned()); count],
            };
            shared.reply(Reply::Scanned { seq, plans }).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(plan: &UploadPlan) -> Vec<&str> {
        plan.files.iter().map(|file| file.name.as_str()).collect()
    }

    fn fill(directory: &Path, files: &[&str]) {
        for file in files {
            let path = directory.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
    }

    #[test]
    fn a_directory_gives_every_regular_file_by_name() {
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().join("top");
        fill(
            &top,
            &[
                "b.txt",
                "a/z",
                "a/.hidden/x",
                ".gitignore",
                "ignored",
                "a.txt",
            ],
        );
        fs::write(top.join(".gitignore"), "ignored").unwrap();
        fs::create_dir(top.join("empty")).unwrap();
        let plan = scan(&top).unwrap();
        assert!(plan.is_dir);
        assert_eq!(
            names(&plan),
            [
                "top/.gitignore",
                "top/a.txt",
                "top/a/.hidden/x",
                "top/a/z",
                "top/b.txt",
                "top/ignored"
            ]
        );
        assert_eq!(plan.total_bytes(), 7 + 5 + 11 + 3 + 5 + 7);
        assert!(plan.skipped.is_empty());
        assert_eq!(names(&scan(&top.join("")).unwrap()), names(&plan));
        assert_eq!(names(&scan(&top.join("a/..")).unwrap()), names(&plan));
    }

    #[test]
    fn a_single_file_goes_by_its_own_name() {
        let directory = tempfile::tempdir().unwrap();
        fill(directory.path(), &["sub/one.txt"]);
        let plan = scan(&directory.path().join("sub/one.txt")).unwrap();
        assert!(!plan.is_dir);
        assert_eq!(names(&plan), ["one.txt"]);
        assert_eq!(plan.total_bytes(), 11);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_where_given_and_left_out_inside() {
        use std::os::unix::fs::symlink;
        let directory = tempfile::tempdir().unwrap();
        let top = directory.path().join("top");
        fill(&top, &["a"]);
        symlink("a", top.join("to_file")).unwrap();
        symlink(&top, top.join("to_itself")).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(top.join("socket")).unwrap();
        let link = directory.path().join("link");
        symlink(&top, &link).unwrap();
        let plan = scan(&link).unwrap();
        drop(socket);
        assert_eq!(names(&plan), ["link/a"]);
        assert_eq!(plan.skipped.len(), 3);
        for left_out in ["to_file", "to_itself", "socket"] {
            assert!(plan.skipped.iter().any(|told| told.contains(left_out)));
        }
        assert_eq!(names(&scan(&top.join("to_file")).unwrap()), ["to_file"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_was_left_out_is_told_up_to_a_point_and_then_counted() {
        let directory = tempfile::tempdir().unwrap();
        fill(directory.path(), &["file"]);
        for number in 0..MOST_SKIPPED + 5 {
            let link = directory.path().join(number.to_string());
            std::os::unix::fs::symlink("file", link).unwrap();
        }
        let plan = scan(directory.path()).unwrap();
        assert_eq!(plan.skipped.len(), MOST_SKIPPED);
        assert_eq!(plan.skipped[MOST_SKIPPED - 1], "and 6 more");
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_not_utf8_is_refused_and_named() {
        use std::os::unix::ffi::OsStrExt as _;
        let directory = tempfile::tempdir().unwrap();
        let odd = directory.path().join(OsStr::from_bytes(b"caf\xe9\n"));
        fs::write(&odd, "x").unwrap();
        for path in [directory.path(), &odd] {
            let error = scan(path).unwrap_err();
            assert!(
                error.contains("caf\u{fffd}␊") && error.contains("UTF-8"),
                "{error}"
            );
        }
    }

    #[test]
    fn what_can_not_be_uploaded_is_told_in_a_sentence() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("empty")).unwrap();
        let error = scan(directory.path()).unwrap_err();
        assert!(error.starts_with("nothing to upload in "), "{error}");
        let error = scan(&directory.path().join("missing")).unwrap_err();
        assert!(error.contains("missing: "), "{error}");
        #[cfg(unix)]
        {
            assert!(scan(Path::new("/")).unwrap_err().contains("no name"));
            assert!(
                scan(Path::new("/dev/null"))
                    .unwrap_err()
                    .contains("neither")
            );
        }
    }

    #[test]
    fn a_walk_that_nobody_wants_any_more_ends() {
        let directory = tempfile::tempdir().unwrap();
        fill(directory.path(), &["a", "b"]);
        assert_eq!(
            scan_until(directory.path(), &|| true).unwrap_err(),
            "cancelled"
        );
    }
}
