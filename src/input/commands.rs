//! How each meaning is told in the footer and the help: one table for both.

use super::action::{Action, Context};

impl Context {
    /// The commands that it knows, the most wanted in the footer first.
    pub fn commands(self) -> impl Iterator<Item = &'static Command> {
        COMMANDS
            .iter()
            .filter(move |command| command.contexts.contains(&self))
    }
}

/// What must be there for a command to do anything; the footer leaves out the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// A pin under the cursor, or whatever stands for it there.
    Pin,
    /// Something that the service can be asked about.
    Subject,
    /// A service that may be changed.
    Change,
    /// A pin under the cursor and a service that may be changed.
    PinAndChange,
    /// A question about a plan.
    Plan,
    /// Work under way.
    Job,
    /// Work under way that is made of items.
    Batch,
    /// Something to close or to clear.
    Closable,
    /// More than is on the screen.
    Pages,
    /// The form for one CID.
    CidForm,
}

/// One command: an action with its names.
#[derive(Debug)]
pub struct Command {
    /// What it means.
    pub action: Action,
    /// Its name in `keymap.toml`.
    pub name: &'static str,
    /// Where it works.
    pub contexts: &'static [Context],
    /// What it does, for the help. Neighbours with the same words share a line.
    pub does: &'static str,
    /// Its word in the footer; empty keeps it out.
    pub label: &'static str,
    /// Its place in the footer: the lower, the longer it stays when the window is narrow.
    pub rank: u8,
    /// What must be there.
    pub needs: Needs,
}

use Context::{
    Changes, Confirm, ConfirmTyped, Filter, Form, Jobs, List, Menu, Palette, Pane, Picker, Reader,
};

const fn command(
    action: Action,
    name: &'static str,
    contexts: &'static [Context],
    does: &'static str,
) -> Command {
    Command {
        action,
        name,
        contexts,
        does,
        label: "",
        rank: u8::MAX,
        needs: Needs::Nothing,
    }
}

impl Command {
    const fn footer(mut self, rank: u8, label: &'static str) -> Self {
        self.rank = rank;
        self.label = label;
        self
    }

    const fn needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }
}

