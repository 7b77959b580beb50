//! Which pins keep content that another pin keeps as well.

use std::collections::HashSet;

use super::rows::Rows;
use super::sort::made;
use crate::domain::PinState;
use crate::domain::packed::Fixed;

impl Rows {
    /// Those `among` these rows that can go while their content stays pinned: of the pins of one
    /// root that are not unpinned all but one, which is the oldest that the service keeps, or else
    /// the oldest. It is never among the answer, wherever it stands.
    pub fn spare_copies(&self, among: &[u32]) -> Vec<u32> {
        let mut kept = HashSet::new();
        let mut seen_roots = HashSet::new();
        for number in among {
            let Some(root) = self.fixed(*number).map(|row| row.root) else {
                continue;
            };
            if seen_roots.insert(root) {
                kept.extend(self.kept_copy(*number));
            }
        }
        among
            .iter()
            .copied()
            .filter(|number| self.is_alive(*number) && !kept.contains(number))
            .collect()
    }

    /// The pin that stays of those that share this one's root.
    fn kept_copy(&self, number: u32) -> Option<u32> {
        self.copies(number)
            .into_iter()
            .filter(|copy| self.is_alive(*copy))
            .min_by_key(|copy| {
                let row = self.fixed(*copy);
                let date = row.and_then(Fixed::made);
                let is_kept = row.is_some_and(|row| row.state() == PinState::Pinned);
                // One of unknown age is not known to be the oldest.
                (!is_kept, date.is_none(), made(date), *copy)
            })
    }

    fn is_alive(&self, number: u32) -> bool {
        self.fixed(number)
            .is_some_and(|row| row.state() != PinState::Unpinned)
    }
}
