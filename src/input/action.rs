//! What a person can mean, and where.

/// What a person means by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// One row or line down.
    Down,
    /// One row or line up.
    Up,
    /// Half a page down.
    HalfPageDown,
    /// Half a page up.
    HalfPageUp,
    /// The next page.
    NextPage,
    /// The previous page.
    PreviousPage,
    /// The first row.
    First,
    /// The last row.
    Last,
    /// The pin's record in full.
    Open,
    /// The service's own JSON of the pin.
    Raw,
    /// From the list to the detail pane and back.
    SwitchPane,
    /// Mark or unmark, and move on.
    Mark,
    /// Begin or end a range of marks.
    MarkRange,
    /// Mark or unmark the whole page.
    MarkPage,
    /// Mark all that the view lets through, in the whole account.
    MarkAll,
    /// Show one of the saved views.
    Views,
    /// Show copies of the same content, then mark all but the oldest of each.
    Duplicates,
    /// Narrow the list.
    Filter,
    /// Close, or clear, one thing.
    Back,
    /// Sort by the next field.
    SortField,
    /// Turn the order round.
    SortOrder,
    /// Show all, the pinned or the unpinned.
    PinnedFilter,
    /// Ask the service again.
    Refresh,
    /// Unpin.
    Unpin,
    /// Take the last unpin back.
    Undo,
    /// Show what was changed from here.
    ChangeLog,
    /// Protect, or lift that.
    Protect,
    /// Upload.
    Upload,
    /// Pin by CID.
    PinByCid,
    /// Copy the CID.
    Copy,
    /// Copy in another form.
    CopyAs,
    /// Write pins to a file.
    Export,
    /// Open at the gateway.
    OpenGateway,
    /// Call the running work off.
    CancelJob,
    /// Find a command by its words.
    Palette,
    /// Pause the running batch, or let it go on.
    PauseJob,
    /// Show the jobs of this session.
    Jobs,
    /// Show the keys.
    Help,
    /// Leave.
    Quit,
    /// Say yes.
    Yes,
    /// Say no.
    No,
    /// Save the plan that is asked about.
    SavePlan,
    /// Take what has the focus.
    Accept,
    /// Focus on the next field or button.
    NextField,
    /// Focus on the previous field or button.
    PreviousField,
    /// Send the form from any field.
    Submit,
    /// Choose a file instead of typing.
    ChooseFile,
    /// Choose the marked entries, or the one under the cursor.
    Choose,
    /// To the directory above.
    Parent,
    /// Show or hide hidden files.
    Hidden,
}

/// Where a key is pressed; computed from the app's state, never from what was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// The list of pins.
    List,
    /// The detail pane beside the list.
    Pane,
    /// A page of text over the screen: record, raw record, help, results.
    Reader,
    /// A short list of choices.
    Menu,
    /// The panel of jobs.
    Jobs,
    /// A question.
    Confirm,
    /// A question that wants a number typed.
    ConfirmTyped,
    /// The file picker.
    Picker,
    /// A form.
    Form,
    /// The filter's line.
    Filter,
    /// The command palette.
    Palette,
    /// The change log.
    Changes,
}

impl Context {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 12] = [
        Self::List,
        Self::Pane,
        Self::Reader,
        Self::Menu,
        Self::Jobs,
        Self::Confirm,
        Self::ConfirmTyped,
        Self::Picker,
        Self::Form,
        Self::Filter,
        Self::Palette,
        Self::Changes,
    ];

    /// Its section in `keymap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Pane => "pane",
            Self::Reader => "reader",
            Self::Menu => "menu",
            Self::Jobs => "jobs",
            Self::Confirm => "confirm",
            Self::ConfirmTyped => "confirm-typed",
            Self::Picker => "picker",
            Self::Form => "form",
            Self::Filter => "filter",
            Self::Palette => "palette",
            Self::Changes => "changes",
        }
    }

    /// Its heading in the help and the README.
    pub fn title(self) -> &'static str {
        match self {
            Self::List => "Pins",
            Self::Pane => "Detail pane",
            Self::Reader => "Record, raw record, results, help",
            Self::Menu => "Menus: copy as, export, views",
            Self::Jobs => "Jobs",
            Self::Confirm => "A question",
            Self::ConfirmTyped => "A question over 50 pins (type the number)",
            Self::Picker => "File picker (typing narrows)",
            Self::Form => "Forms",
            Self::Filter => "Filter line",
            Self::Palette => "Command palette (typing narrows)",
            Self::Changes => "Change log",
        }
    }
}
