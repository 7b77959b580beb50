//! What an unpin is going to do, made before anything is changed: which pins go, how much that is,
//! and which are left out, and why.

mod draft;
mod left_out;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::text::human_bytes;
use super::{Pin, UnpinTarget};
pub use draft::PlanDraft;
pub use left_out::{LeftOut, Why};

/// The label of what is left out, among the facts of a plan.
pub const LEFT_OUT: &str = "left out";

/// Whose pins a plan is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The profile's name.
    pub profile: String,
    /// What tells the service from others: its address, or where the embedded one keeps its data; in
    /// the change journal also what tells the key from others.
    pub service: String,
}

/// A pin that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPin {
    /// Which one, with what it takes to take it back.
    pub target: UnpinTarget,
    /// When it was pinned.
    pub date_pinned: Option<Timestamp>,
    /// Why no more is known of it; empty where its record is known.
    pub note: String,
}

impl From<Pin> for PlannedPin {
    fn from(pin: Pin) -> Self {
        Self {
            date_pinned: pin.date_pinned,
            target: UnpinTarget::from(pin),
            note: String::new(),
        }
    }
}

/// What goes, in the order in which it was asked for, and what stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpinPlan {
    pins: Vec<PlannedPin>,
    left_out: Vec<LeftOut>,
    /// How many are left out for each reason.
    reasons: BTreeMap<String, usize>,
    is_known: bool,
    bytes: u64,
    unknown_sizes: usize,
    oldest: Option<usize>,
    largest: Option<usize>,
    duplicates: usize,
}

impl Default for UnpinPlan {
    fn default() -> Self {
        Self {
            pins: Vec::new(),
            left_out: Vec::new(),
            reasons: BTreeMap::new(),
            is_known: true,
            bytes: 0,
            unknown_sizes: 0,
            oldest: None,
            largest: None,
            duplicates: 0,
        }
    }
}

impl UnpinPlan {
    /// What goes.
    pub fn pins(&self) -> &[PlannedPin] {
        &self.pins
    }

    /// What was asked for and stays.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// How many go.
    pub fn len(&self) -> usize {
        self.pins.len()
    }

    /// Whether nothing goes.
    pub fn is_empty(&self) -> bool {
        self.pins.is_empty()
    }

    /// Whether the record of each pin that goes is known.
    pub fn is_known(&self) -> bool {
        self.is_known
    }

    /// Bytes of what goes, as far as they are known.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many go whose bytes are not known.
    pub fn unknown_sizes(&self) -> usize {
        self.unknown_sizes
    }

    /// The one that was pinned first.
    pub fn oldest(&self) -> Option<&PlannedPin> {
        self.pins.get(self.oldest?)
    }

    /// The one with the most bytes.
    pub fn largest(&self) -> Option<&PlannedPin> {
        self.pins.get(self.largest?)
    }

    /// The pins that go, as the worker and the journal take them.
    pub fn into_targets(self) -> Vec<UnpinTarget> {
        self.pins.into_iter().map(|pin| pin.target).collect()
    }

    /// What stands out in it: a label of one or two words, and the fact. Nothing is said of what goes
    /// where not all records are known.
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        if self.is_known && self.len() > 1 {
            if let Some(pin) = self.oldest()
                && let Some(date) = pin.date_pinned
            {
                let fact = format!("{}  {}", date.strftime("%Y-%m-%d"), pin.target.title());
                facts.push(("oldest", fact));
            }
            if let Some(pin) = self.largest()
                && let Some(size) = pin.target.size
            {
                let fact = format!("{}  {}", human_bytes(size), pin.target.title());
                facts.push(("largest", fact));
            }
            if self.duplicates > 0 {
                let fact = format!(
                    "{} share their content with another of these",
                    self.duplicates
                );
                facts.push(("duplicates", fact));
            }
        }
        facts.extend(self.reasons().map(|reasons| (LEFT_OUT, reasons)));
        facts
    }

    /// How many are left out for each reason, the most frequent first; nothing where none is.
    pub fn reasons(&self) -> Option<String> {
        if self.reasons.is_empty() {
            return None;
        }
        let mut reasons: Vec<(&String, &usize)> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, times)| Reverse(**times));
        let reasons: Vec<String> = reasons
            .into_iter()
            .map(|(reason, times)| format!("{times} {reason}"))
            .collect();
        Some(reasons.join(", "))
    }
}
