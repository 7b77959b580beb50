//! What comes out: colours only where they are wanted, nothing of other people's making, and no
//! screen where there is no terminal.

use std::process::Stdio;

use crate::terminal::{Home, Seen, Terminal, lazypin};

const HELLO: &str = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

/// The parameters of all sequences that set a style.
fn styles(seen: &Seen) -> Vec<String> {
    let bytes = String::from_utf8_lossy(&seen.bytes);
    bytes
        .split("\x1b[")
        .skip(1)
        .filter_map(|sequence| {
            let end = sequence.find(|c: char| !(c.is_ascii_digit() || matches!(c, ';' | ':')))?;
            let (parameters, rest) = sequence.split_at(end);
            rest.starts_with('m').then(|| parameters.to_owned())
        })
        .collect()
}

/// Whether a style sets a colour; 39, 49 and 59 take one away.
fn is_colour(style: &str) -> bool {
    style.split([';', ':']).any(|parameter| {
        matches!(
            parameter.parse(),
            Ok(30..=38 | 40..=48 | 58 | 90..=97 | 100..=107)
        )
    })
}

/// The style of the first letter of the row's name: whether it is bold.
fn name_is_bold(seen: &Seen, row: u16) -> bool {
    let cell = seen.parser.screen().cell(row, 4).unwrap();
    assert!(cell.has_contents(), "{}", seen.text());
    cell.bold()
}

#[test]
fn no_colour_where_none_is_wanted_and_the_selected_row_still_stands_out() {
    for (environment, wants_colour) in [(&[][..], true), (&[("NO_COLOR", "1")][..], false)] {
        let terminal = Terminal::run(Home::new(), environment, lazypin(), &["--demo", "50"]);
        terminal
            .shows("row 1 of 50")
            .press("jk j")
            .shows("1 marked");
        terminal
            .shows("row 3 of 50")
            .press("d")
            .shows("Unpin 1 pin?");
        terminal.press("\x1b").no_longer_shows("Unpin 1 pin?");
        let seen = terminal.seen();
        let styles = styles(&seen);
        assert!(!styles.is_empty());
        assert_eq!(
            styles.iter().any(|style| is_colour(style)),
            wants_colour,
            "{styles:?}"
        );
        // Header, frame, headings: the third row of pins is the screen's sixth.
        assert!(name_is_bold(&seen, 5), "{}", seen.text());
        assert!(!name_is_bold(&seen, 6), "{}", seen.text());
    }
}

#[test]
fn names_of_other_peoples_making_reach_the_terminal_only_as_text() {
    let home = Home::new();
    let name = "evil\x1b[2J\x1b]52;c;aGk=\x07\u{9b}31m\x1b[?1049l\u{202e}end";
    let pinned = home
        .command(&["pin", HELLO, "--name", name])
        .output()
        .unwrap();
    assert!(pinned.status.success(), "{pinned:?}");
    let terminal = Terminal::run(home, &[], lazypin(), &[]);
    terminal.shows("row 1 of 1").shows("evil␛[2J␛]52;c;aGk=␇");
    // The record in full, and the service's own JSON.
    let reader = "y copy  ctrl-c quit";
    terminal.press("\r").shows(reader).press("\x1b");
    terminal.no_longer_shows(reader);
    terminal.press("i").shows("root_hash").press("\x1b");
    terminal.no_longer_shows("root_hash");
    assert_eq!(terminal.press("q").ends(), 0);
    terminal.assert_restored();
    let seen = terminal.seen();
    let bytes = String::from_utf8_lossy(&seen.bytes);
    for raw in ["\x1b]", "\x07", "\u{9b}", "\u{202e}"] {
        assert!(!bytes.contains(raw), "{raw:?} got through");
    }
    assert_eq!(bytes.matches("\x1b[?1049l").count(), 1);
}

#[test]
fn without_a_terminal_it_says_so_and_what_to_do() {
    let ran = Home::new()
        .command(&[])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert_eq!(ran.stdout, b"");
    let told = String::from_utf8(ran.stderr).unwrap();
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told:?}");
    assert!(lines[0].starts_with("lazypin: ") && lines[0].contains("terminal"));
    assert!(lines[1].starts_with("hint: "), "{told:?}");
}
