//! Short notices that go away by themselves.

use std::collections::VecDeque;
use std::time::Duration;

/// How long a notice stays.
const INFO: Duration = Duration::from_secs(5);
/// How long bad news stays.
const WARNING: Duration = Duration::from_secs(10);
/// Notices kept at the most.
const KEPT: usize = 5;

/// Good news or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    /// Something went as it should.
    Info,
    /// Something did not.
    Warning,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Good news or bad.
    pub kind: ToastKind,
    /// One line.
    pub text: String,
    ends: Duration,
}

/// The notices on the screen, oldest first.
#[derive(Debug, Default)]
pub struct Toasts {
    toasts: VecDeque<Toast>,
}

impl Toasts {
    /// The newest notice.
    pub fn newest(&self) -> Option<&Toast> {
        self.toasts.back()
    }

    pub(super) fn push(&mut self, kind: ToastKind, text: impl Into<String>, now: Duration) {
        let text = text.into();
        self.toasts.retain(|toast| toast.text != text);
        let stay = match kind {
            ToastKind::Info => INFO,
            ToastKind::Warning => WARNING,
        };
        self.toasts.push_back(Toast {
            kind,
            text,
            ends: now + stay,
        });
        if self.toasts.len() > KEPT {
            self.toasts.pop_front();
        }
    }

    /// Lets go of the newest one.
    pub(super) fn dismiss(&mut self) {
        self.toasts.pop_back();
    }

    pub(super) fn expire(&mut self, now: Duration) {
        self.toasts.retain(|toast| toast.ends > now);
    }

    pub(super) fn next_end(&self) -> Option<Duration> {
        self.toasts.iter().map(|toast| toast.ends).min()
    }
}
