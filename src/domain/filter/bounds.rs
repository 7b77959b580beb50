//! Comparisons and periods, all as a range with both ends in.

/// A comparison as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    More,
}

/// The values from `low` to `high`, both in; none where `low` lies above `high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds<T> {
    pub(super) low: T,
    pub(super) high: T,
}

impl<T: Copy + Ord> Bounds<T> {
    pub(super) fn contain(&self, value: T) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether `other` contains all that these contain.
    pub(super) fn lie_within(&self, other: &Self) -> bool {
        self.low > self.high || (self.low >= other.low && self.high <= other.high)
    }
}

macro_rules! compared {
    ($number:ty) => {
        impl Bounds<$number> {
            const NONE: Self = Self {
                low: <$number>::MAX,
                high: <$number>::MIN,
            };

            /// The values that stand in this relation to `value`.
            pub(super) fn compared(comparison: Comparison, value: $number) -> Self {
                let (low, high) = match comparison {
                    Comparison::Less => (Some(<$number>::MIN), value.checked_sub(1)),
                    Comparison::AtMost => (Some(<$number>::MIN), Some(value)),
                    Comparison::Equal => (Some(value), Some(value)),
                    Comparison::AtLeast => (Some(value), Some(<$number>::MAX)),
                    Comparison::More => (value.checked_add(1), Some(<$number>::MAX)),
                };
                match (low, high) {
                    (Some(low), Some(high)) => Self { low, high },
                    _ => Self::NONE,
                }
            }
        }
    };
}

compared!(u64);
compared!(i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_numbers_are_no_surprise() {
        let more = Bounds::<u64>::compared(Comparison::More, u64::MAX);
        let less = Bounds::<u64>::compared(Comparison::Less, 0);
        for value in [0, 1, u64::MAX] {
            assert!(!more.contain(value) && !less.contain(value));
        }
        assert!(Bounds::<i64>::compared(Comparison::Less, 5).contain(4));
        assert!(!Bounds::<i64>::compared(Comparison::Less, 5).contain(5));
        assert!(Bounds::<i64>::compared(Comparison::AtMost, 5).contain(5));
    }

    #[test]
    fn nothing_lies_within_everything() {
        let some = Bounds { low: 3, high: 7 };
        assert!(Bounds::<u64>::NONE.lie_within(&some));
        assert!(!some.lie_within(&Bounds::<u64>::NONE));
        assert!(some.lie_within(&Bounds { low: 3, high: 8 }));
        assert!(!some.lie_within(&Bounds { low: 4, high: 8 }));
    }
}
