//! A terminal with lazypin in it: keys go in, a screen emulator reads what comes out.
//!
//! A shell leads the session, as it does for a person. Were lazypin the leader itself, its exit
//! would hang the terminal up and hide what it did to the terminal's modes. The shell prints the
//! program's pid before and its exit code after, on the main screen.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use vt100::MouseProtocolMode;

/// Longer than anything takes; only a hang gets there.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Runs "$@", then stays so that the terminal does.
const LEADER: &str =
    r#"sh -c 'echo "pid $$"; exec "$@"' sh "$@"; echo "exit code $?"; exec sleep 600"#;

/// The size of each terminal at first, in columns and rows.
pub const SIZE: (u16, u16) = (120, 40);

/// A home directory, and how programs are run in it.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir(home.temporary()).unwrap();
        home
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Where the program puts what should be gone with it.
    fn temporary(&self) -> PathBuf {
        self.path().join("tmp")
    }

    /// The whole environment of a program that runs here.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let home = self.path();
        vec![
            ("HOME", home.to_path_buf()),
            ("PATH", std::env::var_os("PATH").unwrap().into()),
            ("TERM", "xterm-256color".into()),
            ("TMPDIR", self.temporary()),
            ("XDG_CACHE_HOME", home.join("cache")),
            ("XDG_CONFIG_HOME", home.join("config")),
            ("XDG_DATA_HOME", home.join("data")),
            ("XDG_STATE_HOME", home.join("state")),
        ]
    }

    /// Turns the mouse on, which is off by default.
    pub fn with_mouse(self) -> Self {
        let directory = self.path().join("config/lazypin");
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("config.toml"), "[ui]\nmouse = true\n").unwrap();
        self
    }

    /// lazypin in this home, without a terminal.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(lazypin());
        command
            .args(args)
            .env_clear()
            .envs(self.environment())
            .current_dir(self.path());
        command
    }

    /// What the program should have taken along but left.
    pub fn left_behind(&self) -> Vec<PathBuf> {
        fs::read_dir(self.temporary())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }
}

/// The program under test.
pub fn lazypin() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_lazypin"))
}

/// What came out of the terminal so far.
pub struct Seen {
    pub parser: vt100::Parser,
    pub bytes: Vec<u8>,
}

impl Seen {
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    pub fn shows(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The number that the shell printed after these words.
    fn printed(&self, words: &str) -> Option<i32> {
        let bytes = String::from_utf8_lossy(&self.bytes);
        let (_, rest) = bytes.split_once(words)?;
        let (number, _) = rest.split_once(['\r', '\n'])?;
        number.parse().ok()
    }
}

#[derive(Clone)]
struct Output(Arc<(Mutex<Seen>, Condvar)>);

impl Output {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One terminal with one program in it. Both end when it is dropped.
pub struct Terminal {
    pub home: Home,
    master: Box<dyn MasterPty + Send>,
    leader: Box<dyn Child + Send + Sync>,
    keys: mpsc::Sender<Vec<u8>>,
    output: Output,
    /// The terminal's modes before the program ran.
    modes: String,
}

impl Terminal {
    /// lazypin in a home of its own.
    pub fn lazypin(args: &[&str]) -> Self {
        Self::run(Home::new(), &[], lazypin(), args)
    }

