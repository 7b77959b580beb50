//! The terminal as it was, on every way out.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, native_pty_system};
use rustix::process::Signal;
use vt100::MouseProtocolMode;

use crate::terminal::{Home, PATIENCE, SIZE, Terminal, lazypin, pty_size};

/// What a person takes for "at once", with room for a busy machine. Any time-out of the client is
/// far longer.
const AT_ONCE: Duration = Duration::from_secs(3);

/// lazypin with its first rows on the screen, and everything of the terminal taken that it takes.
fn running() -> Terminal {
    let home = Home::new().with_mouse();
    let terminal = Terminal::run(home, &[], lazypin(), &["--demo", "50"]);
    assert_taken(&terminal);
    terminal
}

/// Without this, a terminal found as it was would say nothing.
fn assert_taken(terminal: &Terminal) {
    terminal.shows("row 1 of 50");
    assert!(terminal.is_taken());
    assert!(!terminal.home.left_behind().is_empty());
    let seen = terminal.seen();
    let screen = seen.parser.screen();
    assert!(screen.alternate_screen());
    assert!(screen.hide_cursor());
    assert!(screen.bracketed_paste());
    assert_ne!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
}

#[test]
fn after_quitting() {
    for key in ["q", "\x03"] {
        let terminal = running();
        assert_eq!(terminal.press(key).ends(), 0);
        assert_eq!(terminal.assert_restored(), "");
    }
}

#[test]
fn after_quitting_from_a_form() {
    let terminal = running();
    terminal.press("p").shows("Pin by CID").press("bafy");
    terminal.shows("> CID       bafy").press("\x03");
    assert_eq!(terminal.ends(), 0);
    assert_eq!(terminal.assert_restored(), "");
}

#[test]
fn after_signals() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let terminal = running();
        terminal.signal(signal);
        assert_eq!(terminal.ends(), 130, "{signal:?}");
        assert_eq!(terminal.assert_restored(), "", "{signal:?}");
    }
}

#[test]
fn after_a_panic_which_is_told_on_the_main_screen() {
    let program = lazypin().with_file_name("examples").join("panic_in_tui");
    assert!(
        program.exists(),
        "`cargo test` makes the examples, `cargo test --test pty` does not: \
         run `cargo build --example panic_in_tui` first"
    );
    let home = Home::new().with_mouse();
    let terminal = Terminal::run(home, &[], &program, &["--demo", "50"]);
    assert_taken(&terminal);
    assert_eq!(terminal.press("y").ends(), 101);
    let told = terminal.assert_restored();
    assert!(told.contains("panicked at"), "{told:?}");
    assert!(
        told.contains("\nthe desktop broke while copying"),
        "{told:?}"
    );
}

#[test]
fn at_once_though_the_service_never_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/api", listener.local_addr().unwrap());
    let (asked, is_asked) = mpsc::channel();
    thread::spawn(move || {
        // Connections stay open and nobody reads them.
        let mut held = Vec::new();
        for connection in listener.incoming() {
            held.push(connection);
            let _ = asked.send(());
        }
    });
    let environment = [
        ("LAZYPIN_API_URL", address.as_str()),
        ("PINNING_API_KEY", "a-key"),
        ("PINNING_SECRET_KEY", "a-secret"),
    ];
    let terminal = Terminal::run(Home::new(), &environment, lazypin(), &[]);
    terminal.shows("Asking");
    is_asked.recv_timeout(PATIENCE).unwrap();
    let pressed = Instant::now();
    assert_eq!(terminal.press("q").ends(), 0);
    assert!(pressed.elapsed() < AT_ONCE, "{:?}", pressed.elapsed());
    assert_eq!(terminal.assert_restored(), "");
}

#[test]
fn an_error_before_the_first_frame_leaves_the_terminal_alone() {
    let terminal = Terminal::lazypin(&["--profile", "nobody"]);
    assert_eq!(terminal.ends(), 2);
    let told = terminal.assert_restored();
    assert!(told.starts_with("lazypin: "), "{told:?}");
    assert!(told.contains("nobody"), "{told:?}");
}

/// Here lazypin leads the session, as where a window runs it and nothing else.
#[test]
fn the_program_ends_with_its_window() {
    let home = Home::new();
    let pair = native_pty_system().openpty(pty_size(SIZE)).unwrap();
    let mut command = CommandBuilder::new(lazypin());
    command.args(["--demo", "50"]);
    command.env_clear();
    for (name, value) in home.environment() {
        command.env(name, value);
    }
    command.cwd(home.path());
    let mut child = pair.slave.spawn_command(command).unwrap();
    let mut killer = child.clone_killer();
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (chunks, output) = mpsc::channel();
    let reading = thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(read @ 1..) = reader.read(&mut buffer) {
            if chunks.send(buffer[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains("row 1 of 50") {
        bytes.extend(output.recv_timeout(PATIENCE).unwrap());
    }
    // The reader holds the window open too: what is drawn next makes it let go.
    drop(output);
    let mut writer = pair.master.take_writer().unwrap();
    writer.write_all(b"j").unwrap();
    reading.join().unwrap();
    drop((writer, pair));

    let (ended, end) = mpsc::channel();
    thread::spawn(move || ended.send(child.wait()));
    let Ok(status) = end.recv_timeout(PATIENCE) else {
        let _ = killer.kill();
        panic!("it lives on without a window");
    };
    let status = status.unwrap();
    // Which of the two it hears of first, the signal or the terminal's end, is up to the system.
    assert!(matches!(status.exit_code(), 1 | 130), "{status:?}");
    assert_eq!(status.signal(), None);
    assert_eq!(home.left_behind(), Vec::<PathBuf>::new());
}
