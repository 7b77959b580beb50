//! What is said about what is wrong, and where.

use super::{errors, now, pin};
use crate::domain::filter::{Filter, PinFacts, Scratch};

#[test]
fn mistakes_are_named_with_their_place() {
    for (text, span, words) in [
        ("é size>10XB a", 8..12, "'XB'"),
        ("a foo:bar", 2..5, "no term 'foo:'"),
        ("!foo:bar", 1..4, "name:"),
        ("created_at:2024", 0..10, "pinned:"),
        ("size:10MB", 0..4, "size>10MB"),
        ("age:90d", 0..3, "age>90d"),
        ("name=foo", 0..4, "name:foo"),
        ("size>", 0..5, "10MB"),
        ("size> 10MB", 0..5, "no space"),
        ("age>90", 4..6, "no unit"),
        ("age=90d", 4..7, "age>90d"),
        ("status:pined", 7..12, "'pined'"),
        ("status:pinned|", 7..14, "unpinned"),
        ("pinned:yes", 7..10, "status:pinned"),
        ("pinned:2024-13", 7..14, "calendar"),
        ("dir:maybe", 4..9, "yes or no"),
        ("dup:", 0..4, "yes or no"),
        ("kv:", 0..3, "kv:env"),
        ("kv:=x", 3..5, "key"),
        ("cid:", 0..4, "CID"),
        ("name:", 0..5, "name:report"),
        ("name:\"\"", 5..7, "name:report"),
        ("name:/(/", 5..8, "unclosed group"),
        ("name:/a", 5..7, "two slashes"),
        ("name://", 5..7, "two slashes"),
        ("name:/(a{1000}){1000}/", 5..22, "too large"),
        ("a ! b", 2..3, "negates"),
        ("a \"b c", 2..6, "quote"),
    ] {
        let errors = errors(text);
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        assert_eq!(errors[0].span, span, "{text}");
        assert!(errors[0].message.contains(words), "{text}: {}", errors[0]);
    }
    assert_eq!(errors("é size>10XB")[0].column, 8);
}

#[test]
fn a_wrong_part_spoils_no_other() {
    let (filter, errors) = Filter::parse("size>1XB name:report foo:x \"open", now());
    assert_eq!(errors.len(), 3);
    assert!(errors.is_sorted_by_key(|error| error.column));
    let matches = |name: &str| {
        let pin = pin(name);
        let facts = PinFacts {
            pin: &pin,
            is_duplicate: false,
        };
        filter.matches(&facts, &mut Scratch::default()).is_some()
    };
    assert!(matches("report") && !matches("other"));
}

#[test]
fn mistakes_repeat_nothing_harmful_and_little() {
    let long = format!("status:\u{1b}[31m{}", "x".repeat(1000));
    let error = errors(&long).remove(0).to_string();
    assert!(!error.contains('\u{1b}') && error.len() < 250, "{error}");
    let errors = errors(&"é ".repeat(1000));
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].span.end, 3000);
    assert!(errors[0].message.contains("2000 bytes"));
}