    /// A program in this home, with more environment.
    pub fn run(home: Home, environment: &[(&str, &str)], program: &Path, args: &[&str]) -> Self {
        let pair = native_pty_system().openpty(pty_size(SIZE)).unwrap();
        let modes = modes(&*pair.master);
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", LEADER, "sh"]);
        command.arg(program);
        command.args(args);
        command.env_clear();
        for (name, value) in home.environment() {
            command.env(name, value);
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        command.cwd(home.path());
        let leader = pair.slave.spawn_command(command).unwrap();

        let (columns, rows) = SIZE;
        let output = Output(Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(
                    rows.try_into().unwrap(),
                    columns.try_into().unwrap(),
                    0,
                ),
                bytes: Vec::new(),
            }),
            Condvar::new(),
        )));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let fed = output.clone();
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                let mut seen = fed.seen();
                seen.parser.process(&buffer[..read]);
                seen.bytes.extend_from_slice(&buffer[..read]);
                fed.0.1.notify_all();
            }
        });
        // On a thread of its own, so that a program that stops reading can't hold the test up.
        let mut writer = pair.master.take_writer().unwrap();
        let (keys, typed) = mpsc::channel::<Vec<u8>>();
        thread::spawn(move || typed.iter().try_for_each(|keys| writer.write_all(&keys)));
        Self {
            home,
            master: pair.master,
            leader,
            keys,
            output,
            modes,
        }
    }

    /// Types, in one write.
    pub fn press(&self, keys: impl AsRef<[u8]>) -> &Self {
        self.keys.send(keys.as_ref().to_vec()).unwrap();
        self
    }

    /// Pastes, as a terminal with bracketed paste does.
    pub fn paste(&self, text: &str) -> &Self {
        self.press(format!("\x1b[200~{text}\x1b[201~"))
    }

    /// Gives the window another size.
    pub fn resize(&self, size: (u16, u16)) -> &Self {
        let (columns, rows) = size;
        {
            let mut seen = self.output.seen();
            seen.parser
                .set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        }
        self.master.resize(pty_size(size)).unwrap();
        self
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_raw(self.pid()).unwrap(), signal).unwrap();
    }

    /// What came out so far.
    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.output.seen()
    }

    /// Waits until what came out fulfils a condition.
    pub fn wait<T>(&self, what: &str, mut condition: impl FnMut(&Seen) -> Option<T>) -> T {
        let start = Instant::now();
        let mut seen = self.output.seen();
        loop {
            if let Some(found) = condition(&seen) {
                return found;
            }
            let Some(left) = PATIENCE.checked_sub(start.elapsed()) else {
                panic!("the terminal never showed {what}:\n{}", seen.text());
            };
            (seen, _) = self.output.0.1.wait_timeout(seen, left).unwrap();
        }
    }

    /// Waits until the screen shows this text.
    pub fn shows(&self, text: &str) -> &Self {
        self.wait(text, |seen| seen.shows(text).then_some(()));
        self
    }

    /// Waits until the screen no longer shows this text.
    pub fn no_longer_shows(&self, text: &str) -> &Self {
        let what = format!("an end of {text}");
        self.wait(&what, |seen| (!seen.shows(text)).then_some(()));
        self
    }

    fn pid(&self) -> i32 {
        self.wait("the pid", |seen| seen.printed("pid "))
    }

    /// Waits for the program's end and gives its exit code, or 128 and the signal's number.
    pub fn ends(&self) -> i32 {
        self.wait("the exit code", |seen| seen.printed("exit code "))
    }

    /// The terminal's modes are another's than those before the program ran.
    pub fn is_taken(&self) -> bool {
        modes(&*self.master) != self.modes
    }

    /// Makes sure that nothing of the program is left, and gives what it printed on the main
    /// screen between the shell's two lines.
    pub fn assert_restored(&self) -> String {
        let (pid, code) = (self.pid(), self.ends());
        assert_eq!(modes(&*self.master), self.modes, "the terminal's modes");
        let seen = self.seen();
        let screen = seen.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen is left");
        assert!(!screen.hide_cursor(), "the cursor shows");
        assert!(!screen.bracketed_paste(), "bracketed paste is off");
        assert!(!screen.application_cursor() && !screen.application_keypad());
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
        let plain = screen.fgcolor() == vt100::Color::Default
            && screen.bgcolor() == vt100::Color::Default
            && !(screen.bold() || screen.dim() || screen.inverse() || screen.underline());
        assert!(plain, "what comes next is written in plain style");
        let text = screen.contents();
        let printed = text
            .strip_prefix(&format!("pid {pid}\n"))
            .and_then(|text| text.strip_suffix(&format!("exit code {code}")));
        assert_eq!(self.home.left_behind(), Vec::<PathBuf>::new());
        printed.unwrap_or_else(|| panic!("{text:?}")).to_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The leader's end hangs the terminal up, which ends whatever runs in it.
        let _ = self.leader.kill();
        let _ = self.leader.wait();
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

pub fn pty_size((columns, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}