/// Every command there is, in the order of the help.
pub const COMMANDS: &[Command] = &[
    command(
        Action::Down,
        "down",
        &[
            List, Pane, Reader, Menu, Jobs, Picker, Filter, Palette, Changes,
        ],
        "move",
    ),
    command(
        Action::Up,
        "up",
        &[
            List, Pane, Reader, Menu, Jobs, Picker, Filter, Palette, Changes,
        ],
        "move",
    ),
    command(
        Action::HalfPageDown,
        "half-page-down",
        &[List, Pane, Reader, Changes],
        "half a page",
    ),
    command(
        Action::HalfPageUp,
        "half-page-up",
        &[List, Pane, Reader, Changes],
        "half a page",
    ),
    command(
        Action::NextPage,
        "next-page",
        &[List, Pane, Reader, Picker, Form, Filter, Palette, Changes],
        "next, previous page",
    )
    .footer(41, "page")
    .needs(Needs::Pages),
    command(
        Action::PreviousPage,
        "previous-page",
        &[List, Pane, Reader, Picker, Form, Filter, Palette, Changes],
        "next, previous page",
    ),
    command(
        Action::First,
        "first",
        &[List, Pane, Reader, Jobs, Picker, Changes],
        "first, last",
    ),
    command(
        Action::Last,
        "last",
        &[List, Pane, Reader, Jobs, Picker, Changes],
        "first, last",
    ),
    command(Action::Open, "open", &[List, Pane], "detail in full")
        .footer(20, "detail")
        .needs(Needs::Pin),
    command(Action::Raw, "raw", &[List, Pane], "raw record")
        .footer(45, "raw")
        .needs(Needs::Pin),
    command(
        Action::SwitchPane,
        "switch-pane",
        &[List, Pane],
        "other pane",
    ),
    command(Action::Mark, "mark", &[List, Picker], "mark, and move down")
        .footer(10, "mark")
        .needs(Needs::Pin),
    command(Action::MarkRange, "mark-range", &[List], "mark a range")
        .footer(43, "range")
        .needs(Needs::Pin),
    command(
        Action::MarkPage,
        "mark-page",
        &[List],
        "mark the page, again: unmark",
    )
    .needs(Needs::Pin),
    command(
        Action::MarkAll,
        "mark-all",
        &[List],
        "mark all that match the filter, in the whole account",
    )
    .footer(48, "mark all")
    .needs(Needs::Pin),
    command(
        Action::Views,
        "views",
        &[List],
        "saved views, from config.toml",
    )
    .footer(50, "views"),
    command(
        Action::Duplicates,
        "duplicates",
        &[List],
        "copies side by side, again: mark all but the oldest of each",
    )
    .footer(49, "duplicates")
    .needs(Needs::Pin),
    command(Action::Filter, "filter", &[List, Pane], "filter").footer(15, "filter"),
    command(
        Action::Back,
        "back",
        &[
            Filter,
            List,
            Pane,
            Reader,
            Menu,
            Jobs,
            Confirm,
            ConfirmTyped,
            Picker,
            Form,
            Palette,
            Changes,
        ],
        "close, clear filter, clear marks, one step at a time",
    )
    .footer(6, "back")
    .needs(Needs::Closable),
    command(
        Action::SortField,
        "sort-field",
        &[List],
        "sort by the next field: created, size, name",
    )
    .footer(30, "sort"),
    command(
        Action::SortOrder,
        "sort-order",
        &[List],
        "turn the order round",
    )
    .footer(42, "order"),
    command(
        Action::PinnedFilter,
        "pinned-filter",
        &[List],
        "all, pinned, unpinned",
    )
    .footer(31, "show"),
    command(
        Action::Refresh,
        "refresh",
        &[List, Pane, Reader, Changes],
        "ask again",
    )
    .footer(44, "refresh")
    .needs(Needs::Subject),
    command(
        Action::Unpin,
        "unpin",
        &[List, Pane],
        "unpin the marked, or this one",
    )
    .footer(11, "unpin")
    .needs(Needs::PinAndChange),
    command(
        Action::Undo,
        "undo",
        &[List, Pane],
        "take the last unpin back",
    )
    .footer(48, "undo")
    .needs(Needs::Change),
    command(
        Action::ChangeLog,
        "change-log",
        &[List, Pane],
        "change log: what was changed from here",
    )
    .footer(49, "changes"),
    command(Action::Open, "open", &[Changes], "what became of each item")
        .footer(4, "items")
        .needs(Needs::Pin),
    command(Action::Undo, "undo", &[Changes], "take this unpin back")
        .footer(9, "take back")
        .needs(Needs::Change),
    command(
        Action::Protect,
        "protect",
        &[List, Pane],
        "protect from bulk unpins, again: lift that",
    )
    .footer(49, "protect")
    .needs(Needs::Pin),
    command(
        Action::Upload,
        "upload",
        &[List, Pane],
        "upload: file picker, then name and keyvalues",
    )
    .footer(12, "upload")
    .needs(Needs::Change),
    command(
        Action::PinByCid,
        "pin-by-cid",
        &[List, Pane],
        "pin by CID: CID, name, keyvalues",
    )
    .footer(13, "pin CID")
    .needs(Needs::Change),
    command(
        Action::Copy,
        "copy",
        &[List, Pane, Reader],
        "copy the CID (all marked: one a line)",
    )
    .footer(14, "copy")
    .needs(Needs::Pin),
    command(
        Action::CopyAs,
        "copy-as",
        &[List, Pane],
        "copy as: CID, ipfs://, gateway URL, pin id, JSON, Markdown",
    )
    .footer(46, "copy as")
    .needs(Needs::Pin),
    command(
        Action::Export,
        "export",
        &[List, Pane],
        "export the marked, or all of the view: CSV, JSON, JSON Lines, CIDs",
    )
    .footer(47, "export")
    .needs(Needs::Pin),
    command(
        Action::OpenGateway,
        "open-gateway",
        &[List, Pane],
        "open at the gateway",
    )
    .footer(47, "open")
    .needs(Needs::Pin),
    command(
        Action::CancelJob,
        "cancel-job",
        &[List, Pane],
        "call the running work off",
    )
    .footer(1, "stop work")
    .needs(Needs::Job),
    command(
        Action::PauseJob,
        "pause-job",
        &[List, Pane],
        "pause the running batch, or let it go on",
    )
    .footer(2, "pause")
    .needs(Needs::Batch),
    command(
        Action::Jobs,
        "jobs",
        &[List, Pane],
        "jobs: those that run, and those of this session that are over",
    )
    .footer(49, "jobs"),
    command(Action::Open, "results", &[Jobs], "what became of each item").footer(3, "results"),
    command(
        Action::PauseJob,
        "pause",
        &[Jobs],
        "pause this one, or let it go on",
    )
    .footer(2, "pause")
    .needs(Needs::Batch),
    command(Action::CancelJob, "cancel", &[Jobs], "call this one off")
        .footer(1, "stop work")
        .needs(Needs::Job),
    command(Action::Yes, "yes", &[Confirm], "do it").footer(2, "do it"),
    command(Action::No, "no", &[Confirm], "leave it").footer(3, "leave it"),
    command(
        Action::SavePlan,
        "save-plan",
        &[Confirm, ConfirmTyped],
        "save the plan",
    )
    .footer(4, "save plan")
    .needs(Needs::Plan),
    command(
        Action::Choose,
        "choose",
        &[Picker],
        "take the marked, or this file or directory",
    )
    .footer(4, "take it"),
    command(
        Action::Accept,
        "accept",
        &[Picker],
        "enter a directory, take a file",
    )
    .footer(5, "open"),
    command(
        Action::Accept,
        "accept",
        &[Menu, Confirm, ConfirmTyped, Form, Filter, Palette],
        "take what has the focus",
    )
    .footer(5, "choose"),
    command(
        Action::Parent,
        "parent",
        &[Picker],
        "to the directory above",
    )
    .footer(7, "up"),
    command(
        Action::Hidden,
        "hidden",
        &[Picker],
        "show or hide hidden files",
    )
    .footer(15, "hidden"),
    command(
        Action::ChooseFile,
        "choose-file",
        &[Form],
        "pin by CID: take the CIDs from a file",
    )
    .footer(5, "from a file")
    .needs(Needs::CidForm),
    command(
        Action::NextField,
        "next-field",
        &[Confirm, Form],
        "next, previous field",
    )
    .footer(8, "next field"),
    command(
        Action::PreviousField,
        "previous-field",
        &[Confirm, Form],
        "next, previous field",
    ),
    command(
        Action::Submit,
        "submit",
        &[Form],
        "send the form from any field",
    )
    .footer(4, "send"),
    command(
        Action::Palette,
        "palette",
        &[List, Pane],
        "command palette: find a command by its words",
    )
    .footer(49, "commands"),
    command(Action::Help, "help", &[List, Pane], "help").footer(15, "help"),
    command(
        Action::Quit,
        "quit",
        &Context::ALL,
        "quit (asks while jobs run)",
    )
    .footer(16, "quit"),
];
