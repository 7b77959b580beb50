//! A plan as it is made, pin by pin.

use std::collections::HashMap;

use super::{LeftOut, PlannedPin, UnpinPlan, Why};
use crate::domain::filter::Scratch;
use crate::domain::{Pin, PinId, PinState, Protection, Protector, UnpinTarget};

impl UnpinPlan {
    /// A plan of this one, which another plan left out.
    pub fn in_spite_of(left_out: &LeftOut) -> Self {
        let protection = Protection::default();
        let mut draft = PlanDraft::new(&protection);
        draft.plan.is_known = left_out.target.cid.is_some();
        draft.take(PlannedPin {
            target: left_out.target.clone(),
            date_pinned: None,
            note: String::new(),
        });
        draft.finish()
    }
}

impl UnpinPlan {
    /// A plan of these, but for what is protected, unpinned or `being_unpinned`.
    pub fn of(
        pins: impl IntoIterator<Item = Pin>,
        protection: &Protection,
        being_unpinned: impl Fn(&PinId) -> bool,
    ) -> Self {
        let mut draft = PlanDraft::new(protection);
        for pin in pins {
            if being_unpinned(&pin.id) {
                draft.leave_out(UnpinTarget::from(pin), Why::BeingUnpinned);
            } else {
                draft.add(pin);
            }
        }
        draft.finish()
    }
}

/// A plan in the making.
pub struct PlanDraft<'a> {
    protection: &'a Protection,
    plan: UnpinPlan,
    roots: HashMap<String, usize>,
    scratch: Scratch,
}

impl<'a> PlanDraft<'a> {
    /// An empty one that leaves out what is protected.
    pub fn new(protection: &'a Protection) -> Self {
        Self {
            protection,
            plan: UnpinPlan::default(),
            roots: HashMap::new(),
            scratch: Scratch::default(),
        }
    }

    /// Adds a pin; leaves it out where it is unpinned or protected.
    pub fn add(&mut self, pin: Pin) {
        if pin.state == PinState::Unpinned {
            self.leave_out(UnpinTarget::from(pin), Why::Unpinned);
        } else if let Some(by) = self.protection.of(&pin, &mut self.scratch) {
            self.leave_out(UnpinTarget::from(pin), Why::Protected(by));
        } else {
            if let Some(root) = pin.root() {
                let times = self.roots.entry(root.into_owned()).or_default();
                *times += 1;
                // With the second one the first one became a duplicate too.
                self.plan.duplicates += match times {
                    1 => 0,
                    2 => 2,
                    _ => 1,
                };
            }
            self.take(PlannedPin::from(pin));
        }
    }

    /// Adds a pin of which only the id is known, and why. Where rules protect, nobody can tell
    /// whether it is one of theirs, and it stays.
    pub fn add_unknown(&mut self, id: PinId, note: String) {
        let target = UnpinTarget::unknown(id);
        if self.protection.is_by_hand(&target.id) {
            self.leave_out(target, Why::Protected(Protector::Hand));
        } else if self.protection.has_rules() {
            self.leave_out(target, Why::Unclear(note));
        } else {
            self.plan.is_known = false;
            self.take(PlannedPin {
                target,
                date_pinned: None,
                note,
            });
        }
    }

    /// Notes a pin that stays.
    pub fn leave_out(&mut self, target: UnpinTarget, why: Why) {
        *self.plan.reasons.entry(why.in_short()).or_default() += 1;
        self.plan.left_out.push(LeftOut { target, why });
    }

    fn take(&mut self, pin: PlannedPin) {
        let place = self.plan.pins.len();
        match pin.target.size {
            Some(size) => self.plan.bytes = self.plan.bytes.saturating_add(size),
            None => self.plan.unknown_sizes += 1,
        }
        let largest = self.plan.largest().and_then(|pin| pin.target.size);
        if pin.target.size > largest {
            self.plan.largest = Some(place);
        }
        let oldest = self.plan.oldest().and_then(|pin| pin.date_pinned);
        if let Some(date) = pin.date_pinned
            && oldest.is_none_or(|oldest| date < oldest)
        {
            self.plan.oldest = Some(place);
        }
        self.plan.pins.push(pin);
    }

