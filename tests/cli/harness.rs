//! A home of its own for each test, and the program run in it with nothing else around.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything takes; only a hang gets there.
const PATIENCE: Duration = Duration::from_mins(1);

/// What `ipfs add --cid-version=1` calls the text `hello world`.
pub const HELLO: &str = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

/// A CID of content that is nowhere, another for each number.
pub fn numbered_cid(number: u16) -> String {
    let digest = [number.to_be_bytes(); 16];
    let hash = multihash::Multihash::<64>::wrap(0x12, digest.as_flattened()).unwrap();
    cid::Cid::new_v1(0x55, hash).to_string()
}

/// An empty home directory.
pub struct Home {
    dir: TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The one JSON document on stdout.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The lines of stdout.
    pub fn lines(&self) -> Vec<&str> {
        self.out.lines().collect()
    }

    /// The same, having made sure of its exit code.
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

impl Home {
    pub fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file and gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The program with an environment that holds this home and nothing else of ours.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lazypin"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", std::env::var_os("PATH").unwrap())
            .current_dir(self.path());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(&[], args, "")
    }

    /// Runs it to its end with more environment and something on stdin.
    pub fn run_with(&self, environment: &[(&str, &str)], args: &[&str], stdin: &str) -> Ran {
        let mut command = self.command(args);
        command.envs(environment.iter().copied());
        let output = assert_cmd::Command::from_std(command)
            .timeout(PATIENCE)
            .write_stdin(stdin)
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs it on a terminal, gives each question its answer, and gives the screen and the exit
    /// code.
    pub fn answer(&self, args: &[&str], answers: &[&str]) -> (String, u32) {
        let pty = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lazypin"));
        command.args(args);
        command.cwd(self.path());
        command.env_clear();
        command.env("HOME", self.path());
        command.env("TERM", "xterm");
        let mut child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let mut writer = pty.master.take_writer().unwrap();
        let mut screen = Vec::new();
        let mut chunk = [0; 1024];
        let mut answers = answers.iter().zip(1..);
        let mut next = answers.next();
        // A terminal whose other side has gone reads as an error on Linux and as the end elsewhere.
        while let Ok(n @ 1..) = reader.read(&mut chunk) {
            screen.extend_from_slice(&chunk[..n]);
            let shown = String::from_utf8_lossy(&screen);
            let asked = shown.matches("[y/N] ").count() + shown.matches("to do it: ").count();
            if let Some((answer, question)) = next
                && asked >= question
            {
                writer.write_all(answer.as_bytes()).unwrap();
                next = answers.next();
            }
        }
        let code = child.wait().unwrap().exit_code();
        (String::from_utf8(screen).unwrap(), code)
    }

    /// Runs `serve` on a free port until it is dropped.
    pub fn serve(&self, args: &[&str]) -> Served {
        self.serve_with(&[], args)
    }

    pub fn serve_with(&self, environment: &[(&str, &str)], args: &[&str]) -> Served {
        let said = self.path().join("serve.stderr");
        let mut child = self
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&said).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let api_url = line
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{line:?}, {}", fs::read_to_string(&said).unwrap()))
            .trim_end()
            .to_owned();
        Served {
            child: Running(child),
            out,
            api_url,
            said,
        }
    }
}

/// A process that goes when the test does.
pub struct Running(pub Child);

impl Running {
    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for its end and gives what it left behind.
    pub fn output(mut self) -> Ran {
        let code = self.end().code().unwrap_or(-1);
        let (mut out, mut err) = (String::new(), String::new());
        let (stdout, stderr) = (self.0.stdout.take(), self.0.stderr.take());
        stdout.unwrap().read_to_string(&mut out).unwrap();
        stderr.unwrap().read_to_string(&mut err).unwrap();
        Ran { code, out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running `lazypin serve`.
pub struct Served {
    pub child: Running,
    out: BufReader<std::process::ChildStdout>,
    /// The address that it printed.
    pub api_url: String,
    said: PathBuf,
}

impl Served {
    /// What it said on stderr so far.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    /// What it printed after the first line; to be asked once it has ended.
    pub fn rest_of_stdout(&mut self) -> String {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        rest
    }
}
