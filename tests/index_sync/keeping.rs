//! What is kept on disk between two runs.

use std::fs;
use std::path::{Path, PathBuf};

use lazypin::domain::PinId;
use lazypin::index::{Keeper, Store};
use lazypin::worker::sync::{Depth, Stage};

use crate::fake::{Event, Script, Service, follow, pins, place, refresh, truth, wait};

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn database(directory: &Path) -> PathBuf {
    let mut files = files(directory);
    files.retain(|file| file.extension().is_some_and(|end| end == "sqlite"));
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

fn reopen(directory: &Path) -> Keeper {
    let store = Store::open(
        directory,
        "default",
        "https://pins.example/api",
        Some("KEY-TEXT"),
    );
    Keeper::load(store.unwrap(), &mut |_| true)
}

#[tokio::test]
async fn the_next_start_has_it_all_and_calls_it_old() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::new(Script::with(30));
    let handle = follow(&service, Some(place(directory.path())));
    refresh(&handle, Depth::Newest).await;
    service.script().happen(&Event::Drop(2));
    service.script().happen(&Event::Unpin(5));
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(state.trouble, None);
    drop(handle);

    service.take_calls();
    let handle = follow(&service, Some(place(directory.path())));
    let state = wait(&handle, |state| state.stage != Stage::Loading).await;
    assert_eq!(state.stage, Stage::Old);
    assert_eq!(pins(&state.rows), truth(&service));
    assert_eq!(state.total, Some(state.rows.len() as u64));
    assert_eq!(service.take_calls().len(), 0);
    // It was whole: a short look is enough.
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(service.take_calls().len(), 2);
}

#[tokio::test]
async fn what_was_cut_off_is_read_whole_on_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::new(Script::with(30));
    service.plan([Event::Nothing, Event::Fail]);
    let handle = follow(&service, Some(place(directory.path())));
    refresh(&handle, Depth::Newest).await;
    drop(handle);
    service.take_calls();
    let handle = follow(&service, Some(place(directory.path())));
    let state = refresh(&handle, Depth::Newest).await;
    assert_eq!(state.stage, Stage::Fresh);
    assert_eq!(pins(&state.rows), truth(&service));
    assert!(service.take_calls().len() > 4);
}

#[tokio::test]
async fn the_file_is_for_this_user_and_holds_no_key() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::new(Script::with(30));
    let handle = follow(&service, Some(place(directory.path())));
    refresh(&handle, Depth::Newest).await;
    for file in files(directory.path()) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(8).any(|bytes| bytes == b"KEY-TEXT"));
        assert!(!file.to_string_lossy().contains("KEY"));
    }
    // Another account, another file.
    let other = lazypin::worker::sync::CachePlace {
        key: Some("OTHER".into()),
        ..place(directory.path())
    };
    let handle = follow(&service, Some(other));
    let state = wait(&handle, |state| state.stage == Stage::Old).await;
    assert_eq!(state.rows.len(), 0);
}

#[tokio::test]
async fn a_file_that_is_no_index_is_thrown_away() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::new(Script::with(300));
    let fill = async || {
        let handle = follow(&service, Some(place(directory.path())));
        let state = refresh(&handle, Depth::Newest).await;
        assert_eq!(state.stage, Stage::Fresh);
        assert_eq!(state.trouble, None);
        assert_eq!(pins(&state.rows), truth(&service));
    };
    fill().await;
    let path = database(directory.path());
    // Wait for the file: the task that was dropped may close it a moment later.
    let whole = {
        drop(reopen(directory.path()));
        fs::read(&path).unwrap()
    };

    fs::write(
        &path,
        "certainly not a database, but long enough to be taken for one",
    )
    .unwrap();
    fill().await;
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    fill().await;
    let mut spoilt = whole.clone();
    for byte in spoilt.iter_mut().skip(4096).step_by(97) {
        *byte ^= 0x5a;
    }
    fs::write(&path, &spoilt).unwrap();
    fill().await;
    for version in [
        "PRAGMA user_version = 2",
        "PRAGMA application_id = 7",
        "DROP TABLE notes",
    ] {
        drop(reopen(directory.path()));
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(version).unwrap();
        drop(connection);
        let store = Store::open(
            directory.path(),
            "default",
            "https://pins.example/api",
            Some("KEY-TEXT"),
        );
        let keeper = Keeper::load(store.unwrap(), &mut |_| true);
        assert_eq!(keeper.table().rows().len(), 0, "{version}");
        drop(keeper);
        fill().await;
    }
}

#[tokio::test]
async fn rows_that_were_tampered_with_are_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::new(Script::with(30));
    let handle = follow(&service, Some(place(directory.path())));
    refresh(&handle, Depth::Newest).await;
    let connection = rusqlite::Connection::open(database(directory.path())).unwrap();
    for change in [
        "UPDATE pins SET head = x'ffffffffffff' WHERE seq = 1",
        "UPDATE pins SET text = '' WHERE seq = 2",
        "UPDATE pins SET fixed = x'00' WHERE seq = 3",
        "UPDATE pins SET head = zeroblob(0) WHERE seq = 4",
        "UPDATE pins SET text = CAST(x'ff' AS TEXT) WHERE seq = 5",
    ] {
        connection.execute_batch(change).unwrap();
    }
    let keeper = reopen(directory.path());
    assert_eq!(keeper.table().rows().len(), 25);
    assert!(keeper.table().rows().iter().all(|row| row.pin().is_some()));
}

#[tokio::test]
async fn two_processes_share_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::new(Script::with(100));
    let one = follow(&service, Some(place(directory.path())));
    let two = follow(&service, Some(place(directory.path())));
    let (one_state, two_state) = tokio::join!(
        refresh(&one, Depth::Everything),
        refresh(&two, Depth::Everything)
    );
    assert_eq!(one_state.stage, Stage::Fresh);
    assert_eq!((one_state.trouble, two_state.trouble), (None, None));
    let id = PinId::from(truth(&service)[0].id.as_str());
    let keeper = reopen(directory.path());
    assert_eq!(keeper.table().rows().len(), 100);
    assert!(keeper.table().get(&id).is_some());
}
