//! The command line: what can be typed, and nothing of what it does.

mod values;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory as _, Parser, Subcommand};

pub use values::{ColorChoice, Format, OrderChoice, PinnedChoice, SortChoice};

use crate::domain::Metadata;

/// Pins of a demo store whose number is not told.
const DEMO_PINS: u64 = 1000;

/// A pin manager for IPFS pinning services. Without a command it opens the terminal UI.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "lazypin",
    version,
    styles = Styles::plain(),
    infer_long_args = false,
    disable_help_subcommand = true,
    after_help = "Keys come from PINNING_API_KEY and PINNING_SECRET_KEY; keys without an address mean AIOZ Pin, \
                  neither means a pinning service of its own on this machine."
)]
pub struct Args {
    /// Options that every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do; the terminal UI where there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options that stand before or after any command.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Options for all commands")]
pub struct GlobalArgs {
    /// The profile of config.toml to use
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The address of the pinning service's API
    #[arg(long, global = true, value_name = "URL")]
    pub api_url: Option<String>,
    /// The settings file, instead of config.toml in the configuration directory
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the embedded service and the log keep their data
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Refuse everything that would change a pin
    #[arg(long, global = true)]
    pub read_only: bool,
    /// A throw-away service with N made-up pins, up to 1,000,000 [default N: 1000]
    #[arg(
        long,
        global = true,
        value_name = "N",
        num_args = 0..=1,
        default_missing_value = "1000",
        value_parser = clap::value_parser!(u64).range(0..=1_000_000)
    )]
    pub demo: Option<u64>,
    /// One JSON document on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, value_name = "WHEN")]
    pub color: Option<ColorChoice>,
    /// Say on stderr what is being done; twice for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// List pins
    #[command(visible_alias = "list")]
    Ls(LsArgs),
    /// Show one pin's record
    Show(ShowArgs),
    /// Upload files and directories, each as one pin
    Add(AddArgs),
    /// Pin content that is on the network, by its CID
    Pin(PinArgs),
    /// Unpin
    Rm(RmArgs),
    /// Take the last batch of unpins back
    Undo(UndoArgs),
    /// Every change made from here, newest first
    Log,
    /// Run the embedded pinning service alone
    Serve(ServeArgs),
}

/// What `ls` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct LsArgs {
    /// Only pins whose pinned flag is this [default: all]
    #[arg(long, value_enum, value_name = "all|true|false")]
    pub pinned: Option<PinnedChoice>,
    /// The field to sort by
    #[arg(
        long,
        value_enum,
        ignore_case = true,
        value_name = "FIELD",
        help = "The field to sort by [default: created_at]"
    )]
    pub sort: Option<SortChoice>,
    /// The order to sort in [default: desc]
    #[arg(long, value_enum, ignore_case = true, value_name = "ORDER")]
    pub order: Option<OrderChoice>,
    /// Only pins that match, such as 'size>10MB name:*.png'; see the README for all terms
    #[arg(long, value_name = "TERMS")]
    pub filter: Option<String>,
    /// What a view of config.toml shows; other options narrow and change it
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// Pins to skip
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: u64,
    /// Pins to list at the most [default: 100]
    #[arg(long, value_name = "N", conflicts_with = "all", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// List every pin
    #[arg(long)]
    pub all: bool,
    /// The form of the output [default: table]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
}

/// What `show` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct ShowArgs {
    /// The pin's id, as the last column of `ls` gives it
    #[arg(value_name = "PIN_ID")]
    pub id: String,
}

/// What `add` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct AddArgs {
    /// Files and directories
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Name and keyvalues.
    #[command(flatten)]
    pub metadata: MetadataArgs,
}

/// What `pin` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct PinArgs {
    /// CIDs; `-` reads one a line from stdin, a name after it
    #[arg(value_name = "CID", required = true)]
    pub cids: Vec<String>,
    /// Name and keyvalues.
    #[command(flatten)]
    pub metadata: MetadataArgs,
}

/// What is said about a new pin.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct MetadataArgs {
    /// The pin's name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// A keyvalue; may be given many times
    #[arg(long, value_name = "KEY=VALUE", value_parser = Metadata::parse_pair)]
    pub meta: Vec<(String, String)>,
}

/// What `rm` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct RmArgs {
    /// Pin ids; `-` reads one a line from stdin
    #[arg(value_name = "PIN_ID", required_unless_present_any = ["filter", "plan", "resume"])]
    pub ids: Vec<String>,
    /// Unpin what matches, such as 'age>1y size>1GB'; see the README for all terms
    #[arg(long, value_name = "TERMS", conflicts_with = "ids")]
    pub filter: Option<String>,
    /// Unpin what a saved plan lists and nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ids", "filter"])]
    pub plan: Option<PathBuf>,
    /// Finish the last batch that was cut off, looking at each of its pins first
    #[arg(long, conflicts_with_all = ["ids", "filter", "plan"])]
    pub resume: bool,
    /// Save the plan in a new file; without --yes nothing is unpinned then
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plan", "resume"])]
    pub save_plan: Option<PathBuf>,
    /// Don't ask
    #[arg(short, long)]
    pub yes: bool,
    /// Print what would be unpinned and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Calls at a time [default: 4, with a service on this machine 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub concurrency: Option<u8>,
}

