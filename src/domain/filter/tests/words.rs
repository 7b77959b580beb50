//! What words find, and how well.

use super::{all_match, filter, none_match, now, pin, score};
use crate::domain::filter::{Filter, Scratch};

#[test]
fn words_are_looked_for_in_every_field() {
    let pin = pin("Annual Report.pdf");
    all_match(
        &pin,
        &[
            "report",
            "anrep",
            "REPORT",
            "\"l rep\"",
            "bafybeig",
            "7udm7hu76",
            "3c3fec2a",
            "aa23d2",
            "envprod",
            "env=production",
            "image",
            "png",
            "image/pn",
            "\"mage/p\"",
            "\"v=prod\"",
            "ipfs://bafybeigdyrzt5",
            "ipfs://bafybeigdyrzt5/a/b?c",
            "https://ipfs.io/ipfs/bafybeigdyrzt5/x",
            "/ipfs/bafybeigdyrzt5",
        ],
    );
    none_match(
        &pin,
        // Scattered in the CID, in the id and in the type, in one piece inside a part of the type.
        &[
            "bfyig",
            "3fc2",
            "imgpng",
            "mage",
            "ng",
            "\"anrep\"",
            "ipfs://bafkrei",
            "12:30",
            "http://x",
            "a=b",
            "<",
        ],
    );
}

#[test]
fn all_conditions_have_to_be_met() {
    let pin = pin("holiday photo.png");
    all_match(&pin, &["photo"]);
    for (text, expected) in [
        ("holiday photo", true),
        ("photo holiday size>1MB !name:*.jpg", true),
        ("photo missing", false),
        ("photo size>1GB", false),
        ("!missing !size>1GB", true),
        ("!!photo", true),
        ("!\"photo.png\"", false),
        ("\"!photo\"", false),
        ("\"\"", true),
        ("", true),
        ("   ", true),
    ] {
        assert_eq!(score(text, &pin).is_some(), expected, "{text}");
    }
}

#[test]
fn better_matches_score_more_and_words_add_up() {
    let score = |text: &str, name: &str| {
        let mut pin = pin(name);
        pin.keyvalues.clear();
        score(text, &pin).unwrap_or_default()
    };
    assert!(score("report", "report.pdf") > score("report", "rxexpxoxrxt.pdf"));
    assert!(score("report", "my report") > score("report", "myreport"));
    assert_eq!(
        score("annual report", "annual report"),
        score("annual", "annual report") + score("report", "annual report")
    );
    assert_eq!(score("size>1 name:report", "report"), 0);
    assert!(filter("a").ranks() && filter("\"a\" size>1").ranks());
    assert!(!filter("!a size>1").ranks());
}

#[test]
fn only_what_asks_something_is_not_empty() {
    for text in ["", "  ", "\"\"", "!\"\""] {
        assert!(filter(text).is_empty(), "{text}");
    }
    assert!(!filter("a").is_empty());
    let (broken, errors) = Filter::parse(" size>x ", now());
    assert!(broken.is_empty());
    assert_eq!(errors.len(), 1);
    assert_eq!(broken.to_string(), " size>x ");
}

#[test]
fn the_longest_word_does_not_overflow_a_score() {
    let name = "a ".repeat(3000);
    let mut pin = pin(&name);
    pin.keyvalues.insert("k".to_owned(), "B".repeat(2000));
    assert!(score(&"a".repeat(2000), &pin).is_some());
    assert!(score(&"b".repeat(1999), &pin).is_some());
    assert!(score(&format!("\"{}\"", "a ".repeat(998)), &pin).is_some());
}

#[test]
fn highlights_are_graphemes_of_the_name() {
    let highlights =
        |text: &str, name: &str| filter(text).highlights(name, &mut Scratch::default());
    assert_eq!(highlights("arp", "annual report"), [0, 7, 9]);
    assert_eq!(highlights("\"report\"", "My Report"), [3, 4, 5, 6, 7, 8]);
    assert_eq!(highlights("name:né", "Une\u{301} né"), [1, 2]);
    assert_eq!(
        highlights("résumé", "👩\u{200d}💻 re\u{301}sume\u{301}"),
        [2, 3, 4, 5, 6, 7]
    );
    assert_eq!(highlights("name:/é./", "xé\u{301}文y"), [1]);
    assert_eq!(highlights("name:/文./", "xé\u{301}文y"), [2, 3]);
    assert_eq!(highlights("b a name:a", "cab"), [1, 2]);
    for text in ["", "!a", "size>1", "zz", "name:*b", "\"ba\""] {
        assert!(highlights(text, "cab").is_empty(), "{text}");
    }
}
