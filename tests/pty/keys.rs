//! What goes in: bursts of keys, large pastes, windows of every size.

use crate::terminal::{SIZE, Terminal};

/// Bytes that a moved cursor may cost on a slow line.
const BYTES_A_KEY: usize = 500;

#[test]
fn five_thousand_keys_in_one_write_all_count() {
    let terminal = Terminal::lazypin(&["--demo", "6000"]);
    terminal.shows("row 1 of 6000").press("j".repeat(5000));
    terminal.shows("row 5001 of 6000");
}

#[test]
fn a_moved_cursor_writes_few_bytes() {
    let terminal = Terminal::lazypin(&["--demo", "50"]);
    terminal.shows("row 1 of 50");
    let before = terminal.seen().bytes.len();
    for row in 2..=30 {
        terminal.press("j").shows(&format!("row {row} of 50"));
    }
    let written = (terminal.seen().bytes.len() - before) / 29;
    assert!(written <= BYTES_A_KEY, "{written} bytes");
}

#[test]
fn a_large_paste_into_a_form_neither_hangs_nor_breaks_it() {
    let terminal = Terminal::lazypin(&["--demo", "50"]);
    terminal.shows("row 1 of 50").press("p").shows("Pin by CID");
    let text = |bytes: usize| format!("{}the-end", "0123456789".repeat(bytes / 10));
    // Field by field: the CID, the name, the keyvalues.
    for _ in 0..3 {
        terminal.paste(&text(100_000)).shows("not pasted");
        terminal.paste(&text(30_000)).shows("the-end");
        terminal.no_longer_shows("not pasted").press("\t");
    }
    // The list hears keys again, and none of the text was taken for keys.
    terminal.press("\x1b").no_longer_shows("Pin by CID");
    terminal.press("j").shows("row 2 of 50");
}

#[test]
fn a_paste_of_many_lines_is_no_row_of_keys() {
    let terminal = Terminal::lazypin(&["--demo", "50"]);
    terminal.shows("row 1 of 50");
    terminal.paste(&"jq\n".repeat(1000)).press("j");
    terminal.shows("row 2 of 50");
}

#[test]
fn a_window_of_any_size_and_back() {
    let terminal = Terminal::lazypin(&["--demo", "50"]);
    terminal.shows("row 1 of 50");
    let sizes = [
        (1, 1),
        (1, 40),
        (120, 1),
        (2, 3),
        (40, 10),
        (500, 200),
        SIZE,
    ];
    for key in ["?", "p", "d", "Y"] {
        // Wherever something lies over the list, `q` is not the key that quits.
        terminal.press(key).shows("ctrl-c quit");
        for size in sizes {
            let before = terminal.seen().bytes.len();
            terminal.resize(size);
            // ratatui clears a screen of another size before it draws on it.
            terminal.wait("a new frame", |seen| {
                let new = &seen.bytes[before..];
                new.windows(4)
                    .any(|bytes| bytes == b"\x1b[2J")
                    .then_some(())
            });
        }
        terminal.shows("ctrl-c quit").press("\x1b");
        terminal.no_longer_shows("ctrl-c quit").shows("row 1 of 50");
    }
    assert_eq!(terminal.press("q").ends(), 0);
}