/// What `undo` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct UndoArgs {
    /// The batch to take back, by the beginning of its id; what was refused before is tried again
    /// [default: the last one that can come back]
    #[arg(value_name = "BATCH")]
    pub batch: Option<String>,
    /// Change nothing: show the batches that can come back, or the pins of the BATCH named
    #[arg(long)]
    pub list: bool,
    /// Don't ask
    #[arg(short, long)]
    pub yes: bool,
    /// Calls at a time [default: 4, with a service on this machine 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub concurrency: Option<u8>,
}

/// What `serve` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeArgs {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5080")]
    pub listen: SocketAddr,
    /// Let other machines in: plain http, so keys can be read on the way
    #[arg(long)]
    pub allow_remote: bool,
}

impl Args {
    /// Reads a command line, the program's name first.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(demo_before_command(words.into_iter().collect()))
    }
}

/// Gives `--demo` its default number where a command's name comes next, which clap would otherwise
/// take for the number.
fn demo_before_command(mut words: Vec<OsString>) -> Vec<OsString> {
    let command = Args::command();
    let is_command = |word: &OsString| {
        word.to_str()
            .is_some_and(|word| command.find_subcommand(word).is_some())
    };
    for index in 1..words.len() {
        if words[index] == "--" {
            break;
        }
        if words[index] == "--demo" && words.get(index + 1).is_some_and(is_command) {
            words[index] = format!("--demo={DEMO_PINS}").into();
        }
    }
    words
}

/// A wrong command line in two lines for stderr, the second one a hint; `None` where the text that
/// was asked for is help or the version, which belongs on stdout.
pub fn explain(error: &clap::Error) -> Option<(String, String)> {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return None;
    }
    let text = error.render().to_string();
    let blocks: Vec<String> = text
        .split("\n\n")
        .map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let what = blocks.first().map_or("", String::as_str);
    let what = what.strip_prefix("error: ").unwrap_or(what).to_owned();
    let behind = |word| blocks.iter().find_map(|block| block.strip_prefix(word));
    let unknown = error.kind() == ErrorKind::UnknownArgument;
    let hint = if unknown && (what.contains("key") || what.contains("secret")) {
        "keys are never options: set PINNING_API_KEY and PINNING_SECRET_KEY".to_owned()
    } else if let Some(tip) = behind("tip: ") {
        tip.to_owned()
    } else if let Some(usage) = behind("Usage: ") {
        format!("usage: {usage}")
    } else {
        "'lazypin --help' tells all commands and options".to_owned()
    };
    Some((what, hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Args, clap::Error> {
        Args::read(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn the_definition_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn demo_takes_its_number_only_where_there_is_one() {
        for (line, pins) in [
            ("lazypin", None),
            ("lazypin --demo", Some(1000)),
            ("lazypin --demo 5000", Some(5000)),
            ("lazypin --demo=7 ls", Some(7)),
            ("lazypin --demo ls", Some(1000)),
            ("lazypin --demo 30 ls --json", Some(30)),
            ("lazypin serve --demo 10", Some(10)),
            ("lazypin serve --demo", Some(1000)),
            ("lazypin ls --demo --json", Some(1000)),
            ("lazypin ls --demo 20 --json", Some(20)),
        ] {
            assert_eq!(read(line).unwrap().global.demo, pins, "{line}");
        }
        for line in [
            "lazypin --demo many",
            "lazypin --demo 1000001",
            "lazypin --demo -1",
            "lazypin show --demo pin-id",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn options_for_all_stand_before_and_after_the_command() {
        for line in [
            "lazypin --json --read-only --profile work -v ls",
            "lazypin ls --json --read-only --profile work -v",
        ] {
            let global = read(line).unwrap().global;
            assert!(global.json && global.read_only, "{line}");
            assert_eq!(global.profile.as_deref(), Some("work"), "{line}");
            assert_eq!(global.verbose, 1, "{line}");
        }
    }

    #[test]
    fn a_wrong_line_is_told_in_one_line_and_a_hint() {
        for (line, part) in [
            ("lazypin lss", "'lss'"),
            ("lazypin ls --nope", "'--nope'"),
            ("lazypin ls --limit 0", "0"),
            ("lazypin ls --limit 5 --all", "--all"),
            ("lazypin add", "<PATH>"),
            ("lazypin add x --meta oops", "KEY=VALUE"),
            ("lazypin serve --listen nowhere", "nowhere"),
        ] {
            let (what, hint) = explain(&read(line).unwrap_err()).unwrap();
            assert!(what.contains(part), "{line}: {what}");
            assert!(!what.contains('\n') && !what.starts_with("error"), "{what}");
            assert!(!hint.is_empty() && !hint.contains('\n'), "{hint}");
        }
        let (what, hint) = explain(&read("lazypin --api-key=TOP-SECRET ls").unwrap_err()).unwrap();
        assert!(!what.contains("TOP-SECRET"), "{what}");
        assert!(hint.contains("PINNING_API_KEY"), "{hint}");
        assert!(explain(&read("lazypin --version").unwrap_err()).is_none());
        assert!(explain(&read("lazypin ls --help").unwrap_err()).is_none());
    }
}
