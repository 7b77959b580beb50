//! Whatever is typed and whatever a service sends: no panic, places inside the text, exact
//! opposites, and narrowing that loses nothing.

use jiff::Timestamp;
use proptest::prelude::*;

use super::fold::{fold, fold_char};
use super::tests::pin;
use super::{Filter, PinFacts, Scratch};
use crate::domain::{Cid, Pin, PinState};

/// Text that is likely to mean something to a filter, and any text.
fn typed() -> impl Strategy<Value = String> {
    let pieces = [
        "size",
        "age",
        "pinned",
        "status",
        "type",
        "kv",
        "name",
        "cid",
        "id",
        "dir",
        "dup",
        "foo",
        ":",
        ">",
        "<",
        "=",
        ">=",
        "10MB",
        "1.5GiB",
        "90d",
        "2024",
        "2024-01..",
        "..2024-06",
        "pinned|failed",
        "image/*",
        "yes",
        "no",
        "/a+/",
        "/(/",
        "*",
        "?",
        "!",
        "\"",
        "\\",
        " ",
        " ",
        " ",
        "ab",
        "B",
        "é",
        "e\u{301}",
        "文",
        "ς",
        "ipfs://",
        "/ipfs/",
        "bafy",
        "3c",
    ];
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

/// Text with few characters, so that words are found in it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[abAB=é文Σσς\u{301} ./-]{0,12}",
        1 => any::<String>(),
    ]
}

fn any_pin() -> impl Strategy<Value = Pin> {
    (
        (text(), text(), text(), text()),
        prop::collection::btree_map(text(), text(), 0..3),
        prop::option::of(any::<u64>()),
        prop::option::of(-3_000_000_000..3_000_000_000_i64),
        0..4_usize,
        any::<bool>(),
    )
        .prop_map(
            |((name, cid, id, mime_type), keyvalues, size, date, state, is_dir)| {
                let mut pin = Pin::new(id, Cid::as_received(cid));
                pin.name = Some(name);
                pin.mime_type = Some(mime_type);
                pin.keyvalues = keyvalues;
                pin.size = size;
                pin.date_pinned = date.and_then(|second| Timestamp::from_second(second).ok());
                pin.state = [
                    PinState::Pinned,
                    PinState::Pinning,
                    PinState::Failed,
                    PinState::Unpinned,
                ][state];
                pin.is_dir = is_dir;
                pin
            },
        )
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

fn matches(filter: &Filter, pin: &Pin, scratch: &mut Scratch) -> bool {
    let facts = PinFacts {
        pin,
        is_duplicate: pin.is_dir,
    };
    filter.matches(&facts, scratch).is_some()
}

proptest! {
    #[test]
    fn any_filter_meets_any_pin(text in typed(), pin in any_pin()) {
        let (filter, errors) = Filter::parse(&text, now());
        let mut scratch = Scratch::default();
        matches(&filter, &pin, &mut scratch);
        let name = pin.name.as_deref().unwrap_or_default();
        let marked = filter.highlights(name, &mut scratch);
        let graphemes = unicode_segmentation::UnicodeSegmentation::graphemes(name, true).count();
        prop_assert!(marked.is_sorted_by(|a, b| a < b));
        prop_assert!(marked.iter().all(|at| (*at as usize) < graphemes));
        for error in errors {
            let before = text.get(..error.span.start);
            prop_assert!(text.get(error.span.clone()).is_some_and(|wrong| !wrong.is_empty()));
            prop_assert_eq!(before.map(|before| before.chars().count() + 1), Some(error.column));
            prop_assert!(!error.to_string().contains(char::is_control));
        }
    }

    #[test]
    fn a_negated_part_is_the_exact_opposite(text in typed(), pin in any_pin()) {
        let (filter, errors) = Filter::parse(&text, now());
        let (opposite, _) = Filter::parse(&format!("!{text}"), now());
        prop_assume!(filter.conditions.len() == 1 && errors.is_empty() && !text.starts_with(char::is_whitespace));
        let mut scratch = Scratch::default();
        prop_assert_ne!(matches(&filter, &pin, &mut scratch), matches(&opposite, &pin, &mut scratch));
    }

    #[test]
    fn what_narrows_loses_nothing(old in typed(), more in typed(), other in typed(), pins in prop::collection::vec(any_pin(), 1..6)) {
        let mut scratch = Scratch::default();
        let (old_filter, _) = Filter::parse(&old, now());
        for text in [format!("{old}{more}"), other] {
            let (new, _) = Filter::parse(&text, now());
            if !new.narrows(&old_filter) {
                continue;
            }
            for pin in &pins {
                prop_assert!(
                    !matches(&new, pin, &mut scratch) || matches(&old_filter, pin, &mut scratch),
                    "{text:?} narrows {old:?} and yet {pin:?} matches only the new one"
                );
            }
        }
    }

    #[test]
    fn a_word_is_found_wherever_its_letters_stand_in_order(
        name in "[a-zA-Zéß文Σς\u{301}_ .]{1,20}", keep in prop::collection::vec(any::<bool>(), 20),
    ) {
        let letters: String = name.chars().zip(keep).filter_map(|(c, keep)| keep.then_some(c)).collect();
        prop_assume!(fold(&letters).next().is_some() && !letters.contains(' '));
        let mut pin = pin(&name);
        pin.keyvalues.clear();
        let (filter, errors) = Filter::parse(&letters, now());
        prop_assert!(errors.is_empty());
        prop_assert!(matches(&filter, &pin, &mut Scratch::default()), "{letters:?} in {name:?}");
    }
}

#[test]
fn folding_what_is_folded_changes_nothing() {
    // nucleo folds what it is given once more, in some of its paths and not in others.
    for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
        if let Some(folded) = fold_char(c) {
            assert_eq!(
                nucleo_matcher::chars::to_lower_case(folded),
                folded,
                "{c:?}"
            );
            assert_eq!(fold_char(folded), Some(folded), "{c:?}");
        }
    }
}
