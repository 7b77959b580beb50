//! What lies over the list: at most one thing at a time.

use std::sync::Arc;

use super::change_log::ChangeLog;
use super::export::ExportForm;
use super::jobs_panel::JobsPanel;
use super::menu::Menu;
use super::palette::Palette;
use super::picker::Picker;
use super::pin_form::PinForm;
use super::pin_list_form::PinListForm;
use super::reader::Reader;
use super::save_plan::SavePlanForm;
use super::upload_form::UploadForm;
use crate::domain::text::count;
use crate::domain::{UnpinPlan, Why};
use crate::input::Context;
use crate::protocol::BatchOffer;

/// One thing over the list.
#[derive(Debug)]
pub enum Modal {
    /// A page of text.
    Reader(Reader),
    /// A short list of choices.
    Menu(Menu),
    /// Which file to write to.
    Export(Box<ExportForm>),
    /// A question.
    Confirm(Confirm),
    /// The file picker.
    Picker(Picker),
    /// Name and keyvalues of an upload.
    Upload(Box<UploadForm>),
    /// A pin by CID.
    PinByCid(Box<PinForm>),
    /// The name of the file that a plan is saved in.
    SavePlan(Box<SavePlanForm>),
    /// The commands that work here and now.
    Palette(Box<Palette>),
    /// What was changed from here.
    ChangeLog(Box<ChangeLog>),
    /// The jobs of this session.
    Jobs(JobsPanel),
    /// A list of CIDs to pin.
    PinList(Box<PinListForm>),
}

impl Modal {
    /// Where a key pressed now is pressed.
    pub fn context(&self) -> Context {
        match self {
            Self::Reader(_) => Context::Reader,
            Self::Menu(_) => Context::Menu,
            Self::Confirm(confirm) if confirm.expected.is_some() => Context::ConfirmTyped,
            Self::Confirm(_) => Context::Confirm,
            Self::Picker(_) => Context::Picker,
            Self::Upload(_)
            | Self::PinByCid(_)
            | Self::PinList(_)
            | Self::Export(_)
            | Self::SavePlan(_) => Context::Form,
            Self::Palette(_) => Context::Palette,
            Self::ChangeLog(_) => Context::Changes,
            Self::Jobs(_) => Context::Jobs,
        }
    }
}

/// What is asked. It carries what it is about, frozen when the question came up.
#[derive(Clone, Debug)]
pub enum Question {
    /// Unpin these?
    Unpin {
        /// What goes.
        plan: Arc<UnpinPlan>,
        /// What protects the one pin that it is about.
        protected: Option<Why>,
    },
    /// Unpin this one in spite of that?
    UnpinProtected {
        /// What goes.
        plan: Arc<UnpinPlan>,
        /// What protects it.
        why: Why,
    },
    /// Take this batch of unpins back?
    Undo {
        /// The batch.
        offer: BatchOffer,
        /// Whether it was named, rather than being the last one.
        is_named: bool,
    },
    /// Finish this batch of unpins, which was cut off?
    Resume(BatchOffer),
    /// Quit although so many jobs run?
    Quit(usize),
}

/// A question with its answer so far. The focus begins on the harmless answer.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What is asked.
    pub question: Question,
    /// Whether the focus is on yes.
    pub on_yes: bool,
    /// What has to be typed for a yes.
    pub expected: Option<String>,
    /// What has been typed.
    pub typed: String,
}

/// Batches larger than this want their number typed.
const TYPED_OVER: usize = 50;

/// What has to be typed before so many are unpinned.
fn typed(pins: usize) -> Option<String> {
    (pins > TYPED_OVER).then(|| pins.to_string())
}

impl Confirm {
    /// Asks whether to do what is planned; `protected` where that is one pin that is protected.
    pub fn unpin(plan: UnpinPlan, protected: Option<Why>) -> Self {
        let expected = typed(plan.len());
        let plan = Arc::new(plan);
        Self {
            expected,
            ..Self::of(Question::Unpin { plan, protected })
        }
    }

    /// Asks whether a protected pin is to go in spite of that.
    pub fn unpin_protected(plan: Arc<UnpinPlan>, why: Why) -> Self {
        Self::of(Question::UnpinProtected { plan, why })
    }

    /// The plan that could be saved, where it is asked about one.
    pub fn plan(&self) -> Option<&Arc<UnpinPlan>> {
        match &self.question {
            Question::Unpin { plan, .. } => Some(plan),
            _ => None,
        }
    }

    /// Asks whether to take this batch back.
    pub fn undo(offer: BatchOffer, is_named: bool) -> Self {
        Self::of(Question::Undo { offer, is_named })
    }

    /// Asks whether to finish this batch.
    pub fn resume(offer: BatchOffer) -> Self {
        let expected = typed(offer.pins.len());
        Self {
            expected,
            ..Self::of(Question::Resume(offer))
        }
    }

    /// Asks whether to quit although jobs run.
    pub fn quit(jobs: usize) -> Self {
        Self::of(Question::Quit(jobs))
    }

    fn of(question: Question) -> Self {
        Self {
            question,
            on_yes: false,
            expected: None,
            typed: String::new(),
        }
    }

    /// The question in words.
    pub fn title(&self) -> String {
        match &self.question {
            Question::Unpin { plan, .. } => format!("Unpin {}?", count(plan.len(), "pin")),
            Question::UnpinProtected { .. } => "Unpin it although it is protected?".to_owned(),
            Question::Undo { offer, is_named } => format!(
                "Take back {}: {}?",
                if *is_named {
                    "this unpin"
                } else {
                    "the last unpin"
                },
                count(offer.pins.len(), "pin")
            ),
            Question::Resume(offer) => format!(
                "Finish what was cut off: unpin {}?",
                count(offer.pins.len(), "pin")
            ),
            Question::Quit(_) => "Quit?".to_owned(),
        }
    }

    /// What yes is called.
    pub fn yes_label(&self) -> &'static str {
        match self.question {
            Question::Unpin { .. } | Question::UnpinProtected { .. } | Question::Resume(_) => {
                "Unpin"
            }
            Question::Undo { .. } => "Take back",
            Question::Quit(_) => "Quit",
        }
    }

    /// Whether what had to be typed has been typed.
    pub fn is_typed(&self) -> bool {
        self.expected
            .as_ref()
            .is_some_and(|expected| *expected == self.typed)
    }
}