    /// The plan.
    pub fn finish(self) -> UnpinPlan {
        self.plan
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::{Cid, Rule, UnpinOutcome};

    fn pin(id: &str, size: Option<u64>, day: Option<&str>) -> Pin {
        let mut pin = Pin::new(id, Cid::as_received(format!("bafy-{id}")));
        pin.state = PinState::Pinned;
        pin.name = Some(format!("name-{id}"));
        pin.size = size;
        pin.root_hash = Some(format!("root-{id}"));
        pin.date_pinned = day.map(|day| format!("2024-01-{day}T00:00:00Z").parse().unwrap());
        pin
    }

    fn protection(rules: &[&str], by_hand: &[&str]) -> Protection {
        Protection::new(
            rules.iter().map(|text| Rule::read(text).unwrap()).collect(),
            by_hand.iter().map(|id| PinId::from(*id)).collect(),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn it_tells_how_much_goes_and_what_stands_out() {
        let protection = protection(&[], &[]);
        let mut draft = PlanDraft::new(&protection);
        let mut pins = [
            pin("a", Some(5), Some("03")),
            pin("b", Some(70), None),
            pin("c", None, Some("01")),
            pin("d", Some(70), Some("02")),
            pin("e", Some(0), Some("01")),
        ];
        for (twin, of) in [(3, 1), (4, 1)] {
            pins[twin].root_hash = pins[of].root_hash.clone();
        }
        for pin in &pins {
            draft.add(pin.clone());
        }
        let plan = draft.finish();
        assert_eq!(
            (plan.len(), plan.bytes(), plan.unknown_sizes()),
            (5, 145, 1)
        );
        assert_eq!(plan.oldest().unwrap().target.id.as_str(), "c");
        assert_eq!(plan.largest().unwrap().target.id.as_str(), "b");
        assert_eq!(plan.duplicates, 3);
        assert_eq!(
            plan.facts(),
            [
                ("oldest", "2024-01-01  name-c".to_owned()),
                ("largest", "70 B  name-b".to_owned()),
                (
                    "duplicates",
                    "3 share their content with another of these".to_owned()
                ),
            ]
        );
        let targets = plan.into_targets();
        assert_eq!(targets[2], UnpinTarget::from(&pins[2]));
    }

    #[test]
    fn an_empty_one_has_nothing_that_stands_out() {
        let plan = UnpinPlan::default();
        assert!(plan.is_empty() && plan.oldest().is_none() && plan.largest().is_none());
        let protection = protection(&[], &[]);
        let mut draft = PlanDraft::new(&protection);
        draft.add_unknown(PinId::from("x"), "gateway time-out".to_owned());
        let plan = draft.finish();
        assert!(plan.oldest().is_none() && plan.largest().is_none());
        assert_eq!((plan.len(), plan.unknown_sizes()), (1, 1));
        assert!(!plan.is_known());
        assert_eq!(plan.pins()[0].note, "gateway time-out");
    }

    #[test]
    fn what_stays_is_told_with_its_reason() {
        let protection = protection(&["name:name-b"], &["c", "u"]);
        let mut draft = PlanDraft::new(&protection);
        let mut off = pin("off", Some(1), None);
        off.state = PinState::Unpinned;
        for pin in [&pin("a", Some(1), None), &pin("b", Some(9), None), &off] {
            draft.add(pin.clone());
        }
        draft.add(pin("c", Some(9), Some("01")));
        draft.add_unknown(PinId::from("u"), "busy".to_owned());
        draft.add_unknown(PinId::from("v"), "busy".to_owned());
        draft.leave_out(UnpinTarget::unknown(PinId::from("w")), Why::NotThere);
        let plan = draft.finish();
        assert_eq!((plan.len(), plan.bytes(), plan.duplicates), (1, 1, 0));
        let told: Vec<String> = plan
            .left_out()
            .iter()
            .map(|left_out| format!("{}: {}", left_out.target.id, left_out.why))
            .collect();
        assert_eq!(
            told,
            [
                "b: protected by the rule name:name-b",
                "off: unpinned already",
                "c: protected by hand",
                "u: protected by hand",
                "v: could not be looked at: busy",
                "w: not there",
            ]
        );
        let [(label, fact)] = &plan.facts()[..] else {
            panic!("{:?}", plan.facts());
        };
        assert_eq!(*label, "left out");
        assert!(fact.starts_with("2 protected by hand, 1 "), "{fact}");
        let refused = plan.left_out().iter().filter_map(|out| out.why.outcome());
        let ends: BTreeSet<&str> = refused.map(UnpinOutcome::label).collect();
        assert_eq!(ends, BTreeSet::from(["gone", "refused"]));
    }
}
